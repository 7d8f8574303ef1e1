"""Why a phone stopped ringing. Pure functions over a call; nothing is changed.

A ring that stops without an answer stops because of something, and the mirror shows it within about half a
second. The causes are asked for in the order of their strength: what the phone itself did, what the caller's
own leg did, what other legs did at that moment, then what a header says, then what is left. Outcome and taker
follow from the cause (signalling.md cases 24 to 29, 34, 42, 45, 46).
"""

from collections.abc import Iterator
from typing import NamedTuple

from packetwave.server.calls.call import Call
from packetwave.server.calls.events import Cause, Outcome
from packetwave.server.calls.kinship import SWAPPED_S, TOGETHER_S
from packetwave.server.calls.leg import Leg, LegState
from packetwave.server.calls.ring import Ring
from packetwave.server.calls.roles import Roles
from packetwave.server.calls.takers import Taker, Takers

NEAR_S = 0.5
"""How far cause and stop may be seen apart; the longest a verdict waits for what may be just behind."""

QUEUE_S = 60.0
"""How long a queue may pause between two rings of one phone before its ring is said to be over."""

NO_ANSWER = frozenset((408, 480, 487))
_BUSY = frozenset((486, 600))
_DECLINED = 603


class Verdict(NamedTuple):
    """Why a phone stopped ringing, and who took the call.

    cause: why. by: who answered, "" for nobody or unknown. taker: the leg that is used up by it.
    """

    cause: Cause
    outcome: Outcome
    by: str = ""
    taker: Taker | None = None


class Causes:
    """Finds out why phones stop ringing.

    roles: who is who. takers: legs that may have taken a call. known: the extensions known to be ones,
    kept by the owner.
    """

    def __init__(self, roles: Roles, takers: Takers) -> None:
        self._roles = roles
        self._takers = takers
        self.known: frozenset[str] = frozenset()

    def verdict(self, call: Call, ring: Ring, at_s: float) -> Verdict:
        """Why a ring stopped, as far as it is known at `at_s`."""
        return next(self._verdicts(call, ring, at_s))

    def is_decided(self, call: Call, ring: Ring) -> bool:
        """True if the call of a ring was answered or given up: what ends the ring of a phone that never
        replied, since no message can (RFC 3261 section 9.1)."""
        others = list(_others(call, ring))
        if any(leg.was_answered and leg.answered_s >= ring.started_s for leg in others):
            return True
        if _taken_back(others, ring):
            return True
        root = self._root(call, ring)
        return root is not None and max(root.over_s, root.answered_s) > ring.started_s

    def is_open(self, call: Call, ring: Ring, at_s: float) -> bool:
        """True while the cause of a stop may still show: for a moment, while it may be just behind; and while
        the caller's own leg goes on unanswered by anybody, since a queue rings again."""
        legs = ring.deciding() or ring.legs
        if not any(leg.cancelled or leg.status in NO_ANSWER for leg in legs):
            if all(leg.is_dead for leg in legs) and at_s < ring.stopped_s + SWAPPED_S:
                return self._may_show_of_silent(call, ring)
            return False  # refused: that is known, and a queue that rings again corrects it
        root = self._root(call, ring)
        found = self.verdict(call, ring, at_s)
        if found.taker is not None:
            return at_s < ring.stopped_s + NEAR_S  # another ring may have stopped nearer to it
        if found.cause in _CERTAIN:
            return False
        if at_s < ring.stopped_s + SWAPPED_S and any(leg.status == 487 and not leg.cancelled for leg in legs):
            return True  # the CANCEL, and the Reason in it, may be just behind
        if at_s < ring.stopped_s + NEAR_S and self._may_show(call, ring, legs, at_s):
            return True
        return (
            at_s < ring.stopped_s + QUEUE_S
            and root is not None
            and _waits(root, ring)
            and not _talks_beside(call, ring)
        )

    def _may_show_of_silent(self, call: Call, ring: Ring) -> bool:
        """True if the winner's 200, or the caller's CANCEL, may be just behind what ended the ring of a phone
        that never replied."""
        root = self._root(call, ring)
        cancelled = root is not None and root.status == 487 and not root.cancelled
        return cancelled or any(leg.is_pending for leg in _others(call, ring))

    def _may_show(self, call: Call, ring: Ring, legs: list[Leg], at_s: float) -> bool:
        """True if a message just behind could still say why the ring stopped."""
        if any(leg.state in (LegState.CANCELLED, LegState.LEFT) for leg in legs):
            return True  # the final response
        if not any(leg.cancelled for leg in legs):
            return False
        if any(leg.is_pending for leg in call.legs if call.ring_of(leg) is not ring):
            return True  # somebody else's 200, or the caller's CANCEL
        return self._takers.may_come(call, ring, at_s)

    def _verdicts(self, call: Call, ring: Ring, at_s: float) -> Iterator[Verdict]:
        """What may have been the cause, the strongest first."""
        legs = ring.deciding()
        if any(leg.was_answered for leg in legs):
            yield Verdict(Cause.ANSWERED, Outcome.ANSWERED)
        yield from _by_the_phone(legs)
        root = self._root(call, ring)
        other = _answered_beside(call, ring)
        gave_up = _gave_up(root, ring)
        if gave_up and (other is None or root is None or root.gave_up_s + SWAPPED_S < other.answered_s):
            yield Verdict(Cause.CALLER_GAVE_UP, Outcome.MISSED)
        if other is not None:
            yield _taken_by(call, other)
        yield from self._taken(call, ring, root, at_s)
        if _is_all_there_is(call, ring, root):
            yield Verdict(Cause.SAID_ELSEWHERE, Outcome.ANSWERED_ELSEWHERE)
        if gave_up:
            yield Verdict(Cause.CALLER_GAVE_UP, Outcome.MISSED)
        yield from _by_silence(call, ring, legs)
        yield _by_the_pbx(call, ring, legs or ring.legs, root)

    def _root(self, call: Call, ring: Ring) -> Leg | None:
        """The caller's own leg that a ring came from, None where it was not seen. Of several the last. A leg
        by which a PBX reaches the phone through an SBC is the PBX's."""
        roots = [leg.root for leg in ring.legs if leg.parent is not None or leg.continued_s]
        if not roots:
            return None
        root = roots[-1]
        by_pbx = root.called == ring.called and (
            self._roles.is_relay(root.source)
            or self._takers.end_at(root.source)
            or any(leg.taker and self._roles.is_same(leg.destination, root.source) for leg in call.legs)
        )
        return None if by_pbx else root

    def _taken(self, call: Call, ring: Ring, root: Leg | None, at_s: float) -> Iterator[Verdict]:
        """Somebody took the call by a leg that is not of it, unless the caller's leg shows that nobody did: a
        caller who is put through is answered at once."""
        waits = root is not None and root.is_pending and at_s < ring.stopped_s + NEAR_S
        if root is not None and not waits and not _answered_at(root, ring):
            return
        taker = self._takers.taker_of(call, ring, self.known)
        if taker is None:
            return
        if taker.inside:
            yield Verdict(Cause.PICKED_UP, Outcome.ANSWERED_ELSEWHERE, taker.leg.caller, taker)
        else:
            yield Verdict(Cause.OUTSIDE_PHONE, Outcome.ANSWERED_ELSEWHERE, taker.leg.called, taker)


