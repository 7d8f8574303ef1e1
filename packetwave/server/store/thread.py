"""The store, from the loop: every database call runs on the store thread, in order; nothing here blocks.

Owns the thread, the call records not yet written, and what is known of a database elsewhere. A call's record
is written as soon as the thread is free; while the store cannot take it, the latest of each call is kept and
tried again.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from packetwave.server.office.values import CallRecord
from packetwave.server.store.base import CallStore, Remote, StoreError, StoreState

log = logging.getLogger(__name__)

RETRY_S = 2.0
FLUSH_S = 2.0

T = TypeVar("T")


class StoreThread:
    """One thread on which everything of the store runs."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, *arguments)

    def end(self) -> None:
        self._executor.shutdown(wait=False)


class CallWriter:
    """Writes call records behind the calls. On the loop thread."""

    def __init__(self, thread: StoreThread, calls: CallStore) -> None:
        self._thread = thread
        self._calls = calls
        self._waiting: dict[str, CallRecord] = {}
        self._work = asyncio.Event()

    @property
    def unwritten(self) -> int:
        return len(self._waiting)

    def put(self, record: CallRecord) -> None:
        """Write this record soon, in the place of an earlier one of the same call."""
        self._waiting[record.call_id] = record
        self._work.set()

    async def run(self) -> None:
        """Write what comes, for ever."""
        while True:
            await self._work.wait()
            if not await self.write():
                await asyncio.sleep(RETRY_S)

    async def write(self) -> bool:
        """Write everything that waits; False where the store did not take it. Whatever goes wrong, a record
        that was not written still waits, unless a later one of its call does. Raises what is no StoreError,
        but not before all others are written: one record with which nobody reckoned costs no other."""
        batch, self._waiting = self._waiting, {}
        self._work.clear()
        try:
            await self._put(batch)
        except StoreError as error:
            log.warning("%d calls are not written yet: %s", len(batch), error)
        finally:
            if batch:
                self._waiting = {**batch, **self._waiting}
                self._work.set()
        return not batch

    async def _put(self, batch: dict[str, CallRecord]) -> None:
        """Write the batch, emptying it of what is written."""
        if not batch:
            return
        try:
            await self._thread.run(self._calls.put_calls, list(batch.values()))
        except StoreError:
            raise
        except Exception:
            if len(batch) == 1:
                raise
        else:
            batch.clear()
            return
        failed: Exception | None = None
        for call_id, record in list(batch.items()):
            try:
                await self._thread.run(self._calls.put_calls, [record])
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - raised below, once the others are written
                failed = error
            else:
                del batch[call_id]
        if failed is not None:
            raise failed


class Flusher:
    """Brings a database elsewhere what it has not got, and knows how it is. On the loop thread.

    Attributes: state, and one line about it; unwritten, how many calls the database has not got.
    """

    def __init__(self, thread: StoreThread, remote: Remote | None, problem: str) -> None:
        self._thread = thread
        self._remote = remote
        self.state: tuple[StoreState, str] = (StoreState.EMBEDDED, problem)
        self.unwritten = 0

    async def run(self, on_change: Callable[[], None]) -> None:
        """Flush again and again, for ever; returns at once where there is no database elsewhere."""
        remote = self._remote
        while remote is not None:
            try:
                await self._thread.run(remote.flush)
                self.state = await self._thread.run(remote.state)
                self.unwritten = await self._thread.run(remote.unwritten)
            except StoreError as error:
                log.warning("the local store fails: %s", error)
            on_change()
            await asyncio.sleep(FLUSH_S)
