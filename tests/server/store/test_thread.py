"""The store's thread, and how a database elsewhere gets what it has not got."""

import asyncio
import threading

import pytest

from packetwave.server.store.base import StoreError, StoreState
from packetwave.server.store.thread import Flusher, StoreThread


def test_each_thread_has_its_name() -> None:
    async def work() -> str:
        thread = StoreThread("journal")
        name = await thread.run(lambda: threading.current_thread().name)
        thread.end()
        return name

    assert asyncio.run(work()).startswith("journal")


def test_what_was_asked_is_done_also_where_nobody_waits_any_more() -> None:
    done: list[str] = []
    may_go = threading.Event()

    def fails() -> None:
        raise StoreError("no")

    async def work() -> None:
        thread = StoreThread()
        first = asyncio.create_task(thread.run(may_go.wait, 30))
        given_up = asyncio.create_task(thread.run(done.append, "given up"))
        while not thread.is_busy:
            await asyncio.sleep(0.001)
        given_up.cancel()
        may_go.set()
        assert await first
        with pytest.raises(StoreError):
            await thread.run(fails)
        assert await thread.run(lambda: 7) == 7
        assert (thread.begun, thread.is_busy, done) == (4, False, ["given up"])
        thread.end()
        thread.end()
        await asyncio.to_thread(thread.thread.join, 20)
        assert not thread.thread.is_alive()

    asyncio.run(work())


class Elsewhere:
    """A database elsewhere that counts how often it is flushed, and fails once."""

    def __init__(self) -> None:
        self.flushes = 0

    def flush(self) -> bool:
        self.flushes += 1
        if self.flushes == 2:
            raise StoreError("the local file cannot be read")
        return True

    def state(self) -> tuple[StoreState, str]:
        return StoreState.MONGODB, "here"

    def unwritten(self) -> int:
        return self.flushes


def test_what_is_there_for_the_database_is_brought_at_once() -> None:
    """Not only at the next look, which would be two seconds later."""
    elsewhere = Elsewhere()

    async def work() -> None:
        thread = StoreThread()
        flusher = Flusher(thread, elsewhere)
        looked: asyncio.Queue[int] = asyncio.Queue()
        task = asyncio.create_task(flusher.run(lambda: looked.put_nowait(elsewhere.flushes)))
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for number in range(1, 4):
            assert await looked.get() == number
            flusher.wake()
        assert loop.time() - began_s < 2
        assert flusher.state == (StoreState.MONGODB, "here")
        task.cancel()
        thread.end()

    asyncio.run(work())
