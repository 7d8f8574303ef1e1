"""The local database as a file: told apart, put aside, backed up, read where it cannot be written.

Owns nothing. The store thread.
"""

import contextlib
import errno
import re
import sqlite3
from datetime import datetime
from pathlib import Path

from packetwave.common import files
from packetwave.server.store.base import StoreTrouble, StoreUnwritable
from packetwave.server.store.copies import copy_out
from packetwave.server.store.sqlite import store_error

_BUSY_S = 0.1
"""For each table of a file that another program has locked."""

ENDINGS = ("", "-wal", "-shm")
"""What SQLite adds to the file's name for the file, its log, and the log's index."""


def put_aside(path: Path, why: str) -> Path:
    """Give a database another name, `NAME.WHY-<n>`. Raises StoreUnwritable."""
    number = 1
    while (aside := path.with_name(f"{path.name}.{why}-{number}")).exists():
        number += 1
    try:
        # The write-ahead log goes along under the name by which SQLite finds it again.
        for ending in ENDINGS:
            part = path.with_name(path.name + ending)
            if part.exists() or files.is_link(part):
                files.narrow(part)
                part.replace(aside.with_name(aside.name + ending))
    except OSError as error:
        raise unwritable(path, error) from error
    return aside


def asides(path: Path) -> list[Path]:
    """The databases that were put aside, with their logs."""
    pattern = re.compile(rf"{re.escape(path.name)}\.[a-z]+-\d+(?:-wal|-shm)?")
    return sorted(part for part in path.parent.glob(f"{path.name}.*") if pattern.fullmatch(part.name))


def remove_aside(path: Path, before: datetime) -> list[Path]:
    """Remove what was put aside and was last written before that time; what was removed."""
    removed = []
    for part in asides(path):
        with contextlib.suppress(OSError):
            if part.lstat().st_mtime < before.timestamp():
                part.unlink()
                removed.append(part)
    return removed


def back_up(source: sqlite3.Connection, path: Path) -> None:
    """Write all that the connection has into a new file. Raises StoreUnwritable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        files.make_private(path)
        with contextlib.closing(sqlite3.connect(path)) as target:
            source.backup(target)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise unwritable(path, error) from error


def read_into(target: sqlite3.Connection, path: Path, calls: int, *, is_quiet: bool = True) -> None:
    """Copy what can be read of a database on a disk that takes nothing, so many calls at the most. Its log
    needs room to be read; without, the file alone is read where that is all of it. A link is not followed.
    is_quiet: nobody writes in it at this moment."""
    if files.is_link(path):
        return
    log_file = path.with_name(path.name + "-wal")
    hows = ["mode=ro"]
    if is_quiet and (not log_file.exists() or not log_file.stat().st_size):
        hows.append("mode=ro&immutable=1")
    for how in hows:
        try:
            source = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=_BUSY_S)
        except sqlite3.Error:
            continue
        with contextlib.closing(source):
            copy_out(source, target, calls=calls)
        (known,) = target.execute("SELECT count(*) FROM members").fetchone()
        if known:
            return


def identity(path: Path) -> object:
    """Which file it is, whatever its name; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def unwritable(path: Path, error: OSError | sqlite3.Error) -> StoreUnwritable:
    """What an error means for a file that was to be written."""
    if isinstance(error, sqlite3.Error):
        told = store_error(error, str(path))
        trouble = told.trouble if isinstance(told, StoreUnwritable) else StoreTrouble.UNUSABLE
        return StoreUnwritable(str(told), trouble)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        trouble = StoreTrouble.FULL
    elif error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        trouble = StoreTrouble.READ_ONLY
    else:
        trouble = StoreTrouble.UNUSABLE
    return StoreUnwritable(f"{path}: {error.strerror or error}", trouble)
