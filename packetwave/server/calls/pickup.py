"""Pickup: somebody dials a code such as *8 to take a call that rings at another desk. Pure.

The PBX answers the code's own leg and cancels the ringing phone; nothing in SIP says that the two belong
together. A code that names the extension (*81001) proves it; else the time does (signalling.md case 34).
"""

from collections import deque

from packetwave.server.calls.call import Ring
from packetwave.server.calls.leg import Leg
from packetwave.server.calls.verdict import REORDER_S

MAX_LEGS = 64
_BEFORE_S = 2.0
"""How long before the phone's CANCEL the PBX may have answered the code."""


class Pickups:
    """The latest legs that dial a code."""

    def __init__(self) -> None:
        self._legs: deque[Leg] = deque(maxlen=MAX_LEGS)

    def note(self, leg: Leg) -> None:
        """Remember a leg if it dials a code."""
        if leg.target.startswith("*"):
            self._legs.append(leg)

    def taken_by(self, ring: Ring) -> str:
        """The extension that took a stopped ring, "" where none is seen to."""
        answered = [
            leg
            for leg in self._legs
            if leg.was_answered
            and leg.caller != ring.extension
            and ring.stopped_s - _BEFORE_S <= leg.answered_s <= ring.stopped_s + REORDER_S
        ]
        named = [leg for leg in answered if leg.target.endswith(ring.extension)]
        unnamed = [leg for leg in answered if not any(digit.isdigit() for digit in leg.target[2:])]
        return (named or unnamed)[-1].caller if named or unnamed else ""

    def may_come(self, ring: Ring) -> bool:
        """True if a code is dialled and not answered yet, which may be for this ring."""
        return any(leg.is_pending and leg.caller != ring.extension for leg in self._legs)
