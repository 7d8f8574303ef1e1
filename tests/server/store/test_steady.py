"""Serving needs no disk that can be written, and no file that is whole: real files, real small disks."""

import json
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from packetwave.server.calls.events import Outcome
from packetwave.server.office.values import Member
from packetwave.server.store import steady as module
from packetwave.server.store.base import (
    EventLine,
    StoreError,
    StoreFound,
    StoreHealth,
    StoreTrouble,
    StoreUnwritable,
)
from packetwave.server.store.last_members import FILE_NAME as LAST_MEMBERS
from packetwave.server.store.schema import STEPS
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from packetwave.server.store.steady import AGAIN_S, SteadyStore
from tests.server.store.samples import FULL_CALL, HONG, KIM, NINE, add, call, desks
from tests.small_disk import SmallDisk, needs_mounts, small_disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 16_384) as disk:  # SQLite's log alone may take four megabytes
        yield disk


HONG_ROW = ("1001", "192.168.0.101", "홍길동")


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def later(store: SteadyStore, clock: Clock) -> StoreHealth:
    """How it is once it was tried again."""
    clock.now_s += AGAIN_S
    return store.tend()


def stored(path: Path) -> list[str]:
    store = SqliteStore(path)
    calls = [record.call_id for record in store.load_calls(since=NINE, limit=1_000_000)]
    store.close()
    return calls


def test_a_good_file_is_used_as_it_is(path: Path) -> None:
    store = SteadyStore(path)
    store.change_members(add(HONG))
    store.put_calls([FULL_CALL])
    assert store.tend() == StoreHealth()
    store.close()
    store.close()
    again = SteadyStore(path)
    assert desks(again.load_members()) == [HONG_ROW]
    assert again.load_calls(since=NINE) == [FULL_CALL]
    again.close()


def test_the_last_members_are_kept_apart_and_for_the_user_only(path: Path) -> None:
    store = SteadyStore(path)
    store.change_members(add(HONG))
    kept = path.with_name(LAST_MEMBERS)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    other = SqliteStore(path)
    other.change_members(add(KIM))
    other.close()
    assert store.members_changed()
    store.load_members()
    assert "1002" in kept.read_text("utf-8")
    store.close()


@pytest.mark.parametrize("content", [b"this is no database, not at all\n" * 40, os.urandom(5000)])
def test_a_damaged_file_is_put_aside_and_the_last_members_serve(path: Path, content: bytes) -> None:
    store = SteadyStore(path)
    store.change_members(add(replace(HONG, extra={"seat": "A"}), KIM))
    store.close()
    path.write_bytes(content)
    store = SteadyStore(path)
    assert desks(store.load_members())[0] == HONG_ROW
    assert store.load_members().members[0].extra == {"seat": "A"}
    assert store.tend().found == (StoreFound.DAMAGED, StoreFound.MEMBERS_KEPT)
    store.close()
    assert (path.parent / f"{FILE_NAME}.damaged-1").read_bytes() == content
    # They are in the new file: nothing is to be said the next time.
    again = SteadyStore(path)
    assert len(again.load_members().members) == 2
    assert again.tend() == StoreHealth()
    again.close()


def pages_of_calls(content: bytes) -> list[int]:
    """The pages that hold rows of calls (leaves of a table), in their order."""
    pages = range(0, len(content), 4096)
    return [at for at in pages if content[at] == 0x0D and content.count(b"call-", at, at + 4096) > 5]


def test_a_second_damaged_file_has_another_name(path: Path) -> None:
    for number in (1, 2):
        path.write_bytes(b"no database" * 100 * number)
        store = SteadyStore(path)
        assert store.load_members().members == ()
        assert store.tend().found == (StoreFound.DAMAGED,)
        store.close()
    assert len(list(path.parent.glob(f"{FILE_NAME}.damaged-?"))) == 2


