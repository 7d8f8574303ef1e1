"""MongoDB that may go away: its last known members go on serving, and no call record is lost.

Owns nothing but the answer to "is it there?". Members are kept in the local file at every load, apart from
the embedded ones. A call is written to the local file first, marked there, then to the database; the mark
goes when the database has it. Both survive a restart. Since writing a call again changes nothing
(`call_id` is its key), each is there once, whenever the connection broke.

After a failure no call here asks the database any more, so none waits for it: only `flush` does, which the
engine calls about every 2 s on the store thread.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from packetwave.server.office.values import CallRecord, MemberChange, MemberTable
from packetwave.server.store.base import (
    EventLine,
    Place,
    StoreAway,
    StoreConflict,
    StoreError,
    StoreState,
    place_of,
)
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.sqlite import SqliteStore
from packetwave.server.store.steady import SteadyStore

log = logging.getLogger("packetwave.store")

T = TypeVar("T")

_BATCH = 500
_REFUSED_PAUSE_S = 30.0  # after a refusal (password, rights): asking again soon helps nobody


class KeptStore:
    """MemberStore and CallStore in `primary`, with `local` for the time that it is away. Owns both.

    clock: seconds, for the pace of trying again after a refusal.
    """

    def __init__(
        self,
        primary: MongoStore,
        local: SteadyStore | SqliteStore,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._primary = primary
        self._local = local
        self._clock = clock
        self._there: bool | None = None  # None: not asked yet
        self._detail = ""
        self._write_refused = ""
        self._ask_again_at = 0.0
        self._write_again_at = 0.0
        self._members_stale = False
        self._kept: MemberTable | None = None  # what the local file has, once known

    def state(self) -> tuple[StoreState, str]:
        """Whether the database is there, and one line about it: its place, or what is the matter."""
        if self._there:
            return StoreState.MONGODB, self._write_refused or self._primary.place
        return StoreState.AWAY, self._detail or self._primary.place

    def unwritten(self) -> int:
        """How many calls the database has not got yet."""
        return self._local.count_unwritten()

    def flush(self) -> bool:
        """True if the database is there and has every call. Looks for it where it was away, and writes."""
        if self._there:
            if not self._primary.seems_up():
                self._lost(StoreAway(f"MongoDB at {self._primary.place} cannot be reached"))
        elif self._clock() >= self._ask_again_at and self._primary.seems_up():
            try:
                self._primary.ping()
            except StoreError as error:
                self._lost(error)
            else:
                self._found()
        return self._write_calls()

    def close(self) -> None:
        """Give both handles back. May be called twice."""
        self._primary.close()
        self._local.close()

    # Members

    def load_members(self) -> MemberTable:
        """All rows; with the database away those last known, none where it was never seen."""
        if self._there is not False:
            try:
                table = self._primary.load_members()
            except StoreError as error:
                self._lost(error)
            else:
                self._found()
                self._members_stale = False
                self._keep(table)
                return table
        if self._kept is None:
            self._kept = self._local.kept_members(self._primary.place)
        return self._kept or MemberTable()

    def change_members(self, changes: Sequence[MemberChange]) -> MemberTable:
        """Do all changes or none. Raises StoreAway at once with the database away, StoreConflict."""
        if self._there is False:
            raise StoreAway(self._detail)
        try:
            table = self._primary.change_members(changes)
        except StoreAway as error:
            self._lost(error)
            raise
        self._found()
        self._members_stale = False
        self._keep(table)
        return table

    def members_changed(self) -> bool:
        """True if the members may be others than those last loaded; also once the database is back."""
        if self._there is False:
            return False
        if self._members_stale:
            return True
        try:
            return self._primary.members_changed()
        except StoreError as error:
            self._lost(error)
            return False

    def _keep(self, table: MemberTable) -> None:
        if table == self._kept:
            return
        self._kept = table
        try:
            self._local.keep_members(self._primary.place, table)
        except StoreError as error:
            # They serve all the same; only a restart without the database would have older ones.
            log.warning("the members cannot be kept: %s", error)

    # Calls

    def journal(
        self, records: Sequence[CallRecord], lines: Sequence[EventLine] = (), done: Sequence[int] = ()
    ) -> None:
        """Write to the local file; `flush` brings the calls to the database."""
        self._local.journal(records, lines, done, mark=True)

    def lines_left(self) -> list[EventLine]:
        """See `JournalStore.lines_left`."""
        return self._local.lines_left()

    def put_calls(self, records: Sequence[CallRecord]) -> None:
        """Write the records durably to the local file, and to the database where it is there."""
        self.journal(records)
        self._write_calls()

    def load_calls(self, *, since: datetime, limit: int = 1000) -> list[CallRecord]:
        """Calls that rang at or after `since`, newest first; with the database away those written here."""
        self._write_calls()
        if self._there is not False:
            try:
                stored = self._primary.load_calls(since=since, limit=limit)
            except StoreError as error:
                self._lost(error)
            else:
                self._found()
                merged = self._with_unwritten(stored)
                merged.sort(key=lambda record: (record.rang_at, record.call_id), reverse=True)
                return [record for record in merged if record.rang_at >= since][:limit]
        return self._local.load_calls(since=since, limit=limit)

    def open_calls(self) -> list[CallRecord]:
        """Calls without an outcome, oldest first; with the database away those written here."""
        self._write_calls()
        if self._there is not False:
            try:
                stored = self._primary.open_calls()
            except StoreError as error:
                self._lost(error)
            else:
                self._found()
                merged = self._with_unwritten(stored)
                merged.sort(key=lambda record: (record.rang_at, record.call_id))
                return [record for record in merged if record.outcome is None]
        return self._local.open_calls()

    # Forgetting

    def find_calls(self, who: Sequence[str]) -> list[CallRecord]:
        """Calls that name one of these texts, oldest first. Raises StoreAway with the database away."""
        known = {record.call_id: record for record in self._ask(lambda: self._primary.find_calls(who))}
        known.update((record.call_id, record) for record in self._local.find_calls(who))
        return sorted(known.values(), key=lambda record: (record.rang_at, record.call_id))

    def forget_calls(self, *, before: datetime, limit: int = 500) -> int:
        """See `CallStore.forget_calls`: first those of the local file, then those of the database."""
        removed = self._local.forget_calls(before=before, limit=limit)
        return removed or self._ask(lambda: self._primary.forget_calls(before=before, limit=limit))

    def remove_calls(self, call_ids: Sequence[str]) -> int:
        """Remove these calls here and there; how many the one that had more of them had."""
        here = self._local.remove_calls(call_ids)
        return max(here, self._ask(lambda: self._primary.remove_calls(call_ids)))

    def remove_lines(self, numbers: Sequence[int]) -> None:
        """See `JournalStore.remove_lines`."""
        self._local.remove_lines(numbers)

    def scrub(self) -> bool:
        """See `JournalStore.scrub`. What the database does with its own files is its own affair."""
        return self._local.scrub()

    def _ask(self, question: Callable[[], T]) -> T:
        """What the database answers. Raises StoreAway at once while it is away."""
        if self._there is False:
            raise StoreAway(self._detail)
        try:
            answer = question()
        except StoreAway as error:
            self._lost(error)
            raise
        self._found()
        return answer

    def ended_calls(
        self, extensions: Collection[str], *, since: datetime, after: Place | None = None, limit: int = 200
    ) -> list[CallRecord]:
        """See `CallStore.ended_calls`. Those that the database has not got come from the local file."""
        local = self._local.ended_calls(extensions, since=since, after=after, limit=limit)
        if self._there is not False:
            try:
                stored = self._primary.ended_calls(extensions, since=since, after=after, limit=limit)
            except StoreError as error:
                self._lost(error)
            else:
                self._found()
                # What is here was written first, and is at least as new.
                known = {record.call_id: record for record in (*stored, *local)}
                return sorted(known.values(), key=place_of)[:limit]
        return local

    def calls_by_id(self, call_ids: Collection[str]) -> list[CallRecord]:
        """See `CallStore.calls_by_id`."""
        found = {record.call_id: record for record in self._local.calls_by_id(call_ids)}
        missing = [call_id for call_id in call_ids if call_id not in found]
        if missing and self._there is not False:
            try:
                found.update((record.call_id, record) for record in self._primary.calls_by_id(missing))
            except StoreError as error:
                self._lost(error)
        return list(found.values())

    def _with_unwritten(self, stored: list[CallRecord]) -> list[CallRecord]:
        known = {record.call_id: record for record in stored}
        known.update((record.call_id, record) for record in self._local.unwritten_calls())
        return list(known.values())

    def _write_calls(self) -> bool:
        """True if the database is there and has every call."""
        while self._there is not False:
            records = self._local.unwritten_calls(_BATCH)
            if not records:
                return self._there is True
            if self._clock() < self._write_again_at:
                return False
            try:
                self._primary.put_calls(records)
            except StoreAway as error:
                self._lost(error)
            except StoreError as error:
                # It is there and its members serve, but it does not take these.
                self._write_again_at = self._clock() + _REFUSED_PAUSE_S
                self._write_refused = str(error)
                log.warning("calls stay in the local file: %s", error)
                return False
            else:
                self._found()
                self._write_refused = ""
                self._local.mark_written(records)
        return False

    # Small values stay in the local file

    def get_meta(self, key: str) -> str | None:
        """The value stored under `key`, None where there is none."""
        return self._local.get_meta(key)

    def set_meta(self, key: str, value: str) -> None:
        """Store a value under `key`, durably."""
        self._local.set_meta(key, value)

    def _found(self) -> None:
        if not self._there:
            log.info("MongoDB at %s is there", self._primary.place)
        self._there = True
        self._detail = ""

    def _lost(self, error: StoreError) -> None:
        if self._there is not False:
            log.warning("%s; the last known members serve and calls are kept", error)
        self._there = False
        self._detail = str(error)
        self._members_stale = True
        refused = not isinstance(error, StoreAway | StoreConflict)
        self._ask_again_at = self._clock() + (_REFUSED_PAUSE_S if refused else 0.0)
