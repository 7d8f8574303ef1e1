"""What every store does alike: run against SQLite, MongoDB over the wire, and MongoDB with its kept copy."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.office.values import CallRecord, Member, Put, Remove
from packetwave.server.store.base import StoreConflict, StoreError, place_of
from tests.server.store.conftest import Opened
from tests.server.store.samples import FULL_CALL, HONG, KIM, NINE, add, call, desks


def test_an_empty_store(opened: Opened) -> None:
    assert opened.store.load_members().members == ()
    assert opened.store.load_calls(since=NINE) == []
    assert opened.store.open_calls() == []
    opened.store.put_calls([])
    assert opened.store.change_members([]).members == ()


def test_members_come_in_the_order_of_their_extensions(opened: Opened) -> None:
    table = opened.store.change_members(
        add(Member("1002", "10.0.0.3"), Member("99", "10.0.0.1"), Member("front", "10.0.0.9"), HONG)
    )
    assert [member.extension_num for member in table.members] == ["99", "1001", "1002", "front"]
    assert table.defects == ()
    assert opened.store.load_members() == table
    assert len({member.row_id for member in table.members} - {""}) == 4


def test_all_fields_come_back(opened: Opened) -> None:
    member = Member(
        "1001", "fe80::1", "홍길동", "영업부", "=1+1\nline 2", "한빛상사", {"층": "2", "seat": "A"}
    )
    (stored,) = opened.store.change_members(add(member)).members
    assert replace(stored, row_id="") == member
    (again,) = opened.open_another().load_members().members
    assert again == stored


def test_texts_are_trimmed_and_addresses_have_one_form(opened: Opened) -> None:
    (stored,) = opened.store.change_members(add(Member(" 1001 ", " FE80:0::0001 ", " 홍 길동 "))).members
    assert (stored.extension_num, stored.default_ip, stored.name) == ("1001", "fe80::1", "홍 길동")


def test_a_row_is_changed_in_its_place_and_keeps_fields_that_are_not_named(opened: Opened) -> None:
    first = opened.store.change_members(add(replace(HONG, extra={"seat": "A", "floor": "2"}), KIM))
    hong = first.members[0]
    moved = replace(hong, default_ip="192.168.0.55", note="", extra={"seat": "B"})
    table = opened.store.change_members([Put(moved)])
    assert table.members[0] == replace(moved, extra={"seat": "B", "floor": "2"})
    assert table.members[1] == first.members[1]


def test_rows_are_removed(opened: Opened) -> None:
    table = opened.store.change_members(add(HONG, KIM))
    assert desks(opened.store.change_members([Remove(table.members[0].row_id)])) == [
        ("1002", "192.168.0.102", "김영희")
    ]


def test_two_desks_and_two_extensions_on_one_pc(opened: Opened) -> None:
    rows = [Member("1001", "10.0.0.1"), Member("1001", "10.0.0.2"), Member("1002", "10.0.0.1")]
    table = opened.store.change_members(add(*rows))
    assert len(table.members) == 3
    assert table.defects == ()


def test_a_doubled_row_serves_once_and_is_listed(opened: Opened) -> None:
    table = opened.store.change_members(add(HONG, HONG))
    assert len(table.members) == 1
    (defect,) = table.defects
    assert (defect.code, defect.value) == ("doubled", "1001")
    healed = opened.store.change_members([Remove(defect.row_id)])
    assert (len(healed.members), healed.defects) == (1, ())


def test_a_row_that_is_gone_is_a_conflict_and_nothing_is_done(opened: Opened) -> None:
    table = opened.store.change_members(add(HONG, KIM))
    hong, kim = table.members
    opened.store.change_members([Remove(kim.row_id)])
    before = opened.store.load_members()
    changes = [Put(Member("1003", "10.0.0.3")), Put(replace(hong, name="다른")), Remove(hong.row_id)]
    for gone in (Remove(kim.row_id), Put(kim), Remove("no such id"), Put(replace(kim, row_id="[1"))):
        with pytest.raises(StoreConflict):
            opened.store.change_members([*changes, gone])
        assert opened.store.load_members() == before


@pytest.mark.parametrize("bad", [Member("", "10.0.0.1"), Member("1001", "10.0.0"), Member("10 01", "::1")])
def test_a_bad_member_is_refused_and_nothing_is_done(opened: Opened, bad: Member) -> None:
    with pytest.raises(StoreError):
        opened.store.change_members([Put(HONG), Put(bad)])
    assert opened.store.load_members().members == ()


def test_changes_of_another_handle_are_noticed(opened: Opened) -> None:
    opened.store.change_members(add(HONG))
    opened.store.load_members()
    assert not opened.store.members_changed()
    another = opened.open_another()
    (stored,) = another.load_members().members
    another.change_members([Put(replace(stored, name="바뀐"))])
    assert opened.store.members_changed()
    assert opened.store.members_changed(), "until it is loaded"
    assert desks(opened.store.load_members()) == [("1001", "192.168.0.101", "바뀐")]
    assert not opened.store.members_changed()
    another.change_members([Remove(stored.row_id)])
    assert opened.store.members_changed()


def test_a_full_call_comes_back(opened: Opened) -> None:
    opened.store.put_calls([FULL_CALL])
    assert opened.store.load_calls(since=NINE) == [FULL_CALL]
    assert opened.open_another().load_calls(since=NINE) == [FULL_CALL]


def test_times_are_kept_to_the_millisecond(opened: Opened) -> None:
    finer = replace(call(0), rang_at=NINE + timedelta(microseconds=999))
    opened.store.put_calls([finer])
    assert opened.store.load_calls(since=NINE) == [call(0)]


def test_a_call_written_again_is_the_same_call(opened: Opened) -> None:
    opened.store.put_calls([call(1, outcome=None), call(2, outcome=None)])
    assert opened.store.open_calls() == [call(1, outcome=None), call(2, outcome=None)]
    opened.store.put_calls([call(2, outcome=None), call(2, outcome=Outcome.BUSY)])
    assert opened.store.open_calls() == [call(1, outcome=None)]
    assert opened.store.load_calls(since=NINE) == [call(2, outcome=Outcome.BUSY), call(1, outcome=None)]


def test_calls_are_newest_first_from_a_time_on_and_limited(opened: Opened) -> None:
    opened.store.put_calls([call(number) for number in (3, 1, 4, 2, 0)])
    loaded = opened.store.load_calls(since=call(1).rang_at, limit=3)
    assert loaded == [call(4), call(3), call(2)]
    assert opened.store.load_calls(since=call(4).rang_at) == [call(4)]
    assert opened.store.load_calls(since=NINE, limit=0) == []


def _ended(number: int, called: str = "1001", **fields: Any) -> CallRecord:
    """A call that rang `number` minutes after nine and ended half a minute later."""
    record = call(number)
    return replace(record, called=called, ended_at=record.rang_at + timedelta(seconds=30), **fields)


def _ids(records: list[CallRecord]) -> list[str]:
    return [record.call_id for record in records]


def test_calls_that_ended_are_found_by_extension_and_end_and_come_in_pages(opened: Opened) -> None:
    out = _ended(8, direction=Direction.OUT)
    talking = call(9, outcome=None)
    opened.store.put_calls([_ended(n, "1001" if n % 2 else "1002") for n in (5, 3, 1, 2, 4)])
    opened.store.put_calls([out, talking, _ended(6, "1003")])
    assert _ids(opened.store.ended_calls(["1001"], since=NINE)) == ["call-1", "call-3", "call-5"]
    both = ["1001", "1002"]
    since = _ended(2).ended_at
    assert since is not None
    first = opened.store.ended_calls(both, since=since, limit=2)
    assert _ids(first) == ["call-2", "call-3"]
    rest = opened.store.ended_calls(both, since=since, after=place_of(first[-1]), limit=9)
    assert _ids(rest) == ["call-4", "call-5"]
    assert opened.store.ended_calls(both, since=since, after=place_of(rest[-1])) == []
    assert opened.store.ended_calls([], since=NINE) == []


def test_calls_that_ended_in_the_same_moment_are_all_in_the_pages(opened: Opened) -> None:
    at = NINE + timedelta(minutes=1)
    opened.store.put_calls([replace(call(number), ended_at=at) for number in range(3)])
    seen: list[str] = []
    after = None
    while page := opened.store.ended_calls(["1001"], since=at, after=after, limit=1):
        seen += _ids(page)
        after = place_of(page[-1])
    assert seen == ["call-0", "call-1", "call-2"]


def test_a_call_that_was_looked_at_later_is_found_by_that_time_too(opened: Opened) -> None:
    later = NINE + timedelta(hours=2)
    opened.store.put_calls([_ended(1, seen_at=later), _ended(2)])
    assert _ids(opened.store.ended_calls(["1001"], since=NINE + timedelta(hours=1))) == ["call-1"]
    assert opened.store.ended_calls(["1001"], since=later + timedelta(seconds=1)) == []
    assert opened.store.ended_calls(["1001"], since=later)[0].seen_at == later


def test_calls_are_found_by_their_ids(opened: Opened) -> None:
    opened.store.put_calls([call(1), call(2), call(3)])
    assert sorted(_ids(opened.store.calls_by_id(["call-3", "call-1", "call-9"]))) == ["call-1", "call-3"]
    assert opened.store.calls_by_id([]) == []


def test_text_that_cannot_be_encoded_does_not_stop_a_call(opened: Opened) -> None:
    opened.store.put_calls([replace(call(1), caller_name="a\udcff\0b"), call(2)])
    names = [record.caller_name for record in opened.store.load_calls(since=NINE)]
    assert names == ["", "a?\0b"]


def test_closing_twice(opened: Opened) -> None:
    opened.store.close()
    opened.store.close()


def test_calls_that_are_over_are_forgotten_by_their_end_some_at_a_time(opened: Opened) -> None:
    calls = [
        replace(call(number), ended_at=call(number).rang_at + timedelta(minutes=1)) for number in range(5)
    ]
    long, going_on, without_end = call(0), call(1, outcome=None), call(2)
    opened.store.put_calls(
        [
            *calls,
            replace(long, call_id="long", ended_at=NINE + timedelta(days=1)),
            replace(going_on, call_id="going on"),
            replace(without_end, call_id="without an end"),
        ]
    )
    before = NINE + timedelta(minutes=4)
    removed = []
    while count := opened.store.forget_calls(before=before, limit=2):
        removed.append(count)
    assert max(removed) == 2
    left = {record.call_id for record in opened.store.load_calls(since=NINE)}
    assert left == {"call-3", "call-4", "long", "going on"}
    assert {record.call_id for record in opened.open_another().load_calls(since=NINE)} <= left


def test_calls_are_found_by_whom_they_name_and_removed(opened: Opened) -> None:
    other = replace(call(1), caller="0299998888")
    places = ("caller", "called", "dialled", "via", "by", "caller_name", "called_name")
    naming = [replace(other, call_id=f"named-{place}", **{place: "01055556666"}) for place in places]  # type: ignore[arg-type]
    opened.store.put_calls([other, *naming])
    found = opened.store.find_calls(["01055556666", "+821055556666"])
    assert {record.call_id for record in found} == {record.call_id for record in naming}
    assert opened.store.remove_calls([record.call_id for record in found]) == len(places)
    assert opened.store.remove_calls([record.call_id for record in found]) == 0
    assert opened.store.remove_calls([]) == 0
    assert opened.store.find_calls(["01055556666"]) == []
    assert opened.store.load_calls(since=NINE) == [other]
