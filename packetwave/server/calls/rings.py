"""When a phone begins to ring, is answered, stops, and what came of it. Pure.

Moves the rings by their table and says the call events. Legs change elsewhere; `settle` draws the
consequences. Whose phone a leg rings is in `towards.py`, why a ring stopped in `causes.py`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from packetwave.server.calls.call import Call, Proof, Waiting
from packetwave.server.calls.causes import Causes
from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    CallEvent,
    Corrected,
    Direction,
    Ended,
    Outcome,
    RangAgain,
    Ringing,
    Stopped,
)
from packetwave.server.calls.gate import Gate
from packetwave.server.calls.kinship import AGAIN_S
from packetwave.server.calls.leg import DEAD_S, Leg, LegState, Signal
from packetwave.server.calls.ring import LIVE, Ring, RingSignal, RingState, call_id_of
from packetwave.server.calls.roles import Roles
from packetwave.server.calls.takers import Takers
from packetwave.server.calls.towards import Towards
from packetwave.server.sip.identity import ANONYMOUS, Caller
from packetwave.server.sip.numbers import is_number

MACHINE_S = 1.0
"""What answers sooner, without ringing or just after it began to, is voicemail and no person."""

DOUBTFUL_S = 0.5
"""How long a replay waits for proof while nothing is known of who is who."""

_AT_THE_PHONE = frozenset((486, 600, 603))
"""Refusals that somebody, or the phone itself, chose: there is a phone."""


class Rings:
    """The phones that ring.

    towards: whose phone a leg rings. gate: how many may ring at once. patience_s: how long a
    ring waits for the leg it came from before it is said, since a mirror may have swapped the two; for
    replays, in which nobody waits.
    """

    def __init__(
        self, towards: Towards, roles: Roles, takers: Takers, gate: Gate, *, patience_s: float = 0.0
    ) -> None:
        self._towards = towards
        self._gate = gate
        self._roles = roles
        self._takers = takers
        self._causes = Causes(roles, takers)
        self._patience_s = patience_s
        self._events: list[CallEvent] = []

    def taken(self) -> list[CallEvent]:
        """The events since the last time."""
        if not self._events:
            return []
        events, self._events = self._events, []
        return events

    def say(self, events: Iterable[CallEvent]) -> None:
        """Say these too, in their turn."""
        self._events.extend(events)

    # Legs that begin and speak

    def begin(self, at_s: float, call: Call, leg: Leg, *, suspect: bool = False) -> None:
        """A leg is new: whose phone it rings, if anybody's. suspect: its sender looks for open PBXs."""
        aim = self._towards.aim(leg, at_s)
        outgoing = call.outgoing
        if outgoing is not None and (not aim.called or aim.direction is Direction.OUT):
            call.join(leg, outgoing)  # the PBX's own leg of it
            return
        if not aim.called or (aim.direction is Direction.OUT and call.rings):
            return
        beside = self._is_beside(call, leg, aim.called)
        needs = Proof.RINGING if suspect or not beside else aim.needs
        waiting = Waiting(aim.called, aim.direction, needs, beside=beside, suspect=suspect)
        if needs is Proof.NONE and aim.doubtful and self._patience_s and aim.direction is not Direction.OUT:
            waiting = Waiting(aim.called, aim.direction, Proof.RINGING, at_s + DOUBTFUL_S, doubtful=True)
        if waiting.needs is Proof.NONE:
            self._ring(at_s, call, leg, aim.called, aim.direction)
        else:
            call.waiting[leg] = waiting

    def begin_over(self, at_s: float, call: Call, leg: Leg, over: frozenset[str]) -> None:
        """A leg is new, and its end is seen next, after a restart: whose phone it rang, if a member's; nobody
        is alerted any more. over: rings that had ended before the restart."""
        aim = self._towards.aim(leg, at_s)
        if aim.called not in self._towards.members or not self._roles.is_trusted(leg.source):
            return
        if (
            aim.needs is not Proof.RINGING
            and call_id_of(leg.sip_call_id, leg.from_tag, aim.called) not in over
        ):
            leg.take(Signal.ALERTING, at_s)
            self._ring(at_s, call, leg, aim.called, aim.direction)
            ring = call.ring_of(leg)
            if ring is not None:
                ring.is_over = True

    def show(self, at_s: float, call: Call, leg: Leg) -> bool:
        """A message shows that a leg rings somebody: what was not said yet may be. True if there is such."""
        ring = call.ring_of(leg)
        if ring is None or ring.state not in (RingState.HELD, RingState.RESTORED):
            return False
        ring.may_tell(at_s + self._patience_s)
        return True

    def prove(self, at_s: float, call: Call, leg: Leg, status: int) -> bool:
        """The called side of a leg replied: that may prove that it rings a phone. True if it did just now."""
        waiting = call.waiting.get(leg)
        if waiting is not None:
            proven = self._is_proof(at_s, leg, waiting, status)
            if proven:
                self._believe(at_s, call, leg, waiting)
            elif leg.was_answered:
                del call.waiting[leg]  # by a machine
            return proven
        if leg.rang_s == at_s and not leg.continued_s:
            ring = call.ring_of(leg)
            if ring is not None and ring.direction is not Direction.OUT:
                self._roles.saw_phone(leg, ring.called)
        return False

    def _is_proof(self, at_s: float, leg: Leg, waiting: Waiting, status: int) -> bool:
        """True if a reply proves enough. What began when the phone had stopped may be its voicemail: it must
        ring for a moment."""
        if leg.continued_s:
            return False
        if status < 180:
            return waiting.needs is Proof.REPLY
        if status < 200:
            if waiting.beside:
                return True
            waiting.until_s = min(waiting.until_s, at_s + MACHINE_S)
            return False
        if status < 300:
            by_machine = at_s - (leg.rang_s or leg.started_s) < MACHINE_S and not (
                waiting.beside and leg.rang_s
            )
            return not by_machine or waiting.doubtful
        at_phone = status in _AT_THE_PHONE and waiting.beside and not waiting.suspect
        return at_phone and self._roles.is_trusted(leg.source)

    def believe_by_time(self, at_s: float, call: Call) -> None:
        """Legs of which nothing more is to be expected that would prove anything ring somebody now."""
        for leg, waiting in list(call.waiting.items()):
            if leg.continued_s or leg.state is LegState.CHALLENGED:
                del call.waiting[leg]  # it was on its way, or comes again
            elif waiting.until_s <= at_s or (waiting.doubtful and not leg.is_pending):
                self._believe(at_s, call, leg, waiting)
            elif not (leg.is_pending or leg.was_answered):
                del call.waiting[leg]

    def _believe(self, at_s: float, call: Call, leg: Leg, waiting: Waiting) -> None:
        del call.waiting[leg]
        self._ring(at_s, call, leg, waiting.called, waiting.direction)
        if leg.rang_s and not leg.continued_s and waiting.direction is not Direction.OUT:
            self._roles.saw_phone(leg, waiting.called)

    def _is_beside(self, call: Call, leg: Leg, called: str) -> bool:
        """False if the extension's ring has stopped, and this leg goes to another place than it rang at."""
        ring = call.rings.get(called)
        if ring is None or ring.state not in (RingState.STOPPED, RingState.ENDED):
            return True
        return any(known.destination.host == leg.destination.host for known in ring.legs)

    def _ring(self, at_s: float, call: Call, leg: Leg, called: str, direction: Direction) -> None:
        """A leg rings an extension: with the ring that the call has of it, or a new one."""
        ring = call.rings.get(called)
        if ring is None or not _may_go_on(ring, leg):
            share = self._gate.ring(leg, called, self._towards.known(), at_s)
            if share is None:  # of a flood: nothing but its phone's ringing may change that
                if not leg.rang_s:
                    call.waiting[leg] = Waiting(called, direction, Proof.RINGING)
                return
            again = ring.again + 1 if ring is not None else 0
            call_id = call_id_of(leg.sip_call_id, leg.from_tag, called, again)
            ring = Ring(call_id, called, direction, leg.started_s, leg.caller, again, share=share)
            if direction is not Direction.OUT:
                ring.may_tell(max(at_s, leg.started_s + self._patience_s))
            call.join(leg, ring)
            if direction is Direction.OUT:
                for other in call.legs:
                    if call.ring_of(other) is None:
                        call.join(other, ring)  # the PBX's own leg of it, seen first
            return
        call.join(leg, ring)
        if ring.take(RingSignal.AGAIN, at_s):
            self._events.append(RangAgain(ring.call_id, _time(at_s)))

    # Other callers

    def taker(self, call: Call, leg: Leg, known: Leg) -> str:
        """The extension that takes a call over by a leg in the place of a known one (RFC 3891), "" where
        the leg goes to the same phone and only the caller is another."""
        ring = call.ring_of(known)
        # Only a talk can be transferred to a phone; what replaces a ringing takes it away from there.
        same_phone = (
            ring is not None
            and known.was_answered
            and (leg.called == ring.called or leg.destination.is_same(known.destination))
        )
        return leg.caller if not same_phone and leg.caller in self._towards.known() else ""

    def replace(self, at_s: float, call: Call, leg: Leg, known: Leg) -> None:
        """A leg takes the place of a known one at the same phone: no new ring, but another caller."""
        ring = call.ring_of(known)
        if ring is not None and not leg.taker:
            call.join(leg, ring)
            self.change_caller(at_s, ring, Caller(leg.caller, leg.caller_name))

    def change_caller(self, at_s: float, ring: Ring, calling: Caller) -> None:
        """Somebody else is calling in a ring or talk that was told."""
        if ring.state not in LIVE or calling.number in (ANONYMOUS, ring.caller, ring.called):
            return
        ring.caller = calling.number
        self._events.append(CallerChanged(ring.call_id, _time(at_s), calling.number, calling.name))

    # Consequences

    def settle(self, call: Call, at_s: float) -> None:
        """After a leg of a call changed: what that means for its rings, answers before ends."""
        if call.waiting:
            self.believe_by_time(at_s, call)
        if not call.rings:
            return
        self._tell(call, at_s)
        live = [ring for ring in call.rings.values() if ring.state in LIVE or ring.was_ended_early]
        for ring in live:
            if ring.state is RingState.RINGING:
                self._give_up_the_dead(call, ring, at_s)
        for ring in [ring for ring in live if not self._settle_answered(call, ring, at_s)]:
            self._settle_unanswered(call, ring, at_s)

    def end_all(self, call: Call, at_s: float) -> None:
        """Nothing more will be heard of a call: end its rings as far as they are known."""
        for waiting in call.waiting.values():
            if waiting.doubtful:
                waiting.until_s = at_s
        self.believe_by_time(at_s, call)
        for ring in call.rings.values():
            if ring.direction is not Direction.OUT or ring.tell_s < float("inf"):
                ring.may_tell(at_s)
        self.settle(call, at_s)
        for ring in list(call.rings.values()):
            if ring.state in LIVE:
                self._end(call, ring, at_s)

    def _tell(self, call: Call, at_s: float) -> None:
        """Say the rings that may be said by now. One that came from a leg upstream has nothing to wait for;
        an outgoing call that rings phones here was no outgoing call (a hunt group's number)."""
        for ring in list(call.rings.values()):
            if ring.state is RingState.HELD:
                self._tell_held(call, ring, at_s)
            elif ring.state is RingState.RESTORED and ring.tell_s <= at_s and _is_pending(ring):
                ring.take(RingSignal.TELL, at_s)
                self._say_ringing(at_s, ring)

    def _tell_held(self, call: Call, ring: Ring, at_s: float) -> None:
        outgoing = ring.direction is Direction.OUT
        if outgoing:
            if not all(leg.is_pending for leg in ring.legs):
                ring.may_tell(at_s + self._patience_s)
        elif any(leg.parent is not None for leg in ring.legs):
            ring.may_tell(at_s)
        elif not ring.deciding():
            ring.take(RingSignal.DROP, at_s)  # it went on to somebody else before anybody was told
            call.drop_ring(ring)
            return
        if ring.tell_s > at_s:
            return
        if outgoing and len(call.rings) > 1:
            ring.take(RingSignal.DROP, at_s)
            call.drop_ring(ring)
        else:
            ring.take(RingSignal.TELL, at_s)
            self._say_ringing(ring.started_s, ring)

    def _give_up_the_dead(self, call: Call, ring: Ring, at_s: float) -> None:
        """A phone that never replied rings no longer than its call is undecided."""
        dead = [
            leg
            for leg in ring.deciding()
            if leg.state is LegState.CALLING and leg.is_dead and leg.started_s + DEAD_S <= at_s
        ]
        if dead and self._causes.is_decided(call, ring):
            for leg in dead:
                leg.take(Signal.SILENCE, at_s)

    def _settle_answered(self, call: Call, ring: Ring, at_s: float) -> bool:
        legs = ring.deciding()
        answered = [leg for leg in legs if leg.was_answered]
        if not answered:
            return False
        early = ring.state is RingState.ENDED
        if ring.take(RingSignal.ANSWER, at_s) and not early:
            self._events.append(Answered(ring.call_id, _time(at_s)))
        if all(leg.state is LegState.HUNG_UP for leg in answered) and not any(leg.is_pending for leg in legs):
            self._end(call, ring, at_s)
        return True

    def _settle_unanswered(self, call: Call, ring: Ring, at_s: float) -> None:
        legs = ring.deciding()
        if any(leg.is_pending for leg in legs or ring.legs):
            return
        if legs and all(leg.state is LegState.CHALLENGED for leg in legs):
            return  # credentials follow
        stops = ring.take(RingSignal.STOP, at_s)
        self._causes.known = self._towards.known()
        if not self._causes.is_open(call, ring, at_s):
            self._end(call, ring, at_s)
            return
        if stops:
            self._takers.stopped(call, at_s)
            self._events.append(Stopped(ring.call_id, _time(at_s)))

    def _end(self, call: Call, ring: Ring, at_s: float) -> None:
        self._causes.known = self._towards.known()
        cause, outcome, by, taker = self._causes.verdict(call, ring, at_s)
        if taker is not None:
            self._takers.claim(taker, call)
        ring.take(RingSignal.END, at_s)
        if outcome is not Outcome.ANSWERED and ring.stopped_s:
            at_s = ring.stopped_s
        by = "" if by == ring.called else by
        if ring.outcome is None:
            ring.outcome = outcome
            self._events.append(Ended(ring.call_id, _time(at_s), outcome, by, cause=cause))
        elif ring.outcome is not outcome:
            ring.outcome = outcome
            self._events.append(Corrected(ring.call_id, _time(at_s), outcome, by, cause=cause))

    def _say_ringing(self, at_s: float, ring: Ring) -> None:
        leg = (ring.deciding() or ring.legs)[0]
        root = leg.root
        dialled = leg.dialled if root is leg else _number_dialled(root)
        via = leg.via or root.via
        self._events.append(
            Ringing(
                call_id=ring.call_id,
                at=_time(at_s),
                caller=leg.caller,
                called=ring.called,
                caller_name=leg.caller_name or root.caller_name,
                dialled="" if dialled == ring.called else dialled,
                via="" if via == ring.called else via,
                direction=ring.direction,
                sip_call_id=ring.legs[0].sip_call_id,
                from_tag=ring.legs[0].from_tag,
                is_over=ring.is_over,
            )
        )
        ring.caller = leg.caller


def _is_pending(ring: Ring) -> bool:
    return any(leg.is_pending for leg in ring.legs)


def _number_dialled(root: Leg) -> str:
    """What the caller dialled, by his own leg: To, where the Request-URI is an account or `s`."""
    return root.dialled if is_number(root.dialled) else root.called


def _may_go_on(ring: Ring, leg: Leg) -> bool:
    """True if a leg goes on with a ring: one that is not over, or that a queue or a caller who tries again
    takes up after it rang in vain."""
    if ring.state is not RingState.ENDED:
        return True
    if ring.outcome is Outcome.ANSWERED:
        return False
    waits = any(known.is_pending or known.state is LegState.ANSWERED for known in _above(leg))
    return waits or leg.started_s - ring.stopped_s <= AGAIN_S


def _above(leg: Leg) -> list[Leg]:
    """The legs that a leg continues."""
    above = []
    while leg.parent is not None:
        leg = leg.parent
        above.append(leg)
    return above


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
