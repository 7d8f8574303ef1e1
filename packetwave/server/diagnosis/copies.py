"""How many times the mirror shows each packet. Pure."""

from collections import OrderedDict

from packetwave.server.diagnosis.window import Window

_TOGETHER_S = 0.1
"""Copies made by the switch come within a moment; SIP says a message again after 500 ms at the earliest."""

_WAITING = 4096
MOST = 4


class Copies:
    """Counts into the window, by `once` and `copied_2` to `copied_4`, how often packets came."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._waiting: OrderedDict[int, tuple[float, int]] = OrderedDict()

    def see(self, at_s: float, mark: bytes) -> None:
        """A packet with this mark (not b"")."""
        key = hash(mark)
        first_s, times = self._waiting.get(key, (at_s, 0))
        if abs(at_s - first_s) > _TOGETHER_S:
            self._count(self._waiting.pop(key)[1])
            first_s, times = at_s, 0
        self._waiting[key] = (first_s, times + 1)
        while self._waiting:
            first_s, times = next(iter(self._waiting.values()))
            if abs(at_s - first_s) <= _TOGETHER_S and len(self._waiting) <= _WAITING:
                break
            self._waiting.popitem(last=False)
            self._count(times)

    def _count(self, times: int) -> None:
        self._window.add("once" if times == 1 else f"copied_{min(times, MOST)}")

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
