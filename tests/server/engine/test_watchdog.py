"""What the watchdog says, look by look; tests/e2e/test_watchdog.py tries the whole program."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, cast

import pytest

from packetwave.common.standstill import LOOKS
from packetwave.common.supervision import Supervisor
from packetwave.protocol import Watching
from packetwave.server.capture import CaptureFaultCode
from packetwave.server.engine.watchdog import STOPPED, Watchdog
from packetwave.server.store.journal import Journal
from packetwave.server.store.thread import StoreThread
from packetwave.server.watch.lookout import Lookout
from packetwave.server.watch.states import CaptureState, WatchState
from packetwave.server.watch.thread import Watch


class Looked:
    """A lookout that says what a test wants it to."""

    def __init__(self) -> None:
        self.watch: Looked | None = None
        self.state = WatchState(CaptureState.WATCHING)
        self.is_opening = False
        self.is_hung = False
        self.revived: list[object] = []

    async def slept(self) -> float:
        return 0.0

    async def hung(self) -> object:
        is_hung, self.is_hung = self.is_hung, False
        return cast(Watch, self) if is_hung else None

    async def revive(self, watch: object) -> None:
        self.revived.append(watch)


class Written:
    """A journal: how much it has written, and whether more is to be."""

    def __init__(self) -> None:
        self.writes = 0
        self.has_work = False
        self.thread = threading.current_thread()


class Room:
    """A watchdog and its surroundings."""

    def __init__(self, supervisor: Supervisor | None = None) -> None:
        self.lookout = Looked()
        self.lookout.watch = self.lookout
        self.journal = Written()
        self.thread = StoreThread()
        self.told: list[Watching] = []
        self.changes = 0
        self.dog = Watchdog(
            supervisor or Supervisor(),
            cast(Lookout, self.lookout),
            self.thread,
            cast(Journal, self.journal),
            tell_clients=self.tell,
            on_change=self.note,
        )

    async def tell(self, message: Watching) -> None:
        self.told.append(message)

    def is_store_still(self) -> bool:
        return self.dog.store_still_since is not None

    def newcomer_is_told(self) -> Watching | None:
        return self.dog.watching

    def note(self) -> None:
        self.changes += 1

    async def looks(self, number: int) -> None:
        for _ in range(number):
            await self.dog.look()

    async def sees(
        self, capture: CaptureState, code: CaptureFaultCode | None = None
    ) -> list[tuple[bool, str]]:
        """What clients were told by the second look at this state."""
        self.lookout.state = WatchState(capture, code)
        del self.told[:]
        await self.looks(2)
        return [(each.is_watching, each.reason) for each in self.told]


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_clients_learn_that_calls_are_not_seen_and_that_they_are_again() -> None:
    async def work() -> None:
        room = Room()
        assert await room.sees(CaptureState.WATCHING) == []
        assert room.newcomer_is_told() is None
        assert await room.sees(CaptureState.NO_LINK, CaptureFaultCode.NO_LINK) == [(False, "no_link")]
        assert room.newcomer_is_told() == room.told[-1]
        assert await room.sees(CaptureState.NO_LINK, CaptureFaultCode.NO_LINK) == []
        assert await room.sees(CaptureState.FAILED, CaptureFaultCode.LOST) == [(False, "lost")]
        assert await room.sees(CaptureState.WATCHING) == [(True, "")]
        assert room.newcomer_is_told() is None
        assert await room.sees(CaptureState.REPLAYING) == []
        assert await room.sees(CaptureState.REPLAYED, CaptureFaultCode.CUT_FILE) == [(False, STOPPED)]
        room.lookout.watch = None
        assert await room.sees(CaptureState.STOPPED) == []
        room.thread.end()

    run(work())


def test_what_is_over_at_the_next_look_is_not_told_to_a_whole_office() -> None:
    async def work() -> None:
        room = Room()
        for _ in range(3):
            room.lookout.watch = None  # other settings are chosen: watching begins anew
            await room.dog.look()
            room.lookout.watch = room.lookout
            await room.dog.look()
        # A driver that takes its time is no fault yet.
        room.lookout.state, room.lookout.is_opening = WatchState(CaptureState.STOPPED), True
        await room.looks(10)
        assert room.told == []
        room.thread.end()

    run(work())


def test_a_store_that_stands_still_is_said_once_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    may_go = threading.Event()

    def never_answers() -> None:
        may_go.wait(60)

    async def work() -> None:
        room = Room()
        call = asyncio.create_task(room.thread.run(never_answers))
        while not room.thread.is_busy:
            await asyncio.sleep(0.001)
        await room.looks(3 * LOOKS)
        assert room.is_store_still() and room.changes == 1
        assert caplog.text.count("has not answered") == 1 and "in never_answers" in caplog.text
        may_go.set()
        await call
        await room.dog.look()
        assert not room.is_store_still() and room.changes == 2
        assert "answers again" in caplog.text
        room.thread.end()

    run(work())


def test_a_store_that_answers_and_takes_nothing_is_said_too() -> None:
    """As one that another program has locked."""

    async def work() -> None:
        room = Room()
        room.journal.has_work = True
        for _ in range(LOOKS):
            room.journal.writes += 1
            await room.looks(LOOKS)
        assert not room.is_store_still()
        await room.looks(LOOKS)
        assert room.is_store_still()
        room.journal.has_work = False
        await room.dog.look()
        assert not room.is_store_still()
        room.thread.end()

    run(work())


def test_a_detector_that_hangs_again_and_again_is_begun_anew_less_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paused: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds:
            paused.append(seconds)
        await real(0)

    async def work() -> None:
        room = Room()
        monkeypatch.setattr("packetwave.server.engine.watchdog.asyncio.sleep", sleep)
        for number in range(1, 5):
            room.lookout.is_hung = True
            await room.dog.look()
            while len(room.lookout.revived) < number:
                await real(0)
        room.thread.end()

    run(work())
    assert paused == [1.0, 2.0, 5.0, 10.0]
