"""Stored rows and values, one into the other: whatever a row holds, reading never raises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.calls.events import Cause, Direction, Outcome
from packetwave.server.office.validation import check_extension, check_ip
from packetwave.server.office.values import COLUMNS, CallRecord, Told, ToldHow
from packetwave.server.store.rows import (
    call_fields,
    clean,
    read_call,
    read_table,
    to_milliseconds,
)
from tests.server.store.samples import FULL_CALL, NINE, call

_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_SOMETIMES_GOOD = _ANYTHING | st.sampled_from(["1001", "1002", "10.0.0.1", "10.0.0.2", 1001, 1001.0])


@given(st.lists(st.dictionaries(st.sampled_from([*COLUMNS, "other"]), _SOMETIMES_GOOD), max_size=5))
def test_each_row_serves_or_is_listed(rows: list[dict[str, object]]) -> None:
    table = read_table((str(number), row) for number, row in enumerate(rows))
    serving = [member.row_id for member in table.members]
    assert set(serving) | {defect.row_id for defect in table.defects} == {str(n) for n in range(len(rows))}
    assert len(set(serving)) == len(serving)
    for member in table.members:
        assert check_extension(member.extension_num) is None
        assert check_ip(member.default_ip) is None
    desks = [(member.extension_num, member.default_ip) for member in table.members]
    assert len(set(desks)) == len(desks)


@given(
    st.dictionaries(
        st.sampled_from([*call_fields(FULL_CALL), "other"]),
        _ANYTHING | st.sampled_from([NINE, "x", {"at": NINE, "took_ms": 1}, [{"at": NINE, "took_ms": 1}]]),
    )
)
def test_a_call_row_is_read_or_left(row: dict[str, object]) -> None:
    record = read_call(row)
    assert (record is None) == (
        not isinstance(row.get("call_id"), str)
        or not row["call_id"]
        or not isinstance(at := row.get("rang_at"), datetime)
        or at.tzinfo is None
    )


_AT = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(to_milliseconds)  # noqa: DTZ001 - the bounds that hypothesis wants


_TEXT = st.text().map(clean)
_BY_HINT: dict[object, st.SearchStrategy[object]] = {
    str: _TEXT,
    int: st.integers(1, 10**15 - 1),
    datetime: _AT,
    datetime | None: st.none() | _AT,
    Direction: st.sampled_from(Direction),
    Outcome | None: st.none() | st.sampled_from(Outcome),
    Cause | None: st.none() | st.sampled_from(Cause),
    tuple[str, ...]: st.lists(_TEXT).map(tuple),
    tuple[Told, ...]: st.lists(st.builds(Told, _TEXT, _AT, st.floats(0, 1e6))).map(tuple),
}
_EVERY_FIELD = {name: _BY_HINT[hint] for name, hint in get_type_hints(CallRecord).items()}


@given(st.builds(CallRecord, **{**_EVERY_FIELD, "call_id": st.text(min_size=1).map(clean)}))
def test_a_record_comes_back(record: CallRecord) -> None:
    assert read_call(call_fields(record)) == record


def test_a_full_record_comes_back() -> None:
    assert read_call(call_fields(FULL_CALL)) == FULL_CALL


def test_times_of_any_zone_are_the_same_time() -> None:
    seoul = timezone(timedelta(hours=9))
    record = replace(call(1), rang_at=call(1).rang_at.astimezone(seoul) + timedelta(microseconds=7))
    assert read_call(call_fields(record)) == call(1)


def test_an_alert_of_before_was_written_for_all_that_is_known() -> None:
    stored = call_fields(FULL_CALL)
    del stored["told"][0]["how"]
    stored["told"][1]["how"] = "by pigeon"  # of a later version
    read = read_call(stored)
    assert read is not None
    assert [told.how for told in read.told] == [ToldHow.WRITTEN, ToldHow.WRITTEN]


def test_a_stored_call_has_its_present_form() -> None:
    assert call_fields(replace(call(1), told=FULL_CALL.told[:1], offline=("::1",))) == {
        "call_id": "call-1",
        "rang_at": call(1).rang_at,
        "caller": "01012345678",
        "called": "1001",
        "caller_name": "",
        "caller_company": "",
        "called_name": "",
        "dialled": "",
        "via": "",
        "direction": "in",
        "answered_at": None,
        "ended_at": None,
        "outcome": "missed",
        "cause": None,
        "by": "",
        "sip_call_id": "",
        "from_tag": "",
        "told": [{"address": "192.168.0.101", "at": FULL_CALL.told[0].at, "took_ms": 4.25, "how": "written"}],
        "offline": ["::1"],
        "calls": 1,
        "seen_at": None,
    }
    assert type(call_fields(call(1))["outcome"]) is str


def test_codes_of_a_later_version() -> None:
    stored = {**call_fields(call(1)), "outcome": "abducted", "direction": "up"}
    read = read_call(stored)
    assert read is not None
    assert (read.outcome, read.direction) == (Outcome.UNKNOWN, Direction.IN)
