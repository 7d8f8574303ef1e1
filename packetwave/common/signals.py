"""SIGINT, SIGTERM and (Windows) SIGBREAK as bytes on a socket, which any kind of loop can wait for.

Owns the process's signal handlers between `install` and `restore`; both on the main thread only. A handler
never acts by itself: whatever it interrupted may hold the very lock it would need.
"""

import contextlib
import select
import signal
import socket
from types import FrameType
from typing import Any

_ASKED = b"\0"  # a signal leaves its own number, which is never 0
_WANTED = ("SIGINT", "SIGTERM", "SIGBREAK")


class StopSignals:
    """`socket` becomes readable when there is a signal. Attributes: socket (to wait on, not to write);
    came: whether `wait` has met a signal."""

    def __init__(self) -> None:
        self.socket, self._sender = socket.socketpair()
        self._sender.setblocking(False)
        self.came = False
        self._before: dict[int, Any] = {}
        self._wakeup_before = -1

    def install(self) -> None:
        """Take the signals over. Raises ValueError outside the main thread."""
        for name in _WANTED:
            number = getattr(signal, name, None)
            if number is not None:
                self._before[number] = signal.signal(number, _note)
        self._wakeup_before = signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)

    def ask(self) -> None:
        """Make `wait` return as if its time were up, from any thread."""
        with contextlib.suppress(OSError):  # full: asked already; closed: stopped already
            self._sender.send(_ASKED)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Return when a signal came (True), or `ask` was called or the time is up (False). Main thread of a
        headless program."""
        if not select.select([self.socket], [], [], timeout_s)[0]:
            return False
        if self.socket.recv(1) != _ASKED:
            self.came = True
            return True
        return False

    def restore(self) -> None:
        """Give the signals back and close the sockets. May be called twice."""
        if self._before:
            signal.set_wakeup_fd(self._wakeup_before)
            for number, handler in self._before.items():
                signal.signal(number, handler)
            self._before.clear()
        self.socket.close()
        self._sender.close()


def _note(_number: int, _frame: FrameType | None) -> None:
    """Python's own handler must exist for the byte to be written; the byte is the message."""
