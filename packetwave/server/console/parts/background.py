"""Runs slow work, such as writing a file, without holding up the window. Used on the Qt main thread."""

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from packetwave.ui.bridge import Bridge

T = TypeVar("T")


class Background(QObject):
    """Runs pieces of work, each on a thread of its own; several may run at once."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = Bridge(self)
        self._bridge.received.connect(_call)
        # Before Qt takes the bridge apart: no thread may be inside it then.
        parent.destroyed.connect(self._bridge.close)

    def run(self, work: Callable[[], T], then: Callable[[T | OSError], object]) -> None:
        """Do `work` on another thread, then give its result, or its OSError, to `then` on this one. `then` is
        not called once the window is closed; the program does not wait for a file that hangs."""
        send = self._bridge.send

        def do() -> None:
            try:
                result: T | OSError = work()
            except OSError as error:
                result = error
            send(lambda: then(result))

        threading.Thread(target=do, name="file", daemon=True).start()


def _call(answer: object) -> None:
    if callable(answer):
        answer()
