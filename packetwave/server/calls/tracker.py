"""The call tracker: SIP messages in, call events out. Pure; time is an argument (packet time in seconds).

It owns all state about calls. `leg.py` holds the transitions of a leg, `joining.py` which legs are one call,
`verdict.py` the outcome; this module moves messages to legs and says when a ring begins and ends.
"""

import heapq
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count, islice
from typing import NamedTuple

from packetwave.server.calls.call import Call, Ring, RingState, call_id_of
from packetwave.server.calls.events import (
    Answered,
    CallEvent,
    Direction,
    Ended,
    Outcome,
    RangAgain,
    Ringing,
    Stopped,
)
from packetwave.server.calls.joining import find_call, media_of
from packetwave.server.calls.leg import OVER, Leg, LegState, Place, Signal
from packetwave.server.calls.registrations import Registrations
from packetwave.server.calls.verdict import REORDER_S, deciding_legs, verdict
from packetwave.server.sip.faults import fault
from packetwave.server.sip.identity import IDENTITY_HEADERS, called, caller, dialled, forwarded_by
from packetwave.server.sip.message import Message

RING_SILENCE_S = 300.0
"""A ring of which nothing more is heard is over; PBXs and proxies give up after 180 s (RFC 3261 timer C)."""

TALK_SILENCE_S = 4 * 3600.0
"""An answered call of which nothing more is heard is taken to have ended unseen."""

CHALLENGE_S = 64.0
"""How long an INVITE with credentials is waited for; somebody may have to type them (seen: 33 s)."""

LINGER_S = 64.0
"""How long an ended call is remembered, so that late copies of its messages begin nothing (2·64·T1)."""

RETRIED = frozenset((401, 407, 421, 422, 494))
"""Refusals after which a caller's software sends the INVITE again, changed (RFC 3261, 3329, 4028)."""

EARLY_S = 0.05
"""How long a message that comes before its INVITE is kept: mirrors swap frames by some milliseconds."""

MAX_CALLS = 50_000
MAX_EARLY = 2000  # Call-IDs
MAX_EARLY_OF_ONE = 20  # messages
MAX_KIN = 64


class OpenCall(NamedTuple):
    """A call that was not over when the program stopped, for `Tracker.restore`."""

    call_id: str
    sip_call_id: str
    from_tag: str
    extension: str
    caller: str
    direction: Direction
    rang_s: float
    answered_s: float | None


class _Early(NamedTuple):
    at_s: float
    source: Place
    destination: Place
    message: Message


