"""The one crossing from worker threads to Qt: a value sent on any thread is received on the Qt thread.

Owns nothing but the queue between the two. Must not interpret what it carries. However much is sent, the Qt
thread takes it in short turns, so that painting, clicks and the wish to end come in between.
"""

import threading
from collections import deque
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

TURN_S = 0.008
"""Receiving goes on for at most so long before other events have their turn."""


class Bridge(QObject):
    """Carries values from any thread to the Qt thread. turn_s: in place of `TURN_S`.

    Signals: received(object), emitted on the thread that made the bridge, in the order sent.
    """

    received = Signal(object)
    _crossing = Signal()

    def __init__(self, parent: QObject | None = None, *, turn_s: float = TURN_S) -> None:
        super().__init__(parent)
        self._turn_s = turn_s
        self._lock = threading.Lock()
        self._open = True
        self._waiting: deque[object] = deque()
        self._is_called = False
        # A timer, not a posted event: Qt delivers all posted events, and those they post, before any other.
        self._go_on = QTimer(self, interval=0)
        self._go_on.timeout.connect(self._receive)
        self._crossing.connect(self._receive, Qt.ConnectionType.QueuedConnection)

    def send(self, value: object) -> None:
        """Hand a value over, from any thread. After `close`, or with the bridge deleted, it is dropped."""
        with self._lock:
            if not self._open:
                return
            self._waiting.append(value)
            if self._is_called:
                return
            self._is_called = True
            try:
                self._crossing.emit()
            except RuntimeError:  # Qt deleted its half first, while the program ends
                self._open = False
                self._waiting.clear()

    def close(self) -> None:
        """Let nothing more cross, nor what waits; when this returns no other thread is inside Qt because of
        us."""
        with self._lock:
            self._open = False
            self._waiting.clear()

    @Slot()
    def _receive(self) -> None:
        self._go_on.start()  # who receives may run an event loop of its own: that one goes on
        until_s = monotonic() + self._turn_s
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_called = False
                    self._go_on.stop()
                    return
                value = self._waiting.popleft()
            self.received.emit(value)
            if monotonic() >= until_s:
                return
