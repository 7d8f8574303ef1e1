"""Legs that may have taken a ringing call, although nothing in SIP says so. Pure, bounded.

Two kinds (signalling.md cases 34, 45). *Pickup*: somebody inside dials a code, or presses a key, to take a
call that rings at another desk; the PBX answers that leg itself, at once, and no leg goes on from it. *Twin*:
the PBX calls a mobile beside the desk phone, with a caller that does not show whose call it is. In both only
the time says that the leg and the ring belong together: within half a second of the ring's stop. Each takes
one call.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from packetwave.server.calls.call import Call
from packetwave.server.calls.events import Direction
from packetwave.server.calls.kinship import is_full
from packetwave.server.calls.leg import Leg, Place
from packetwave.server.calls.ring import Ring
from packetwave.server.calls.roles import Roles

MAX_TAKERS = 128

NEAR_S = 0.5
"""How far the answer may be from the ring's stop."""

SERVED_S = 2.0
"""How soon a PBX answers a leg itself; a call that somebody must answer takes longer."""


@dataclass(slots=True)
class Taker:
    """A leg that may have taken another call.

    leg: the first of a call that may have taken another. call: that call. inside: somebody picks up; else
    a phone outside is called. took: the call it is known to have taken.
    """

    leg: Leg
    call: Call
    inside: bool
    took: Call | None = None

    @property
    def is_served(self) -> bool:
        """True if the PBX answered at once and by itself, and no phone was called: a pickup."""
        leg = self.leg
        return leg.answered_s - leg.started_s <= SERVED_S and not _calls_somebody(self.call)


class Takers:
    """The latest legs that may take a call."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles
        self._takers: deque[Taker] = deque(maxlen=MAX_TAKERS)
        self._stops: deque[tuple[Call, float]] = deque(maxlen=MAX_TAKERS)

    def note(self, leg: Leg, call: Call, *, inside: bool) -> None:
        """Remember a leg, the first of its call."""
        self._takers.append(Taker(leg, call, inside))

    def stopped(self, call: Call, at_s: float) -> None:
        """A ring of a call was cancelled, for a reason not known yet."""
        self._stops.append((call, at_s))

    def taker_of(self, call: Call, ring: Ring, known: frozenset[str]) -> Taker | None:
        """Who took a stopped ring, None where nobody is seen to: whoever named one of the extensions that
        ring, else the one whose answer is nearest to the stop. A code that names another extension took
        another."""
        found = [
            taker
            for taker in self._takers
            if taker.leg.was_answered
            and abs(taker.leg.answered_s - ring.stopped_s) <= NEAR_S
            and (taker.is_served if taker.inside else taker.leg.started_s < ring.stopped_s)
            and self._may_take(taker, call, ring)
            and not self._is_nearer(taker, call, ring)
        ]
        if not found:
            return None
        code_of = {id(taker): names(taker.leg.called, known) if taker.inside else "" for taker in found}
        named = [taker for taker in found if code_of[id(taker)] in call.rings]
        return min(
            named or [taker for taker in found if not code_of[id(taker)]],
            key=lambda taker: abs(taker.leg.answered_s - ring.stopped_s),
            default=None,
        )

    def may_come(self, call: Call, ring: Ring, at_s: float) -> bool:
        """True if such a leg is not answered yet, and may be for this ring."""
        return any(
            taker.leg.is_pending
            and (not taker.inside or at_s - taker.leg.started_s <= SERVED_S)
            and self._may_take(taker, call, ring)
            for taker in self._takers
        )

    def end_at(self, place: Place) -> bool:
        """True if somebody inside dialled a code that went to this place: it is the PBX."""
        return any(
            taker.inside and any(self._roles.is_same(leg.destination, place) for leg in taker.call.legs)
            for taker in self._takers
        )

    def claim(self, taker: Taker, call: Call) -> None:
        """It took this call, and takes no other."""
        taker.took = call

    def _is_nearer(self, taker: Taker, call: Call, ring: Ring) -> bool:
        """True if a ring of another call stopped nearer to the taker's answer than this one."""
        answered_s = taker.leg.answered_s
        apart_s = abs(answered_s - ring.stopped_s)
        return any(other is not call and abs(answered_s - at_s) < apart_s for other, at_s in self._stops)

    def _may_take(self, taker: Taker, call: Call, ring: Ring) -> bool:
        """True if it has taken nothing else, and went through the PBX that rang."""
        leg = taker.leg
        if taker.took not in (None, call) or taker.call is call or leg.caller == ring.called:
            return False
        if not taker.inside and _calls_somebody(taker.call):
            return False
        pbxs = [each.destination for each in taker.call.legs] if taker.inside else [leg.source]
        return any(self._roles.is_same(pbx, own) for pbx in pbxs for own in _pbxs_of(ring))


def _pbxs_of(ring: Ring) -> Iterator[Place]:
    """What rings the phones: the senders of the ring's legs, and of those before them but the caller's
    own."""
    for leg in ring.legs:
        yield leg.source
        above = leg.parent
        while above is not None:
            if above.parent is not None or above.called == ring.called:
                yield above.source
            above = above.parent


def _calls_somebody(call: Call) -> bool:
    return bool(call.waiting) or any(ring.direction is not Direction.OUT for ring in call.rings.values())


def names(code: str, known: frozenset[str]) -> str:
    """The extension that a pickup code names, by the last of its digits: 1001 in `**1001`, `*81001`,
    `*32*1001#`; "" for none."""
    digits = "".join(reversed("".join(takewhile(str.isdecimal, reversed(code.rstrip("#*"))))))
    ends = (digits[start:] for start in range(len(digits) - 1))
    return next((end for end in ends if end in known), "")


def may_pick_up(called: str, known: frozenset[str], *, replaces: bool) -> bool:
    """True if what a phone asks its PBX for may be a pickup: a code of any form, no number of somebody."""
    return replaces or not (called in known or is_full(called) or not called)
