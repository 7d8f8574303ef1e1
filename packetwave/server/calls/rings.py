"""When a phone begins to ring, is answered, stops, and what came of it. Pure.

Owns the rings' states and says the call events. Legs change elsewhere; `settle` draws the consequences.
"""

from datetime import UTC, datetime

from packetwave.server.calls.call import Call, Ring, RingState, call_id_of
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
from packetwave.server.calls.joining import AGAIN_S
from packetwave.server.calls.leg import Leg, LegState
from packetwave.server.calls.pickup import Pickups
from packetwave.server.calls.registrations import Registrations
from packetwave.server.calls.verdict import REORDER_S, Verdict, deciding_legs, is_open, verdict
from packetwave.server.sip.identity import ANONYMOUS, Caller


class Rings:
    """members: normalised extensions, to be replaced when they change. patience_s: as the tracker's."""

    def __init__(
        self, members: frozenset[str], registrations: Registrations, *, patience_s: float = 0.0
    ) -> None:
        self.members = members
        self._patience_s = patience_s
        self._registrations = registrations
        self._pickups = Pickups()
        self._known = members
        self._known_parts: tuple[frozenset[str], frozenset[str]] = (members, registrations.extensions())
        self._events: list[CallEvent] = []

    def known(self) -> frozenset[str]:
        """The extensions known to be ones: members' and those registered."""
        parts = (self.members, self._registrations.extensions())
        if parts[0] is not self._known_parts[0] or parts[1] is not self._known_parts[1]:
            self._known_parts = parts
            self._known = parts[0] | parts[1]
        return self._known

    def taken(self) -> list[CallEvent]:
        """The events since the last time."""
        if not self._events:
            return []
        events, self._events = self._events, []
        return events

    def begin(self, at_s: float, leg: Leg) -> None:
        """A leg is new: whose phone it rings, if anybody's."""
        self._pickups.note(leg)
        rings = leg.call.rings
        extension, direction = self._who_rings(at_s, leg)
        outgoing = next((ring for ring in rings.values() if ring.direction is Direction.OUT), None)
        if outgoing is not None and (not extension or direction is Direction.OUT):
            join(leg, outgoing)  # the PBX's own leg of it
            return
        if not extension or (direction is Direction.OUT and rings):
            return
        ring = rings.get(extension)
        if ring is None or not _may_go_on(ring, leg):
            again = ring.again + 1 if ring is not None else 0
            call_id = call_id_of(leg.sip_call_id, leg.from_tag, extension, again)
            ring = Ring(call_id, extension, direction, at_s, again=again, caller=leg.caller)
            # Whom an extension calls is worth a line once it rings there; everything else is said now.
            ring.announce_s = _NEVER if direction is Direction.OUT else at_s + self._patience_s
            join(leg, ring)
            if direction is Direction.OUT:
                for other in leg.call.legs:
                    if other.ring is None:
                        join(other, ring)  # the PBX's own leg of it, seen first
            return
        join(leg, ring)
        if ring.state in (RingState.STOPPED, RingState.ENDED):
            ring.state = RingState.RINGING
            ring.stopped_s = 0.0
            self._events.append(RangAgain(ring.call_id, _time(at_s)))

    def taker(self, leg: Leg, known: Leg) -> str:
        """The extension that takes a call over by a leg in the place of a known one (RFC 3891), "" where
        the leg goes to the same phone and only the caller is another."""
        ring = known.ring
        # Only a talk can be transferred to a phone; what replaces a ringing takes it away from there.
        same_phone = (
            ring is not None
            and not known.is_pending
            and (leg.target == ring.extension or leg.destination.is_same(known.destination))
        )
        return leg.caller if not same_phone and leg.caller in self.known() else ""

    def replace(self, at_s: float, leg: Leg, known: Leg) -> None:
        """A leg takes the place of a known one at the same phone: no new ring, but another caller."""
        if known.ring is not None and not leg.taker:
            join(leg, known.ring)
            self.change_caller(at_s, known.ring, Caller(leg.caller, leg.caller_name))

    def change_caller(self, at_s: float, ring: Ring, calling: Caller) -> None:
        """Somebody else is calling in a ring or talk."""
        if ring.state is RingState.ENDED or calling.number in (ANONYMOUS, ring.caller, ring.extension):
            return
        if not (ring.announced or ring.restored):
            return  # nobody was told of another
        ring.caller = calling.number
        self._events.append(CallerChanged(ring.call_id, _time(at_s), calling.number, calling.name))

    def show(self, at_s: float, leg: Leg) -> None:
        """A message shows that a leg rings somebody: what was not announced yet may be."""
        ring = leg.ring
        if ring is not None and not ring.announced:
            patience_s = self._patience_s if ring.direction is Direction.OUT else 0.0
            ring.announce_s = min(ring.announce_s, at_s + patience_s)

    def _announce(self, call: Call, at_s: float) -> None:
        """Say the rings that may be said by now. One that came from a leg upstream has nothing to wait for;
        an outgoing call that rings phones here was no outgoing call (a hunt group's number)."""
        for ring in list(call.rings.values()):
            if ring.announced or ring.state is RingState.ENDED:
                continue
            first = ring.legs[0]
            outgoing = ring.direction is Direction.OUT
            if outgoing and not ring.restored and not all(leg.is_pending for leg in ring.legs):
                self.show(at_s, first)
            continues = not outgoing and not ring.restored and bool(call.upstream() - {first})
            if ring.announce_s > at_s and not continues:
                continue
            if outgoing and len(call.rings) > 1:
                self._drop(call, ring)
            elif not ring.restored or ring.state is RingState.RINGING:
                ring.announced = True
                self._say_ringing(at_s if ring.restored else ring.started_s, first, ring)

    def _drop(self, call: Call, ring: Ring) -> None:
        del call.rings[ring.extension]
        for leg in ring.legs:
            leg.ring = None

    def settle(self, call: Call, at_s: float) -> None:
        """After a leg of a call changed: what that means for its rings, answers before ends."""
        self._announce(call, at_s)
        live = [
            ring
            for ring in call.rings.values()
            if ring.state is not RingState.ENDED and (ring.announced or ring.restored)
        ]
        for ring in [ring for ring in live if not self._settle_answered(call, ring, at_s)]:
            self._settle_unanswered(call, ring, at_s)

    def end_all(self, call: Call, at_s: float) -> None:
        """Nothing more will be heard of a call: end its rings as far as they are known."""
        for ring in call.rings.values():
            ring.announce_s = min(ring.announce_s, at_s)
        self.settle(call, at_s)
        for ring in call.rings.values():
            if ring.state is not RingState.ENDED:
                self._end(call, ring, at_s)

    def _settle_answered(self, call: Call, ring: Ring, at_s: float) -> bool:
        legs = deciding_legs(call, ring)
        answered = [leg for leg in legs if leg.was_answered]
        if not answered:
            return False
        if ring.state is not RingState.TALKING:
            ring.state = RingState.TALKING
            self._events.append(Answered(ring.call_id, _time(at_s)))
        if all(leg.state is LegState.HUNG_UP for leg in answered) and not any(leg.is_pending for leg in legs):
            self._end(call, ring, at_s)
        return True

    def _settle_unanswered(self, call: Call, ring: Ring, at_s: float) -> None:
        legs = deciding_legs(call, ring)
        if any(leg.is_pending for leg in legs or ring.legs):
            return
        if legs and all(leg.state is LegState.CHALLENGED for leg in legs):
            return  # credentials follow
        stops = ring.state is RingState.RINGING
        if stops:
            ring.state = RingState.STOPPED
            ring.stopped_s = at_s
        picked_up = self._pickups.may_come(ring) and at_s < ring.stopped_s + REORDER_S
        if not picked_up and not is_open(call, ring, at_s):
            self._end(call, ring, at_s)
        elif stops:
            self._events.append(Stopped(ring.call_id, _time(at_s)))

    def _end(self, call: Call, ring: Ring, at_s: float) -> None:
        outcome, by = self._verdict(call, ring)
        ring.state = RingState.ENDED
        if outcome is not Outcome.ANSWERED and ring.stopped_s:
            at_s = ring.stopped_s
        by = "" if by == ring.extension else by
        if ring.outcome is None:
            ring.outcome = outcome
            self._events.append(Ended(ring.call_id, _time(at_s), outcome, by))
        elif ring.outcome is not outcome:
            ring.outcome = outcome
            self._events.append(Corrected(ring.call_id, _time(at_s), outcome, by))

    def _verdict(self, call: Call, ring: Ring) -> Verdict:
        decided = verdict(call, ring)
        if decided.outcome is Outcome.MISSED and (taker := self._pickups.taken_by(ring)):
            return Verdict(Outcome.ANSWERED_ELSEWHERE, taker)
        return decided

    def _who_rings(self, at_s: float, leg: Leg) -> tuple[str, Direction]:
        """The extension ("" for none) and the direction (signalling.md cases 30, 31, 36)."""
        registrations = self._registrations
        known = self.known()
        if not known:
            return leg.target, Direction.IN
        extension = leg.target
        if extension not in known:
            extension = registrations.extension_at(leg.target, leg.destination, at_s)
        from_inside = leg.caller in known
        if extension:
            places = registrations.places(extension, at_s)
            if places and all(place.host != leg.destination.host for place in places):
                return "", Direction.IN  # on its way, not at the phone yet
            return extension, Direction.INTERNAL if from_inside else Direction.IN
        if from_inside and self._is_at_home(at_s, leg):
            return leg.target, Direction.OUT
        return "", Direction.IN

    def _is_at_home(self, at_s: float, leg: Leg) -> bool:
        """False where a leg says that an extension calls, but comes from elsewhere than its phone: the PBX's
        own leg, or a scanner that guessed an extension."""
        places = self._registrations.places(leg.caller, at_s)
        return not places or any(place.host == leg.source.host for place in places)

    def _say_ringing(self, at_s: float, leg: Leg, ring: Ring) -> None:
        upstream = leg.call.upstream() - {leg}
        first = next((other for other in leg.call.legs if other in upstream and other.target), leg)
        dialled = first.target if first is not leg else leg.dialled
        via = leg.via or first.via
        self._events.append(
            Ringing(
                call_id=ring.call_id,
                at=_time(at_s),
                caller=leg.caller,
                called=ring.extension,
                caller_name=leg.caller_name or first.caller_name,
                dialled="" if dialled == ring.extension else dialled,
                via="" if via == ring.extension else via,
                direction=ring.direction,
                sip_call_id=leg.sip_call_id,
                from_tag=leg.from_tag,
            )
        )


_NEVER = float("inf")


def _may_go_on(ring: Ring, leg: Leg) -> bool:
    """True if a leg goes on with a ring: one that is not over, or that a queue or a caller who tries again
    takes up after it rang in vain."""
    if ring.state is not RingState.ENDED:
        return True
    if ring.outcome is Outcome.ANSWERED:
        return False
    upstream = leg.call.upstream()
    return (
        any(other.is_pending or other.state is LegState.ANSWERED for other in upstream)
        or leg.started_s - ring.stopped_s <= AGAIN_S
    )


def join(leg: Leg, ring: Ring) -> None:
    """Make a leg one of those that ring an extension."""
    leg.ring = ring
    ring.legs.append(leg)
    leg.call.rings[ring.extension] = ring


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
