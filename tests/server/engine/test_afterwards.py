"""What paired PCs ask and say of calls of before: with a real store and switchboard, and no sockets."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from packetwave.protocol import Had, Seen
from packetwave.server.calls.events import (
    Answered,
    Cause,
    Corrected,
    Direction,
    Ended,
    Outcome,
    RecordedEvent,
    Ringing,
)
from packetwave.server.engine import afterwards as module
from packetwave.server.engine.afterwards import Afterwards
from packetwave.server.engine.notices import Notice
from packetwave.server.engine.switchboard import Switchboard
from packetwave.server.hub import Delivery
from packetwave.server.hub.outbox import Page, Wanted
from packetwave.server.office.values import CallRecord, Member, MemberTable
from packetwave.server.store.base import StoreAway
from packetwave.server.store.sqlite import SqliteStore
from packetwave.server.store.thread import StoreThread

NOW = datetime.now(UTC).replace(microsecond=0)
KIM = Member("1001", "192.0.2.1", name="김영희")
ID = "5f0c3a9be1d24c77"
HAD = Had("01012345678", "1001", ID, NOW - timedelta(seconds=20), "홍길동", "0212345678")


def ended(call_id: str, minutes_ago: int = 1, called: str = "1001", **said: Any) -> CallRecord:
    at = NOW - timedelta(minutes=minutes_ago)
    return CallRecord(
        call_id, at - timedelta(seconds=9), "0101", called, ended_at=at, outcome=Outcome.MISSED, **said
    )


class Desk:
    """A context: the engine's parts that know of the past. Nothing is stored but by `store.put_calls`."""

    def __init__(self) -> None:
        self.store = SqliteStore(":memory:")
        self.written: list[tuple[CallRecord | None, RecordedEvent | None]] = []
        self.notices: list[Notice] = []
        self.sent: list[Delivery] = []
        self.passed_on: list[tuple[str, Seen]] = []
        self.board = Switchboard(
            send=lambda told, _arrived: self.sent.append(told),
            write=lambda record, event: self.written.append((record, event)),
            notify=self.notices.append,
            is_paired=lambda _extension: False,
            away=lambda _extension: (),
        )
        self.board.use_members(MemberTable((KIM,)))
        self._thread = StoreThread()
        self._work: list[asyncio.Task[None]] = []
        self.afterwards = Afterwards(
            self.board,
            self._thread,
            self.store,
            self._spawn,
            lambda extension, seen: self.passed_on.append((extension, seen)),
        )

    async def __aenter__(self) -> "Desk":
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._thread.end()
        self.store.close()

    def _spawn(self, _name: str, work: Coroutine[Any, Any, None]) -> object:
        self._work.append(asyncio.get_running_loop().create_task(work))
        return None

    async def done(self) -> None:
        work, self._work = self._work, []
        await asyncio.gather(*work)

    async def page(self, wanted: Wanted) -> Page:
        given: list[Page] = []
        self.afterwards.ask(wanted, given.append)
        await self.done()
        (page,) = given
        return page

    async def hear(self, said: Had | Seen) -> None:
        self.afterwards.hear(said, ("1001",))
        await self.done()

    def events(self) -> list[RecordedEvent]:
        return [event for _, event in self.written if event is not None]

    def record(self) -> CallRecord:
        return next(record for record, _ in reversed(self.written) if record is not None)


def ids(page: Page) -> list[str]:
    return [call.call_id for call in page.calls]


WANTED = Wanted(("1001",), NOW - timedelta(hours=1))


def test_what_is_stored_and_what_is_not_written_yet_come_in_one_order() -> None:
    async def work() -> None:
        async with Desk() as desk:
            desk.store.put_calls([ended("a", 9), ended("c", 3), ended("other", 3, "1002"), ended("old", 90)])
            for call_id, called, minutes in (("b", "1001", 5), ("x", "1002", 4)):
                at = NOW - timedelta(minutes=minutes)
                desk.board.take(Ringing(call_id, at, "0101", called), 0.0)
                desk.board.take(Ended(call_id, at, Outcome.BUSY), 0.0)
            desk.board.take(Ringing("out", NOW, "1001", "1001", direction=Direction.OUT), 0.0)
            desk.board.take(Ended("out", NOW, Outcome.ANSWERED), 0.0)
            desk.board.take(Ringing("still", NOW, "0101", "1001"), 0.0)
            page = await desk.page(WANTED)
            assert (ids(page), page.after, page.is_known) == (["a", "b", "c"], None, True)
            assert [call.outcome for call in page.calls] == ["missed", "busy", "missed"]

    asyncio.run(work())


def test_pages_follow_each_other_without_gap_or_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)

    async def work() -> None:
        async with Desk() as desk:
            desk.store.put_calls([ended(f"s{n}", n) for n in (9, 7, 5)])
            for minutes in (8, 6, 4):
                at = NOW - timedelta(minutes=minutes)
                desk.board.take(Ringing(f"r{minutes}", at, "0101", "1001"), 0.0)
                desk.board.take(Ended(f"r{minutes}", at, Outcome.MISSED), 0.0)
            found: list[str] = []
            wanted = WANTED
            while True:
                page = await desk.page(wanted)
                found += ids(page)
                if page.after is None:
                    break
                wanted = replace(wanted, after=page.after)
            assert found == ["s9", "r8", "s7", "r6", "s5", "r4"]

    asyncio.run(work())


