"""Where log lines and crashes go: a rotating file in the data folder, and stderr where there is one.

Owns the root logger's handlers and the crash hooks between `install` and `Logs.close`. Numbers are masked by
those who log them (`packetwave.common.numbers.mask`).
"""

import logging
import logging.handlers
import re
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

_FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"
_LIMIT_BYTES = 1_000_000
_KEPT_FILES = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")

_log = logging.getLogger("packetwave.crash")


class Logs:
    """What `install` set up. Attribute: path, the log file, or None where it cannot be written."""

    def __init__(self, path: Path | None, handlers: list[logging.Handler]) -> None:
        self.path = path
        self._handlers = handlers
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = _on_crash
        threading.excepthook = _on_thread_crash

    def close(self) -> None:
        """Undo all that `install` did. May be called twice."""
        sys.excepthook, threading.excepthook = self._hooks
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
        self._handlers.clear()


def install(data_dir: Path, program: str, *, verbose: bool) -> Logs:
    """Log to `data_dir/logs/<program>.log` from info, and to stderr from warning (verbose: from info).

    Uncaught exceptions of any thread go there too. A folder that cannot be written is said on stderr; the
    program goes on without the file.
    """
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    logging.getLogger("websockets").setLevel(logging.WARNING)
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:  # None in a program without a console
        on_stderr = logging.StreamHandler()
        on_stderr.setLevel(logging.INFO if verbose else logging.WARNING)
        handlers.append(on_stderr)
    path: Path | None = data_dir / "logs" / f"{program}.log"
    trouble: OSError | None = None
    try:
        assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.RotatingFileHandler(
                path, maxBytes=_LIMIT_BYTES, backupCount=_KEPT_FILES, encoding="utf-8", errors="replace"
            )
        )
    except OSError as error:
        path, trouble = None, error
    for handler in handlers:
        handler.setFormatter(_OneLine(_FORMAT))
        root.addHandler(handler)
    if trouble is not None:
        _log.warning("no log file can be written: %s", trouble)
    return Logs(path, handlers)


class _OneLine(logging.Formatter):
    """Nothing in a message, such as text from the network, can begin a line of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))


def _on_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Any:
    if not issubclass(kind, KeyboardInterrupt):
        _log.critical("uncaught", exc_info=(kind, error, trace))


def _on_thread_crash(crash: threading.ExceptHookArgs) -> Any:
    if crash.exc_value is not None:
        name = crash.thread.name if crash.thread else "?"
        _log.critical(
            "uncaught in thread %s", name, exc_info=(crash.exc_type, crash.exc_value, crash.exc_traceback)
        )
