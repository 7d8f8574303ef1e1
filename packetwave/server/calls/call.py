"""A call and its ringings. Pure.

A *call* is everything one caller set off: all legs under one Call-ID, and the legs of other Call-IDs that
`joining.py` finds to be the same call behind a B2BUA. A *ring* is one extension ringing in a call: what
people see as one popup and one line of the log, however many legs and devices carry it.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import blake2b

from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.calls.leg import Leg


class RingState(Enum):
    RINGING = auto()
    STOPPED = auto()  # no leg rings any more, the verdict is not known yet
    TALKING = auto()
    ENDED = auto()


@dataclass(slots=True, eq=False)
class Ring:
    """One extension ringing in one call. announced: `Ringing` was emitted; announce_s: when it may be.

    restored: known from before a restart, and said then; it is announced again when a message shows it.

    again: how many ended rings of this extension the call had before. outcome: as it was said first, None
    before; a ring that begins again after that is corrected, not ended anew.
    """

    call_id: str
    extension: str
    direction: Direction
    started_s: float
    legs: list[Leg] = field(default_factory=list)
    state: RingState = RingState.RINGING
    announced: bool = False
    restored: bool = False
    announce_s: float = 0.0
    stopped_s: float = 0.0
    caller: str = ""
    again: int = 0
    outcome: Outcome | None = None


@dataclass(slots=True, eq=False)
class Call:
    """legs in the order they were seen; rings by extension. scheduled_s: when it is looked at next."""

    started_s: float
    legs: list[Leg] = field(default_factory=list)
    rings: dict[str, Ring] = field(default_factory=dict)
    scheduled_s: float = float("inf")
    _upstream: frozenset[Leg] | None = None

    def add(self, leg: Leg) -> None:
        """Take a leg in."""
        self.legs.append(leg)
        self._upstream = None

    def drop(self, leg: Leg) -> None:
        """Take a leg out."""
        self.legs.remove(leg)
        self._upstream = None

    def upstream(self) -> frozenset[Leg]:
        """The legs that others of this call continue: they end where another begins."""
        if self._upstream is None:
            self._upstream = frozenset(
                leg
                for leg in self.legs
                if not leg.taker
                and any(other is not leg and leg.destination.is_same(other.source) for other in self.legs)
            )
        return self._upstream


def call_id_of(sip_call_id: str, from_tag: str, extension: str, again: int = 0) -> str:
    """Our id of a ring: 16 hex digits, the same in every probe that sees the same first leg.

    again: as in `Ring`, for an extension that is called anew under the same Call-ID.
    """
    text = "\0".join((sip_call_id, from_tag, extension, *([str(again)] if again else [])))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