def test_a_database_broken_inside_is_put_aside_with_its_log(path: Path) -> None:
    store = SqliteStore(path)
    store.put_calls([call(number) for number in range(400)])
    store.close()
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 6] = b"\xff" * (4096 * 4)
    path.write_bytes(content)
    path.with_name(f"{FILE_NAME}-wal").write_bytes(b"")
    steady = SteadyStore(path)
    assert steady.load_calls(since=NINE) == []
    assert (path.parent / f"{FILE_NAME}.damaged-1").read_bytes() == content
    steady.close()


@pytest.mark.parametrize("page", [0.3, 0.6, 0.9])
def test_what_can_be_read_of_a_damaged_file_is_taken_over(path: Path, page: float) -> None:
    """The calls that are still open above all: their end would be of no call."""
    store = SqliteStore(path)
    store.change_members(add(HONG))
    store.put_calls([call(number) for number in range(2_000)])
    for number in range(2_000, 2_100):  # one by one, as calls come
        store.journal([call(number, outcome=None)], [EventLine(number, "{}")])
    store.close()
    pages = pages_of_calls(path.read_bytes())
    with path.open("r+b") as file:
        file.seek(pages[int(len(pages) * page)])
        file.write(b"\xff" * 4096)
    steady = SteadyStore(path)
    assert StoreFound.DAMAGED in steady.tend().found
    assert len(steady.open_calls()) > 60
    assert len(steady.load_calls(since=NINE, limit=5_000)) > 2_000
    assert len(steady.lines_left()) == 100
    assert desks(steady.load_members()) == [HONG_ROW]
    steady.close()


def test_damage_while_it_runs_is_put_aside_and_calls_go_on(path: Path) -> None:
    clock = Clock()
    store = SteadyStore(path, clock=clock)
    store.change_members(add(HONG))
    store.put_calls([call(number) for number in range(400)])
    store.close()
    store = SteadyStore(path, clock=clock)
    store.load_members()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 20)
    with store._store.using() as connection:
        connection.execute("PRAGMA shrink_memory")  # so that it reads the file
    store.put_calls([call(1000)])
    assert desks(store.load_members()) == [HONG_ROW]
    health = later(store, clock)
    assert health.trouble is None
    assert StoreFound.DAMAGED in health.found
    assert "call-1000" in stored(path)
    assert desks(store.load_members()) == [HONG_ROW]
    store.close()


@needs_mounts
def test_a_disk_that_fills_up_costs_nothing(disk: SmallDisk) -> None:
    clock = Clock()
    path = disk.folder / FILE_NAME
    store = SteadyStore(path, clock=clock)
    store.change_members(add(HONG))
    store.put_calls([call(1), call(2, outcome=None)])
    store.set_meta("watched_until", "before")
    disk.fill()
    for number in range(3, 200):
        store.journal([call(number)], [EventLine(number, f"line {number}")], [number - 1])
    store.put_calls([call(2)])
    store.set_meta("watched_until", "now")
    assert store.tend() == StoreHealth(StoreTrouble.FULL, held=198)
    # All of it is there to be asked for; members cannot be changed, and that is said.
    assert len(store.load_calls(since=NINE)) == 199 and store.open_calls() == []
    assert store.get_meta("watched_until") == "now"
    assert desks(store.load_members()) == [HONG_ROW]
    with pytest.raises(StoreUnwritable) as refused:
        store.change_members(add(KIM))
    assert refused.value.trouble is StoreTrouble.FULL
    assert later(store, clock).trouble is StoreTrouble.FULL
    disk.make_room()
    assert later(store, clock) == StoreHealth()
    assert len(stored(path)) == 199
    assert store.lines_left() == [EventLine(199, "line 199")]
    assert store.get_meta("watched_until") == "now"
    assert store.members_changed()
    assert len(store.change_members(add(KIM)).members) == 2
    store.close()


