"""Files of older programs: what they lack is added, what they hold stays."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from packetwave.server.office.values import COLUMNS, CallRecord, Member, Put
from packetwave.server.store import schema
from packetwave.server.store.base import EventLine
from packetwave.server.store.rows import CALL_FIELDS, CALL_TIMES
from packetwave.server.store.schema import STEPS, json_object, migrate, read_json, to_json, transaction
from packetwave.server.store.sqlite import SqliteStore
from tests.server.store.samples import FULL_CALL, HONG, NINE, add

FIRST_MEMBERS = """CREATE TABLE members (
    row_id INTEGER PRIMARY KEY AUTOINCREMENT,
    extension_num TEXT NOT NULL, default_ip TEXT NOT NULL, name TEXT NOT NULL,
    department TEXT NOT NULL, note TEXT NOT NULL, extra TEXT NOT NULL)"""
FIRST_CALLS = """CREATE TABLE calls (
    call_id TEXT PRIMARY KEY, rang_at INTEGER NOT NULL, caller TEXT, called TEXT,
    caller_name TEXT, called_name TEXT, dialled TEXT, via TEXT, direction TEXT,
    answered_at INTEGER, ended_at INTEGER, outcome TEXT, "by" TEXT, sip_call_id TEXT,
    from_tag TEXT, told TEXT, offline TEXT)"""
OTHERS = (
    "CREATE INDEX calls_rang_at ON calls (rang_at)",
    "CREATE INDEX calls_open ON calls (rang_at) WHERE outcome IS NULL",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE kept_members (place TEXT PRIMARY KEY, content TEXT NOT NULL)",
    "CREATE TABLE unwritten (call_id TEXT PRIMARY KEY)",
    "PRAGMA user_version = 1",
)
ROWS = (
    "INSERT INTO members VALUES (7, '1001', '192.168.0.101', '홍길동', '영업부', '2층', '{\"seat\": \"A\"}')",
    """INSERT INTO calls VALUES ('old', 1763856000123, '01012345678', '1001', '홍길동', '', '', '', 'in',
    NULL, 1763856009000, 'missed', '', 'sip', 'tag',
    '[{"address": "192.168.0.101", "at": 1763856000127, "took_ms": 4.25}]', '["::1"]')""",
)
NAMES = "extension_num, default_ip, name, department, note, extra"
ADDED = f"INSERT INTO members ({NAMES}) VALUES ('1002', '::1', '김영희', '', '', '{{}}')"


def made_by_the_first_version(path: Path, *more: str) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in (FIRST_MEMBERS, FIRST_CALLS, *OTHERS, *ROWS, *more):
            connection.execute(statement)
    return path


def test_a_file_of_the_first_version_opens_with_all_that_it_holds(tmp_path: Path) -> None:
    store = SqliteStore(made_by_the_first_version(tmp_path / "packetwave.db"))
    (member,) = store.load_members().members
    assert member == Member(
        "1001", "192.168.0.101", "홍길동", "영업부", "2층", extra={"seat": "A"}, row_id="7"
    )
    (old,) = store.load_calls(since=NINE.replace(year=2025))
    assert (old.call_id, old.caller_name, old.outcome, old.offline) == ("old", "홍길동", "missed", ("::1",))
    assert [(told.address, told.took_ms) for told in old.told] == [("192.168.0.101", 4.25)]
    store.put_calls([FULL_CALL])
    table = store.change_members([Put(replace(member, note="3층")), *add(Member("1002", "::1"))])
    assert [stored.note for stored in table.members] == ["3층", ""]
    assert store.load_calls(since=NINE) == [FULL_CALL]
    store.close()


def test_every_declared_field_has_its_column_and_nothing_else_is_there(tmp_path: Path) -> None:
    path = made_by_the_first_version(tmp_path / "packetwave.db")
    SqliteStore(path).close()
    SqliteStore(path).close()
    new = tmp_path / "new.db"
    SqliteStore(new).close()
    for file in (path, new):
        with closing(sqlite3.connect(file)) as connection:
            calls = {name for _, name, *_ in connection.execute("PRAGMA table_info(calls)")}
            members = {name for _, name, *_ in connection.execute("PRAGMA table_info(members)")}
            assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert calls == set(CALL_FIELDS)
        assert members == {*COLUMNS, "row_id", "extra"}


def test_a_company_that_a_file_kept_before_it_had_a_column_is_the_members(tmp_path: Path) -> None:
    kept = 'UPDATE members SET extra = \'{"company": "한빛상사", "회사": "다른"}\''
    store = SqliteStore(made_by_the_first_version(tmp_path / "packetwave.db", kept))
    (member,) = store.load_members().members
    assert (member.company, member.extra) == ("한빛상사", {"회사": "다른"})
    assert store.load_calls(since=NINE.replace(year=2025))[0].caller_company == ""
    store.close()


def test_a_field_declared_later_is_a_column_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unread = "UPDATE members SET extra = '[1'"
    path = made_by_the_first_version(tmp_path / "packetwave.db", ADDED, unread + " WHERE name = '김영희'")
    monkeypatch.setattr(schema, "COLUMNS", {**COLUMNS, "seat": ()})
    monkeypatch.setattr(schema, "CALL_FIELDS", (*CALL_FIELDS, "mood", "held_at"))
    monkeypatch.setattr(schema, "CALL_TIMES", (*CALL_TIMES, "held_at"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection)
        kinds = {name: kind for _, name, kind, *_ in connection.execute("PRAGMA table_info(calls)")}
        assert (kinds["mood"], kinds["held_at"]) == ("TEXT", "INTEGER")
        # What the file kept under that name before is now in its column; what cannot be read stays.
        members = connection.execute("SELECT name, seat, extra FROM members ORDER BY row_id").fetchall()
        assert members == [("홍길동", "A", "{}"), ("김영희", "", "[1")]
        migrate(connection)
        # The older program goes on with the same file.
        connection.execute(ADDED)
        assert connection.execute("SELECT seat FROM members").fetchall() == [("A",), ("",), ("",)]
        assert connection.execute("SELECT mood, held_at FROM calls").fetchall() == [(None, None)]


def test_a_file_of_the_first_version_is_brought_up_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "packetwave.db"
    store = SqliteStore(path)
    store.change_members(add(HONG))
    store.close()
    connection = sqlite3.connect(path, isolation_level=None)
    steps = (*STEPS, ("ALTER TABLE members ADD COLUMN floor TEXT", "UPDATE members SET floor = '2'"))
    migrate(connection, steps)
    migrate(connection, steps)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS) + 1,)
    assert connection.execute("SELECT name, floor FROM members").fetchall() == [("홍길동", "2")]
    connection.close()


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "packetwave.db"
    SqliteStore(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(sqlite3.Error):
        migrate(connection, (*STEPS, ("CREATE TABLE new (x)",), ("ALTER TABLE nowhere ADD COLUMN x",)))
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'new'").fetchone() == (0,)
    connection.close()


def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as connection:
        with transaction(connection):
            connection.execute("CREATE TABLE kept (x)")
        with pytest.raises(ZeroDivisionError), transaction(connection):
            connection.execute("CREATE TABLE lost (x)")
            raise ZeroDivisionError
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("kept",)]


def test_fields_without_a_column_as_text() -> None:
    assert json_object(to_json({"seat": "A\ud800", "since": NINE})) == {"seat": "A?", "since": str(NINE)}
    assert json_object("[1]") == json_object("{") == json_object(None) == {}
    assert read_json("[1]") == [1]
    assert read_json("[" * 100_000) is None


def test_a_call_of_the_declared_fields_only(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "packetwave.db")
    store.put_calls([CallRecord("c", NINE, "1", "2")])
    assert store.load_calls(since=NINE) == [CallRecord("c", NINE, "1", "2")]
    store.close()


def test_event_lines_of_before_they_knew_their_file(tmp_path: Path) -> None:
    path = tmp_path / "db"
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE event_lines")
        connection.execute("CREATE TABLE event_lines (number INTEGER PRIMARY KEY, line TEXT NOT NULL)")
        connection.execute("INSERT INTO event_lines VALUES (7, 'line')")
    store = SqliteStore(path)
    assert store.lines_left() == [EventLine(7, "line")]
    store.close()
