"""The embedded store: members and calls in one SQLite file; and what is kept for a MongoDB that is away.

Every commit is on the disk when the call returns (WAL, synchronous FULL). Another process may use the same
file (`members import` beside a running server). The store thread and the journal's take turns at the one
connection. Times are stored as whole milliseconds since 1970 UTC.
"""

import errno
import json
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from packetwave.common import files
from packetwave.server.office.values import (
    COLUMNS,
    CallRecord,
    Member,
    MemberChange,
    MemberTable,
    Put,
    texts_of,
)
from packetwave.server.store.base import (
    EventLine,
    Place,
    StoreAway,
    StoreConflict,
    StoreDamaged,
    StoreError,
    StoreTrouble,
    StoreUnwritable,
)
from packetwave.server.store.forgetting import PLACES
from packetwave.server.store.rows import (
    CALL_FIELDS,
    CALL_LISTS,
    CALL_TIMES,
    call_fields,
    checked,
    clean,
    read_call,
    read_table,
)
from packetwave.server.store.schema import json_object, migrate, read_json, to_json, transaction
from packetwave.server.store.table_text import table_from_text, table_to_text

FILE_NAME = "packetwave.db"
MEMORY = ":memory:"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_BUSY_PAUSE_S = 0.005
_PAGE = 2_000
_TO_SCRUB = "to_scrub"
"""The small value that is there from a removal until its bytes are gone."""

_MEMBER_NAMES = ", ".join(f'"{name}"' for name in (*COLUMNS, "extra"))
_MEMBER_PLACES = ", ".join("?" for _ in (*COLUMNS, "extra"))
_MEMBER_SETS = ", ".join(f'"{name}" = ?' for name in (*COLUMNS, "extra"))
_CALL_NAMES = ", ".join(f'"{name}"' for name in CALL_FIELDS)
_CALL_PLACES = ", ".join("?" for _ in CALL_FIELDS)


