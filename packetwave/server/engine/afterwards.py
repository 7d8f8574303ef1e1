"""What paired PCs ask and say of calls that are over, or that a killed server has forgotten.

Owns nothing: records are the switchboard's and the store's. The loop thread; the store is asked on its own
thread. What clients say is bounded, and looked at before it is believed.
"""

import logging
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from packetwave.protocol import Had, Seen
from packetwave.server.engine.switchboard import Switchboard
from packetwave.server.hub.outbox import Page, Past, Wanted, missed
from packetwave.server.office.values import CallRecord
from packetwave.server.store.base import CallStore, StoreError, place_of
from packetwave.server.store.thread import StoreThread

log = logging.getLogger(__name__)

PAGE = 200

HAD_WITHIN = timedelta(minutes=10)
"""A call that a client has and the server has not is taken in when it rang at most so long ago: what is older
was written, or its journal was away for other reasons."""

MOST_SEEN = 200
"""Calls in one `seen`; the others are not looked at."""

MOST_WAITING = 1_000
"""Things that clients said and that wait for the store; beyond, they are not looked at."""

_CALL_ID = re.compile(r"[0-9a-f]{16}\Z")


class Afterwards(Past):
    """The past, as the hub asks for it.

    spawn: starts a coroutine under supervision. pass_on: tells the paired PCs of an extension what was looked
    at.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        store_thread: StoreThread,
        calls: CallStore,
        spawn: Callable[[str, Coroutine[Any, Any, None]], object],
        pass_on: Callable[[str, Seen], None],
    ) -> None:
        self._switchboard = switchboard
        self._thread = store_thread
        self._calls = calls
        self._spawn = spawn
        self._pass_on = pass_on
        self._waiting = 0

    def ask(self, wanted: Wanted, give: Callable[[Page], None]) -> None:
        """See `Past.ask`."""
        self._spawn("what a PC has missed", self._give(wanted, give))

    def hear(self, said: Had | Seen, extensions: tuple[str, ...]) -> None:
        """See `Past.hear`."""
        if isinstance(said, Had):
            self._had(said, extensions)
        else:
            self._seen(said, extensions)

    def _had(self, said: Had, extensions: tuple[str, ...]) -> None:
        """Its person was shown this call."""
        now = datetime.now(UTC)
        if (
            _CALL_ID.match(said.call_id)
            and said.called in extensions
            and said.rang_at is not None
            and now - HAD_WITHIN <= said.rang_at <= now + HAD_WITHIN
            and not self._switchboard.knows(said.call_id)
        ):
            self._later("a call that a PC had", self._take_in(said))

    def _seen(self, said: Seen, extensions: tuple[str, ...]) -> None:
        """Its person has looked at these calls."""
        call_ids = tuple(dict.fromkeys(said.call_ids))[:MOST_SEEN]
        if call_ids:
            self._later("calls that were looked at", self._note_seen(call_ids, extensions))

    async def _give(self, wanted: Wanted, give: Callable[[Page], None]) -> None:
        try:
            page = await self._page(wanted)
        except StoreError as error:
            log.warning("what a PC has missed is not known now: %s", error)
            found = self._switchboard.over(wanted.extensions, wanted.since)
            page = Page(tuple(map(self._missed, found)), is_known=False)
        except BaseException:
            give(Page((), is_known=False))
            raise
        give(page)

    async def _page(self, wanted: Wanted) -> Page:
        def load() -> list[CallRecord]:
            return self._calls.ended_calls(
                wanted.extensions, since=wanted.since, after=wanted.after, limit=PAGE
            )

        stored = await self._thread.run(load)
        # What is not written yet, or was changed since, is newer here.
        known = {record.call_id: record for record in stored}
        for record in self._switchboard.over(wanted.extensions, wanted.since):
            if wanted.after is None or place_of(record) > wanted.after:
                known[record.call_id] = record
        found = sorted(known.values(), key=place_of)[:PAGE]
        after = place_of(found[-1]) if len(found) == PAGE else None
        return Page(tuple(map(self._missed, found)), after)

    def _missed(self, record: CallRecord) -> Any:
        return missed(record, lambda extension: self._switchboard.directory.member(extension).name)

    async def _take_in(self, said: Had) -> None:
        def load() -> list[CallRecord]:
            return self._calls.calls_by_id([said.call_id])

        if not await self._thread.run(load) and not self._switchboard.knows(said.call_id):
            self._switchboard.take_in(said, datetime.now(UTC))

    async def _note_seen(self, call_ids: tuple[str, ...], extensions: tuple[str, ...]) -> None:
        def load() -> list[CallRecord]:
            return self._calls.calls_by_id(call_ids)

        seen: dict[str, list[str]] = {}
        stored = {record.call_id: record for record in await self._thread.run(load)}
        for call_id in call_ids:
            record = self._switchboard.record(call_id) or stored.get(call_id)
            if record is not None and record.called in extensions and record.seen_at is None:
                self._switchboard.looked_at(record, datetime.now(UTC))
                seen.setdefault(record.called, []).append(call_id)
        for extension, ids in seen.items():
            self._pass_on(extension, Seen(tuple(ids)))

    def _later(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        if self._waiting >= MOST_WAITING:
            work.close()
            return
        self._waiting += 1
        self._spawn(what, self._counted(work))

    async def _counted(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except StoreError as error:
            log.warning("what a PC said of its calls is not looked at: %s", error)
        finally:
            self._waiting -= 1
