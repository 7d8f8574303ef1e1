"""Lines for other programs, to a file or to stdout, written behind the program.

Nothing that serves ever waits for a disk or a reader. A file that cannot be written now is tried again; a
reader that went away costs the lines, not the program.
"""

import io
import logging
import sys
from pathlib import Path
from typing import NamedTuple

from packetwave.common.behind import LIMIT, Behind, Straight

_log = logging.getLogger(__name__)

_AGAIN_S = 1.0
_CLOSE_S = 0.5


class _Line(NamedTuple):
    text: str
    number: int


class Lines:
    """Writes to a file (appending) or, for `-`, to stdout. Raises OSError where that cannot be opened.

    Attributes: written, the number of the last line that is out (see `write`); trouble, why lines cannot be
    written now, "" for nothing.
    """

    def __init__(self, target: str, *, limit: int = LIMIT, again_s: float = _AGAIN_S) -> None:
        self.written = 0
        self.trouble = ""
        self._again_s = again_s
        self._file: io.FileIO | None = None
        self._pipe: Straight | None = None
        if target != "-":
            self._file = io.FileIO(Path(target), "a")
        elif sys.stdout is None:
            raise OSError("there is no standard output to write to")
        else:
            self._pipe = Straight(sys.stdout)
        self._behind = Behind[_Line](self._out, name="lines", limit=limit)

    @property
    def lost(self) -> int:
        """How many lines could not be written at all."""
        return self._behind.lost

    def write(self, text: str, number: int = 0) -> bool:
        """Hand a line over, without its newline; False where it is lost. number: for `written`. Returns at
        once, from any thread."""
        taken = self._behind.put(_Line(text, number))
        if not taken and self._behind.lost == 1:
            _log.error("lines are lost: more wait to be written than are kept")
        return taken

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

    def _out(self, line: _Line) -> None:
        if self._file is not None:
            self._to_file(self._file, line)
        elif self._pipe is not None:
            try:
                self._pipe.write(line.text + "\n")
            except (OSError, ValueError) as error:
                _log.error("lines are not written any more: %s", error)
                self.trouble = str(error)
                self._pipe.close()
                self._pipe = None
            else:
                self.written = line.number
        else:
            self._behind.lost += 1

    def _to_file(self, file: io.FileIO, line: _Line) -> None:
        rest = memoryview((line.text + "\n").encode("utf-8", "replace"))
        while rest:
            try:
                rest = rest[file.write(rest) or 0 :]
            except OSError as error:
                first, self.trouble = not self.trouble, error.strerror or str(error)
                if first:
                    _log.error("lines cannot be written now, which is tried again: %s", error)
                if self._behind.closed.wait(self._again_s):
                    return
        if self.trouble:
            _log.info("lines are written again")
        self.trouble = ""
        self.written = line.number
