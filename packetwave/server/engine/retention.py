"""Calls are kept so many days and no longer: at the start, then once a day, what is older is removed.

From the call log, wherever that is, with the event lines that nobody read; from the bytes of the local file,
the logs, and databases that were put aside. Also notices that another program removed calls (the command
`privacy delete`). On the loop thread; the work is done in pieces, between which others have their turn.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from packetwave.server.store.base import StoreError, Stores
from packetwave.server.store.forgetting import REMOVED, lines_before
from packetwave.server.store.thread import StoreThread

log = logging.getLogger(__name__)

PIECE = 500
"""Calls that are removed in one turn of the store thread."""

DAY_S = 24 * 3600.0
AGAIN_S = 600.0
"""When it is tried again after it could not be done: the database is away, another program uses the file."""

LOOK_S = 2.0
"""How often it is looked whether another program removed calls."""


def _now() -> datetime:
    return datetime.now(UTC)


class Retention:
    """Removes what is older than it may become.

    days: how long calls are kept; may be changed, which holds from the next time on. forget_logs: removes the
    lines of before a time from the logs; may block. on_removed: called once calls were removed here,
    on_removed_elsewhere: by another program. Nothing is removed in a replay, which keeps nothing.
    """

    def __init__(
        self,
        thread: StoreThread,
        stores: Stores,
        days: int,
        *,
        forget_logs: Callable[[datetime], None],
        on_removed: Callable[[], None],
        on_removed_elsewhere: Callable[[], None],
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.days = days
        self._thread = thread
        self._stores = stores
        self._forget_logs = forget_logs
        self._on_removed = on_removed
        self._on_removed_elsewhere = on_removed_elsewhere
        self._now = now
        self._seen: str | None = None
        self._has_looked = False
        self._removed = 0
        self._is_refused = False

    async def run(self) -> None:
        """Remove what is too old, again and again, for ever; returns at once for a replay."""
        while self._stores.keeper is not None:
            await asyncio.sleep(DAY_S if await self.remove_old(self._now()) else AGAIN_S)

    async def watch(self) -> None:
        """Notice what other programs remove, for ever; returns at once for a replay."""
        while self._stores.keeper is not None:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def remove_old(self, now: datetime) -> bool:
        """Remove what is older than may be at this time; False where something is left to be done."""
        before = now - timedelta(days=self.days)
        removed = self._removed
        try:
            await self._forget(before)
        except StoreError as error:
            level = logging.DEBUG if self._is_refused else logging.WARNING
            log.log(level, "calls of more than %d days cannot be removed now: %s", self.days, error)
            self._is_refused = True
        else:
            self._is_refused = False
        is_scrubbed = await self._scrub()
        await asyncio.to_thread(self._forget_logs, before)
        if self._removed > removed:
            log.info("%d calls of more than %d days were removed", self._removed - removed, self.days)
            self._on_removed()
        return is_scrubbed and not self._is_refused

    async def _forget(self, before: datetime) -> None:
        calls, local = self._stores.calls, self._stores.local
        if local is not None:
            await self._thread.run(local.forget_aside, before)
        lines = await self._thread.run(calls.lines_left)
        await self._thread.run(calls.remove_lines, lines_before(lines, before))
        piece = partial(calls.forget_calls, before=before, limit=PIECE)
        while count := await self._thread.run(piece):
            self._removed += count

    async def _scrub(self) -> bool:
        try:
            return await self._thread.run(self._stores.calls.scrub)
        except StoreError as error:
            log.warning("the bytes of removed calls are still in the file: %s", error)
            return False

    async def look(self) -> None:
        """Look once whether another program has removed calls."""
        keeper = self._stores.keeper
        if keeper is None:
            return
        try:
            seen = await self._thread.run(keeper.get_meta, REMOVED)
        except StoreError as error:
            log.debug("whether calls were removed cannot be seen: %s", error)
            return
        if self._has_looked and seen != self._seen:
            log.info("another program removed calls")
            self._on_removed_elsewhere()
        self._seen, self._has_looked = seen, True
