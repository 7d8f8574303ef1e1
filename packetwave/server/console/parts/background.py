"""Files are read and written beside the window's work. Started and answered on the Qt main thread."""

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from packetwave.ui.bridge import Bridge

T = TypeVar("T")


class Background(QObject):
    """Runs one piece of work after another's start, each on a thread of its own."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = Bridge(self)
        self._bridge.received.connect(_call)

    def run(self, work: Callable[[], T], then: Callable[[T | OSError], object]) -> None:
        """Do `work` elsewhere, then give its result, or its OSError, to `then` here. A window that is
        closed meanwhile hears nothing; the program does not wait for a file that hangs."""
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