@needs_mounts
def test_the_program_starts_on_a_full_disk(disk: SmallDisk) -> None:
    """The log of the database is there after a kill, and not after an orderly end."""
    clock = Clock()
    path = disk.folder / FILE_NAME
    for was_killed in (False, True):
        before = SteadyStore(path)
        if not before.load_members().members:
            before.change_members(add(HONG))
        before.put_calls([call(1), call(2, outcome=None)])
        if was_killed:
            for part in (FILE_NAME, f"{FILE_NAME}-wal"):
                shutil.copy(disk.folder / part, disk.folder / f"copy of {part}")
        before.close()
        if was_killed:
            for part in (FILE_NAME, f"{FILE_NAME}-wal"):
                (disk.folder / f"copy of {part}").replace(disk.folder / part)
        disk.fill()
        store = SteadyStore(path, clock=clock)
        assert store.tend().trouble is not None
        assert desks(store.load_members()) == [HONG_ROW]
        store.put_calls([call(3 + was_killed)])
        disk.make_room()
        health = later(store, clock)
        assert (health.trouble, health.held) == (None, 0)
        assert f"call-{3 + was_killed}" in stored(path)
        store.close()
    assert set(stored(path)) == {"call-1", "call-2", "call-3", "call-4"}


@needs_mounts
def test_the_first_start_on_a_full_disk(disk: SmallDisk) -> None:
    clock = Clock()
    disk.fill()
    path = disk.folder / "new folder" / FILE_NAME
    store = SteadyStore(path, clock=clock)
    store.put_calls([call(1)])
    assert store.tend().held == 1
    disk.make_room()
    assert later(store, clock) == StoreHealth()
    assert stored(path) == ["call-1"]
    store.close()


@needs_mounts
def test_a_folder_that_may_only_be_read(disk: SmallDisk) -> None:
    clock = Clock()
    path = disk.folder / FILE_NAME
    before = SteadyStore(path)
    before.change_members(add(HONG))
    before.put_calls([call(1)])
    before.close()
    disk.protect()
    store = SteadyStore(path, clock=clock)
    assert store.tend().trouble in (StoreTrouble.READ_ONLY, StoreTrouble.UNUSABLE)
    assert desks(store.load_members()) == [HONG_ROW]
    store.put_calls([call(2)])
    assert [record.call_id for record in store.load_calls(since=NINE)] == ["call-2", "call-1"]
    disk.protect(False)
    assert later(store, clock) == StoreHealth()
    assert stored(path) == ["call-2", "call-1"]
    store.close()


@needs_mounts
def test_a_damaged_file_that_cannot_be_put_aside(disk: SmallDisk) -> None:
    clock = Clock()
    path = disk.folder / FILE_NAME
    before = SteadyStore(path)
    before.change_members(add(HONG))
    before.close()
    path.write_bytes(b"no database" * 1000)
    disk.protect()
    store = SteadyStore(path, clock=clock)
    assert desks(store.load_members()) == [HONG_ROW]
    store.put_calls([call(1)])
    assert store.tend().found == (StoreFound.MEMBERS_KEPT,)
    disk.protect(False)
    assert later(store, clock).trouble is None
    assert desks(store.load_members()) == [HONG_ROW]
    assert stored(path) == ["call-1"]
    store.close()


def test_a_file_that_is_removed_is_written_anew(path: Path) -> None:
    store = SteadyStore(path)
    store.change_members(add(HONG))
    store.journal([call(1)], [EventLine(1, "line")])
    for part in path.parent.glob(f"{FILE_NAME}*"):
        part.unlink()
    assert store.tend().found == (StoreFound.REMOVED,)
    store.put_calls([call(2)])
    assert desks(store.load_members()) == [HONG_ROW]
    assert store.lines_left() == [EventLine(1, "line")]
    assert stored(path) == ["call-2", "call-1"]
    assert store.tend() == StoreHealth(found=(StoreFound.REMOVED,))
    store.close()
    assert sorted(part.name for part in path.parent.iterdir()) == [LAST_MEMBERS, FILE_NAME]