_CERTAIN = frozenset(
    (
        Cause.ANSWERED,
        Cause.CALLER_GAVE_UP,
        Cause.OTHER_PHONE,
        Cause.OUTSIDE_PHONE,
        Cause.PICKED_UP,
        Cause.BUSY,
        Cause.DECLINED,
        Cause.FORWARDED,
    )
)


def _others(call: Call, ring: Ring) -> Iterator[Leg]:
    """The legs of other phones: of other rings or of none, and not such as others continue."""
    return (leg for leg in call.legs if not leg.continued_s and call.ring_of(leg) is not ring)


def _by_the_phone(legs: list[Leg]) -> Iterator[Verdict]:
    """What the phone itself chose. One of several devices that declines does so for all; that one is busy
    says nothing while another rings."""
    refused = [leg for leg in legs if leg.state is LegState.REFUSED and not leg.cancelled]
    if any(leg.status == _DECLINED for leg in refused):
        yield Verdict(Cause.DECLINED, Outcome.DECLINED)
    if not refused or len(refused) < len(legs) or any(leg.status == 487 for leg in refused):
        return
    if any(leg.status in _BUSY for leg in refused):
        yield Verdict(Cause.BUSY, Outcome.BUSY)
    if any(300 <= leg.status < 400 for leg in refused):
        yield Verdict(Cause.FORWARDED, Outcome.FORWARDED)
    if not any(leg.status in NO_ANSWER for leg in refused):
        yield _refused(refused)


def _refused(legs: list[Leg]) -> Verdict:
    rang = any(leg.rang_s for leg in legs)
    return Verdict(Cause.REFUSED, Outcome.MISSED if rang else Outcome.FAILED)


def _gave_up(root: Leg | None, ring: Ring) -> bool:
    """True if the caller ended the leg that the ring came from, at the ring's stop."""
    if root is None or not root.gave_up_s:
        return False
    return not ring.stopped_s or abs(root.gave_up_s - ring.stopped_s) <= NEAR_S