class Tracker:
    """Follows all calls on the mirror.

    known: normalised extensions of members; with those registered they say which INVITE rings a phone. While
    none is known, every target counts. identity_order, show_withheld: see `sip.identity.caller`.
    """

    def __init__(
        self,
        known: frozenset[str] = frozenset(),
        *,
        identity_order: tuple[str, ...] = IDENTITY_HEADERS,
        show_withheld: bool = False,
    ) -> None:
        self.members = known
        self.identity_order = identity_order
        self.show_withheld = show_withheld
        self.registrations = Registrations()
        self.ignored: Counter[str] = Counter()
        self._legs: dict[tuple[str, str], Leg] = {}
        self._by_call_id: dict[str, list[Leg]] = {}
        self._by_kin: dict[str, dict[Call, None]] = {}
        self._calls: dict[Call, None] = {}
        self._early: dict[str, list[_Early]] = {}
        self._due: list[tuple[float, int, Call]] = []
        self._serial = count()
        self._events: list[CallEvent] = []

    def __len__(self) -> int:
        """Calls remembered, live and lingering."""
        return len(self._calls)

    def receive(self, at_s: float, source: Place, destination: Place, message: Message) -> list[CallEvent]:
        """Take in one message seen at `at_s`; the events that it, and time until it, brought about."""
        self._advance(at_s)
        self._route(at_s, source, destination, message)
        return self._taken()

    def advance(self, at_s: float) -> list[CallEvent]:
        """Let time pass until `at_s` without a message."""
        self._advance(at_s)
        return self._taken()

    def finish(self, at_s: float) -> list[CallEvent]:
        """Nothing more will come (the end of a capture file): end every ring as far as it is known."""
        self._advance(at_s)
        self._flush_early(float("inf"))
        for call in list(self._calls):
            for ring in call.rings.values():
                if ring.state is not RingState.ENDED:
                    self._end(call, ring, at_s)
            self._remove(call)
        return self._taken()

    def restore(self, calls: Iterable[OpenCall]) -> None:
        """Take up calls of the time before a restart. Those still ringing are announced again, under the
        same `call_id`, by the next message that shows it."""
        for known in calls:
            nowhere = Place("", 0)
            call = self._new_call(known.rang_s)
            leg = Leg(
                key=(known.sip_call_id, ""),
                sip_call_id=known.sip_call_id,
                from_tag=known.from_tag,
                cseq=0,
                source=nowhere,
                destination=nowhere,
                caller=known.caller,
                caller_name="",
                target=known.extension,
                dialled="",
                via="",
                media="",
                started_s=known.rang_s,
                call=call,
                last_s=known.rang_s,
            )
            if known.answered_s is not None:
                leg.take(Signal.ACCEPTED, known.answered_s, 200)
            ring = Ring(known.call_id, known.extension, known.direction, known.rang_s, announced=False)
            if leg.was_answered:
                ring.state = RingState.TALKING
            self._add_leg(leg)
            self._put_in_ring(leg, ring)
            self._schedule(call, known.rang_s)

    # Messages to legs

    def _route(self, at_s: float, source: Place, destination: Place, message: Message) -> None:
        if message.status:
            if message.method == "INVITE":
                self._invite_response(at_s, source, destination, message)
            elif message.method == "REGISTER" and 200 <= message.status < 300:
                self.registrations.learn(message, at_s, destination)
            return
        if message.method == "INVITE":
            self._invite(at_s, source, destination, message)
        elif message.method == "CANCEL":
            self._cancel(at_s, source, destination, message)
        elif message.method == "BYE":
            self._bye(at_s, source, destination, message)
        else:
            for leg in self._by_call_id.get(message.call_id, ()):
                leg.last_s = at_s

    def _invite(self, at_s: float, source: Place, destination: Place, message: Message) -> None:
        leg = self._legs.get(_key(message, destination))
        if leg is not None:
            leg.resent += 1
            leg.last_s = at_s
            return
        known = self._by_call_id.get(message.call_id, [])
        if message.to_tag:
            for leg in known:  # a re-INVITE in its dialog
                leg.last_s = at_s
            return
        reason = fault(message)
        if reason:
            self.ignored[reason] += 1
            return
        if not known and not self._has_room():
            self.ignored["too many calls at once"] += 1
            return
        calling = caller(message, order=self.identity_order, show_withheld=self.show_withheld)
        self._begin(
            at_s,
            source,
            destination,
            message,
            caller_number=calling.number,
            caller_name=calling.name,
            target=called(message),
        )
        self._release_early(message.call_id)

    def _begin(
        self,
        at_s: float,
        source: Place,
        destination: Place,
        message: Message,
        *,
        caller_number: str,
        caller_name: str,
        target: str,
    ) -> Leg:
        ghost = self._ghost(message)
        known = self._by_call_id.get(message.call_id)
        leg = Leg(
            key=_key(message, destination),
            sip_call_id=message.call_id,
            from_tag=message.from_tag,
            cseq=message.cseq,
            source=source,
            destination=destination,
            caller=caller_number,
            caller_name=caller_name,
            target=target,
            dialled=dialled(message),
            via=forwarded_by(message),
            media=media_of(message.body),
            started_s=at_s,
            last_s=at_s,
            call=known[0].call if known else _NO_CALL,
        )
        if not known:
            leg.call = find_call(leg, self._kin(leg)) or self._new_call(at_s)
        self._add_leg(leg)
        if ghost is not None and ghost.ring is not None:
            self._take_over(ghost, leg)
        else:
            self._ring(at_s, leg)
        self._schedule(leg.call, at_s)
        return leg

    def _invite_response(self, at_s: float, source: Place, destination: Place, message: Message) -> None:
        # A response travels back: its destination sent the request.
        leg = self._legs.get(_key(message, source)) or self._ghost(message)
        if leg is None:
            if 101 <= message.status < 700 and message.call_id not in self._by_call_id:
                self._keep_early(at_s, source, destination, message)
            return
        leg.last_s = at_s
        status = message.status
        if status < 180:
            return
        if status < 200:
            leg.take(Signal.ALERTING, at_s)
            self._announce_again(at_s, leg)
            return
        if status < 300:
            if message.to_tag:
                leg.to_tag = message.to_tag
            changed = leg.take(Signal.ACCEPTED, at_s, status)
            if changed and leg.bye_seen:
                leg.take(Signal.BYE, at_s)
        elif status in RETRIED:
            changed = leg.take(Signal.CHALLENGE, at_s, status)
        else:
            changed = leg.take(Signal.REFUSAL, at_s, status)
        if changed:
            self._settle(leg.call, at_s)

    def _cancel(self, at_s: float, source: Place, destination: Place, message: Message) -> None:
        leg = self._legs.get(_key(message, destination)) or self._ghost(message)
        if leg is None:
            if message.call_id not in self._by_call_id:
                self._keep_early(at_s, source, destination, message)
            return
        leg.last_s = at_s
        leg.elsewhere_hint = leg.elsewhere_hint or _says_elsewhere(message)
        if leg.take(Signal.CANCEL, at_s):
            self._settle(leg.call, at_s)

    def _bye(self, at_s: float, source: Place, destination: Place, message: Message) -> None:
        legs = self._by_call_id.get(message.call_id)
        if not legs:
            self._keep_early(at_s, source, destination, message)
            return
        tags = {message.from_tag, message.to_tag}
        of_dialog = [leg for leg in legs if {leg.from_tag, leg.to_tag} == tags]
        for leg in of_dialog or legs:
            leg.last_s = at_s
            if leg.is_pending:
                leg.bye_seen = True
            leg.take(Signal.BYE, at_s)
        self._settle(legs[0].call, at_s)

    # Messages that come before their INVITE

    def _keep_early(self, at_s: float, source: Place, destination: Place, message: Message) -> None:
        if len(self._early) >= MAX_EARLY:
            del self._early[next(iter(self._early))]
        kept = self._early.setdefault(message.call_id, [])
        if len(kept) < MAX_EARLY_OF_ONE:
            kept.append(_Early(at_s, source, destination, message))

    def _release_early(self, sip_call_id: str) -> None:
        for early in self._early.pop(sip_call_id, ()):
            self._route(early.at_s, early.source, early.destination, early.message)

    def _flush_early(self, before_s: float) -> None:
        """Give up waiting for INVITEs. A 18x shows by itself that a phone rings: the INVITE was before the
        capture began."""
        while self._early:
            sip_call_id, kept = next(iter(self._early.items()))
            if kept[0].at_s > before_s:
                return
            del self._early[sip_call_id]
            for early in kept:
                message = early.message
                if sip_call_id in self._by_call_id:
                    self._route(early.at_s, early.source, early.destination, message)
                elif message.method == "INVITE" and 180 <= message.status < 200:
                    calling = caller(message, order=("from",), show_withheld=self.show_withheld)
                    self._begin(
                        early.at_s,
                        early.destination,
                        early.source,
                        message,
                        caller_number=calling.number,
                        caller_name=calling.name,
                        target=dialled(message),
                    ).take(Signal.ALERTING, early.at_s)

    # Rings

    def _ring(self, at_s: float, leg: Leg) -> None:
        call = leg.call
        extension, direction = self._who_rings(at_s, leg)
        outgoing = next((ring for ring in call.rings.values() if ring.direction is Direction.OUT), None)
        if outgoing is not None and (not extension or direction is Direction.OUT):
            self._put_in_ring(leg, outgoing)  # the PBX's own leg of it
            return
        if not extension or (direction is Direction.OUT and call.rings):
            return
        ring = call.rings.get(extension)
        if ring is None or ring.state is RingState.ENDED:
            again = ring.again + 1 if ring is not None else 0
            call_id = call_id_of(leg.sip_call_id, leg.from_tag, extension, again)
            ring = Ring(call_id, extension, direction, at_s, again=again)
            self._put_in_ring(leg, ring)
            self._emit_ringing(at_s, leg, ring)
            return
        self._put_in_ring(leg, ring)
        if ring.state is RingState.STOPPED:
            ring.state = RingState.RINGING
            ring.stopped_s = 0.0
            self._events.append(RangAgain(ring.call_id, _time(at_s)))

    def _who_rings(self, at_s: float, leg: Leg) -> tuple[str, Direction]:
        known = self.members | self.registrations.extensions()
        if not known:
            return leg.target, Direction.IN
        extension = leg.target
        if extension not in known:
            extension = self.registrations.extension_at(leg.target, leg.destination, at_s)
        from_inside = leg.caller in known
        if extension:
            places = self.registrations.places(extension, at_s)
            if places and all(place.host != leg.destination.host for place in places):
                return "", Direction.IN  # on its way, not at the phone yet
            return extension, Direction.INTERNAL if from_inside else Direction.IN
        return (leg.target, Direction.OUT) if from_inside else ("", Direction.IN)

    def _put_in_ring(self, leg: Leg, ring: Ring) -> None:
        leg.ring = ring
        ring.legs.append(leg)
        leg.call.rings[ring.extension] = ring

    def _emit_ringing(self, at_s: float, leg: Leg, ring: Ring) -> None:
        first = next((other for other in leg.call.legs if other.target), leg)
        dialled_number = first.target if first is not leg else leg.dialled
        via = leg.via or first.via
        self._events.append(
            Ringing(
                call_id=ring.call_id,
                at=_time(at_s),
                caller=leg.caller,
                called=ring.extension,
                caller_name=leg.caller_name or first.caller_name,
                dialled="" if dialled_number == ring.extension else dialled_number,
                via="" if via == ring.extension else via,
                direction=ring.direction,
                sip_call_id=leg.sip_call_id,
                from_tag=leg.from_tag,
            )
        )

    def _announce_again(self, at_s: float, leg: Leg) -> None:
        ring = leg.ring
        if ring is not None and not ring.announced and ring.state is RingState.RINGING:
            ring.announced = True
            self._emit_ringing(at_s, leg, ring)

    def _settle(self, call: Call, at_s: float) -> None:
        """After a leg of a call changed: what that means for its rings, answers before ends."""
        live = [ring for ring in call.rings.values() if ring.state is not RingState.ENDED]
        unanswered = [ring for ring in live if not self._settle_answered(call, ring, at_s)]
        for ring in unanswered:
            self._settle_unanswered(call, ring, at_s)
        self._schedule(call, at_s)

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
        if ring.state is RingState.RINGING:
            ring.state = RingState.STOPPED
            ring.stopped_s = at_s
            if self._waits(call, ring, at_s):
                self._events.append(Stopped(ring.call_id, _time(at_s)))
        if not self._waits(call, ring, at_s):
            self._end(call, ring, at_s)

    def _waits(self, call: Call, ring: Ring, at_s: float) -> bool:
        """True while the verdict on a stopped ring may still change.

        That is: for a moment, while a winner's 200 may be just behind the CANCEL; and while the caller's own
        leg, which this ring came from, goes on unanswered by anybody, since a queue rings again.
        """
        upstream = call.upstream()
        others = [leg for leg in call.legs if leg not in ring.legs]
        if any(leg.was_answered and leg not in upstream for leg in others):
            return False
        if at_s < ring.stopped_s + REORDER_S:
            if any(leg.state is LegState.CANCELLED for leg in ring.legs):
                return True
            if any(leg.cancelled for leg in ring.legs) and any(leg.is_pending for leg in others):
                return True
        return any(
            (leg.is_pending or (leg.state is LegState.ANSWERED and leg.answered_s <= ring.stopped_s))
            and any(leg.destination.is_same(own.source) for own in ring.legs)
            for leg in call.legs
            if leg in upstream
        )

    def _end(self, call: Call, ring: Ring, at_s: float) -> None:
        decided = verdict(call, ring)
        ring.state = RingState.ENDED
        if decided.outcome is not Outcome.ANSWERED and ring.stopped_s:
            at_s = ring.stopped_s
        by = "" if decided.by == ring.extension else decided.by
        self._events.append(Ended(ring.call_id, _time(at_s), decided.outcome, by))

    # Time

    def _advance(self, at_s: float) -> None:
        if self._early:
            self._flush_early(at_s - EARLY_S)
        while self._due and self._due[0][0] <= at_s:
            scheduled_s, _, call = heapq.heappop(self._due)
            if call in self._calls and call.scheduled_s == scheduled_s:
                call.scheduled_s = float("inf")
                self._look_at(call, at_s)

    def _look_at(self, call: Call, at_s: float) -> None:
        """Let silence do what it does to a call's legs and rings; forget the call when nothing is left."""
        for leg in call.legs:
            if leg.state not in OVER and _silent_until(leg) <= at_s:
                leg.take(Signal.SILENCE, at_s)
        self._settle(call, at_s)
        if _is_over(call) and all(_silent_until(leg) <= at_s for leg in call.legs):
            self._remove(call)

    def _schedule(self, call: Call, at_s: float) -> None:
        """See to it that the call is looked at when time alone may change something."""
        if _is_over(call):
            due_s = max(map(_silent_until, call.legs))
        else:
            due_s = min(
                [_silent_until(leg) for leg in call.legs if leg.state not in OVER]
                + [
                    ring.stopped_s + REORDER_S
                    for ring in call.rings.values()
                    if ring.state is RingState.STOPPED and ring.stopped_s + REORDER_S > at_s
                ],
                default=at_s + LINGER_S,
            )
        if due_s < call.scheduled_s:
            call.scheduled_s = due_s
            heapq.heappush(self._due, (due_s, next(self._serial), call))

    # Tables

    def _has_room(self) -> bool:
        """Room for one more call, made if need be by forgetting an old one that rings nobody."""
        if len(self._calls) < MAX_CALLS:
            return True
        idle = next((call for call in islice(self._calls, MAX_KIN) if not call.rings), None)
        if idle is not None:
            self._remove(idle)
        return idle is not None

    def _new_call(self, at_s: float) -> Call:
        call = Call(at_s)
        self._calls[call] = None
        return call

    def _add_leg(self, leg: Leg) -> None:
        call = leg.call
        call.legs.append(leg)
        self._legs[leg.key] = leg
        self._by_call_id.setdefault(leg.sip_call_id, []).append(leg)
        for kin in (leg.caller, leg.media):
            if kin:
                self._by_kin.setdefault(kin, {})[call] = None

    def _kin(self, leg: Leg) -> list[Call]:
        """The latest calls with the same caller or the same media: those a new leg may belong to."""
        found: dict[Call, None] = {}
        for kin in (leg.media, leg.caller):
            if kin in self._by_kin:
                found.update(dict.fromkeys(islice(reversed(self._by_kin[kin]), MAX_KIN)))
        return list(found)

    def _remove(self, call: Call) -> None:
        del self._calls[call]
        for leg in call.legs:
            self._legs.pop(leg.key, None)
            legs = self._by_call_id.get(leg.sip_call_id, [])
            if leg in legs:
                legs.remove(leg)
            if not legs:
                self._by_call_id.pop(leg.sip_call_id, None)
            for kin in (leg.caller, leg.media):
                calls = self._by_kin.get(kin, {})
                calls.pop(call, None)
                if not calls:
                    self._by_kin.pop(kin, None)

    def _ghost(self, message: Message) -> Leg | None:
        """The leg restored for this Call-ID and From tag, if no message has shown it yet."""
        leg = self._legs.get((message.call_id, ""))
        return leg if leg is not None and leg.from_tag == message.from_tag else None

    def _take_over(self, ghost: Leg, leg: Leg) -> None:
        """A message showed a restored call again: its real leg takes the place of what was remembered."""
        ring = ghost.ring
        assert ring is not None
        ring.legs.remove(ghost)
        leg.call.legs.remove(ghost)
        del self._legs[ghost.key]
        self._by_call_id[ghost.sip_call_id].remove(ghost)
        self._put_in_ring(leg, ring)
        self._announce_again(leg.started_s, leg)

    def _taken(self) -> list[CallEvent]:
        if not self._events:
            return []
        events, self._events = self._events, []
        return events