def test_the_folder_is_removed_too(path: Path) -> None:
    path = path.parent / "folder" / FILE_NAME
    store = SteadyStore(path)
    store.put_calls([call(1)])
    shutil.rmtree(path.parent)
    assert store.tend().found == (StoreFound.REMOVED,)
    assert stored(path) == ["call-1"]
    store.close()


def test_its_log_alone_is_removed(path: Path) -> None:
    store = SteadyStore(path)
    store.put_calls([call(1)])
    path.with_name(f"{FILE_NAME}-wal").unlink()
    assert store.tend().found == (StoreFound.REMOVED,)
    store.put_calls([call(2)])
    assert stored(path) == ["call-2", "call-1"]
    store.close()


def test_a_file_that_is_put_in_its_place_is_put_aside(path: Path, tmp_path: Path) -> None:
    other = SqliteStore(tmp_path / "other.db")
    other.change_members(add(KIM))
    other.close()
    store = SteadyStore(path)
    store.change_members(add(HONG))
    store.put_calls([call(1)])
    (tmp_path / "other.db").replace(path)
    assert store.tend().found == (StoreFound.REPLACED,)
    assert desks(store.load_members()) == [HONG_ROW]
    assert stored(path) == ["call-1"]
    store.close()
    aside = SqliteStore(tmp_path / f"{FILE_NAME}.replaced-1")
    assert [member.extension_num for member in aside.load_members().members] == ["1002"]
    aside.close()


@needs_mounts
def test_removed_on_a_disk_that_is_full(disk: SmallDisk) -> None:
    clock = Clock()
    path = disk.folder / FILE_NAME
    store = SteadyStore(path, clock=clock)
    store.change_members(add(HONG))
    store.put_calls([call(1)])
    for part in disk.folder.glob(f"{FILE_NAME}*"):
        part.unlink()
    disk.fill()
    assert store.tend().trouble is StoreTrouble.FULL
    store.put_calls([call(2)])
    disk.make_room()
    assert later(store, clock).trouble is None
    assert desks(store.load_members()) == [HONG_ROW]
    assert stored(path) == ["call-2", "call-1"]
    store.close()


@needs_mounts
def test_what_is_in_memory_is_bounded_and_open_calls_stay(
    disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_HELD", 10)
    store = SteadyStore(disk.folder / FILE_NAME)
    disk.fill()
    store.put_calls([call(0, outcome=None)])
    for number in range(1, 30):
        store.put_calls([call(number)])
    health = store.tend()
    assert (health.held, health.lost) == (10, 20)
    assert [record.call_id for record in store.open_calls()] == ["call-0"]
    assert len(store.load_calls(since=NINE)) == 10
    store.close()


@needs_mounts
def test_calls_for_a_database_elsewhere_wait_in_memory_too(disk: SmallDisk) -> None:
    clock = Clock()
    store = SteadyStore(disk.folder / FILE_NAME, clock=clock)
    store.journal([call(1), call(2)], mark=True)
    store.keep_members("mongo/packetwave", store.load_members())
    disk.fill()
    store.journal([call(3), call(4)], mark=True)
    store.mark_written([call(1), call(3)])
    assert store.unwritten_calls() == [call(2), call(4)]
    disk.make_room()
    later(store, clock)
    assert store.count_unwritten() == 2
    assert store.kept_members("mongo/packetwave") is not None
    store.close()


def test_members_of_a_database_elsewhere_outlive_the_local_file(path: Path) -> None:
    store = SteadyStore(path)
    other = SqliteStore(path.with_name("other.db"))
    table = other.change_members(add(HONG))
    other.close()
    store.keep_members("mongo/packetwave", table)
    store.close()
    path.write_bytes(b"no database" * 1000)
    again = SteadyStore(path)
    assert again.kept_members("mongo/packetwave") == table
    assert again.kept_members("elsewhere") is None
    again.close()


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"": "nonsense", "x": 3}', b"\xff", b"[" * 100_000])
def test_a_copy_of_the_members_that_is_damaged_is_none(path: Path, content: bytes) -> None:
    path.with_name(LAST_MEMBERS).write_bytes(content)
    store = SteadyStore(path)
    assert store.load_members().members == ()
    store.change_members(add(HONG))
    assert json.loads(path.with_name(LAST_MEMBERS).read_bytes())[""]
    store.close()


