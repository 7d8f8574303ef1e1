"""How a ring ended, from what the legs of its call did. Pure functions over a call; nothing is changed.

`Reason` headers are a hint that counts only where no other leg could have shown the truth
(signalling.md cases 24 to 29).
"""

from typing import NamedTuple

from packetwave.server.calls.call import Call, Ring
from packetwave.server.calls.events import Outcome
from packetwave.server.calls.leg import Leg, LegState

REORDER_S = 0.5
"""How far mirrors were seen to swap messages, and the longest a verdict waits for one just behind."""


TOGETHER_S = 1.0
"""Phones that begin to ring within this time ring beside each other, however short."""

REFUSED_BY_PHONE = frozenset((486, 600, 603))
"""Refusals that somebody, or the phone itself, chose: an answer elsewhere does not change them."""

NO_ANSWER = frozenset((408, 480, 487))

SWAPPED_S = 0.05
"""How long a 487 waits for the CANCEL it answers."""

QUEUE_S = 60.0
"""How long a queue may pause between two rings of one phone before its ring is said to be over."""


class Verdict(NamedTuple):
    outcome: Outcome
    by: str = ""


def deciding_legs(call: Call, ring: Ring) -> list[Leg]:
    """The legs of a ring that speak for its phones: not those that go on to another leg, and of several
    tries between the same two hosts only the last."""
    upstream = call.upstream()
    legs = [leg for leg in ring.legs if leg not in upstream]
    return [
        leg
        for leg in legs
        if not (
            leg.state is LegState.CHALLENGED
            and any(
                other is not leg and other.sip_call_id == leg.sip_call_id and other.cseq > leg.cseq
                for other in legs
            )
        )
    ]


def winner(call: Call, ring: Ring) -> Leg | None:
    """The leg of another ring, or of no ring, that rang beside this one and was answered while it rang or
    just behind. One that began when this phone stopped (voicemail, the next in a hunt group) took nothing."""
    upstream = call.upstream()
    own = set(ring.legs)
    for leg in call.legs:
        if leg in own or leg in upstream or not leg.was_answered:
            continue
        if leg.answered_s < ring.started_s - REORDER_S:
            continue  # the talk that was transferred here
        if not ring.stopped_s:
            return leg
        rang_beside = (
            leg.taker
            or leg.started_s <= ring.started_s + TOGETHER_S
            or leg.started_s < ring.stopped_s - SWAPPED_S
        )
        if rang_beside and leg.answered_s <= ring.stopped_s + REORDER_S:
            return leg
    return None


def verdict(call: Call, ring: Ring) -> Verdict:
    """The outcome of a ring whose legs are over (or given up)."""
    legs = deciding_legs(call, ring)
    if any(leg.was_answered for leg in legs):
        return Verdict(Outcome.ANSWERED)
    refused = {leg.status for leg in legs if leg.status in REFUSED_BY_PHONE and not leg.cancelled}
    answering = winner(call, ring)
    if answering is not None and not refused:
        extension = answering.ring.extension if answering.ring is not None else answering.target
        return Verdict(Outcome.ANSWERED_ELSEWHERE, answering.taker or extension)
    if not legs:
        # Every leg of this ring went on to other extensions, and none of those answered.
        legs = ring.legs
    statuses = {leg.status for leg in legs if leg.status}
    if 603 in statuses:
        return Verdict(Outcome.DECLINED)
    if any(leg.elsewhere_hint for leg in legs) and len(call.rings) == 1:
        return Verdict(Outcome.ANSWERED_ELSEWHERE)
    if 487 in statuses or any(leg.cancelled for leg in legs):
        return Verdict(Outcome.MISSED)
    if statuses & {486, 600}:
        return Verdict(Outcome.BUSY)
    if any(300 <= status < 400 for status in statuses):
        return Verdict(Outcome.FORWARDED)
    if statuses:
        return Verdict(Outcome.MISSED if any(leg.rang for leg in legs) else Outcome.FAILED)
    return Verdict(Outcome.UNKNOWN)


def is_open(call: Call, ring: Ring, at_s: float) -> bool:
    """True while the verdict on a stopped ring may still change.

    That is: for a moment, while a winner's 200 may be just behind the CANCEL; and while the caller's own leg,
    which this ring came from, goes on unanswered by anybody, since a queue rings again.
    """
    upstream = call.upstream()
    deciding = deciding_legs(call, ring) or ring.legs
    if not any(leg.cancelled or leg.status in NO_ANSWER for leg in deciding):
        return False  # refused: that is known, and a queue that rings again corrects it
    others = [leg for leg in call.legs if leg not in ring.legs]
    if any(
        leg.was_answered and leg not in upstream and leg.answered_s >= ring.started_s - REORDER_S
        for leg in others
    ):
        return False
    if at_s < ring.stopped_s + SWAPPED_S and any(
        leg.status == 487 and not leg.cancelled for leg in ring.legs
    ):
        return True  # the CANCEL, and the Reason in it, may be just behind
    if at_s < ring.stopped_s + REORDER_S:
        if any(leg.state is LegState.CANCELLED for leg in ring.legs):
            return True
        if any(leg.cancelled for leg in ring.legs) and any(leg.is_pending for leg in others):
            return True
    if at_s >= ring.stopped_s + QUEUE_S:
        return False
    return any(
        (leg.is_pending or (leg.state is LegState.ANSWERED and leg.answered_s <= ring.stopped_s))
        and any(leg.destination.is_same(own.source) for own in ring.legs)
        for leg in call.legs
        if leg in upstream
    )
