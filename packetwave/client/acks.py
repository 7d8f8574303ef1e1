"""Which calls the server is still to hear of that they were shown: so many at once, then one a second. Pure.

A server closes a client that says too much (docs/protocol.md). Acknowledgements are the only thing a client
says more than once, so that their pace alone keeps it within the limits.
"""

from collections import OrderedDict

BURST = 20
PER_S = 1.0

MOST_WAITING = 100
"""Beyond, the oldest is forgotten: a flood, in which few calls are ever on the screen."""


class Acks:
    """Acknowledgements of one connection. Times are seconds of one steady clock."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._left = float(BURST)
        self._at_s: float | None = None

    @property
    def next_due_s(self) -> float | None:
        """When `due` has more to give; None when nothing waits."""
        if not self._waiting or self._at_s is None:
            return None
        return self._at_s + max(0.0, 1 - self._left) / PER_S

    def add(self, call_id: str) -> None:
        """A call is on the screen. Said once, however often it is added while it waits."""
        self._waiting[call_id] = None
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)

    def due(self, now_s: float) -> list[str]:
        """The calls to be acknowledged now, the oldest first; they wait no more."""
        if self._at_s is not None:
            self._left = min(BURST, self._left + max(0.0, now_s - self._at_s) * PER_S)
        self._at_s = now_s
        found = []
        while self._waiting and self._left >= 1:
            self._left -= 1
            found.append(self._waiting.popitem(last=False)[0])
        return found