def test_a_store_that_is_away_gives_what_is_known_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with Desk() as desk:
            desk.board.take(Ringing("b", NOW, "0101", "1001"), 0.0)
            desk.board.take(Ended("b", NOW, Outcome.MISSED), 0.0)

            def away(*_arguments: Any, **_keys: Any) -> list[CallRecord]:
                raise StoreAway("hangs")

            monkeypatch.setattr(desk.store, "ended_calls", away)
            page = await desk.page(WANTED)
            assert (ids(page), page.is_known) == (["b"], False)

    asyncio.run(work())


def test_a_call_that_a_killed_server_has_forgotten_is_taken_in_once() -> None:
    async def work() -> None:
        async with Desk() as desk:
            await desk.hear(HAD)
            await desk.hear(HAD)
            rang, end = desk.events()
            assert isinstance(rang, Ringing) and isinstance(end, Ended)
            assert (rang.call_id, rang.at, rang.caller, rang.called) == (ID, HAD.rang_at, HAD.caller, "1001")
            assert (end.outcome, end.cause) == (Outcome.UNKNOWN, Cause.UNSEEN)
            record = desk.record()
            assert (record.outcome, record.caller_name, record.dialled) == (
                Outcome.UNKNOWN,
                "홍길동",
                "0212345678",
            )
            assert (record.called_name, record.direction) == ("김영희", Direction.IN)
            assert record.ended_at is not None and record.ended_at >= NOW
            assert ids(await desk.page(WANTED)) == [ID], "another PC of the person hears of it"

    asyncio.run(work())


@pytest.mark.parametrize(
    "said",
    [
        replace(HAD, call_id="../etc"),
        replace(HAD, call_id=ID + "\n"),
        replace(HAD, called="1002"),
        replace(HAD, rang_at=None),
        replace(HAD, rang_at=NOW - timedelta(hours=1)),
        replace(HAD, rang_at=NOW + timedelta(hours=1)),
    ],
)
def test_what_cannot_be_or_is_of_others_is_not_taken_in(said: Had) -> None:
    async def work() -> None:
        async with Desk() as desk:
            await desk.hear(said)
            assert desk.written == []

    asyncio.run(work())


def test_a_call_that_is_on_record_is_not_taken_in() -> None:
    async def work() -> None:
        async with Desk() as desk:
            desk.store.put_calls([ended(ID)])
            await desk.hear(HAD)
            desk.board.take(Ringing("a1b2c3d4e5f60718", NOW, "0101", "1001"), 0.0)
            before = len(desk.written)
            await desk.hear(replace(HAD, call_id="a1b2c3d4e5f60718"))
            assert len(desk.written) == before

    asyncio.run(work())


def test_the_tracker_that_takes_it_up_corrects_and_doubles_nothing() -> None:
    async def work() -> None:
        async with Desk() as desk:
            await desk.hear(HAD)
            desk.board.take(Ringing(ID, NOW, "01012345678", "1001"), 0.0)
            assert [told.message.call_id for told in desk.sent] == [ID]  # type: ignore[union-attr]
            desk.board.take(Answered(ID, NOW), 0.0)
            desk.board.take(Ended(ID, NOW, Outcome.ANSWERED, cause=Cause.ANSWERED), 0.0)
            rang, end, corrected = desk.events()
            assert [type(each) for each in (rang, end, corrected)] == [Ringing, Ended, Corrected]
            assert desk.record().outcome is Outcome.ANSWERED
            assert desk.record().answered_at == NOW

    asyncio.run(work())


def test_the_tracker_that_was_first_keeps_its_call() -> None:
    """Said by the client while the store was asked, the call has begun by itself."""

    async def work() -> None:
        async with Desk() as desk:
            desk.afterwards.hear(HAD, ("1001",))
            desk.board.take(Ringing(ID, NOW, "01012345678", "1001"), 0.0)
            await desk.done()
            assert [type(each) for each in desk.events()] == [Ringing]

    asyncio.run(work())


def test_what_was_looked_at_is_kept_and_passed_on_once() -> None:
    async def work() -> None:
        async with Desk() as desk:
            desk.store.put_calls([ended("stored"), ended("of another", 1, "1002")])
            desk.board.take(Ringing("recent", NOW, "0101", "1001"), 0.0)
            desk.board.take(Ended("recent", NOW, Outcome.MISSED), 0.0)
            desk.written.clear()
            await desk.hear(Seen(("stored", "recent", "of another", "nobody's", "stored")))
            seen = [record for record, _ in desk.written if record is not None]
            assert {record.call_id for record in seen} == {"stored", "recent"}
            assert all(record.seen_at is not None for record in seen)
            assert desk.passed_on == [("1001", Seen(("stored", "recent")))]
            desk.store.put_calls(seen)
            await desk.hear(Seen(("stored", "recent")))
            assert len(desk.passed_on) == 1
            assert {call.call_id for call in (await desk.page(WANTED)).calls if call.is_seen} == {
                "stored",
                "recent",
            }

    asyncio.run(work())


def test_who_says_much_waits_or_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    monkeypatch.setattr(module, "MOST_SEEN", 1)

    async def work() -> None:
        async with Desk() as desk:
            desk.store.put_calls([ended("a"), ended("b"), ended("c")])
            for call_id in "abc":
                desk.afterwards.hear(Seen((call_id, "x")), ("1001",))
            await desk.done()
            assert [seen.call_ids for _, seen in desk.passed_on] == [("a",), ("b",)]
            await desk.hear(Seen(("c", "a")))
            assert desk.passed_on[-1] == ("1001", Seen(("c",)))

    asyncio.run(work())
