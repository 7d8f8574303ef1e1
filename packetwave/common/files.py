"""The one place where files of calls, members, logs and settings are opened to be written.

Such a file is for the account that runs the program and for nobody else (0600; on Windows the folder's rights
decide that), and a symbolic link is never followed: what somebody planted under a name that is known
beforehand leads nowhere. One that was made with wider rights loses them when it is opened.

Owns nothing. Blocks on the disk; any thread.
"""

import contextlib
import errno
import os
import re
import stat
import sys
import threading
import time
from pathlib import Path

_AGAIN_S = 0.05

PRIVATE = 0o600
_OTHERS = 0o077
PRIVATE_FOLDER = 0o777 if sys.platform == "win32" else 0o700
"""What `mkdir` is given: on Windows another value than the usual one would shut out the task's account."""

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_AT_ONCE = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
_STREAMS = re.compile(r"/dev/(?:stdin|stdout|stderr|fd/\d+)|/proc/(?:self|\d+)/fd/\d+")
"""Links that the system itself makes, and nobody else can."""

_LINK = "is a symbolic link, which is not followed; name the file itself, or remove the link"
_FOREIGN = "belongs to another account, which could read what is written there; name another file"


def open_private(path: str | Path, flags: int) -> int:
    """A handle of the file, made for the user alone where it is missing; `opener` of `open` and `FileIO`.

    What is no file (a pipe, a device) is opened as it is. Raises OSError, with a sentence for a symbolic link
    and for a file of another account.
    """
    name = os.fspath(path)
    may_follow = _STREAMS.fullmatch(name) is not None
    if not may_follow and not _NO_FOLLOW and is_link(name):
        raise OSError(errno.ELOOP, _LINK, name)
    try:
        handle = os.open(name, flags | _AT_ONCE | _BINARY | (0 if may_follow else _NO_FOLLOW), PRIVATE)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK) and is_link(name):
            raise OSError(errno.ELOOP, _LINK, name) from None
        raise
    try:
        _narrow(handle, name)
    except BaseException:
        os.close(handle)
        raise
    return handle


def is_link(path: str | Path) -> bool:
    """Whether this name is a symbolic link, wherever it leads."""
    return Path(path).is_symlink()


def narrow(path: str | Path) -> None:
    """Take from others what rights they have on a file that is there. What cannot be done is left: it may be
    gone, a link, another account's, or on a disk without rights.

    It is not opened: closing it again would give up SQLite's locks on it.
    """
    if sys.platform != "win32":
        with contextlib.suppress(OSError, NotImplementedError):
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode) and mode & _OTHERS:
                Path(path).chmod(stat.S_IMODE(mode) & ~_OTHERS, follow_symlinks=False)


def make_private(path: str | Path) -> None:
    """See that there is a file of this name, for the user alone: for what opens files by itself, as SQLite.
    Raises OSError, with a sentence for a symbolic link."""
    if is_link(path):
        raise OSError(errno.ELOOP, _LINK, os.fspath(path))
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _AT_ONCE, PRIVATE))
    except FileExistsError:
        narrow(path)


def make_folder(path: Path) -> None:
    """See that there is a folder of this name, made for the user alone where it is missing. One that is a
    symbolic link is not followed. Raises OSError."""
    if is_link(path):
        raise OSError(errno.ELOOP, _LINK, str(path))
    path.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)


def replace(path: Path, content: bytes, *, patience_s: float = 0.0) -> None:
    """Put `content` in the place of what the file holds, in one step: whoever reads it, also after a power
    cut, finds the old content or the new. Raises OSError; the file is then as it was.

    The new content is written beside the file first, so a disk that is full costs nothing of the old.
    patience_s: how long to try again while another program reads the file, which on Windows keeps it from
    being replaced. A symbolic link is itself replaced, and what it leads to stays.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_native_id()}.new")
    try:
        _write(beside, content)
        _put(beside, path, patience_s)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        error.filename = str(path)  # the file that the caller knows of
        raise


def try_to_write(path: Path, content: bytes) -> None:
    """Make a file that must not be left, to see whether that can be done; for the caller to remove. Raises
    OSError."""
    _write(path, content, lasting=False)


if sys.platform == "win32":

    def _narrow(_handle: int, _name: str) -> None:
        """Nothing to do: the folder's rights decide."""

else:

    def _narrow(handle: int, name: str) -> None:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or not found.st_mode & _OTHERS:
            return
        if os.geteuid() not in (found.st_uid, 0):
            raise PermissionError(errno.EACCES, _FOREIGN, name)
        with contextlib.suppress(OSError):  # a disk that knows no rights
            os.fchmod(handle, stat.S_IMODE(found.st_mode) & ~_OTHERS)


def _write(path: Path, content: bytes, *, lasting: bool = True) -> None:
    path.unlink(missing_ok=True)  # left by a program of the same number that was killed
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _AT_ONCE  # EXCL: follows no link
    with os.fdopen(os.open(path, flags, PRIVATE), "wb") as file:
        file.write(content)
        if lasting:
            file.flush()
            os.fsync(file.fileno())


def _put(beside: Path, path: Path, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            beside.replace(path)
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
            threading.Event().wait(_AGAIN_S)
        else:
            return


def give_to_owner_of_folder(path: Path) -> None:
    """Let a file or folder that an administrator has written belong to whom its folder belongs: the service
    that goes on reading it. Does nothing for anybody else, and on Windows, where the folder's rights
    count. Raises OSError."""
    geteuid = getattr(os, "geteuid", None)
    if geteuid is None or geteuid() != 0:
        return
    owner = path.parent.stat()
    os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
