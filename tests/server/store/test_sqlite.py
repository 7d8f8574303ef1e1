"""The embedded store: what only a file can do, and what can happen to it."""

import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.office.values import CallRecord, Defect, DefectCode, Member, MemberTable, Put
from packetwave.server.store.base import EventLine, StoreAway, StoreDamaged, StoreError, StoreUnwritable
from packetwave.server.store.schema import STEPS
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from tests.server.store.samples import FULL_CALL, HONG, KIM, NINE, add, call, desks

_WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from packetwave.server.office.values import Put
from packetwave.server.store.sqlite import SqliteStore
from tests.server.store.samples import HONG, call

store = SqliteStore(Path(sys.argv[1]), busy_s=30)
prefix = sys.argv[2]
for number in range(int(sys.argv[3])):
    record = replace(call(number), call_id=f"{prefix}-{number}")
    store.put_calls([record])
    print("call", record.call_id, flush=True)
    ip = f"10.{len(prefix)}.{number // 250}.{number % 250 + 1}"
    store.change_members([Put(replace(HONG, default_ip=ip))])
    print("member", ip, flush=True)
store.close()
"""


def _writer(path: Path, prefix: str, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), prefix, str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )


def _execute(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "packetwave.db"


def test_commits_are_on_the_disk_when_they_return(path: Path) -> None:
    store = SqliteStore(path)
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    store.close()


def test_a_store_in_memory() -> None:
    store = SqliteStore(":memory:")
    assert desks(store.change_members(add(HONG))) == [("1001", "192.168.0.101", "홍길동")]
    store.put_calls([FULL_CALL])
    assert store.load_calls(since=NINE) == [FULL_CALL]
    store.close()


def test_no_printed_row_is_lost_when_the_writer_is_killed(path: Path) -> None:
    writer = _writer(path, "killed", 100_000)
    assert writer.stdout is not None
    printed = [writer.stdout.readline().split() for _ in range(60)]
    writer.kill()
    printed += [line.split() for line in writer.stdout.read().splitlines(keepends=True) if line[-1] == "\n"]
    writer.wait()
    writer.stdout.close()
    store = SqliteStore(path)
    calls = {record.call_id for record in store.load_calls(since=NINE, limit=1_000_000)}
    addresses = {member.default_ip for member in store.load_members().members}
    assert {name for kind, name in printed if kind == "call"} <= calls
    assert {name for kind, name in printed if kind == "member"} <= addresses
    assert len(printed) >= 60
    store.close()


def test_two_processes_write_and_a_third_reads(path: Path) -> None:
    # They also race to make the file.
    writers = [_writer(path, "a", 30), _writer(path, "bb", 30)]
    outputs = [writer.communicate()[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert [len(output.splitlines()) for output in outputs] == [60, 60]
    store = SqliteStore(path)
    assert len(store.load_calls(since=NINE)) == 60
    assert len(store.load_members().members) == 60
    store.close()


def test_a_writer_that_holds_the_file_too_long_is_told_as_away(path: Path) -> None:
    store = SqliteStore(path, busy_s=0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreAway):
        store.put_calls([call(1)])
    assert store.load_calls(since=NINE) == [], "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    store.put_calls([call(1)])
    assert store.load_calls(since=NINE) == [call(1)]
    store.close()


@pytest.mark.parametrize("content", [b"this is no database, not at all\n" * 40, Random(5).randbytes(5000)])
def test_a_file_that_is_no_database_is_told(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        SqliteStore(path)


def test_damage_that_comes_later_is_told(path: Path) -> None:
    store = SqliteStore(path)
    store.put_calls([call(number) for number in range(400)])
    store.close()
    store = SqliteStore(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 8)
    store._connection.execute("PRAGMA shrink_memory")  # so that it reads the file
    with pytest.raises(StoreDamaged):
        store.load_calls(since=NINE)
    store.close()


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="rights"):
        SqliteStore(tmp_path / "nowhere" / "packetwave.db")
    with pytest.raises(StoreError):
        SqliteStore(tmp_path)


def test_a_file_of_a_newer_program_is_left_alone(path: Path) -> None:
    SqliteStore(path).close()
    _execute(path, f"PRAGMA user_version = {len(STEPS) + 1}")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer"):
        SqliteStore(path)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.damaged*"))


def test_rows_that_others_wrote_never_raise(path: Path) -> None:
    store = SqliteStore(path)
    store.change_members(add(HONG, KIM))
    store.put_calls([call(1), call(2)])
    _execute(
        path,
        "UPDATE members SET default_ip = 'nowhere', extra = '[1' WHERE extension_num = '1001'",
        "UPDATE members SET extension_num = x'00ff' WHERE extension_num = '1002'",
        "UPDATE calls SET outcome = 'abducted', direction = 'up', told = '[1, {\"at\": 9e99}]'",
        "UPDATE calls SET offline = '{'",
        "INSERT INTO calls (call_id, rang_at) VALUES ('early', 'yesterday'), ('huge', 9223372036854775807)",
    )
    table = store.load_members()
    assert table.members == ()
    assert [(defect.field_name, defect.code) for defect in table.defects] == [
        ("default_ip", DefectCode.BAD_IP),
        ("extension_num", DefectCode.NOT_TEXT),
    ]
    calls = store.load_calls(since=NINE)
    assert [record.call_id for record in calls] == ["call-2", "call-1"]
    assert {(record.outcome, record.direction) for record in calls} == {(Outcome.UNKNOWN, Direction.IN)}
    healed = store.change_members([Put(replace(HONG, row_id=table.defects[0].row_id))])
    assert desks(healed) == [("1001", "192.168.0.101", "홍길동")]
    store.close()


def test_small_values(path: Path) -> None:
    store = SqliteStore(path)
    assert store.get_meta("watched_until") is None
    store.set_meta("watched_until", "2026-11-23T00:00:00.000Z")
    store.set_meta("watched_until", "2026-11-23T00:00:01.000Z")
    store.close()
    store = SqliteStore(path)
    assert store.get_meta("watched_until") == "2026-11-23T00:00:01.000Z"
    store.close()


def test_what_is_kept_for_another_database_stays_apart(path: Path) -> None:
    store = SqliteStore(path)
    table = MemberTable(
        (replace(KIM, row_id='{"$oid":"1"}', extra={"seat": "A", "since": NINE}),),
        (Defect("x", "default_ip", DefectCode.BAD_IP, "?"),),
    )
    store.keep_members("one/packetwave", table)
    assert store.load_members() == MemberTable()
    assert store.kept_members("other/packetwave") is None
    store.close()
    store = SqliteStore(path)
    kept = store.kept_members("one/packetwave")
    assert kept is not None
    assert kept.defects == table.defects
    assert kept.members == (replace(table.members[0], extra={"seat": "A", "since": str(NINE)}),)
    _execute(path, 'UPDATE kept_members SET content = \'{"members": [{"from": 1}]}\'')
    assert store.kept_members("one/packetwave") is None
    store.close()


def test_calls_marked_as_unwritten(path: Path) -> None:
    store = SqliteStore(path)
    store.put_calls([call(0)])
    store.journal([call(2), call(1, outcome=None)], mark=True)
    store.journal([call(1)], mark=True)
    assert store.unwritten_calls() == [call(1), call(2)]
    assert store.unwritten_calls(1) == [call(1)]
    assert store.count_unwritten() == 2
    store.mark_written([call(1), call(2, outcome=None)])
    assert store.unwritten_calls() == [call(2)]
    assert store.load_calls(since=NINE) == [call(2), call(1), call(0)]
    store.close()


def test_a_change_of_another_connection_is_seen_only_once_loaded(path: Path) -> None:
    store, other = SqliteStore(path), SqliteStore(path)
    assert store.members_changed(), "nothing was loaded yet"
    store.load_members()
    store.change_members(add(Member("1003", "10.0.0.3")))
    assert not store.members_changed(), "its own change came back with it"
    other.change_members(add(HONG))
    assert store.members_changed()
    store.load_members()
    assert not store.members_changed()
    store.close()
    other.close()


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def mixed_calls(count: int, mark: str) -> list[CallRecord]:
    """Calls of all lengths, so that pages are filled and torn in every way."""
    chance = Random(7)
    return [
        replace(
            call(number % 997),
            call_id=f"{chance.getrandbits(64):016x}",
            caller=f"{mark}{number:05d}",
            caller_name="n" * chance.randint(0, 60) + f"{mark}{number:05d}",
            rang_at=NINE + timedelta(seconds=number),
            via=f"{mark}{number:05d}" * chance.randint(0, 30),
        )
        for number in range(count)
    ]


def test_nothing_of_what_was_removed_is_left_in_the_bytes_of_the_files(tmp_path: Path) -> None:
    """Without the file written anew, some of these would be: SQLite leaves old bytes between its cells."""
    calls = mixed_calls(4000, "M")
    store = SqliteStore(tmp_path / FILE_NAME)
    for at in range(0, 4000, 50):
        store.journal(
            calls[at : at + 50], [EventLine(number, calls[number].caller) for number in range(at, at + 50)]
        )
        store.journal(calls[at : at + 50], done=range(at, at + 40))
    gone = Random(8).sample(calls, 2000)
    store.remove_calls([record.call_id for record in gone])
    assert store.remove_calls([]) == 0
    store.remove_lines([line.number for line in store.lines_left()])
    assert store.scrub()
    assert store.scrub(), "again is nothing"
    content = bytes_in(tmp_path)
    assert [record.caller for record in gone if record.caller.encode() in content] == []
    left = {record.call_id for record in calls} - {record.call_id for record in gone}
    assert {record.call_id for record in store.load_calls(since=NINE, limit=5000)} == left
    assert all(record.caller.encode() in content for record in calls if record.call_id in left)
    store.close()


def test_the_bytes_that_an_older_program_left_go_too(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / FILE_NAME)
    store._connection.execute("PRAGMA secure_delete = OFF")
    calls = mixed_calls(1000, "old-")
    store.put_calls(calls)
    store._connection.execute("DELETE FROM calls WHERE call_id > '8'")
    store.put_calls([call(1)])
    assert bytes_in(tmp_path).count(b"old-") > 1000
    store.remove_calls([record.call_id for record in calls])
    assert store.scrub()
    assert b"old-" not in bytes_in(tmp_path)
    store.close()


def test_while_another_program_reads_the_scrubbing_waits(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / FILE_NAME, busy_s=0.05)
    store.put_calls([replace(call(1), caller="a-secret-number")])
    other = SqliteStore(tmp_path / FILE_NAME)
    other._connection.execute("BEGIN")
    assert other.load_calls(since=NINE)
    store.remove_calls(["call-1"])
    assert not store.scrub()
    other.close()
    assert store.scrub()
    assert b"a-secret-number" not in bytes_in(tmp_path)
    store.close()


def test_forgetting_a_hundred_thousand_calls_lets_others_have_their_turn(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / FILE_NAME)
    for at in range(0, 100_000, 10_000):
        store.put_calls(
            [replace(call(0), call_id=f"{number}", ended_at=NINE) for number in range(at, at + 10_000)]
        )
    taken: list[float] = []
    while True:
        begun = time.monotonic()
        if not store.forget_calls(before=NINE + timedelta(days=1)):
            break
        taken.append(time.monotonic() - begun)
    assert len(taken) == 200
    assert sorted(taken)[len(taken) // 2] < 0.1
    assert store.load_calls(since=NINE) == []
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the folder's rights decide")
def test_the_files_are_the_users_alone_also_one_of_before(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    for _ in range(2):
        store = SqliteStore(path)
        store.put_calls([call(1)])
        found = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
        assert found == dict.fromkeys((FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"), 0o600)
        for each in tmp_path.iterdir():
            each.chmod(0o644)
        another = SqliteStore(path)
        assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
        another.close()
        store.close()
        path.chmod(0o644)


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "another").close()
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "another")
    with pytest.raises(StoreUnwritable, match="is a symbolic link, which is not followed"):
        SqliteStore(tmp_path / FILE_NAME)


def test_the_locks_of_another_handle_outlive_the_opening_of_a_second_one(tmp_path: Path) -> None:
    """Closing any other handle of the file in the same program would give SQLite's locks on it up."""
    store = SqliteStore(tmp_path / FILE_NAME)
    with store.using() as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"in use|locked"):
            SqliteStore(tmp_path / FILE_NAME, busy_s=0.01)
        script = (
            "import sys; from pathlib import Path; from packetwave.server.store.sqlite import SqliteStore;"
            "SqliteStore(Path(sys.argv[1]), busy_s=0.01)"
        )
        command = [sys.executable, "-c", script, str(tmp_path / FILE_NAME)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "in use by another program" in done.stderr
        connection.execute("COMMIT")
    store.close()