def test_a_member_that_cannot_be_stored_costs_no_other(path: Path) -> None:
    store = SteadyStore(path)
    store.change_members(add(HONG, KIM))
    store.close()
    kept = path.with_name(LAST_MEMBERS)
    kept.write_text(kept.read_text("utf-8").replace(Member.__name__, "").replace("192.168.0.102", "nowhere"))
    path.write_bytes(b"no database" * 1000)
    again = SteadyStore(path)
    assert desks(again.load_members()) == [HONG_ROW]
    again.close()


def test_a_file_of_a_newer_program_is_left_alone(path: Path) -> None:
    SteadyStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()
    with pytest.raises(StoreError, match="newer"):
        SteadyStore(path)
    assert not list(path.parent.glob("*.damaged*"))


@needs_mounts
@pytest.mark.timeout(60)
def test_no_call_is_lost_between_memory_and_file(disk: SmallDisk) -> None:
    """The journal writes on a thread of its own while the disk fills up and has room again."""
    clock = Clock()
    path = disk.folder / FILE_NAME
    store = SteadyStore(path, clock=clock)
    rounds, of_round = 5, 60

    def write(first: int) -> None:
        for number in range(first, first + of_round):
            store.journal([call(number)], [EventLine(number, "line")], [number - 1])

    for number in range(rounds):
        writer = threading.Thread(target=write, args=(number * of_round,))
        writer.start()
        disk.fill()
        health = later(store, clock)
        disk.make_room()
        while writer.is_alive() or health.trouble is not None:
            health = later(store, clock)
        writer.join()
    assert store.tend() == StoreHealth()
    assert len(stored(path)) == rounds * of_round
    assert [line.number for line in store.lines_left()] == [rounds * of_round - 1]
    store.close()


