"""A file replaced in one step: whoever reads it, also after a power cut, finds the old content or the new.

Owns nothing. The new content is written beside the file first, so a disk that is full costs nothing of the
old. Blocks on the disk; any thread.
"""

import contextlib
import os
import threading
import time
from pathlib import Path

_AGAIN_S = 0.05


def replace(path: Path, content: bytes, *, private: bool = False, patience_s: float = 0.0) -> None:
    """Put `content` in the place of what the file holds. Raises OSError; the file is then as it was.

    private: nobody but the user may read it (on Windows the folder's rights decide that). patience_s: how
    long to try again while another program reads the file, which on Windows keeps it from being replaced.
    A symbolic link is never followed: it is itself replaced, and what it leads to stays.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_native_id()}.new")
    try:
        _write(beside, content, 0o600 if private else 0o666)
        _put(beside, path, patience_s)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        error.filename = str(path)  # the file that the caller knows of
        raise


def _write(path: Path, content: bytes, mode: int) -> None:
    path.unlink(missing_ok=True)  # left by a program of the same number that was killed
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)  # EXCL: follows no link
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(content)
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
