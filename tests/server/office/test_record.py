"""The call log's line, event by event."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    Corrected,
    Direction,
    Ended,
    Outcome,
    Ringing,
    Stopped,
)
from packetwave.server.office import record as records
from packetwave.server.office.directory import Directory
from packetwave.server.office.values import CallRecord, Member, MemberTable, ToldHow

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(seconds=4)
DESKS = Directory(
    MemberTable(
        (
            Member("1001", "192.0.2.1", name="김영희"),
            Member("1002", "192.0.2.2", name="박민수", company="한빛상사"),
        )
    )
)
RINGING = Ringing(
    "c1",
    AT,
    "01012345678",
    "1001",
    caller_name="HONG",
    dialled="0212345678",
    via="1004",
    sip_call_id="s",
    from_tag="t",
)
RECORD = records.begin(RINGING, DESKS)


def test_begin() -> None:
    assert (
        CallRecord(
            "c1",
            AT,
            "01012345678",
            "1001",
            "HONG",
            "",
            "김영희",
            "0212345678",
            "1004",
            sip_call_id="s",
            from_tag="t",
        )
        == RECORD
    )
    inside = records.begin(replace(RINGING, caller="1002"), DESKS)
    assert (inside.caller_name, inside.caller_company) == ("박민수", "한빛상사")


def test_a_call_announced_again_after_a_restart_keeps_its_record() -> None:
    before = replace(RECORD, rang_at=AT - timedelta(seconds=9))
    assert records.begin(RINGING, DESKS, before) is before


def test_carry_on() -> None:
    answered = records.carry_on(RECORD, Answered("c1", LATER), DESKS)
    assert answered.answered_at == LATER and records.is_open(answered)
    ended = records.carry_on(answered, Ended("c1", LATER, Outcome.ANSWERED), DESKS)
    assert (ended.ended_at, ended.outcome) == (LATER, Outcome.ANSWERED)
    assert not records.is_open(ended)
    elsewhere = records.carry_on(RECORD, Ended("c1", LATER, Outcome.ANSWERED_ELSEWHERE, "1002"), DESKS)
    assert (elsewhere.by, elsewhere.via) == ("1002", "1004")
    corrected = records.carry_on(elsewhere, Corrected("c1", LATER, Outcome.MISSED), DESKS)
    assert (corrected.outcome, corrected.ended_at) == (Outcome.MISSED, LATER)
    assert records.carry_on(RECORD, Stopped("c1", LATER), DESKS) is RECORD


def test_tell_each_pc_once() -> None:
    missing = records.miss(RECORD, ["192.0.2.1", "192.0.2.9"])
    told = records.tell(missing, "192.0.2.1", LATER, 0.8, ToldHow.WRITTEN)
    assert (told.offline, [(t.address, t.took_ms) for t in told.told]) == (
        ("192.0.2.9",),
        [("192.0.2.1", 0.8)],
    )
    assert records.tell(told, "192.0.2.1", LATER, 5.0, ToldHow.WRITTEN) is told


def test_more_is_known_of_an_alert_later() -> None:
    def told(*hows: ToldHow) -> tuple[ToldHow, float] | None:
        record = RECORD
        for number, how in enumerate(hows):
            record = records.tell(record, "192.0.2.1", LATER, float(number), how)
        assert len(record.told) <= 1
        return (record.told[0].how, record.told[0].took_ms) if record.told else None

    written, arrived, acknowledged, lost = ToldHow
    # How long it took is until it was written.
    assert told(written, arrived) == (arrived, 0)
    assert told(written, arrived, acknowledged) == (acknowledged, 0)
    assert told(written, acknowledged, arrived) == (acknowledged, 0)
    assert told(written, lost) == (lost, 0)
    assert told(lost) is None
    # What has arrived was not lost, nor told again when the client came back.
    assert told(written, arrived, lost, written) == (arrived, 0)
    # Lost, and told again after the client came back.
    assert told(written, lost, written, arrived) == (arrived, 2)


def test_as_open() -> None:
    known = records.as_open(replace(RECORD, answered_at=LATER, direction=Direction.INTERNAL))
    assert (known.call_id, known.sip_call_id, known.from_tag, known.extension) == ("c1", "s", "t", "1001")
    assert (known.rang_s, known.answered_s) == (AT.timestamp(), LATER.timestamp())
    assert known.direction is Direction.INTERNAL
    assert records.as_open(RECORD).answered_s is None


def test_another_caller_is_on_the_record_by_the_name_that_the_members_know() -> None:
    named = records.carry_on(RECORD, CallerChanged("c1", LATER, "1002", "carried"), DESKS)
    assert (named.caller, named.caller_name, named.caller_company) == ("1002", "박민수", "한빛상사")
    stranger = records.carry_on(named, CallerChanged("c1", LATER, "025550100"), DESKS)
    assert (stranger.caller, stranger.caller_name, stranger.caller_company) == ("025550100", "", "")


def test_a_correction_that_says_less_leaves_what_was_known() -> None:
    known = replace(RECORD, outcome=Outcome.ANSWERED_ELSEWHERE, by="1002", via="1004")
    corrected = records.carry_on(known, Corrected("c1", LATER, Outcome.MISSED), DESKS)
    assert corrected == replace(known, outcome=Outcome.MISSED)


@given(
    st.builds(Ringing, st.text(), st.just(AT), *[st.text()] * 5, st.sampled_from(Direction), *[st.text()] * 2)
)
def test_all_that_a_ringing_says_is_on_the_record(event: Ringing) -> None:
    record = records.begin(event, Directory())
    assert record.rang_at == event.at
    for name in {field.name for field in fields(Ringing)} - {"at", "is_over"}:
        assert getattr(record, name) == getattr(event, name)


def test_what_is_shared_is_never_left_out_where_it_must_be_said() -> None:
    assert records.shared(Ringing("", AT, "", ""), CallRecord) == {
        "call_id": "",
        "caller": "",
        "called": "",
        "direction": Direction.IN,
    }
