"""Where log lines and crashes go: a rotating file in the data folder, and stderr where there is one.

Both are written behind the program, each on a thread of its own: a disk or a reader that stands still costs
lines, which are counted and said, and nothing else.

Owns the root logger's handlers and the crash hooks between `install` and `Logs.close`. Numbers are masked by
those who log them (`packetwave.common.numbers.mask`). Where native code fails (Qt, a driver), Python cannot
log any more: its fault handler writes the threads' stacks to a file of their own, which the next start dates.
"""

import contextlib
import copy
import faulthandler
import io
import logging
import logging.handlers
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from packetwave.common import files
from packetwave.common.behind import Behind, Straight

_FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"
_LIMIT_BYTES = 1_000_000
_KEPT_FILES = 5
_DATED = b"== noted"
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
_STAMPED = re.compile(rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")

_WAITING = 5_000
_FLUSH_S = 0.5
_EXCEPTIONS = logging.Formatter()

_log = logging.getLogger("packetwave.crash")


class Logs:
    """What `install` set up.

    Attributes: path, the log file, or None where it cannot be written. on_crash: called, on the thread that
    crashed, once it is logged, and once a run only: what crashes every second must not be told every second.
    """

    def __init__(self, path: Path | None, handlers: list[logging.Handler], native: IO[bytes] | None) -> None:
        self.path = path
        self.on_crash: Callable[[], None] = lambda: None
        self._crashed = False
        self._handlers = handlers
        self._native = native
        self._crash_file = path.with_suffix(".crash") if path is not None else None
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_crash
        threading.excepthook = self._on_thread_crash

    def close(self) -> None:
        """Undo all that `install` did. May be called twice."""
        sys.excepthook, threading.excepthook = self._hooks
        if self._native is not None:
            faulthandler.disable()
            self._native.close()
            self._native = None
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
        self._handlers.clear()

    def let_go(self) -> None:
        """Close the log file until there is a line for it: while it is open here, no other program can begin
        a new one on Windows."""
        for handler in self._handlers:
            if isinstance(handler, _Behind):
                handler.let_go()

    def forget(self, before: datetime) -> None:
        """Remove the lines of before that time from the files, soon. Any thread."""
        for handler in self._handlers:
            if isinstance(handler, _Behind):
                handler.forget(before)
        if self._crash_file is not None and self._native is not None:
            with contextlib.suppress(OSError):
                if self._crash_file.stat().st_mtime < before.timestamp():
                    self._native.truncate(0)

    def flush(self, timeout_s: float) -> bool:
        """True once every line so far is written."""
        behind = [handler for handler in self._handlers if isinstance(handler, _Behind)]
        return min((handler.flush_within(timeout_s) for handler in behind), default=True)

    def _on_crash(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Any:
        if not issubclass(kind, KeyboardInterrupt):
            _log.critical("uncaught", exc_info=(kind, error, trace))
            self._tell()

    def _on_thread_crash(self, crash: threading.ExceptHookArgs) -> Any:
        if crash.exc_value is not None:
            name = crash.thread.name if crash.thread else "?"
            _log.critical(
                "uncaught in thread %s", name, exc_info=(crash.exc_type, crash.exc_value, crash.exc_traceback)
            )
            self._tell()

    def _tell(self) -> None:
        if not self._crashed:
            self._crashed = True
            self.flush(_FLUSH_S)
            self.on_crash()


def install(data_dir: Path, program: str, *, verbose: bool) -> Logs:
    """Log to `data_dir/logs/<program>.log` from info, and to stderr from warning (verbose: from info).

    Uncaught exceptions of any thread go there too; what native code leaves, to `<program>.crash`. A folder
    that cannot be written is said on stderr; the program goes on without the files.
    """
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    logging.getLogger("websockets").setLevel(logging.WARNING)
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:  # None in a program without a console
        on_stderr = _Straight(Straight(sys.stderr))
        on_stderr.setFormatter(_OneLine(_FORMAT))
        handlers.append(_Behind(on_stderr, logging.INFO if verbose else logging.WARNING))
    path: Path | None = data_dir / "logs" / f"{program}.log"
    trouble: OSError | None = None
    try:
        assert path is not None
        files.make_folder(path.parent)
        for older in path.parent.glob(f"{program}.log.*"):
            files.narrow(older)
        in_file = _Rotating(
            path, maxBytes=_LIMIT_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", errors="replace"
        )
        in_file.setFormatter(_OneLine(_FORMAT))
        handlers.append(_Behind(in_file, logging.NOTSET))
    except OSError as error:
        path, trouble = None, error
    for handler in handlers:
        root.addHandler(handler)
    if trouble is not None:
        _log.warning("no log file can be written: %s", trouble)
    return Logs(path, handlers, _catch_native(path.with_suffix(".crash")) if path is not None else None)


def _catch_native(path: Path) -> IO[bytes] | None:
    if faulthandler.is_enabled():  # asked for elsewhere: python -X faulthandler
        return None
    file: IO[bytes] | None = None
    try:
        file = io.FileIO(path, "a+", opener=files.open_private)
        _date(file, path)
    except OSError as error:
        _log.warning("native crashes will not be noted: %s", error)
        if file is not None:
            file.close()
        return None
    faulthandler.enable(file)
    return file


def _date(file: IO[bytes], path: Path) -> None:
    """Say until when an earlier run wrote here, if one did and nobody has said it yet: a crash has no time to
    write the time. Not each entry was the end of a run: Windows tells of faults that are then dealt with."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 200))
    if not size or file.read().splitlines()[-1].startswith(_DATED):
        return
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(path.stat().st_mtime))
    if size > _LIMIT_BYTES:
        file.truncate(0)
    file.write(_DATED + f" until {at}\n".encode())
    _log.warning("native code failed in an earlier run, until %s: see %s", at, path)


class _Rotating(logging.handlers.RotatingFileHandler):
    """Goes on in the same file while another program has it open, which keeps Windows from renaming it: the
    line must not be lost, nor the old files be moved up for nothing. Lines that cannot be written, as on a
    full disk, are counted; the next one that can be is preceded by their number."""

    _lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        if self._lost:
            lost, self._lost = self._lost, 0
            super().emit(_about(f"{lost} lines of the log could not be written"))
            if self._lost:
                self._lost += lost
                return
        super().emit(record)

    def _open(self) -> io.TextIOWrapper:
        return open(
            self.baseFilename,
            "a",
            encoding=self.encoding,
            errors=self.errors,
            opener=files.open_private,
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)  # a bug; it is seen on stderr
            return
        self._lost += 1
        self._give_up_stream()

    def close(self) -> None:
        self._give_up_stream()
        super().close()

    def forget(self, before: datetime) -> None:
        """Remove the lines of before that time, from the older files too. In place: another program may have
        the file open. On the thread that writes."""
        self._give_up_stream()
        current = Path(self.baseFilename)
        for path in (current, *current.parent.glob(f"{current.name}.*")):
            with contextlib.suppress(OSError):
                if not _cut(path, before) and path != current:
                    path.unlink()

    def _give_up_stream(self) -> None:
        """Close the file, and forget what it did not take: else each later write would begin with that."""
        stream, self.stream = self.stream, None
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()

    def doRollover(self) -> None:  # noqa: N802 - logging's own name
        if self.stream is not None:
            self.stream.close()
            self.stream = None
        try:
            Path(self.baseFilename).rename(self.baseFilename)
        except OSError:
            self.stream = self._open()
        else:
            super().doRollover()


class _Straight(logging.Handler):
    """Lines to a standard stream, past its buffer."""

    def __init__(self, stream: Straight) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError, ValueError):  # the reader went away
            self._stream.write(self.format(record) + "\n")

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Behind(logging.Handler):
    """Has another handler write, on a thread of its own. Lines that come while too many wait are counted."""

    def __init__(self, handler: logging.Handler, level: int) -> None:
        super().__init__(level)
        self._handler = handler
        self._said_lost = 0
        self._behind = Behind[logging.LogRecord | datetime](self._write, name="log", limit=_WAITING)

    def emit(self, record: logging.LogRecord) -> None:
        # Put into words here: what a line speaks of may change before it is written.
        worded = copy.copy(record)
        worded.msg, worded.args = record.getMessage(), None
        if record.exc_info and not record.exc_text:
            worded.exc_text = _EXCEPTIONS.formatException(record.exc_info)
        worded.exc_info = None
        self._behind.put(worded)

    def forget(self, before: datetime) -> None:
        self._behind.put(before)

    def let_go(self) -> None:
        self.flush_within(_FLUSH_S)
        if isinstance(self._handler, logging.FileHandler):
            self._handler.close()

    def flush_within(self, timeout_s: float) -> bool:
        return self._behind.flush(timeout_s)

    def close(self) -> None:
        if self._behind.close(_FLUSH_S):
            self._handler.close()
        super().close()

    def _write(self, record: logging.LogRecord | datetime) -> None:
        if isinstance(record, datetime):
            if isinstance(self._handler, _Rotating):
                self._handler.forget(record)
            return
        if self._behind.lost > self._said_lost:
            lost, self._said_lost = self._behind.lost - self._said_lost, self._behind.lost
            self._handler.emit(_about(f"{lost} lines of the log were lost"))
        # Not by `handle`, whose lock the interpreter waits for when it ends.
        self._handler.emit(record)


def _cut(path: Path, before: datetime) -> bool:
    """Remove the lines of before that time from a log; False where none is left. A line without a time
    belongs to the one above it. Raises OSError."""
    since = before.astimezone().strftime(_TIME_FORMAT).encode()
    with io.FileIO(path, "r+", opener=files.open_private) as file:
        content = file.readall()
        at = next((line.start() for line in _STAMPED.finditer(content) if line[0] >= since), len(content))
        if at:
            file.seek(0)
            file.write(content[at:])
            file.truncate()
        return at < len(content)


def _about(text: str) -> logging.LogRecord:
    """A line of the log about the log."""
    return logging.LogRecord(_log.name, logging.ERROR, __file__, 0, text, None, None)


class _OneLine(logging.Formatter):
    """Nothing in a message, such as text from the network, can begin a line of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))