def lock(path: Path) -> sqlite3.Connection:
    """Another program that writes and does not end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_the_program_starts_while_another_has_the_file_locked(path: Path) -> None:
    first = SteadyStore(path)
    first.change_members(add(HONG))
    first.put_calls([call(1)])
    first.close()
    other = lock(path)
    clock = Clock()
    store = SteadyStore(path, clock=clock)
    assert store.tend().trouble is StoreTrouble.LOCKED
    assert desks(store.load_members()) == [HONG_ROW]
    assert [each.call_id for each in store.load_calls(since=NINE)] == ["call-1"]
    store.put_calls([call(2)])
    with pytest.raises(StoreUnwritable):
        store.change_members(add(KIM))
    assert later(store, clock) == StoreHealth(StoreTrouble.LOCKED, held=1)
    other.close()
    assert later(store, clock) == StoreHealth()
    store.close()
    assert stored(path) == ["call-2", "call-1"]


def test_a_locked_file_that_cannot_even_be_read_leaves_the_last_members(path: Path) -> None:
    """As one is while a program that knows no write-ahead log copies it."""
    first = SteadyStore(path)
    first.change_members(add(HONG))
    first.put_calls([call(1)])
    first.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")
    clock = Clock()
    store = SteadyStore(path, clock=clock)
    assert store.tend().trouble is StoreTrouble.LOCKED
    assert desks(store.load_members()) == [HONG_ROW]
    store.put_calls([call(2)])
    other.close()
    assert later(store, clock).trouble is None
    assert desks(store.load_members()) == [HONG_ROW]
    store.close()
    assert stored(path) == ["call-2", "call-1"]


@pytest.fixture
def few_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHOWN_CALLS", 2)


@needs_mounts
def test_history_that_is_not_at_hand_meanwhile_is_there_again(disk: SmallDisk, few_shown: None) -> None:
    clock = Clock()
    path = disk.folder / FILE_NAME
    store = SteadyStore(path, clock=clock)
    store.put_calls([call(number) for number in range(9)])
    disk.fill()
    store.put_calls([call(9)])
    assert len(store.load_calls(since=NINE)) == 3
    disk.make_room()
    assert later(store, clock) == StoreHealth()
    assert len(store.load_calls(since=NINE)) == 10
    store.close()


@needs_mounts
def test_history_of_a_file_removed_on_a_full_disk_is_there_again(disk: SmallDisk, few_shown: None) -> None:
    clock = Clock()
    path = disk.folder / FILE_NAME
    store = SteadyStore(path, clock=clock)
    store.put_calls([call(number) for number in range(9)])
    for part in disk.folder.glob(f"{FILE_NAME}*"):
        part.unlink()
    disk.fill()
    assert store.tend().trouble is StoreTrouble.FULL
    store.put_calls([call(9)])
    assert later(store, clock).trouble is StoreTrouble.FULL
    disk.make_room()
    assert later(store, clock).trouble is None
    assert len(store.load_calls(since=NINE)) == 10
    store.close()
    assert len(stored(path)) == 10
    assert not list(disk.folder.glob("*.new")) and not list(disk.folder.glob("*.part"))


@needs_mounts
def test_another_file_put_there_on_a_full_disk_is_not_taken_for_ours(
    disk: SmallDisk, tmp_path: Path, few_shown: None
) -> None:
    clock = Clock()
    path = disk.folder / FILE_NAME
    other = SqliteStore(disk.folder / "other.db")
    other.put_calls([call(77)])
    other.close()
    store = SteadyStore(path, clock=clock)
    store.put_calls([call(number) for number in range(9)])
    (disk.folder / "other.db").replace(path)
    disk.fill()
    assert store.tend().trouble is StoreTrouble.FULL
    store.put_calls([call(9)])
    disk.make_room()
    assert later(store, clock).trouble is None
    store.close()
    assert sorted(stored(path)) == [f"call-{number}" for number in range(10)]
    assert stored(disk.folder / f"{FILE_NAME}.replaced-1") == ["call-77"]


def test_what_a_kill_left_beside_the_file_is_taken_up(path: Path) -> None:
    """After all of it was saved, before it had its name."""
    store = SteadyStore(path)
    store.put_calls([call(1)])
    store.close()
    path.replace(path.with_name(f"{FILE_NAME}.new"))
    again = SteadyStore(path)
    assert [each.call_id for each in again.load_calls(since=NINE)] == ["call-1"]
    again.close()
    assert not path.with_name(f"{FILE_NAME}.new").exists()


def test_outcomes_go_over_what_was_stored(path: Path) -> None:
    store = SteadyStore(path)
    store.put_calls([call(1, outcome=None)])
    store.put_calls([call(1, outcome=Outcome.BUSY)])
    assert store.load_calls(since=NINE) == [call(1, outcome=Outcome.BUSY)]
    store.close()


def test_a_link_in_the_place_of_the_file_is_said_and_the_last_members_serve(path: Path) -> None:
    store = SteadyStore(path)
    store.change_members(add(HONG))
    store.put_calls([call(1)])
    store.close()
    elsewhere = path.with_name("elsewhere")
    path.replace(elsewhere)
    before = elsewhere.read_bytes()
    path.symlink_to(elsewhere)
    clock = Clock()
    store = SteadyStore(path, clock=clock)
    assert store.tend().trouble is StoreTrouble.UNUSABLE
    assert [member.extension_num for member in store.load_members().members] == ["1001"]
    store.put_calls([call(2)])
    assert elsewhere.read_bytes() == before
    path.unlink()
    assert later(store, clock).trouble is None
    assert stored(path) == ["call-2"]
    store.close()
    assert elsewhere.read_bytes() == before
