"""The tables of the embedded store's file, and how an older file gets them.

What a table must have since its first version stands in `STEPS`; a field declared later is a column added to
it; a table or an index that only the program itself needs is in `OWN`. Such a file still serves an older
program, which does not see them. On the store thread.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from packetwave.server.office.values import COLUMNS
from packetwave.server.store.base import StoreError
from packetwave.server.store.rows import CALL_FIELDS, CALL_TIMES, clean

Step = Sequence[str]
STEPS: tuple[Step, ...] = (
    (
        """CREATE TABLE members (
            row_id INTEGER PRIMARY KEY AUTOINCREMENT,
            extension_num TEXT NOT NULL, default_ip TEXT NOT NULL, name TEXT NOT NULL,
            department TEXT NOT NULL, note TEXT NOT NULL, extra TEXT NOT NULL)""",
        """CREATE TABLE calls (
            call_id TEXT PRIMARY KEY, rang_at INTEGER NOT NULL, caller TEXT, called TEXT,
            caller_name TEXT, called_name TEXT, dialled TEXT, via TEXT, direction TEXT,
            answered_at INTEGER, ended_at INTEGER, outcome TEXT, "by" TEXT, sip_call_id TEXT,
            from_tag TEXT, told TEXT, offline TEXT)""",
        "CREATE INDEX calls_rang_at ON calls (rang_at)",
        "CREATE INDEX calls_open ON calls (rang_at) WHERE outcome IS NULL",
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
        # For MongoDB away: its last known members, and calls that it has not got yet.
        "CREATE TABLE kept_members (place TEXT PRIMARY KEY, content TEXT NOT NULL)",
        "CREATE TABLE unwritten (call_id TEXT PRIMARY KEY)",
    ),
)
"""STEPS[n] takes a file from version n (`PRAGMA user_version`) to n + 1. Steps are only ever added."""


OWN: Step = (
    # Lines for `--events` that may not be out yet, and the file that each is for ("": standard output).
    "CREATE TABLE IF NOT EXISTS event_lines (number INTEGER PRIMARY KEY, line TEXT NOT NULL, "
    "file TEXT NOT NULL DEFAULT '')",
    # What a paired PC missed while it was away, in a time that does not grow with the history.
    "CREATE INDEX IF NOT EXISTS calls_ended ON calls (called, ended_at)",
    "CREATE INDEX IF NOT EXISTS calls_seen ON calls (called, seen_at) WHERE seen_at IS NOT NULL",
)


def migrate(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> None:
    """Bring a file to version `len(steps)` and give it the columns declared since, all of it or nothing.
    Raises StoreError for a file that a newer program made, sqlite3.Error for a step that fails."""
    with transaction(connection):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(steps):
            raise StoreError(
                f"the database has version {version}, this program knows {len(steps)}: "
                "it was used by a newer PacketWave; install that one again"
            )
        for step in steps[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        _add_columns(connection)
        for statement in OWN:
            connection.execute(statement)
        if _missing(connection, "event_lines", ("file",)):
            connection.execute("ALTER TABLE event_lines ADD COLUMN file TEXT NOT NULL DEFAULT ''")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it, or nothing."""
    # IMMEDIATE: wait for another writer here, where nothing is half done yet.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _add_columns(connection: sqlite3.Connection) -> None:
    for name in _missing(connection, "calls", CALL_FIELDS):
        kind = "INTEGER" if name in CALL_TIMES else "TEXT"
        connection.execute(f'ALTER TABLE calls ADD COLUMN "{name}" {kind}')
    missing = _missing(connection, "members", COLUMNS)
    for name in missing:
        connection.execute(f"ALTER TABLE members ADD COLUMN \"{name}\" TEXT NOT NULL DEFAULT ''")
    if missing:
        _fill_from_extra(connection, missing)


def _missing(connection: sqlite3.Connection, table: str, declared: Iterable[str]) -> list[str]:
    present = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
    return [name for name in declared if name not in present]


def _fill_from_extra(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    """What was kept under a name that no column had moves into the column that has it now."""
    for row_id, text in connection.execute("SELECT row_id, extra FROM members").fetchall():
        extra = json_object(text)
        for name in names:
            if isinstance(extra.get(name), str):
                connection.execute(
                    f'UPDATE members SET "{name}" = ?, extra = ? WHERE row_id = ?',
                    (extra.pop(name), to_json(extra), row_id),
                )


def to_json(value: Mapping[str, object]) -> str:
    """The text of fields that have no column of their own."""
    return clean(json.dumps(value, ensure_ascii=False, default=str))


def read_json(text: object) -> Any:
    """What a text says, None for what is no JSON text."""
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def json_object(text: object) -> dict[str, Any]:
    """The fields in a text, none for what is no JSON object."""
    value = read_json(text)
    return value if isinstance(value, dict) else {}
