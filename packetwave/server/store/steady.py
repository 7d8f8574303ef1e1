"""The local file, steadied: serving never needs a disk that can be written, nor a file that is whole.

Owns the embedded store and what stands in for it. While the file can be used, everything goes there. While it
cannot (disk full, read-only, folder gone), calls, lines and small values go to a copy in memory and are
written as soon as the file takes them again; members can be read meanwhile, not changed. A damaged file is
put aside and what can be read of it is taken over; one that is removed or replaced under the program is
written anew from what the program has.

The store thread, and the journal's for `journal`. `tend` looks after it, some times a minute at least.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from packetwave.server.office.values import CallRecord, MemberChange, MemberTable, Put
from packetwave.server.store.base import (
    EventLine,
    Place,
    StoreAway,
    StoreDamaged,
    StoreError,
    StoreFound,
    StoreHealth,
    StoreTrouble,
    StoreUnwritable,
)
from packetwave.server.store.copies import copy_back, copy_out
from packetwave.server.store.last_members import FILE_NAME as LAST_MEMBERS
from packetwave.server.store.last_members import LastMembers
from packetwave.server.store.local_file import (
    ENDINGS,
    back_up,
    identity,
    put_aside,
    read_into,
    remove_aside,
    unwritable,
)
from packetwave.server.store.sqlite import SqliteStore

log = logging.getLogger("packetwave.store")

AGAIN_S = 4.0
"""Between two tries whether the file can be written again."""

_ALL_CALLS = 10_000_000

SHOWN_CALLS = 20_000
"""Of the history, so much is at hand while the file cannot be written."""

MAX_HELD = 50_000
"""Calls that may be in memory only; beyond it the oldest that have ended are given up, and counted."""

T = TypeVar("T")


class SteadyStore:
    """MemberStore, JournalStore, Keeper and what a database elsewhere keeps here, in the file at `path`.

    clock: seconds, for the pace of trying again. Raises StoreError for a file that a newer program made.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.RLock()
        self._last = LastMembers(path.with_name(LAST_MEMBERS))
        self._found: list[StoreFound] = []
        self._trouble: StoreTrouble | None = None
        self._again_at_s = 0.0
        self._held: dict[str, None] = {}
        self._lost = 0
        self._identity: tuple[object, ...] = ()
        self._memory: SqliteStore | None = None
        self._whole: SqliteStore | None = None
        """Open still, of a file that was removed and cannot be written anew yet: has all of the history."""

        try:
            self._store, _ = self._open_file()
        except (StoreUnwritable, StoreAway) as error:
            self._store = self._stand_in(error)

    # Looking after it

    def tend(self) -> StoreHealth:
        """How the file is; tries what could not be done, and notices that the file is another."""
        with self._lock:
            if self._trouble is not None:
                if self._clock() >= self._again_at_s:
                    self._try_again()
            else:
                self._see_that_it_is_there()
            self._last.try_again()
            return StoreHealth(self._trouble, len(self._held), self._lost, tuple(self._found))

    def close(self) -> None:
        """Give the file back; what is in memory is written, if it can be now. May be called twice."""
        with self._lock:
            if self._trouble is not None and (self._held or self._whole is not None):
                self._try_again()
            self._store.close()
            if self._whole is not None:
                self._whole.close()

    # Members

    def load_members(self) -> MemberTable:
        """All rows."""
        table = self._do(SqliteStore.load_members)
        if self._trouble is None:
            self._last.keep("", table)
        return table

    def change_members(self, changes: Sequence[MemberChange]) -> MemberTable:
        """Do all changes or none, then return the table. Raises StoreUnwritable where only memory could take
        them."""
        with self._lock:
            if self._trouble is not None:
                self._try_again()
            if self._trouble is not None:
                raise StoreUnwritable(f"{self._path} cannot be written now", self._trouble)
            store = self._store
        table = store.change_members(changes)
        self._last.keep("", table)
        return table

    def members_changed(self) -> bool:
        """True if somebody else may have changed the members since the last load."""
        return self._do(SqliteStore.members_changed)

    def keep_members(self, place: str, table: MemberTable) -> None:
        """Keep the members of the database at `place`."""
        self._do(lambda store: store.keep_members(place, table))
        self._last.keep(place, table)

    def kept_members(self, place: str) -> MemberTable | None:
        """The members last kept of the database at `place`."""
        return self._do(lambda store: store.kept_members(place)) or self._last.of(place)

    # Calls

    def put_calls(self, records: Sequence[CallRecord]) -> None:
        """Write each record over what is stored of its `call_id`."""
        self.journal(records)

    def journal(
        self,
        records: Sequence[CallRecord],
        lines: Sequence[EventLine] = (),
        done: Sequence[int] = (),
        *,
        mark: bool = False,
    ) -> None:
        """See `JournalStore.journal`."""

        def write(store: SqliteStore) -> None:
            with store.using():  # while memory is copied back, nothing comes between the two
                store.journal(records, lines, done, mark=mark)
                if store is self._memory:
                    self._held.update((record.call_id, None) for record in records)

        self._do(write)
        if len(self._held) > MAX_HELD:
            with self._lock:
                self._give_up(len(self._held) - MAX_HELD)

    def lines_left(self) -> list[EventLine]:
        """See `JournalStore.lines_left`."""
        return self._do(SqliteStore.lines_left)

    def load_calls(self, *, since: datetime, limit: int = 1000) -> list[CallRecord]:
        """Calls that rang at or after `since`, newest first."""
        return self._do(lambda store: store.load_calls(since=since, limit=limit))

    def open_calls(self) -> list[CallRecord]:
        """Calls without an outcome, oldest first."""
        return self._do(SqliteStore.open_calls)

    def ended_calls(
        self, extensions: Collection[str], *, since: datetime, after: Place | None = None, limit: int = 200
    ) -> list[CallRecord]:
        """See `CallStore.ended_calls`."""
        return self._do(lambda store: store.ended_calls(extensions, since=since, after=after, limit=limit))

    def calls_by_id(self, call_ids: Collection[str]) -> list[CallRecord]:
        """See `CallStore.calls_by_id`."""
        return self._do(lambda store: store.calls_by_id(call_ids))

    # Forgetting

    def find_calls(self, who: Sequence[str]) -> list[CallRecord]:
        """Calls that name one of these texts."""
        return self._do(lambda store: store.find_calls(who))

    def forget_calls(self, *, before: datetime, limit: int = 500) -> int:
        """See `CallStore.forget_calls`. While memory stands in for the file, that has its turn later."""
        return self._do(lambda store: store.forget_calls(before=before, limit=limit))

    def remove_calls(self, call_ids: Sequence[str]) -> int:
        """Remove these calls."""
        return self._do(lambda store: store.remove_calls(call_ids))

    def remove_lines(self, numbers: Sequence[int]) -> None:
        """See `JournalStore.remove_lines`."""
        self._do(lambda store: store.remove_lines(numbers))

    def scrub(self) -> bool:
        """See `JournalStore.scrub`. A disk without the room for that is no trouble of the store's."""
        with self._lock:
            return self._trouble is None and self._store.scrub()

    def forget_aside(self, before: datetime) -> None:
        """Remove databases that were put aside before that time."""
        for aside in remove_aside(self._path, before):
            log.info("%s, which had been put aside, is as old as calls may become: removed", aside.name)

    # Calls that a database elsewhere has not got yet

    def unwritten_calls(self, limit: int = -1) -> list[CallRecord]:
        """See `SqliteStore.unwritten_calls`."""
        return self._do(lambda store: store.unwritten_calls(limit))

    def count_unwritten(self) -> int:
        """See `SqliteStore.count_unwritten`."""
        return self._do(SqliteStore.count_unwritten)

    def mark_written(self, records: Sequence[CallRecord]) -> None:
        """See `SqliteStore.mark_written`."""
        self._do(lambda store: store.mark_written(records))

    # Small values

    def get_meta(self, key: str) -> str | None:
        """The value stored under `key`, None where there is none."""
        return self._do(lambda store: store.get_meta(key))

    def set_meta(self, key: str, value: str) -> None:
        """Store a value under `key`."""
        self._do(lambda store: store.set_meta(key, value))

    # What stands in

    def _do(self, function: Callable[[SqliteStore], T]) -> T:
        """What the store answers; where its file cannot be used, what the copy in memory does."""
        while True:
            store = self._store
            try:
                return function(store)
            except StoreError as error:
                if not self._is_another_now(store, error):
                    raise

    def _is_another_now(self, store: SqliteStore, error: StoreError) -> bool:
        """Whether there is another store to be asked than this, which failed."""
        with self._lock:
            if self._store is not store:
                return True
            if self._trouble is not None or not isinstance(error, StoreUnwritable | StoreDamaged):
                return False
            self._hold(store, error)
            return True

    def _hold(self, store: SqliteStore, error: StoreError, *, is_removed: bool = False) -> None:
        """Let memory stand in for a file that is open. is_removed: then nobody else has it any more."""
        log.error("%s; calls are kept in memory until it can be written", error)
        memory = SqliteStore(":memory:")
        with store.using() as source, memory.using() as target:
            copy_out(source, target, calls=SHOWN_CALLS)
            self._begin_trouble(memory, error)
            self._store = memory
            if is_removed:
                self._whole = store
            else:
                store.close()

    def _stand_in(self, error: StoreError, path: Path | None = None) -> SqliteStore:
        """Memory in the place of a file that cannot be opened for writing; with what can be read of it. path:
        where that is, if it has another name."""
        log.error("%s; calls are kept in memory until it can be written", error)
        memory = SqliteStore(":memory:")
        with memory.using() as target:
            read_into(target, path or self._path, SHOWN_CALLS, is_quiet=not isinstance(error, StoreAway))
        self._begin_trouble(memory, error)
        return memory

    def _begin_trouble(self, memory: SqliteStore, error: StoreError) -> None:
        self._memory = memory
        self._trouble = _trouble_of(error) or StoreTrouble.UNUSABLE
        self._again_at_s = self._clock() + AGAIN_S
        self._put_last_members(memory)

    def _try_again(self) -> None:
        """Go back to the file if it can be written."""
        self._again_at_s = self._clock() + AGAIN_S
        memory = self._store
        try:
            if self._whole is not None:
                self._save(self._whole)
                self._leave(self._whole, self._identify())
                self._whole = None
            store, is_new = self._open_file()
        except StoreError as error:
            self._trouble = _trouble_of(error) or self._trouble
            return
        try:
            with memory.using() as source, store.using() as target:
                copy_back(source, target, None if is_new else self._held)
                self._store, self._memory = store, None
                memory.close()
        except StoreError as error:
            self._trouble = _trouble_of(error) or self._trouble
            store.close()
            return
        log.warning("the local file is written again; %d calls were in memory only", len(self._held))
        self._trouble = None
        self._held.clear()

    def _give_up(self, count: int) -> None:
        open_now = {record.call_id for record in self._store.open_calls()}
        for call_id in [each for each in self._held if each not in open_now][:count]:
            del self._held[call_id]
            with self._store.using() as connection:
                connection.execute("DELETE FROM calls WHERE call_id = ?", (call_id,))
            self._lost += 1

    # The file

    def _open_file(self) -> tuple[SqliteStore, bool]:
        """The file, made where it is missing, and whether it is new; a damaged one is put aside, what can be
        read of it taken over. Raises StoreError."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self._path.parent, error) from error
        self._put_back()
        is_new = not self._path.exists()
        try:
            store = SqliteStore(self._path)
        except StoreDamaged as error:
            aside = put_aside(self._path, "damaged")
            log.error("%s; it was put aside as %s", error, aside.name)
            self._note(StoreFound.DAMAGED)
            store, is_new = SqliteStore(self._path), True
            with store.using() as target:
                read_into(target, aside, _ALL_CALLS)
        if is_new:
            self._put_last_members(store)
        self._identity = self._identify()
        return store, is_new

    def _put_last_members(self, store: SqliteStore) -> None:
        """Where the store has no members, let those last known serve."""
        last = self._last.of("")
        if last is None or not last.members or store.load_members().members:
            return
        for member in last.members:
            with contextlib.suppress(StoreError):  # one with which something is wrong costs no other
                store.change_members([Put(replace(member, row_id=""))])
        self._note(StoreFound.MEMBERS_KEPT)
        log.warning("the members are those last known: %d", len(last.members))

    def _see_that_it_is_there(self) -> None:
        """Write the file anew where it was removed, or another was put in its place."""
        there = self._identify()
        if there == self._identity:
            return
        if not self._identity[1] and there[0] == self._identity[0]:
            self._identity = there  # its log has come
            return
        is_replaced = there[0] is not None and there[0] != self._identity[0]
        self._note(StoreFound.REPLACED if is_replaced else StoreFound.REMOVED)
        log.error("the local file was %s; it is written anew", "replaced" if is_replaced else "removed")
        old = self._store
        try:
            self._save(old)
        except StoreError as error:
            self._hold(old, error, is_removed=True)
            return
        try:
            self._leave(old, there)
            self._store, _ = self._open_file()
        except StoreError as error:
            self._store = self._stand_in(error, self._beside if self._beside.exists() else None)
            old.close()

    def _leave(self, old: SqliteStore, there: tuple[object, ...]) -> None:
        """Close what was saved beside the file, and leave its place to it. there: what has the file's name
        now. Raises StoreError."""
        if there[1] == self._identity[1]:  # the log beside the other file is still ours
            old.close()
            self._remove(*ENDINGS[1:])
        self._put_back()
        old.close()  # not before: SQLite removes the log by its name, which may be the other file's

    @property
    def _beside(self) -> Path:
        """All of a file that was removed or replaced, until it has its name again."""
        return self._path.with_name(self._path.name + ".new")

    def _save(self, whole: SqliteStore) -> None:
        """Write all that an open file has beside its place. Raises StoreError."""
        part = self._path.with_name(self._path.name + ".part")
        with whole.using() as source:
            back_up(source, part)
        try:
            part.replace(self._beside)
        except OSError as error:
            raise unwritable(self._beside, error) from error

    def _put_back(self) -> None:
        """Give what was saved beside it the file's name; what has that is put aside. Raises StoreError."""
        try:
            if not self._beside.exists():
                return
            if self._path.exists():
                put_aside(self._path, "replaced")
            self._remove(*ENDINGS)
            self._beside.replace(self._path)
        except OSError as error:
            raise unwritable(self._path, error) from error

    def _remove(self, *endings: str) -> None:
        try:
            for ending in endings:
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self._path, error) from error

    def _note(self, found: StoreFound) -> None:
        if found not in self._found:
            self._found.append(found)

    def _identify(self) -> tuple[object, ...]:
        """Which file it is, and which log of it; None each for none."""
        return tuple(identity(self._path.with_name(self._path.name + ending)) for ending in ENDINGS[:2])


def _trouble_of(error: StoreError) -> StoreTrouble | None:
    if isinstance(error, StoreUnwritable):
        return error.trouble
    return StoreTrouble.LOCKED if isinstance(error, StoreAway) else None
