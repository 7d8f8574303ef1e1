"""Counts over the last minutes, and names seen lately; bounded, whatever the network holds. Pure."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable

STEP_S = 10.0
STEPS = 30
SPAN_S = STEP_S * STEPS
"""Five minutes: some registrations and keep-alives fall into it even where nobody telephones."""

MAX_NAMES = 256
"""Forged addresses must not make a table grow; no office has more phones that anybody would read out."""


class Window:
    """Counts by name over the last five minutes. Names come from the program, never from the network."""

    def __init__(self) -> None:
        self._now: defaultdict[str, int] = defaultdict(int)
        self._past: deque[dict[str, int]] = deque()
        self._sums: defaultdict[str, int] = defaultdict(int)

    def add(self, name: str, count: int = 1) -> None:
        """Count something that happens now."""
        self._now[name] += count

    def __getitem__(self, name: str) -> int:
        return self._sums.get(name, 0) + self._now.get(name, 0)

    def lately(self, name: str, steps: int) -> int:
        """The count over the last so many steps, the one that runs included."""
        past = list(self._past)[max(0, len(self._past) - steps + 1) :]
        return self._now.get(name, 0) + sum(step.get(name, 0) for step in past)

    def step(self) -> None:
        """Move on: ten more seconds are over."""
        for name, count in self._now.items():
            self._sums[name] += count
        self._past.append(self._now)
        if len(self._past) > STEPS:
            for name, count in self._past.popleft().items():
                self._sums[name] -= count
        self._now = defaultdict(int)

    @property
    def is_empty(self) -> bool:
        """True if nothing at all was counted in it."""
        return not self._now and not any(self._past)

    def clear(self) -> None:
        """Forget everything."""
        self._now = defaultdict(int)
        self._past.clear()
        self._sums.clear()


class Sightings:
    """Names with how often and when they were seen; of too many, those not seen for longest are forgotten.

    enough: how many sightings make a name count. `news` is set when one more name has enough.
    """

    def __init__(self, *, enough: int, kept_s: float, most: int = MAX_NAMES) -> None:
        self.enough = enough
        self.news = False
        self._kept_s = kept_s
        self._most = most
        self._seen: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def see(self, name: str, at_s: float, count: int = 1) -> None:
        """One more sighting, or some at once."""
        before, _ = self._seen.get(name, (0, 0.0))
        self._seen[name] = (before + count, at_s)
        self._seen.move_to_end(name)
        if before < self.enough <= before + count:
            self.news = True
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)

    def names(self, now_s: float) -> list[str]:
        """Those seen often enough and not too long ago, most often seen first."""
        for name, (_, at_s) in list(self._seen.items()):
            if now_s - at_s > self._kept_s:
                del self._seen[name]
        found = [(-count, name) for name, (count, _) in self._seen.items() if count >= self.enough]
        return [name for _, name in sorted(found)]

    def holds(self, name: str, now_s: float) -> bool:
        """True if this one was seen often enough and not too long ago."""
        count, at_s = self._seen.get(name, (0, 0.0))
        return count >= self.enough and now_s - at_s <= self._kept_s

    def count(self, names: Iterable[str]) -> int:
        """How often these were seen."""
        return sum(self._seen[name][0] for name in names if name in self._seen)

    def forget(self, name: str) -> None:
        """Strike a name out."""
        self._seen.pop(name, None)

    def __len__(self) -> int:
        return len(self._seen)

    def clear(self) -> None:
        """Forget all names."""
        self._seen.clear()
        self.news = False
