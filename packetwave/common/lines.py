"""Lines for other programs, to a file or to stdout, written behind the program.

Nothing that serves ever waits for a disk or a reader. A file that cannot be written now is tried again; a
reader that went away costs the lines, not the program.
"""

import errno
import io
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from packetwave.common.behind import LIMIT, Behind, Straight
from packetwave.common.files import open_private

_log = logging.getLogger(__name__)

_AGAIN_S = 1.0
_CLOSE_S = 0.5
_STANDS_S = 5.0
"""A line that takes so long is one that nobody reads."""

_TAKES_NOTHING = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_TAIL_BYTES = 8_000_000
"""How much of a file's end is looked at for lines that are out already: more than all that may wait."""


class LinesTrouble(StrEnum):
    """Why lines are late or lost."""

    DISK = "disk"
    """The file cannot be written now; it is tried again."""

    UNREAD = "unread"
    """Nobody reads them."""

    GONE = "gone"
    """Who read them went away; they are not written any more."""


class _Line(NamedTuple):
    text: str
    number: int


class _Left(NamedTuple):
    """What an earlier run may not have written."""

    lines: Sequence[tuple[int, str]]


class Lines:
    """Writes to a file (appending) or, for `-`, to stdout. Raises OSError where that cannot be opened; not
    for a disk that is full or may only be read, which may be mended while the program serves. on_written:
    told of `written`, on the thread that writes.

    Attributes: file, its absolute path, "" for stdout; written, the number of the last line that is out, or
    can never be (see `write`); trouble, why lines cannot be written now, "" for nothing.
    """

    def __init__(
        self,
        target: str,
        *,
        limit: int = LIMIT,
        again_s: float = _AGAIN_S,
        on_written: Callable[[int], None] = lambda _number: None,
    ) -> None:
        self.file = "" if target == "-" else str(Path(target).absolute())
        self.written = 0
        self._on_written = on_written
        self.trouble = ""
        self._again_s = again_s
        self._path: Path | None = None
        self._file: io.FileIO | None = None
        self._pipe: Straight | None = None
        self._since_s: float | None = None
        if target != "-":
            self._path = Path(target)
            try:
                self._file = io.FileIO(self._path, "a", opener=open_private)
            except OSError as error:
                if error.errno not in _TAKES_NOTHING:
                    raise
        elif sys.stdout is None:
            raise OSError("there is no standard output to write to")
        else:
            self._pipe = Straight(sys.stdout)
        self._behind = Behind[_Line | _Left](self._out, name="lines", limit=limit)

    @property
    def lost(self) -> int:
        """How many lines could not be written at all."""
        return self._behind.lost

    @property
    def state(self) -> LinesTrouble | None:
        """Why lines are late or lost, None while they are written."""
        if self._path is None and self._pipe is None:
            return LinesTrouble.GONE
        if self.trouble:
            return LinesTrouble.DISK
        since_s = self._since_s
        if since_s is not None and time.monotonic() - since_s >= _STANDS_S:
            return LinesTrouble.UNREAD if self._path is None else LinesTrouble.DISK
        return None

    def write(self, text: str, number: int = 0) -> bool:
        """Hand a line over, without its newline; False where it is lost. number: for `written`. Returns at
        once, from any thread."""
        return self._put(_Line(text, number))

    def take_up(self, left: Sequence[tuple[int, str]]) -> None:
        """Before the first line: write those of an earlier run, numbers and texts in their order, that the
        file does not have; a line that was cut in half is completed. To stdout nothing is repeated."""
        if self._path is None:
            self.written = max((number for number, _ in left), default=0)
        else:
            self._put(_Left(left))

    def flush(self, timeout_s: float) -> bool:
        """True once all lines so far are out."""
        return self._behind.flush(timeout_s)

    def close(self) -> None:
        """Wait a moment for what is still to be written; then no more. stdout stays open."""
        if not self._behind.close(_CLOSE_S):
            return  # it stands still in what would be closed
        for each in (self._file, self._pipe):
            if each is not None:
                each.close()

    def _put(self, piece: _Line | _Left) -> bool:
        taken = self._behind.put(piece)
        if not taken and self._behind.lost == 1:
            _log.error("lines are lost: more wait to be written than are kept")
        return taken

    def _out(self, piece: _Line | _Left) -> None:
        self._since_s = time.monotonic()
        if isinstance(piece, _Left):
            self._take_up(piece.lines)
        elif self._path is not None:
            self._to_file(self._path, (piece.text + "\n").encode("utf-8", "replace"), piece.number)
        elif self._pipe is not None:
            try:
                self._pipe.write(piece.text + "\n")
            except (OSError, ValueError) as error:
                _log.error("lines are not written any more: %s", error)
                self.trouble = str(error)
                self._pipe.close()
                self._pipe = None
                self._behind.lost += 1
            self.written = piece.number
        else:
            self._behind.lost += 1
            self.written = piece.number
        self._since_s = None
        self._on_written(self.written)

    def _take_up(self, left: Sequence[tuple[int, str]]) -> None:
        assert self._path is not None
        try:
            tail = _tail(self._path)
        except OSError as error:
            _log.warning("which lines an earlier run wrote cannot be seen: %s", error)
            tail = b""
        out, content = missing(tail, [text for _, text in left])
        self.written = left[out - 1][0] if out else 0
        self._to_file(self._path, content, left[-1][0] if left else 0)

    def _to_file(self, path: Path, content: bytes, number: int) -> None:
        rest = memoryview(content)
        while rest:
            try:
                if self._file is None:
                    self._file = io.FileIO(path, "a", opener=open_private)
                rest = rest[self._file.write(rest) or 0 :]
            except OSError as error:
                first, self.trouble = not self.trouble, error.strerror or str(error)
                if first:
                    _log.error("lines cannot be written now, which is tried again: %s", error)
                if self._behind.closed.wait(self._again_s):
                    return
        if self.trouble:
            _log.info("lines are written again")
        self.trouble = ""
        self.written = max(number, self.written)


def complete(path: Path, left: Sequence[str]) -> None:
    """Write to a file that nobody writes to now those lines of an earlier run that it lacks; made anew where
    it is gone. Waits for the disk. Raises OSError. What is no file (a pipe) has no reader of before."""
    if path.exists() and not path.is_file():
        return
    _, content = missing(_tail(path) if path.exists() else b"", left)
    with io.BufferedWriter(io.FileIO(path, "a", opener=open_private)) as file:
        file.write(content)


def missing(tail: bytes, left: Sequence[str]) -> tuple[int, bytes]:
    """How many of the first lines of `left` a file has that ends with `tail`, and what is to be added to it:
    the rest of a line that was cut in half, and the other lines."""
    wanted = [(text + "\n").encode("utf-8", "replace") for text in left]
    whole, half = tail[: tail.rfind(b"\n") + 1], tail[tail.rfind(b"\n") + 1 :]
    last = whole[whole.rfind(b"\n", 0, -1) + 1 :]
    out = wanted.index(last) + 1 if last in wanted else 0
    rest = b"".join(wanted[out:])
    if half and out < len(wanted) and wanted[out].startswith(half):
        return out, rest[len(half) :]
    return out, b"\n" + rest if half else rest


def _tail(path: Path) -> bytes:
    with io.FileIO(path, opener=open_private) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        return file.read()
