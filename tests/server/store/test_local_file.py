"""The local database as a file. What becomes of it on small disks is in `test_steady`."""

import errno
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from packetwave.server.store.base import StoreTrouble, StoreUnwritable
from packetwave.server.store.local_file import back_up, identity, put_aside, read_into, unwritable
from packetwave.server.store.sqlite import SqliteStore
from tests.server.store.samples import HONG, NINE, add, call


def test_put_aside_with_its_log_and_never_over_another(tmp_path: Path) -> None:
    for number in (1, 2):
        for ending in ("", "-wal"):
            (tmp_path / f"db{ending}").write_text(f"{number}{ending}")
        assert put_aside(tmp_path / "db", "damaged").name == f"db.damaged-{number}"
        assert (tmp_path / f"db.damaged-{number}-wal").read_text() == f"{number}-wal"
    assert not (tmp_path / "db").exists()


def test_who_it_is_does_not_change_with_its_name(tmp_path: Path) -> None:
    one = tmp_path / "one"
    assert identity(one) is None
    one.write_text("x")
    before = identity(one)
    one.rename(tmp_path / "two")
    assert identity(tmp_path / "two") == before is not None


def test_a_back_up_has_all(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "db")
    store.change_members(add(HONG))
    store.put_calls([call(1)])
    with store.using() as source:
        back_up(source, tmp_path / "below" / "copy")
        with pytest.raises(StoreUnwritable):
            back_up(source, tmp_path / "db" / "below a file")
    store.close()
    copy = SqliteStore(tmp_path / "below" / "copy")
    assert copy.load_calls(since=NINE) == [call(1)]
    copy.close()


def test_what_can_be_read_is_read_and_nothing_of_what_is_not_there(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "db")
    store.change_members(add(HONG))
    store.close()
    for name, count in (("db", 1), ("absent", 0)):
        memory = SqliteStore(":memory:")
        with memory.using() as target:
            read_into(target, tmp_path / name, 10)
        assert len(memory.load_members().members) == count
    assert not (tmp_path / "absent").exists()


@pytest.mark.parametrize(
    ("number", "trouble"),
    [
        (errno.ENOSPC, StoreTrouble.FULL),
        (errno.EROFS, StoreTrouble.READ_ONLY),
        (errno.EACCES, StoreTrouble.READ_ONLY),
        (errno.EIO, StoreTrouble.UNUSABLE),
    ],
)
def test_what_an_error_means(number: int, trouble: StoreTrouble) -> None:
    assert unwritable(Path("db"), OSError(number, "words")).trouble is trouble


def test_what_an_error_of_sqlite_means(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.Error) as raised, closing(sqlite3.connect(tmp_path)):
        pass
    assert unwritable(tmp_path, raised.value).trouble is StoreTrouble.UNUSABLE
