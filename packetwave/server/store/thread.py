"""The store, from the loop: every database call runs on the store thread, in order; nothing here blocks.

Owns the thread, and what is known of a database elsewhere. What is said of calls has a thread of its own
(`journal`).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from packetwave.server.store.base import Local, Remote, StoreError, StoreHealth, StoreState

log = logging.getLogger(__name__)

FLUSH_S = 2.0

TEND_S = 2.0
"""A file that was removed or replaced is noticed within this time."""

T = TypeVar("T")


class StoreThread:
    """One thread on which everything of the store runs."""

    def __init__(self, name: str = "store") -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, *arguments)

    def end(self) -> None:
        self._executor.shutdown(wait=False)


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