class SqliteStore:
    """MemberStore and CallStore in one file, `":memory:"` for none.

    busy_s: how long to wait for another process that writes. Raises StoreDamaged where the file is no
    database or a broken one, StoreError where it cannot be opened.
    """

    def __init__(self, path: Path | str, *, busy_s: float = 1.5) -> None:
        self._path = str(path)
        self._seen_version = -1
        self._lock = threading.RLock()
        if self._path != MEMORY:
            _see_to_rights(Path(self._path))
        with self._told():
            self._connection = sqlite3.connect(
                self._path, timeout=busy_s, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(time.monotonic() + busy_s)
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self, until_s: float) -> None:
        self._use_log(until_s)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        (verdict,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StoreDamaged(f"{self._path}: {verdict}")
        migrate(self._connection)

    def _use_log(self, until_s: float) -> None:
        # Two programs that make the file at the same moment: SQLite does not wait here by itself.
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                    raise
                time.sleep(_BUSY_PAUSE_S)
            else:
                return

    def close(self) -> None:
        """Give the file back. May be called twice. Afterwards everything else raises StoreError."""
        with self._lock:
            self._connection.close()

    # Members

    def load_members(self) -> MemberTable:
        """All rows. Raises StoreAway, StoreDamaged."""
        with self._told():
            # Before the rows: a change between the two is then seen again, never missed.
            seen_version = self._data_version()
            rows = self._connection.execute(
                f"SELECT row_id, {_MEMBER_NAMES} FROM members ORDER BY row_id"
            ).fetchall()
        self._seen_version = seen_version
        return read_table(
            (str(row_id), {**json_object(extra), **dict(zip(COLUMNS, known, strict=True))})
            for row_id, *known, extra in rows
        )

    def change_members(self, changes: Sequence[MemberChange]) -> MemberTable:
        """Do all changes or none, then return the table. See `MemberStore.change_members`."""
        good = [checked(change) for change in changes]
        with self._told(), transaction(self._connection):
            for change in good:
                if not isinstance(change, Put):
                    done = self._connection.execute(
                        "DELETE FROM members WHERE row_id = ?", (_number(change.row_id),)
                    )
                    if done.rowcount != 1:
                        raise StoreConflict(f"member row {change.row_id} is not there any more")
                elif change.member.row_id:
                    self._replace_member(change.member)
                else:
                    self._connection.execute(
                        f"INSERT INTO members ({_MEMBER_NAMES}) VALUES ({_MEMBER_PLACES})",
                        (*texts_of(change.member).values(), to_json(change.member.extra)),
                    )
        return self.load_members()

    def members_changed(self) -> bool:
        """True if another process wrote to the file since the last load (or nothing was loaded yet)."""
        with self._told():
            return self._data_version() != self._seen_version

    def _replace_member(self, member: Member) -> None:
        row_id = _number(member.row_id)
        found = self._connection.execute("SELECT extra FROM members WHERE row_id = ?", (row_id,)).fetchone()
        if found is None:
            raise StoreConflict(f"member row {member.row_id} is not there any more")
        extra = to_json({**json_object(found[0]), **member.extra})
        self._connection.execute(
            f"UPDATE members SET {_MEMBER_SETS} WHERE row_id = ?",
            (*texts_of(member).values(), extra, row_id),
        )

    def _data_version(self) -> int:
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return cast(int, version)

    # Calls

    def put_calls(self, records: Sequence[CallRecord]) -> None:
        """Write each record over what is stored of its `call_id`, all or none."""
        self.journal(records)

    def journal(
        self,
        records: Sequence[CallRecord],
        lines: Sequence[EventLine] = (),
        done: Sequence[int] = (),
        *,
        mark: bool = False,
    ) -> None:
        """See `JournalStore.journal`. mark: the records as not yet written to the other database."""
        with self._told(), transaction(self._connection):
            self._put_calls(records)
            if mark:
                self._connection.executemany(
                    "INSERT OR IGNORE INTO unwritten VALUES (?)",
                    [(clean(record.call_id),) for record in records],
                )
            self._connection.executemany(
                "INSERT OR REPLACE INTO event_lines (number, line, file) VALUES (?, ?, ?)",
                [(line.number, clean(line.text), line.file) for line in lines],
            )
            self._connection.executemany(
                "DELETE FROM event_lines WHERE number = ?", [(number,) for number in done]
            )

    def lines_left(self) -> list[EventLine]:
        """See `JournalStore.lines_left`."""
        with self._told():
            rows = self._connection.execute("SELECT number, line, file FROM event_lines ORDER BY number")
            return [EventLine(*row) for row in rows]

    def load_calls(self, *, since: datetime, limit: int = 1000) -> list[CallRecord]:
        """Calls that rang at or after `since`, newest first. Read in pages, between which others have their
        turn."""
        found: list[CallRecord] = []
        clause, values = "rang_at >= ?", (_to_number(since),)
        after: tuple[object, ...] = ()
        left = limit
        while left > 0:
            size = min(left, _PAGE)
            page = self._call_rows(
                f"WHERE {clause} ORDER BY rang_at DESC, call_id DESC LIMIT ?", (*values, *after, size)
            )
            found += _read_rows(page)
            if len(page) < size:
                break
            left -= size
            clause = "rang_at >= ? AND (rang_at, call_id) < (?, ?)"
            after = tuple(page[-1][CALL_FIELDS.index(name)] for name in ("rang_at", "call_id"))
        return found

    def open_calls(self) -> list[CallRecord]:
        """Calls without an outcome, oldest first."""
        return self._read_calls("WHERE outcome IS NULL ORDER BY rang_at, call_id", ())

    # Forgetting

    def find_calls(self, who: Sequence[str]) -> list[CallRecord]:
        """Calls that name one of these texts, oldest first."""
        places = ", ".join("?" for _ in who)
        named = " OR ".join(f'"{place}" IN ({places})' for place in PLACES)
        return self._read_calls(f"WHERE {named} ORDER BY rang_at, call_id", (*who,) * len(PLACES))

    def forget_calls(self, *, before: datetime, limit: int = 500) -> int:
        """See `CallStore.forget_calls`."""
        at = _to_number(before)
        with self._told():
            found = self._connection.execute(
                "SELECT call_id FROM calls WHERE rang_at < ? AND outcome IS NOT NULL "
                "AND coalesce(ended_at, rang_at) < ? ORDER BY rang_at LIMIT ?",
                (at, at, limit),
            ).fetchall()
        return self.remove_calls([call_id for (call_id,) in found])

    def remove_calls(self, call_ids: Sequence[str]) -> int:
        """Remove these calls; how many were there. `scrub` removes their bytes."""
        if not call_ids:
            return 0
        wanted = [(clean(call_id),) for call_id in call_ids]
        with self._told(), transaction(self._connection):
            removed = self._connection.executemany("DELETE FROM calls WHERE call_id = ?", wanted).rowcount
            self._connection.executemany("DELETE FROM unwritten WHERE call_id = ?", wanted)
            self._has_removed()
        return removed

    def remove_lines(self, numbers: Sequence[int]) -> None:
        """See `JournalStore.remove_lines`."""
        if numbers:
            with self._told(), transaction(self._connection):
                self._connection.executemany(
                    "DELETE FROM event_lines WHERE number = ?", [(number,) for number in numbers]
                )
                self._has_removed()

    def scrub(self) -> bool:
        """See `JournalStore.scrub`. Takes a second for some 200,000 calls, in which nothing is written."""
        if self._path == MEMORY or self.get_meta(_TO_SCRUB) is None:
            return True
        with self._told():
            # What is deleted is overwritten, but a page that SQLite fills anew keeps old bytes between its
            # cells; only a file written anew has none.
            self._connection.execute("VACUUM")
            (is_busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not is_busy:
                self._connection.execute("DELETE FROM meta WHERE key = ?", (_TO_SCRUB,))
        return not is_busy

    def _has_removed(self) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '')", (_TO_SCRUB,))

    def ended_calls(
        self, extensions: Collection[str], *, since: datetime, after: Place | None = None, limit: int = 200
    ) -> list[CallRecord]:
        """See `CallStore.ended_calls`."""
        places = ", ".join("?" for _ in extensions)
        # Each half by its own index; an OR would go through all that an extension ever had.
        halves = " UNION ".join(
            f"SELECT call_id FROM calls WHERE called IN ({places}) AND {name} >= ?"
            for name in ("ended_at", "seen_at")
        )
        values: list[object] = [*extensions, _to_number(since)] * 2
        beyond = ""
        if after is not None:
            beyond = "AND (ended_at, call_id) > (?, ?)"
            values += [_to_number(after[0]), after[1]]
        return self._read_calls(
            f"WHERE call_id IN ({halves}) AND ended_at IS NOT NULL AND direction != 'out' {beyond} "
            "ORDER BY ended_at, call_id LIMIT ?",
            (*values, limit),
        )

    def calls_by_id(self, call_ids: Collection[str]) -> list[CallRecord]:
        """See `CallStore.calls_by_id`."""
        places = ", ".join("?" for _ in call_ids)
        return self._read_calls(f"WHERE call_id IN ({places})", [clean(call_id) for call_id in call_ids])

    def _put_calls(self, records: Sequence[CallRecord]) -> None:
        self._connection.executemany(
            f"INSERT OR REPLACE INTO calls ({_CALL_NAMES}) VALUES ({_CALL_PLACES})",
            [_call_row(record) for record in records],
        )

    def _read_calls(self, clause: str, values: Sequence[object]) -> list[CallRecord]:
        return _read_rows(self._call_rows(clause, values))

    def _call_rows(self, clause: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._told():
            return self._connection.execute(f"SELECT {_CALL_NAMES} FROM calls {clause}", values).fetchall()

    # Small values

    def get_meta(self, key: str) -> str | None:
        """The value stored under `key`, None where there is none."""
        with self._told():
            found = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def set_meta(self, key: str, value: str) -> None:
        """Store a value under `key`, durably."""
        with self._told(), transaction(self._connection):
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # For a MongoDB that is away

    def keep_members(self, place: str, table: MemberTable) -> None:
        """Keep the members of the database at `place`, apart from the embedded ones."""
        with self._told(), transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO kept_members VALUES (?, ?)", (place, table_to_text(table))
            )

    def kept_members(self, place: str) -> MemberTable | None:
        """The members last kept of the database at `place`; None where there are none."""
        with self._told():
            found = self._connection.execute(
                "SELECT content FROM kept_members WHERE place = ?", (place,)
            ).fetchone()
        return None if found is None else table_from_text(found[0])

    def unwritten_calls(self, limit: int = -1) -> list[CallRecord]:
        """Calls marked as not yet written, oldest first; limit -1: all."""
        return self._read_calls(
            "WHERE call_id IN (SELECT call_id FROM unwritten) ORDER BY rang_at, call_id LIMIT ?", (limit,)
        )

    def count_unwritten(self) -> int:
        """How many calls are marked as not yet written."""
        with self._told():
            (count,) = self._connection.execute("SELECT count(*) FROM unwritten").fetchone()
        return cast(int, count)

    def mark_written(self, records: Sequence[CallRecord]) -> None:
        """Take the mark off those that are still as they were written there."""
        with self._told(), transaction(self._connection):
            for record in records:
                rows = self._call_rows("WHERE call_id = ?", (record.call_id,))
                if _read_rows(rows) == [record]:
                    self._connection.execute("DELETE FROM unwritten WHERE call_id = ?", (record.call_id,))

    @contextmanager
    def using(self) -> Iterator[sqlite3.Connection]:
        """The connection, for what is done with whole tables; others wait meanwhile. Raises StoreError."""
        with self._told():
            yield self._connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except sqlite3.Error as error:
            raise store_error(error, self._path) from error


def _see_to_rights(path: Path) -> None:
    """The file is the user's alone before anything is in it; SQLite gives its log the same rights. Raises
    StoreUnwritable for a symbolic link."""
    try:
        files.make_private(path)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise StoreUnwritable(f"{path}: {error.strerror}", StoreTrouble.UNUSABLE) from error
        # What it is that SQLite cannot do with it, SQLite says best.
    for ending in ("-wal", "-shm"):
        files.narrow(f"{path}{ending}")


def store_error(error: sqlite3.Error, path: str) -> StoreError:
    """What an error of SQLite means."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    unwritable = {
        sqlite3.SQLITE_FULL: (StoreTrouble.FULL, "the disk is full: make room"),
        sqlite3.SQLITE_READONLY: (StoreTrouble.READ_ONLY, "the file may not be written: check its rights"),
        sqlite3.SQLITE_PERM: (StoreTrouble.READ_ONLY, "the file may not be opened: check its rights"),
        sqlite3.SQLITE_CANTOPEN: (
            StoreTrouble.UNUSABLE,
            "the file cannot be opened: check that its folder exists and its rights",
        ),
        sqlite3.SQLITE_IOERR: (StoreTrouble.UNUSABLE, f"the disk does not do what it should: {error}"),
    }
    if code in unwritable:
        trouble, advice = unwritable[code]
        return StoreUnwritable(f"{path}: {advice}", trouble)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(f"{path}: {error}")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreAway(f"{path} is in use by another program: {error}")
    return StoreError(f"{path}: {error}")


def _read_rows(rows: Sequence[tuple[object, ...]]) -> list[CallRecord]:
    read = (read_call(_call_columns(row)) for row in rows)
    return [record for record in read if record is not None]


def _call_row(record: CallRecord) -> tuple[object, ...]:
    return tuple(_to_column(value) for value in call_fields(record).values())


def _to_column(value: object) -> object:
    if isinstance(value, datetime):
        return _to_number(value)
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, default=_to_column)
    return value


def _call_columns(row: Sequence[object]) -> dict[str, object]:
    columns = dict(zip(CALL_FIELDS, row, strict=True))
    for name in CALL_TIMES:
        columns[name] = _to_time(columns[name])
    for name in CALL_LISTS:
        columns[name] = read_json(columns[name])
    told = columns["told"]
    if isinstance(told, list):
        columns["told"] = [
            {**item, "at": _to_time(item.get("at"))} for item in told if isinstance(item, dict)
        ]
    return columns


def _to_number(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def _to_time(value: object) -> datetime | None:
    if not isinstance(value, int):
        return None
    try:
        return _EPOCH + value * _MILLISECOND
    except OverflowError:
        return None


def _number(row_id: str) -> int:
    if not (row_id.isascii() and row_id.isdecimal() and len(row_id) < 19):
        raise StoreConflict(f"there is no member row {row_id!r}")
    return int(row_id)
