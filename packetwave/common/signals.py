"""SIGINT, SIGTERM and (Windows) SIGBREAK as bytes on a socket, which any kind of loop can wait for.

Owns the process's signal handlers between `install` and `restore`; both on the main thread only. A handler
never acts by itself: whatever it interrupted may hold the very lock it would need.
"""

import contextlib
import signal
import socket
from types import FrameType
from typing import Any

_WANTED = ("SIGINT", "SIGTERM", "SIGBREAK")


class StopSignals:
    """`socket` becomes readable when a stop is asked for. Attributes: socket (to wait on, not to write)."""

    def __init__(self) -> None:
        self.socket, self._sender = socket.socketpair()
        self._sender.setblocking(False)
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
        """The same as a signal, from any thread."""
        with contextlib.suppress(OSError):  # full: asked already; closed: stopped already
            self._sender.send(b"\0")

    def wait(self) -> None:
        """Return when a stop is asked for (headless programs, main thread)."""
        self.socket.recv(1)

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
