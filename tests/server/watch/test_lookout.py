"""What is watched and since when, with a real store and a recording."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from packetwave.common.wakefulness import Sleep, clock_s
from packetwave.protocol.fields import format_at
from packetwave.server.calls.events import Direction, Ended
from packetwave.server.calls.tracker import OpenCall
from packetwave.server.capture import CaptureFaultCode
from packetwave.server.settings import ServerSettings
from packetwave.server.store.sqlite import SqliteStore
from packetwave.server.store.thread import StoreThread
from packetwave.server.watch.lookout import Lookout
from packetwave.server.watch.states import CaptureState, Live, Recording, Seen, WatchState
from packetwave.server.watch.thread import Watch
from tests.ports import free_port
from tests.server.wire import Leg, write_pcap

T0 = 1_700_000_000.0


class Post:
    """The engine's surroundings of a lookout."""

    def __init__(self, store: SqliteStore | None = None, hep_port: int = 0) -> None:
        self.loop = asyncio.get_running_loop()
        self.seen: list[Seen] = []
        self.states: list[WatchState] = []
        self.replayed = asyncio.Event()
        self.watching = asyncio.Event()
        self.open_calls: list[OpenCall] = []
        self.passed_s = 0.0
        self.thread = StoreThread()
        self.lookout = Lookout(
            ServerSettings(hep_port=hep_port),
            self.thread,
            store,
            recording=hep_port == 0,
            post=self.post,
            on_seen=self.seen.append,
            on_state=self.on_state,
            on_diagnosis=lambda _said: None,
            on_failure=lambda what, error: pytest.fail(f"{what}: {error!r}"),
            open_calls=lambda: self.open_calls,
            clock_s=lambda: clock_s() + self.passed_s,
        )

    def post(self, function: Callable[..., None], *arguments: Any) -> None:
        self.loop.call_soon_threadsafe(function, *arguments)

    def on_state(self, state: WatchState) -> None:
        self.states.append(state)
        if state.capture is CaptureState.REPLAYED:
            self.replayed.set()
        if state.capture is CaptureState.WATCHING:
            self.watching.set()


def test_the_same_capture_twice_alerts_once(tmp_path: Path) -> None:
    leg = Leg("01012345678", "1001")
    # Long enough for the call to be known still when it is watched again.
    path = write_pcap(tmp_path / "c.pcap", [leg.request(T0, "INVITE"), leg.response(T0 + 1, 180)])

    async def work() -> list[str]:
        post = Post()
        post.lookout.use_members(frozenset(("1001",)))
        await post.lookout.begin(Recording(path, real_time=True))
        async with asyncio.timeout(20):
            while not post.seen:
                await asyncio.sleep(0.005)
            await post.lookout.begin(Recording(path, real_time=True))
            await post.replayed.wait()
        await post.lookout.end()
        await post.lookout.end()
        post.thread.end()
        return [type(event).__name__ for seen in post.seen for event in seen.events]

    assert asyncio.run(work()) == ["Ringing", "Ended"]


def test_the_stretch_not_watched() -> None:
    async def work() -> None:
        store = await asyncio.to_thread(SqliteStore, ":memory:")
        before = datetime.now(UTC) - timedelta(hours=1)
        await asyncio.to_thread(store.set_meta, "watched_until", format_at(before))
        post = Post(store)
        unwatched = await post.lookout.watching()
        assert unwatched is not None
        assert abs(unwatched.from_at - before) < timedelta(milliseconds=2)
        assert post.lookout.has_watched
        noted = await post.thread.run(store.get_meta, "watched_until")
        assert noted is not None and noted > format_at(before)
        # Another door is open now: it was watched all the time.
        await post.thread.run(store.set_meta, "watched_until", format_at(before))
        assert await post.lookout.watching() is None
        for told in ("no time at all", ""):
            await post.thread.run(store.set_meta, "watched_until", told)
            assert await Post(store).lookout.watching() is None
        await post.thread.run(store.close)
        post.thread.end()

    asyncio.run(work())


def test_a_stretch_without_a_link_was_not_watched() -> None:
    """Nor is it noted as watched when the program ends in it."""

    async def work() -> None:
        store = await asyncio.to_thread(SqliteStore, ":memory:")
        post = Post(store)
        await post.lookout.watching()
        await post.lookout.interrupted()
        before = await post.thread.run(store.get_meta, "watched_until")
        assert before is not None
        post.passed_s = 300.0
        await post.lookout.interrupted()
        await post.lookout.note_watched()
        assert await post.thread.run(store.get_meta, "watched_until") == before
        assert post.lookout.has_watched
        unwatched = await post.lookout.watching()
        assert unwatched is not None
        assert 300 <= (unwatched.to_at - unwatched.from_at).total_seconds() < 330
        noted = await post.thread.run(store.get_meta, "watched_until")
        assert noted is not None and noted >= before
        await post.thread.run(store.close)
        post.thread.end()

    asyncio.run(work())


DOORS = Live("", frozenset((5060,)))


