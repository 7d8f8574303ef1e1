"""The one crossing from worker threads to Qt: a value sent on any thread is received on the Qt thread.

Owns nothing but the queue between the two. Must not interpret what it carries.
"""

import threading

from PySide6.QtCore import QObject, Qt, Signal


class Bridge(QObject):
    """Carries values from any thread to the Qt thread.

    Signals: received(object), emitted on the thread that made the bridge, in the order sent.
    """

    received = Signal(object)
    _crossing = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._open = True
        self._crossing.connect(self.received, Qt.ConnectionType.QueuedConnection)

    def send(self, value: object) -> None:
        """Hand a value over, from any thread. After `close`, or with the bridge deleted, it is dropped."""
        with self._lock:
            if not self._open:
                return
            try:
                self._crossing.emit(value)
            except RuntimeError:  # Qt deleted its half first, while the program ends
                self._open = False

    def close(self) -> None:
        """Let nothing more cross; when this returns no other thread is inside Qt because of us."""
        with self._lock:
            self._open = False
