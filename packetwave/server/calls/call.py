"""A call: everything one caller set off. Pure.

All legs under one Call-ID, and the legs of other Call-IDs that `kinship.py` finds to be the same call behind
a B2BUA; and what they ring.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from packetwave.server.calls.events import Direction
from packetwave.server.calls.leg import Leg
from packetwave.server.calls.ring import Ring, RingState


class Proof(IntEnum):
    """What has to be seen before a leg is believed to ring a phone, from least to most."""

    NONE = 0  # the INVITE itself
    REPLY = 1  # the phone's own first reply, a 100 will do
    RINGING = 2  # 18x, or an answer that no machine gave


@dataclass(slots=True)
class Waiting:
    """A leg of which it is not proven yet that it rings an extension."""

    called: str
    """The extension it would ring."""
    direction: Direction
    needs: Proof
    until_s: float = float("inf")
    """When it is believed without more, in packet time."""
    beside: bool = True
    """False if the extension's ring had stopped before this leg began: it may be the voicemail."""
    suspect: bool = False
    """True if its sender looks for open PBXs."""
    doubtful: bool = False
    """True if it would be believed at once, were there no time to wait for proof."""


@dataclass(slots=True, eq=False)
class Call:
    """Legs in the order they were seen, and rings by extension."""

    started_s: float
    source: str = ""
    """Whose share it came out of, as `standing.py` tells it; "" for a stranger's."""
    legs: list[Leg] = field(default_factory=list)
    rings: dict[str, Ring] = field(default_factory=dict)
    waiting: dict[Leg, Waiting] = field(default_factory=dict)
    """Legs that are not proven to ring anybody yet."""
    is_over: bool = False
    """True if nothing of it can change any more, as it was looked at last."""
    rank: int = -1
    """Its place among all calls: see `crowd.py`, which alone sets it."""
    scheduled_s: float = float("inf")
    """When it is looked at next."""
    _ring_of: dict[Leg, Ring] = field(default_factory=dict)

    def add(self, leg: Leg) -> None:
        """Take a leg in."""
        self.legs.append(leg)
        self.is_over = False

    def drop(self, leg: Leg) -> None:
        """Take a leg out."""
        self.legs.remove(leg)
        self.waiting.pop(leg, None)
        ring = self._ring_of.pop(leg, None)
        if ring is not None:
            ring.legs.remove(leg)

    def join(self, leg: Leg, ring: Ring) -> None:
        """Make a leg one of those that ring an extension."""
        self._ring_of[leg] = ring
        ring.legs.append(leg)
        self.rings[ring.called] = ring

    def drop_ring(self, ring: Ring) -> None:
        """Forget a ring that rang nobody."""
        if self.rings.get(ring.called) is ring:
            del self.rings[ring.called]
        for leg in ring.legs:
            self._ring_of.pop(leg, None)

    def ring_of(self, leg: Leg) -> Ring | None:
        """The ring that a leg carries, None for none."""
        return self._ring_of.get(leg)

    @property
    def outgoing(self) -> Ring | None:
        """The ring of an extension that calls somebody outside, None for none."""
        if not self.rings:
            return None
        return next((ring for ring in self.rings.values() if ring.direction is Direction.OUT), None)

    @property
    def talks(self) -> bool:
        """True while somebody has answered and not hung up."""
        return any(ring.state is RingState.TALKING for ring in self.rings.values())

    def upstream(self) -> Iterator[Leg]:
        """The legs that others of this call continue."""
        return (leg for leg in self.legs if leg.continued_s)
