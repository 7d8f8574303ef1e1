"""Copies of the tables into memory, and back."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packetwave.server.store.base import EventLine
from packetwave.server.store.copies import copy_back, copy_out
from packetwave.server.store.sqlite import SqliteStore
from tests.server.store.samples import HONG, KIM, NINE, add, call, desks


def ids(store: SqliteStore) -> set[str]:
    return {record.call_id for record in store.load_calls(since=NINE)}


def test_of_the_history_what_is_needed_goes_out() -> None:
    file, memory = SqliteStore(":memory:"), SqliteStore(":memory:")
    file.change_members(add(HONG))
    file.set_meta("watched_until", "now")
    file.put_calls([call(number) for number in range(2, 20)])
    file.put_calls([call(0, outcome=None)])
    file.journal([call(1)], [EventLine(7, "line")], mark=True)
    with file.using() as source, memory.using() as target:
        copy_out(source, target, calls=3)
    # The newest, the open one, and the one that a database elsewhere has not got.
    assert ids(memory) == {"call-19", "call-18", "call-17", "call-0", "call-1"}
    assert memory.load_members() == file.load_members()
    assert (memory.get_meta("watched_until"), memory.lines_left()) == ("now", [EventLine(7, "line")])
    assert memory.unwritten_calls() == [call(1)]


def test_back_comes_what_has_changed_and_members_are_left_alone() -> None:
    file, memory = SqliteStore(":memory:"), SqliteStore(":memory:")
    file.journal([call(1), call(2)], [EventLine(1, "out already")], mark=True)
    file.change_members(add(HONG))
    memory.change_members(add(KIM))
    memory.journal([call(2, outcome=None), call(3)], [EventLine(2, "new")], mark=True)
    with memory.using() as source, file.using() as target:
        copy_back(source, target, ["call-3"])
    assert file.load_calls(since=NINE) == [call(3), call(2), call(1)]
    assert file.lines_left() == [EventLine(2, "new")]
    assert {record.call_id for record in file.unwritten_calls()} == {"call-2", "call-3"}
    assert desks(file.load_members()) == [(HONG.extension_num, HONG.default_ip, HONG.name)]


def test_a_new_file_gets_all() -> None:
    file, memory = SqliteStore(":memory:"), SqliteStore(":memory:")
    memory.change_members(add(KIM))
    memory.put_calls([call(1), call(2)])
    with memory.using() as source, file.using() as target:
        copy_back(source, target, None)
    assert ids(file) == {"call-1", "call-2"}
    assert len(file.load_members().members) == 1


def test_a_file_of_an_older_program_lacks_columns_and_tables(tmp_path: Path) -> None:
    memory = SqliteStore(":memory:")
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute("CREATE TABLE members (row_id INTEGER, extension_num TEXT, default_ip TEXT, name TEXT)")
        with memory.using() as target:
            copy_out(old, target, calls=10)
    assert memory.load_members().members == ()
    assert ids(memory) == set()


def damaged(path: Path, marks: list[bytes], which: int) -> sqlite3.Connection:
    """The file with one page written over: of the table pages that have such a mark, that one."""
    content = bytearray(path.read_bytes())
    pages = [
        at
        for at in range(4096, len(content), 4096)
        if content[at] == 0x0D and any(content.count(mark, at, at + 4096) > 1 for mark in marks)
    ]
    at = pages[which]
    content[at : at + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    return sqlite3.connect(path)


def test_of_a_damaged_history_the_open_and_the_newest_calls_go_out(tmp_path: Path) -> None:
    file, memory = SqliteStore(tmp_path / "db"), SqliteStore(":memory:")
    file.put_calls([call(number, outcome=None) for number in range(5)])
    file.put_calls([call(number) for number in range(5, 2_000)])
    file.close()
    with closing(damaged(tmp_path / "db", [b"call-"], -2)) as source, memory.using() as target:
        copy_out(source, target, calls=50)
    assert len(memory.open_calls()) == 5
    found = {int(call_id.removeprefix("call-")) for call_id in ids(memory)}
    assert 40 < len(found) <= 55
    assert max(found) == 1_999
    assert min(found - set(range(5))) > 1_850


def test_of_damaged_members_none_go_out(tmp_path: Path) -> None:
    """Some would be believed to be all."""
    file, memory = SqliteStore(tmp_path / "db"), SqliteStore(":memory:")
    file.change_members(
        add(*(replace(HONG, extension_num=str(1000 + n), note="note " * 9) for n in range(200)))
    )
    file.set_meta("watched_until", "now")
    file.close()
    with closing(damaged(tmp_path / "db", [b"note "], 1)) as source, memory.using() as target:
        copy_out(source, target, calls=50)
    assert memory.load_members().members == ()
    assert memory.get_meta("watched_until") == "now"


@pytest.mark.parametrize("cut", range(200, 4096, 300))
def test_what_a_cut_file_has_half_of_does_not_go_out(tmp_path: Path, cut: int) -> None:
    """SQLite reads zeros behind the end of a file that ends within a page."""
    path = tmp_path / "db"
    file, memory = SqliteStore(path), SqliteStore(":memory:")
    sent = [call(number) for number in range(200)]
    for record in sent:
        file.put_calls([record])
    file.close()
    pages = [at for at in range(4096, path.stat().st_size, 4096) if path.read_bytes()[at] == 0x0D]
    os.truncate(path, pages[-1] + cut)
    with closing(sqlite3.connect(path)) as source, memory.using() as target:
        copy_out(source, target, calls=1_000)
    assert memory.load_calls(since=datetime.fromtimestamp(0, UTC)) != []
    assert {repr(record) for record in memory.load_calls(since=datetime.fromtimestamp(0, UTC))} <= {
        repr(record) for record in sent
    }
