"""Which call is forgotten when there are too many. Pure.

Calls stand in ranks by what would be lost with them, each rank with its own number of places; none can take
another's. Of those that ring nobody the oldest goes; of those that ring or talk the oldest of the share that
has the most, so that a flood forgets its own. Each step costs the same however many there are.
"""

from collections import OrderedDict
from collections.abc import Iterator
from enum import IntEnum

from packetwave.server.calls.call import Call

Whose = tuple[str, str]
"""Who sent a call's first leg, as `standing.py` tells it, and whose phone it rings."""


class Rank(IntEnum):
    """What a call is worth, from least to most."""

    STRANGE = 0  # a stranger's, that rings nobody
    SILENT = 1  # rings nobody
    OVER = 2  # rang somebody, and is remembered for its late copies
    RINGS = 3  # rings somebody, or talks


PLACES = {Rank.STRANGE: 1_000, Rank.SILENT: 4_000, Rank.OVER: 8_000, Rank.RINGS: 20_000}

MAX_CALLS = sum(PLACES.values())


class Crowd:
    """All calls, by rank."""

    def __init__(self) -> None:
        self._ranks: dict[Rank, OrderedDict[Call, None]] = {rank: OrderedDict() for rank in Rank}
        self._rank_of: dict[Call, Rank] = {}
        self._shares = Shares()

    def __len__(self) -> int:
        return len(self._rank_of)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._rank_of)

    def __contains__(self, call: Call) -> bool:
        return call in self._rank_of

    def put(self, call: Call) -> None:
        """Give a call the place that it has deserved by now."""
        value = (2 if call.is_over else 3) if call.rings else int(bool(call.source))
        if value == call.rank:
            return  # mostly
        call.rank = value
        rank = Rank(value)
        before = self._rank_of.get(call)
        if before is not None:
            self._take_out(call, before)
        self._rank_of[call] = rank
        self._ranks[rank][call] = None
        if rank is Rank.RINGS:
            self._shares.add(call, (call.source, next(iter(call.rings))))

    def remove(self, call: Call) -> None:
        """It is forgotten."""
        self._take_out(call, self._rank_of.pop(call))

    def too_many(self) -> Iterator[Call]:
        """The calls that have to go for one more to come, to be removed one by one."""
        for rank, calls in self._ranks.items():
            while len(calls) >= PLACES[rank]:
                yield self._shares.oldest_of_largest() if rank is Rank.RINGS else next(iter(calls))

    def _take_out(self, call: Call, rank: Rank) -> None:
        del self._ranks[rank][call]
        if rank is Rank.RINGS:
            self._shares.remove(call)


class Shares:
    """Calls by share, and which share has the most."""

    def __init__(self) -> None:
        self._calls: dict[Whose, OrderedDict[Call, None]] = {}
        self._share_of: dict[Call, Whose] = {}
        self._of_size: dict[int, OrderedDict[Whose, None]] = {}
        self._largest = 0

    def __len__(self) -> int:
        return len(self._share_of)

    def add(self, call: Call, share: Whose) -> None:
        calls = self._calls.setdefault(share, OrderedDict())
        calls[call] = None
        self._share_of[call] = share
        self._resize(share, len(calls) - 1, len(calls))

    def remove(self, call: Call) -> None:
        share = self._share_of.pop(call)
        calls = self._calls[share]
        del calls[call]
        self._resize(share, len(calls) + 1, len(calls))
        if not calls:
            del self._calls[share]

    def oldest_of_largest(self) -> Call:
        """While there is any."""
        share = next(iter(self._of_size[self._largest]))
        return next(iter(self._calls[share]))

    def _resize(self, share: Whose, before: int, after: int) -> None:
        if before:
            del self._of_size[before][share]
            if not self._of_size[before]:
                del self._of_size[before]
        if after:
            self._of_size.setdefault(after, OrderedDict())[share] = None
        if after > self._largest or self._largest not in self._of_size:
            self._largest = after  # it changes by one at a time
