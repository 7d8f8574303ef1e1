"""The store, from the loop: every database call runs on the store thread, in order; nothing here blocks.

Owns the thread and the records not yet written. A call's record is written as soon as the thread is free;
while the store cannot take it, the latest of each call is kept and tried again.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from packetwave.server.office.values import CallRecord
from packetwave.server.store.base import CallStore, StoreError

log = logging.getLogger(__name__)

RETRY_S = 2.0

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
        """Write everything that waits; False where the store did not take it (it is kept then)."""
        batch, self._waiting = self._waiting, {}
        self._work.clear()
        if not batch:
            return True
        try:
            await self._thread.run(self._calls.put_calls, list(batch.values()))
        except StoreError as error:
            log.warning("%d calls are not written yet: %s", len(batch), error)
            self._waiting = {**batch, **self._waiting}
            self._work.set()
            return False
        return True
