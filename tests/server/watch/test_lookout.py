"""What is watched and since when, with a real store and a recording."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from packetwave.protocol.fields import format_at
from packetwave.server.settings import ServerSettings
from packetwave.server.store.sqlite import SqliteStore
from packetwave.server.store.thread import StoreThread
from packetwave.server.watch.lookout import Lookout
from packetwave.server.watch.states import CaptureState, Recording, Seen, WatchState
from tests.server.wire import Leg, write_pcap

T0 = 1_700_000_000.0


class Post:
    """The engine's surroundings of a lookout."""

    def __init__(self, store: SqliteStore | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        self.seen: list[Seen] = []
        self.states: list[WatchState] = []
        self.replayed = asyncio.Event()
        self.thread = StoreThread()
        self.lookout = Lookout(
            ServerSettings(),
            self.thread,
            store,
            recording=True,
            post=self.post,
            on_seen=self.seen.append,
            on_state=self.on_state,
            on_diagnosis=lambda _said: None,
            on_failure=lambda what, error: pytest.fail(f"{what}: {error!r}"),
        )

    def post(self, function: Callable[..., None], *arguments: Any) -> None:
        self.loop.call_soon_threadsafe(function, *arguments)

    def on_state(self, state: WatchState) -> None:
        self.states.append(state)
        if state.capture is CaptureState.REPLAYED:
            self.replayed.set()


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
        post = Post(store)
        assert await post.lookout.watching() is None
        before = datetime.now(UTC) - timedelta(hours=1)
        await post.thread.run(store.set_meta, "watched_until", format_at(before))
        unwatched = await post.lookout.watching()
        assert unwatched is not None
        assert abs(unwatched.from_at - before) < timedelta(milliseconds=2)
        assert post.lookout.has_watched
        noted = await post.thread.run(store.get_meta, "watched_until")
        assert noted is not None and noted > format_at(before)
        await post.thread.run(store.set_meta, "watched_until", "no time at all")
        assert await post.lookout.watching() is None
        await post.thread.run(store.close)
        post.thread.end()

    asyncio.run(work())
