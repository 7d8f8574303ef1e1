"""Copies of the local file's tables, for while it cannot be written, and back. Owns nothing.

The store thread or the journal's; whoever calls holds both connections.
"""

import sqlite3
from collections.abc import Collection, Sequence

from packetwave.server.store.schema import transaction

_WHOLE = ("members", "meta", "kept_members", "unwritten", "event_lines")
_LEFT_ALONE = frozenset(("members",))


def copy_out(source: sqlite3.Connection, target: sqlite3.Connection, *, calls: int) -> None:
    """Copy all but the history into the empty `target`; of the calls those that are open or not yet written
    elsewhere, and so many of the newest. What of `source` cannot be read is left out."""
    with transaction(target):
        for table in _WHOLE:
            _copy(source, target, table)
        _copy(
            source,
            target,
            "calls",
            "WHERE outcome IS NULL OR call_id IN (SELECT call_id FROM unwritten) OR call_id IN "
            f"(SELECT call_id FROM calls ORDER BY rang_at DESC LIMIT {int(calls)})",
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


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: str, clause: str = "") -> None:
    try:
        names = _names(source, target, table)
        rows = _rows(source, table, names, clause) if names else []
    except sqlite3.DatabaseError:
        return  # damaged there, or of an older program
    _insert(target, table, names, rows)


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
