"""The local database as a file. What becomes of it on small disks is in `test_steady`."""

import errno
import os
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from packetwave.server.store.base import StoreTrouble, StoreUnwritable
from packetwave.server.store.local_file import (
    asides,
    back_up,
    identity,
    put_aside,
    read_into,
    remove_aside,
    unwritable,
)
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


def test_what_was_put_aside_long_ago_is_removed(tmp_path: Path) -> None:
    names = [
        "db",
        "db-wal",
        "db.damaged-1",
        "db.damaged-1-wal",
        "db.replaced-2",
        "db.mine",
        "other.damaged-1",
    ]
    for name in names:
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (NINE.timestamp(), NINE.timestamp()))
    os.utime(tmp_path / "db.replaced-2")
    assert [path.name for path in asides(tmp_path / "db")] == [
        "db.damaged-1",
        "db.damaged-1-wal",
        "db.replaced-2",
    ]
    assert remove_aside(tmp_path / "db", NINE) == []
    removed = remove_aside(tmp_path / "db", NINE + timedelta(seconds=1))
    assert [path.name for path in removed] == ["db.damaged-1", "db.damaged-1-wal"]
    assert len(list(tmp_path.iterdir())) == len(names) - 2


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the folder's rights decide")
def test_what_is_put_aside_or_backed_up_is_the_users_alone(tmp_path: Path) -> None:
    (tmp_path / "db").touch(0o644)
    assert put_aside(tmp_path / "db", "damaged").stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(":memory:")) as source:
        back_up(source, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


def test_a_link_that_is_put_aside_is_the_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "db").symlink_to(tmp_path / "precious")
    aside = put_aside(tmp_path / "db", "replaced")
    assert aside.is_symlink() and not (tmp_path / "db").is_symlink()
    assert (tmp_path / "precious").read_text() == "precious"
