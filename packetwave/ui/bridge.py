"""The one crossing from worker threads to Qt: a value sent on any thread is received on the Qt thread.

Owns nothing but the queue between the two. Must not interpret what it carries. However much is sent, the Qt
thread takes it in short turns, so that painting, clicks and the wish to end come in between. Where it takes
nothing for long, a `Merge` keeps the queue bounded: of what speaks of the same thing the latest says it all.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

TURN_S = 0.008
"""Receiving goes on for at most so long before other events have their turn."""


@dataclass(frozen=True, slots=True)
class Merge:
    """How values that wait are kept few.

    of: what a value speaks of; a later one of the same takes its place. is_first: a value that must be
    received before the others of the same, and does not give way to them. most: things spoken of at once;
    beyond, the oldest whose first value still waits goes with all that is said of it, so that nobody hears
    how a thing went on of which they know, and does not hear its end.
    """

    of: Callable[[object], Hashable]
    is_first: Callable[[object], bool]
    most: int


class Bridge(QObject):
    """Carries values from any thread to the Qt thread. turn_s: in place of `TURN_S`. merge: None to keep all.
    Attribute: dropped, how many things were dropped.

    Signals: received(object), emitted on the thread that made the bridge, in the order sent.
    """

    received = Signal(object)
    _crossing = Signal()

    def __init__(
        self, parent: QObject | None = None, *, turn_s: float = TURN_S, merge: Merge | None = None
    ) -> None:
        super().__init__(parent)
        self.dropped = 0
        self._turn_s = turn_s
        self._merge = merge
        self._lock = threading.Lock()
        self._open = True
        self._waiting: OrderedDict[Hashable, list[object]] = OrderedDict()
        self._sent = 0
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
            self._put(value)
            if self._is_called:
                return
            self._is_called = True
            try:
                self._crossing.emit()
            except RuntimeError:  # Qt deleted its half first, while the program ends
                self._open = False
                self._waiting.clear()

    def _put(self, value: object) -> None:
        if self._merge is None:
            self._sent += 1
            self._waiting[self._sent] = [value]
            return
        waiting, is_first = self._waiting.setdefault(self._merge.of(value), []), self._merge.is_first
        # The end of what was received before is kept where it begins anew.
        if waiting and not is_first(waiting[-1]) and (len(waiting) > 1 or not is_first(value)):
            waiting.pop()
        if waiting and is_first(value) and is_first(waiting[-1]):
            waiting.pop()
        waiting.append(value)
        if len(self._waiting) > self._merge.most:
            self._drop(self._merge)

    def _drop(self, merge: Merge) -> None:
        for of, values in self._waiting.items():
            if merge.is_first(values[0]):
                del self._waiting[of]
                self.dropped += 1
                return

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
                values = self._waiting.popitem(last=False)[1]
            for value in values:
                self.received.emit(value)
            if monotonic() >= until_s:
                return
