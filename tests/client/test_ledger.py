"""Each call once: on this PC's list, on its record, and in what it tells the server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from packetwave.client.ledger import MISSED_OUTCOMES, MOST_HAD, Ledger, News
from packetwave.client.shown import Shown
from packetwave.protocol import CallUpdate, Had, IncomingCall, Missed, Welcome

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CALL = IncomingCall("01012345678", "1001", "a", AT, "홍길동", epoch="e1")
MISSED = Missed("01012345678", "1001", "m", AT, AT, "missed", epoch="e1")


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def welcome(seconds: float = 0, epoch: str = "e1") -> Welcome:
    return Welcome(1, at=later(seconds), epoch=epoch, is_paired=True)


def ended(outcome: str, call_id: str = "a", seconds: float = 20) -> CallUpdate:
    return CallUpdate(call_id, "ended", outcome, at=later(seconds))


class Pc:
    """A PC whose program may be killed: what is on disk stays."""

    def __init__(self, folder: Path, **keys: bool) -> None:
        self._folder = folder
        self._keys = keys
        self.killed()

    def killed(self) -> None:
        self.shown = Shown(self._folder / "shown.jsonl")
        self.ledger = Ledger(self.shown, **self._keys)

    def on_the_list(self) -> list[str]:
        return [entry.call_id for entry in self.ledger.missed()]


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    return Pc(tmp_path)


def test_a_call_killed_before_it_was_on_record_is_shown_again_and_one_after_it_is_not(pc: Pc) -> None:
    assert pc.ledger.rings(CALL)
    pc.killed()
    assert pc.ledger.rings(CALL)
    pc.ledger.shown("a")
    pc.killed()
    assert not pc.ledger.rings(CALL)


def test_a_call_that_nobody_saw_and_that_ended_is_on_record_as_over(pc: Pc) -> None:
    """One of more calls than there is room for popups."""
    assert pc.ledger.rings(CALL)
    assert pc.ledger.updated(ended("missed")) is not None
    pc.killed()
    assert pc.on_the_list() == ["a"]
    assert not pc.ledger.rings(CALL)


def test_what_ended_in_another_way_than_missed_is_not_on_the_list(pc: Pc) -> None:
    for call_id, outcome in (("a", "answered"), ("b", "answered_elsewhere"), ("c", "busy")):
        pc.ledger.rings(replace(CALL, call_id=call_id))
        pc.ledger.shown(call_id)
        assert pc.ledger.updated(ended(outcome, call_id)) is None
    assert pc.on_the_list() == []
    assert pc.shown.open() == ()


def test_who_keeps_no_missed_popups_has_them_on_no_list(tmp_path: Path) -> None:
    pc = Pc(tmp_path, lists_shown=False)
    pc.ledger.rings(CALL)
    pc.ledger.shown("a")
    assert pc.ledger.updated(ended("missed")) is None
    assert pc.on_the_list() == []


@pytest.mark.parametrize(
    "outcome",
    ["missed", "busy", "failed", "unknown", "answered", "answered_elsewhere", "forwarded", "declined", ""],
)
def test_what_was_missed_by_a_pc_that_was_off(pc: Pc, outcome: str) -> None:
    news = pc.ledger.tells_missed(replace(MISSED, outcome=outcome))
    assert news is (News.LISTED if outcome in MISSED_OUTCOMES else News.TOLD)
    assert pc.ledger.tells_missed(MISSED) is News.NONE, "it is on its way to the screen"
    assert pc.ledger.noted("m")
    assert pc.on_the_list() == (["m"] if outcome in MISSED_OUTCOMES else [])
    pc.killed()
    assert pc.ledger.tells_missed(MISSED) is News.NONE
    assert pc.ledger.noted("m"), "the server may not know that it is here"


def test_one_that_was_killed_before_it_was_noted_is_news_again(pc: Pc) -> None:
    assert pc.ledger.tells_missed(MISSED) is News.LISTED
    pc.killed()
    assert pc.ledger.tells_missed(MISSED) is News.LISTED


def test_a_call_that_was_shown_and_whose_end_was_not_told(pc: Pc) -> None:
    for call_id in ("a", "b"):
        pc.ledger.rings(replace(CALL, call_id=call_id))
        pc.ledger.shown(call_id)
    pc.killed()
    assert pc.ledger.tells_missed(replace(MISSED, call_id="a")) is News.LISTED
    # A server that was restarted does not know; its person saw the popup.
    assert pc.ledger.tells_missed(replace(MISSED, call_id="b", outcome="unknown")) is News.TOLD
    pc.ledger.noted("a")
    pc.ledger.noted("b")
    assert pc.on_the_list() == ["a"]
    assert pc.shown.open() == ()


def test_what_was_looked_at_on_another_pc(pc: Pc) -> None:
    assert pc.ledger.tells_missed(replace(MISSED, is_seen=True)) is News.TOLD
    pc.ledger.tells_missed(replace(MISSED, call_id="n"))
    pc.ledger.noted("n")
    assert pc.ledger.tells_missed(replace(MISSED, call_id="n", is_seen=True)) is News.SEEN
    assert pc.ledger.tells_missed(replace(MISSED, call_id="n", is_seen=True)) is News.NONE
    assert pc.on_the_list() == []


def test_what_was_looked_at_here_or_there_leaves_the_list_once(pc: Pc) -> None:
    for call_id in ("m", "n"):
        pc.ledger.tells_missed(replace(MISSED, call_id=call_id))
    pc.ledger.noted("n")
    assert pc.ledger.looked_at(["m", "n", "of another"]) == ["m", "n"]
    assert pc.ledger.looked_at(["m", "n"]) == []
    pc.ledger.noted("m")
    assert pc.on_the_list() == []


def test_until_stands_while_something_is_told_and_not_on_record(pc: Pc) -> None:
    ledger = pc.ledger
    assert ledger.until is None
    ledger.tells_missed(MISSED)
    ledger.welcomed(welcome(0))
    assert ledger.until is None
    ledger.noted("m")
    assert ledger.until == AT
    ledger.rings(replace(CALL, rang_at=later(10)))
    ledger.rings(replace(CALL, call_id="b", rang_at=later(11)))
    ledger.shown("a")
    assert ledger.until == AT, "b may still be lost"
    ledger.updated(ended("missed", "b", 30))
    assert ledger.until == later(30)
    pc.killed()
    assert pc.ledger.until == later(30)


def test_until_follows_a_clock_that_was_set_back(pc: Pc) -> None:
    pc.ledger.welcomed(welcome(3600))
    pc.ledger.connected()
    pc.ledger.welcomed(welcome(0))
    assert pc.ledger.until == AT


def test_a_welcome_without_its_time_does_not_move_until(pc: Pc) -> None:
    pc.ledger.welcomed(welcome(0))
    pc.ledger.connected()
    pc.ledger.welcomed(replace(welcome(), at=None))
    pc.ledger.rings(replace(CALL, rang_at=later(50)))
    pc.ledger.shown("a")
    assert pc.ledger.until == AT


def test_a_server_that_was_killed_hears_of_calls_that_it_did_not_repeat(pc: Pc) -> None:
    ledger = pc.ledger
    ledger.welcomed(welcome())
    for call_id in ("a", "b", "c", "d"):
        ledger.rings(replace(CALL, call_id=call_id))
        ledger.shown(call_id)
    ledger.updated(ended("missed", "b"))
    ledger.connected()
    ledger.rings(replace(CALL, call_id="c", epoch="e2"))
    ledger.tells_missed(replace(MISSED, call_id="d", epoch="e2"))
    had, unseen = ledger.welcomed(welcome(30, "e2"))
    assert had == [Had("01012345678", "1001", "a", AT, "홍길동")]
    assert unseen == []


def test_the_same_run_of_a_server_and_an_unpaired_one_hear_of_nothing(pc: Pc) -> None:
    pc.ledger.rings(CALL)
    pc.ledger.shown("a")
    pc.ledger.connected()
    for said in (welcome(30), replace(welcome(30, "e2"), is_paired=False), welcome(700, "e2")):
        assert pc.ledger.welcomed(said) == ([], [])


def test_a_flood_is_not_told_to_a_server_that_was_started_again(pc: Pc) -> None:
    for number in range(100):
        pc.ledger.rings(replace(CALL, call_id=f"c{number}"))
        pc.ledger.shown(f"c{number}")
    pc.ledger.connected()
    had, _ = pc.ledger.welcomed(welcome(30, "e2"))
    assert [each.call_id for each in had] == [f"c{number}" for number in range(100 - MOST_HAD, 100)]


def test_a_call_that_was_told_never_seen_and_forgotten_by_the_server_is_missed(pc: Pc) -> None:
    pc.ledger.welcomed(welcome())
    pc.ledger.rings(replace(CALL, rang_at=later(5)))
    pc.ledger.connected()
    had, unseen = pc.ledger.welcomed(welcome(30, "e2"))
    assert [each.call_id for each in had] == ["a"]
    assert [(each.call_id, each.outcome, each.caller_name) for each in unseen] == [("a", "unknown", "홍길동")]
    assert pc.ledger.until == AT
    pc.ledger.noted("a")
    assert pc.on_the_list() == ["a"]
    assert pc.ledger.until == later(30)
