"""The store, from the loop: every database call runs on the store thread, in order; nothing here blocks.

Owns the thread, and what is known of a database elsewhere. What is said of calls has a thread of its own
(`journal`).
"""

import asyncio
import atexit
import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from packetwave.server.store.base import Local, Remote, StoreError, StoreHealth, StoreState

log = logging.getLogger(__name__)

FLUSH_S = 2.0

TEND_S = 2.0
"""A file that was removed or replaced is noticed within this time."""

LAST_S = 3.0
"""What is still to be written when the program ends has so long."""

T = TypeVar("T")


class _Call(NamedTuple):
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Any]"
    function: Callable[[], Any]


class StoreThread:
    """One thread on which everything of the store runs.

    Attributes: thread; begun, how many calls it has begun; is_busy, in one of them. A call may hang for ever,
    as on a disk that does not answer: the program ends all the same, at most `LAST_S` later.
    """

    def __init__(self, name: str = "store") -> None:
        self.begun = 0
        self.is_busy = False
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()
        atexit.register(self.thread.join, LAST_S)

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        """What the function returns there. It is called also where who waits is cancelled."""
        return await self.ask(function, *arguments)

    def ask(self, function: Callable[..., T], *arguments: object) -> "asyncio.Future[T]":
        """The same, to be waited for later."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._calls.put(_Call(loop, answer, partial(function, *arguments)))
        return answer

    def end(self) -> None:
        """Do what was asked so far, then no more. Returns at once; also twice."""
        self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            self.begun += 1
            self.is_busy = True
            try:
                result, error = call.function(), None
            except BaseException as raised:  # noqa: BLE001 - for whoever asked, whatever it is
                result, error = None, raised
            self.is_busy = False
            with contextlib.suppress(RuntimeError):  # the loop is closed
                call.loop.call_soon_threadsafe(_give, call.answer, result, error)
            del call, result, error
        atexit.unregister(self.thread.join)


def _give(answer: "asyncio.Future[Any]", result: object, error: BaseException | None) -> None:
    if answer.done():
        return  # nobody waits any more
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)


class Flusher:
    """Brings a database elsewhere what it has not got, and knows how it is. On the loop thread.

    Attributes: state, and one line about it; unwritten, how many calls the database has not got.
    """

    def __init__(self, thread: StoreThread, remote: Remote | None) -> None:
        self._thread = thread
        self._remote = remote
        self._work = asyncio.Event()
        self.state: tuple[StoreState, str] = (StoreState.EMBEDDED, "")
        self.unwritten = 0

    def wake(self) -> None:
        """There is something for the database: bring it at once."""
        self._work.set()

    async def run(self, on_change: Callable[[], None]) -> None:
        """Flush again and again, for ever; returns at once where there is no database elsewhere."""
        remote = self._remote
        while remote is not None:
            self._work.clear()
            try:
                await self._thread.run(remote.flush)
                self.state = await self._thread.run(remote.state)
                self.unwritten = await self._thread.run(remote.unwritten)
            except StoreError as error:
                log.warning("the local store fails: %s", error)
            on_change()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    await self._work.wait()


class Caretaker:
    """Looks after the local file. On the loop thread. Attribute: health, how it is."""

    def __init__(self, thread: StoreThread, local: Local | None) -> None:
        self._thread = thread
        self._local = local
        self.health = StoreHealth()

    async def run(self, on_change: Callable[[], None]) -> None:
        """Look again and again, for ever; returns at once where there is no file."""
        while self._local is not None:
            await self.look(on_change)
            await asyncio.sleep(TEND_S)

    async def look(self, on_change: Callable[[], None]) -> None:
        """Look once."""
        if self._local is None:
            return
        health = await self._thread.run(self._local.tend)
        if health != self.health:
            self.health = health
            on_change()