_NO_CALL = Call(0.0)


def _key(message: Message, server: Place) -> tuple[str, str]:
    """A transaction's key (RFC 3261 section 17.2.3); without a branch (RFC 2543) the CSeq and the callee."""
    return message.call_id, message.branch or f"{message.cseq}@{server.host}:{server.port}"


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def _is_over(call: Call) -> bool:
    return all(ring.state is RingState.ENDED for ring in call.rings.values()) and all(
        leg.state in OVER for leg in call.legs
    )


def _silent_until(leg: Leg) -> float:
    """When a leg of which nothing more is heard is given up."""
    if leg.is_pending:
        return leg.last_s + RING_SILENCE_S
    if leg.state is LegState.ANSWERED:
        return leg.last_s + TALK_SILENCE_S
    if leg.state is LegState.CHALLENGED:
        return leg.last_s + CHALLENGE_S
    return leg.last_s + LINGER_S


def _says_elsewhere(message: Message) -> bool:
    """RFC 3326: `SIP;cause=200` or `Q.850;cause=26` ("non-selected user clearing")."""
    for value in message.values("reason"):
        protocol, _, rest = value.partition(";")
        causes = rest.replace(" ", "").lower().split(";")
        if (protocol.strip().upper(), True) in (
            ("SIP", "cause=200" in causes),
            ("Q.850", "cause=26" in causes),
        ):
            return True
    return False