def _answered_beside(call: Call, ring: Ring) -> Leg | None:
    """The leg of another phone that rang beside this one and was answered at its stop. One that began when
    this phone stopped (voicemail, the next in a hunt group) took nothing; an answer seconds before neither,
    since a PBX cancels the rest at once."""
    found = [leg for leg in _others(call, ring) if leg.was_answered and _is_beside(leg, ring)]
    return next((leg for leg in found if call.ring_of(leg) is not None), found[0] if found else None)


def _is_beside(leg: Leg, ring: Ring) -> bool:
    if leg.answered_s < ring.started_s - NEAR_S:
        return False
    if not ring.stopped_s:
        return True
    began_beside = (
        leg.taker
        or leg.started_s <= ring.started_s + TOGETHER_S
        or leg.started_s < ring.stopped_s - SWAPPED_S
    )
    return bool(began_beside) and abs(leg.answered_s - ring.stopped_s) <= NEAR_S


def _taken_by(call: Call, other: Leg) -> Verdict:
    ring = call.ring_of(other)
    if other.taker:
        return Verdict(Cause.PICKED_UP, Outcome.ANSWERED_ELSEWHERE, other.taker)
    if ring is not None:
        return Verdict(Cause.OTHER_PHONE, Outcome.ANSWERED_ELSEWHERE, ring.called)
    return Verdict(Cause.OUTSIDE_PHONE, Outcome.ANSWERED_ELSEWHERE, other.called)


def _answered_at(root: Leg, ring: Ring) -> bool:
    """True if the caller's leg was answered before the ring's stop, by a queue, or at it."""
    return root.was_answered and root.answered_s <= ring.stopped_s + NEAR_S


def _is_all_there_is(call: Call, ring: Ring, root: Leg | None) -> bool:
    """True if a header says that somebody answered, and nothing on the mirror can say it better: the caller's
    leg is not seen, or was answered at this very moment, by nobody seen. A group of which all are told so,
    and nobody answers, is told a lie."""
    if not any(leg.says_elsewhere for leg in ring.legs) or len(call.rings) > 1:
        return False
    return root is None or (root.was_answered and abs(root.answered_s - ring.stopped_s) <= NEAR_S)


def _taken_back(others: list[Leg], ring: Ring) -> bool:
    """True if all other phones that rang beside this one were cancelled, and none is left that rings."""
    beside = [leg for leg in others if leg.cancelled and leg.started_s <= ring.started_s + TOGETHER_S]
    return bool(beside) and not any(leg.is_pending or leg.was_answered for leg in others)


def _by_silence(call: Call, ring: Ring, legs: list[Leg]) -> Iterator[Verdict]:
    """A phone that never said anything."""
    if legs and all(leg.is_dead and leg.state is LegState.LOST and not leg.cancelled for leg in legs):
        if _taken_back(list(_others(call, ring)), ring):
            yield Verdict(Cause.STOPPED, Outcome.MISSED)
        yield Verdict(Cause.NO_REPLY, Outcome.FAILED)


def _by_the_pbx(call: Call, ring: Ring, legs: list[Leg], root: Leg | None) -> Verdict:
    """What is left: the PBX ended it, and nobody took it."""
    refused = [leg for leg in legs if leg.status >= 300 and leg.status != 487]
    if refused and not any(leg.cancelled or leg.status == 487 for leg in legs):
        return _refused(refused)
    if root is not None and root.was_answered and root.answered_s >= ring.stopped_s - SWAPPED_S:
        return Verdict(Cause.WENT_ON, Outcome.MISSED)
    if not any(leg.cancelled or leg.status == 487 for leg in legs):
        return Verdict(Cause.UNSEEN, Outcome.UNKNOWN)
    if root is None:
        return Verdict(Cause.STOPPED, Outcome.MISSED)
    next_ones = (leg for leg in call.legs if leg not in ring.legs)
    if any(abs(leg.started_s - ring.stopped_s) <= TOGETHER_S for leg in next_ones):
        return Verdict(Cause.WENT_ON, Outcome.MISSED)
    return Verdict(Cause.TIMED_OUT, Outcome.MISSED)


def _waits(root: Leg, ring: Ring) -> bool:
    """True if the caller still waits: his leg is neither over nor answered by anybody but a queue."""
    by_queue = root.state is LegState.ANSWERED and root.answered_s < ring.stopped_s - SWAPPED_S
    return root.is_pending or by_queue


def _talks_beside(call: Call, ring: Ring) -> bool:
    """True if somebody of the call was answered since the ring began."""
    return any(leg.was_answered and leg.answered_s >= ring.started_s - NEAR_S for leg in _others(call, ring))
