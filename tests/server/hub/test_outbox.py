"""From when on a paired PC is told what it missed, in which pages, and what is left out."""

from datetime import UTC, datetime, timedelta

import pytest

from packetwave.protocol import IncomingCall, Missed, Welcome
from packetwave.server.calls.events import Outcome
from packetwave.server.hub import outbox
from packetwave.server.hub.outbox import (
    MARGIN,
    RETENTION,
    UNSAID,
    Acknowledged,
    Behind,
    Numbers,
    Page,
    Past,
    Wanted,
    missed,
    since,
)
from packetwave.server.office.values import CallRecord

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)


def test_from_what_the_client_says_that_it_has_a_little_before_it() -> None:
    until = NOW - timedelta(hours=9)
    assert since(until, LONG_AGO, NOW) == until - MARGIN


def test_not_further_back_than_calls_are_kept_nor_than_the_pairing_was_made() -> None:
    assert since(NOW - timedelta(days=200), LONG_AGO, NOW) == NOW - RETENTION
    made_at = NOW - timedelta(minutes=1)
    assert since(NOW - timedelta(hours=1), made_at, NOW) == made_at


@pytest.mark.parametrize("until", [None, NOW + timedelta(seconds=1)])
def test_a_client_that_lost_its_file_or_a_clock_that_was_set_back_is_a_day(until: datetime | None) -> None:
    assert since(until, LONG_AGO, NOW) == NOW - UNSAID


def test_a_record_as_it_is_told() -> None:
    record = CallRecord(
        "c1", NOW, "01012345678", "1001", outcome=Outcome.ANSWERED_ELSEWHERE, by="1002", ended_at=NOW
    )
    told = missed(record, {"1002": "박민수"}.__getitem__)
    assert (told.call_id, told.outcome, told.by, told.by_name) == (
        "c1",
        "answered_elsewhere",
        "1002",
        "박민수",
    )
    assert not told.is_seen


def test_alerts_have_numbers_and_nothing_else_has() -> None:
    numbers = Numbers("e")
    first, second = numbers.on(IncomingCall("1", "2")), numbers.on(Missed("1", "2", "c"))
    assert isinstance(first, IncomingCall) and isinstance(second, Missed)
    assert [(each.seq, each.epoch) for each in (first, second)] == [(1, "e"), (2, "e")]
    welcome = Welcome(1)
    assert numbers.on(welcome) is welcome


def test_what_is_acknowledged_is_kept_for_each_pc_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_ACKNOWLEDGED", 2)
    monkeypatch.setattr(outbox, "MAX_PCS", 2)
    kept = Acknowledged()
    for call_id in ("a", "b", "c"):
        kept.add("pc1", call_id)
    assert [kept.has("pc1", each) for each in ("a", "b", "c")] == [False, True, True]
    assert not kept.has("pc2", "b")
    kept.add("pc2", "b")
    kept.add("pc3", "b")
    assert not kept.has("pc1", "c")


def test_pages_are_asked_for_one_after_the_other() -> None:
    behind = Behind(("1001",), NOW, lambda call_id: call_id == "b")
    wanted = behind.ask()
    assert wanted == Wanted(("1001",), NOW)
    assert (behind.ask(), behind.is_over) == (None, False), "one is asked for"
    place = (NOW, "b")
    behind.give(Page((Missed("1", "1001", "a"), Missed("1", "1001", "b")), place))
    assert [behind.next(), behind.next()] == [Missed("1", "1001", "a"), None], "b is acknowledged"
    assert behind.ask() == Wanted(("1001",), NOW, place)
    seen = Missed("1", "1001", "b", is_seen=True)
    behind.give(Page((seen,)))
    assert behind.next() == seen, "that it was looked at is news"
    assert (behind.is_over, behind.ask(), behind.is_known) == (True, None, True)


def test_a_pc_without_extensions_missed_nothing() -> None:
    assert Behind((), NOW, lambda _call_id: False).is_over


def test_what_could_not_be_seen_is_remembered() -> None:
    behind = Behind(("1001",), NOW, lambda _call_id: False)
    behind.ask()
    behind.give(Page((), is_known=False))
    assert behind.is_over and not behind.is_known


def test_who_knows_nothing_of_the_past_says_so_at_once() -> None:
    given: list[Page] = []
    Past().ask(Wanted(("1001",), NOW), given.append)
    assert given == [Page(())]
