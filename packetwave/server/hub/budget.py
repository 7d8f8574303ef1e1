"""Budgets: so many at once, then so many a second. Pure: the time is an argument."""

from collections import OrderedDict

from packetwave.server.hub.limits import Rate

MAX_ADDRESSES = 8_192
"""Addresses remembered; beyond, the one that was quiet for longest begins anew."""


class Budget:
    """What is left of a rate. Time may stand still; it never runs backwards here."""

    __slots__ = ("_at_s", "_left", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._left = float(rate.burst)
        self._at_s: float | None = None

    def take(self, now_s: float) -> bool:
        """Whether one more may be; then it is counted."""
        self._refill(now_s)
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def wait_s(self, now_s: float, number: int = 1) -> float:
        """Count so many and return how long they have to wait for it, 0 for not at all: each that waits
        makes the next wait longer, so that all have their turn in order."""
        self._refill(now_s)
        self._left -= number
        return max(0.0, -self._left / self._rate.per_s)

    def _refill(self, now_s: float) -> None:
        if self._at_s is not None and now_s > self._at_s:
            self._left = min(self._rate.burst, self._left + (now_s - self._at_s) * self._rate.per_s)
        self._at_s = now_s


class Budgets:
    """A budget for each address, in bounded memory."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._of: OrderedDict[str, Budget] = OrderedDict()

    def __len__(self) -> int:
        return len(self._of)

    def of(self, address: str) -> Budget:
        budget = self._of.get(address)
        if budget is None:
            if len(self._of) >= MAX_ADDRESSES:
                self._of.popitem(last=False)
            budget = self._of[address] = Budget(self._rate)
        else:
            self._of.move_to_end(address)
        return budget