async def hangs(post: Post, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """A detector that watched, and stands in an endless loop now."""

    def never_ends(_watch: Watch) -> None:
        while True:
            pass

    await post.lookout.begin(DOORS)
    watch = post.lookout.watch
    assert watch is not None
    await post.watching.wait()
    post.watching.clear()
    await post.lookout.watching()
    assert await post.lookout.hung() is None
    monkeypatch.setattr(Watch, "_serve_doors", never_ends)
    while (hung := await post.lookout.hung()) is None:
        await asyncio.sleep(0.02)
    monkeypatch.undo()
    assert hung is watch
    return watch


def test_a_detector_that_hangs_is_given_up_and_begun_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    call = OpenCall("a", "sip-a", "tag", "1001", "01012345678", Direction.IN, time.time() - 5, None)

    async def work() -> None:
        store = await asyncio.to_thread(SqliteStore, ":memory:")
        post = Post(store, free_port())
        watch = await hangs(post, monkeypatch)
        assert post.states[-1].capture is CaptureState.FAILED
        assert post.states[-1].code is CaptureFaultCode.HUNG
        assert watch.state == post.states[-1]
        assert "in never_ends" in caplog.text
        # An endless loop does not go on for ever beside the new one, nor says anything more.
        assert await asyncio.to_thread(watch.join, 20)
        said = len(post.states)
        assert await post.lookout.hung() is None
        post.open_calls = [call]
        await post.lookout.revive(watch)
        await post.watching.wait()
        assert post.lookout.watch is not watch
        assert all(state.capture is CaptureState.WATCHING for state in post.states[said:])
        unwatched = await post.lookout.watching()
        assert unwatched is None or unwatched.to_at - unwatched.from_at < timedelta(seconds=20)
        # The call of before is known to the new detector: after its time it has its end.
        await post.lookout.end()
        events = post.lookout._detector.finish(time.time() + 1)
        assert isinstance(events[-1], Ended) and {event.call_id for event in events} == {"a"}
        await post.thread.run(store.close)
        post.thread.end()

    asyncio.run(work())


def test_what_is_chosen_meanwhile_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        post = Post(None, free_port())
        watch = await hangs(post, monkeypatch)
        await post.lookout.begin(DOORS)
        chosen = post.lookout.watch
        await post.lookout.revive(watch)
        assert post.lookout.watch is chosen and chosen is not watch
        await post.lookout.end()
        await post.lookout.revive(watch)
        assert post.lookout.watch is None
        post.thread.end()

    asyncio.run(work())


def test_a_pc_that_slept_did_not_watch_meanwhile() -> None:
    async def work() -> None:
        store = await asyncio.to_thread(SqliteStore, ":memory:")
        post = Post(store, free_port())
        await post.lookout.begin(DOORS)
        watch = post.lookout.watch
        assert watch is not None
        await post.watching.wait()
        assert await post.lookout.watching() is None
        assert await post.lookout.slept() == 0.0
        post.watching.clear()
        clock_s = iter((0.0,))
        watch.sleep = Sleep(lambda: next(clock_s, 3600.0), lambda: 0.0)
        assert await asyncio.to_thread(watch.join, 20)  # before time passes for any call
        assert await post.lookout.slept() == 3600.0
        assert await post.lookout.slept() == 0.0
        await post.watching.wait()
        unwatched = await post.lookout.watching()
        assert unwatched is not None
        assert 3599 < (unwatched.to_at - unwatched.from_at).total_seconds() < 3700
        await post.lookout.end()
        await post.thread.run(store.close)
        post.thread.end()

    asyncio.run(work())


def test_an_adapter_that_a_sleep_took_away_was_not_watched_since_the_sleep_began() -> None:
    async def work() -> None:
        store = await asyncio.to_thread(SqliteStore, ":memory:")
        post = Post(store, free_port())
        await post.lookout.begin(DOORS)
        watch = post.lookout.watch
        assert watch is not None
        await post.watching.wait()
        await post.lookout.watching()
        await post.lookout.interrupted()  # it is gone, which is found first
        watch.slept_s = 3600.0
        post.watching.clear()
        assert await post.lookout.slept() == 3600.0
        await post.watching.wait()
        unwatched = await post.lookout.watching()
        assert unwatched is not None
        assert 3600 <= (unwatched.to_at - unwatched.from_at).total_seconds() < 3700
        await post.lookout.end()
        await post.thread.run(store.close)
        post.thread.end()

    asyncio.run(work())


def test_a_store_that_hangs_keeps_nobody_from_watching_anew() -> None:
    may_go = threading.Event()

    async def work() -> None:
        store = await asyncio.to_thread(SqliteStore, ":memory:")
        post = Post(store, free_port())
        await post.lookout.begin(DOORS)
        await post.watching.wait()
        await post.lookout.watching()
        stuck = asyncio.create_task(post.thread.run(may_go.wait, 60))
        async with asyncio.timeout(20):
            await post.lookout.begin(DOORS)
            await post.lookout.end()
        may_go.set()
        await stuck
        await post.thread.run(store.close)
        post.thread.end()

    asyncio.run(work())
