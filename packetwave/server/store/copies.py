"""Copies of the local file's tables, for while it cannot be written, and back. Owns nothing.

The store thread or the journal's; whoever calls holds both connections.
"""

import contextlib
import sqlite3
from collections.abc import Collection, Sequence

from packetwave.server.store.schema import transaction

_WHOLE = ("members", "meta", "kept_members", "unwritten", "event_lines")
_LEFT_ALONE = _ALL_OR_NONE = frozenset(("members",))
_ALL = 1_000_000_000
_PROBES = 20_000
"""So often it is tried to read on behind damage; each try goes one row's number further."""


def copy_out(source: sqlite3.Connection, target: sqlite3.Connection, *, calls: int) -> None:
    """Copy all but the history into the empty `target`; of the calls those that are open or not yet written
    elsewhere, and so many of the newest. Of a damaged table every row that can be read, but members all or
    none: some would be believed to be all."""
    with transaction(target):
        for table in _WHOLE:
            _copy(source, target, table)
        _copy(
            source,
            target,
            "calls",
            "WHERE outcome IS NULL OR call_id IN (SELECT call_id FROM unwritten) OR call_id IN "
            f"(SELECT call_id FROM calls ORDER BY rang_at DESC LIMIT {int(calls)})",
            most=calls,
        )


def copy_back(
    source: sqlite3.Connection, target: sqlite3.Connection, call_ids: Collection[str] | None
) -> None:
    """Bring what has changed in the copy to the file, all or nothing. call_ids: of the calls, None for all.
    Members are left as they are there, where others may have changed them, unless there are none."""
    with transaction(target):
        (members,) = target.execute("SELECT count(*) FROM members").fetchone()
        for table in _WHOLE:
            if table in _LEFT_ALONE and members:
                continue
            if table in ("unwritten", "event_lines"):
                target.execute(f"DELETE FROM {table}")
            _copy(source, target, table)
        if call_ids is None:
            _copy(source, target, "calls")
            return
        names = _names(source, target, "calls")
        for call_id in call_ids:
            rows = _rows(source, "calls", names, "WHERE call_id = ?", (call_id,))
            _insert(target, "calls", names, rows)


def _copy(
    source: sqlite3.Connection, target: sqlite3.Connection, table: str, clause: str = "", *, most: int = _ALL
) -> None:
    try:
        names = _names(source, target, table)
        rows = _rows(source, table, names, clause) if names else []
    except sqlite3.DatabaseError:  # damaged there, or of an older program
        if table not in _ALL_OR_NONE:
            _copy_readable(source, target, table, most)
        return
    whole = [row for row in rows if _is_whole(row)]
    if len(whole) == len(rows) or table not in _ALL_OR_NONE:
        _insert(target, table, names, whole)


def _copy_readable(source: sqlite3.Connection, target: sqlite3.Connection, table: str, most: int) -> None:
    """Copy each row of a damaged table that can be read; beyond `most`, the newest and open calls."""
    try:
        names = _names(source, target, table)
    except sqlite3.DatabaseError:
        return
    rows = _readable(source, table, names) if names else []
    outcome = names.index("outcome") if "outcome" in names else None
    for left, row in enumerate(rows, start=-len(rows)):
        if left < -most and (outcome is None or row[outcome] is not None):
            continue
        if not _is_whole(row):
            continue
        with contextlib.suppress(sqlite3.Error):  # a row of which a part is damaged
            _insert(target, table, names, [row])


def _is_whole(row: Sequence[object]) -> bool:
    """Whether all of a row was in the file: of one that was cut short, SQLite reads the rest as zeros, and no
    text that is written here has any."""
    return not any(isinstance(value, str) and "\0" in value for value in row)


def _readable(source: sqlite3.Connection, table: str, names: Sequence[str]) -> list[tuple[object, ...]]:
    """The rows before, between and behind what cannot be read of a table."""
    listed = ", ".join(f'"{name}"' for name in names)
    select = f"SELECT rowid, {listed} FROM {table} NOT INDEXED"
    found: dict[int, tuple[object, ...]] = {}
    at = 0
    for _ in range(_PROBES):
        try:
            for number, *row in source.execute(f"{select} WHERE rowid >= ? ORDER BY rowid", (at,)):
                found[number] = tuple(row)
                at = number
            return list(found.values())
        except sqlite3.DatabaseError:
            at += 1  # into the damage, and out of it at its other side
    with contextlib.suppress(sqlite3.DatabaseError):
        for number, *row in source.execute(f"{select} ORDER BY rowid DESC"):
            if number <= at:
                break
            found[number] = tuple(row)
    return list(found.values())


def _names(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> list[str]:
    """The columns that both have."""
    there, here = (
        [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
        for connection in (source, target)
    )
    return [name for name in here if name in there]


def _rows(
    source: sqlite3.Connection, table: str, names: Sequence[str], clause: str, values: Sequence[object] = ()
) -> list[tuple[object, ...]]:
    listed = ", ".join(f'"{name}"' for name in names)
    return source.execute(f"SELECT {listed} FROM {table} {clause}", values).fetchall()


def _insert(
    target: sqlite3.Connection, table: str, names: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        listed, places = ", ".join(f'"{name}"' for name in names), ", ".join("?" for _ in names)
        target.executemany(f"INSERT OR REPLACE INTO {table} ({listed}) VALUES ({places})", rows)
