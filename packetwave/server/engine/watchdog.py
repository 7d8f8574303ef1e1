"""Looks twice a second whether all goes on: the detector, the store, and whether the PC slept.

What stands still is begun anew where that helps, and said: to the log with where it stands, to the window by
the status, to clients where calls are not seen. On the loop thread; who watches that is `common.loop_watch`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from packetwave.common.standstill import PACE_S, Standstill, stack_of
from packetwave.common.supervision import HEALTHY_S, PAUSES_S, Supervisor
from packetwave.protocol import Watching
from packetwave.server.store.journal import Journal
from packetwave.server.store.thread import StoreThread
from packetwave.server.watch.lookout import Lookout
from packetwave.server.watch.states import CaptureState
from packetwave.server.watch.thread import Watch

log = logging.getLogger(__name__)
_crash_log = logging.getLogger("packetwave.crash")

STOPPED = "stopped"
"""Why calls are not seen where somebody has stopped it, or nothing was chosen; else a `CaptureFaultCode`."""

_SEEN = (CaptureState.WATCHING, CaptureState.REPLAYING)


class Watchdog:
    """The looks, and what was seen at the last ones.

    tell_clients: gives a message to all that said hello. on_change: something of the status may have
    changed.

    Attributes: store_still_since, as in `notices.Status`; watching, what clients that come are told, None for
    nothing.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        lookout: Lookout,
        store_thread: StoreThread,
        journal: Journal,
        *,
        tell_clients: Callable[[Watching], Awaitable[None]],
        on_change: Callable[[], None],
    ) -> None:
        self.store_still_since: datetime | None = None
        self.watching: Watching | None = None
        self._supervisor = supervisor
        self._lookout = lookout
        self._store_thread = store_thread
        self._journal = journal
        self._tell_clients = tell_clients
        self._on_change = on_change
        self._seen_before: str | None = ""
        self._store, self._written = Standstill(), Standstill()
        self._given_up = 0
        self._revived_s = 0.0

    async def run(self) -> None:
        """Look again and again, for ever."""
        while True:
            await asyncio.sleep(PACE_S)
            await self.look()

    async def look(self) -> None:
        """Look once."""
        await self._lookout.slept()
        hung = await self._lookout.hung()
        if hung is not None:
            self._supervisor.spawn("watching anew", self._revive(hung))
        self._look_at_store()
        await self._look_at_watching()

    # The detector

    async def _revive(self, hung: Watch) -> None:
        """Watch anew after a pause, which grows from one time to the next."""
        if time.monotonic() - self._revived_s >= HEALTHY_S:
            self._given_up = 0
        pause_s = PAUSES_S[min(self._given_up, len(PAUSES_S) - 1)]
        self._given_up += 1
        await asyncio.sleep(pause_s)
        self._revived_s = time.monotonic()
        await self._lookout.revive(hung)

    # The store

    def _look_at_store(self) -> None:
        now_s = time.monotonic()
        thread, journal = self._store_thread, self._journal
        begins = self._store.look(thread.begun if thread.is_busy else None, now_s)
        begins |= self._written.look(journal.writes if journal.has_work else None, now_s)
        still = [each.still_s for each in (self._store, self._written) if each.is_still]
        if begins and self.store_still_since is None:
            _crash_log.error(
                "the database has not answered for %.1f s; calls are told all the same, and wait to be "
                "written\n%s%s",
                max(still),
                stack_of(thread.thread.ident),
                stack_of(journal.thread.ident),
            )
            self.store_still_since = datetime.now(UTC) - timedelta(seconds=max(still))
            self._on_change()
        elif not still and self.store_still_since is not None:
            log.warning("the database answers again")
            self.store_still_since = None
            self._on_change()

    # What clients are told

    async def _look_at_watching(self) -> None:
        reason = _why_not(self._lookout.watch)
        before, self._seen_before = self._seen_before, reason
        if reason is None or (reason and reason != before):  # it may be over at the next look
            return
        told = "" if self.watching is None else self.watching.reason
        if reason == told:
            return
        now = datetime.now(UTC)
        self.watching = Watching(False, now, reason) if reason else None
        await self._tell_clients(self.watching or Watching(True, now))


def _why_not(watch: Watch | None) -> str | None:
    """Why calls are not seen, "" where they are, None where that is not known yet."""
    if watch is None:
        return STOPPED
    state = watch.state
    if state.capture in _SEEN:
        return ""
    if state.code is not None and state.capture is not CaptureState.REPLAYED:
        return state.code.value
    return None if watch.is_opening else STOPPED
