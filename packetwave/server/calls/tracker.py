"""The call tracker: SIP messages in, call events out. Pure; time is an argument (packet time in seconds).

This module takes each message to its leg. What is remembered, and how long, is in `table.py`; how a leg
changes in `leg.py`; which legs are one call in `joining.py`; what phones do in `rings.py`, and what came of
it in `verdict.py`.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from packetwave.server.calls.call import Call, Ring, RingState
from packetwave.server.calls.early import Early, EarlyMessages
from packetwave.server.calls.events import CallEvent, Direction
from packetwave.server.calls.joining import find_call, media_of
from packetwave.server.calls.leg import OVER, Leg, Place, Signal
from packetwave.server.calls.registrations import Registrations
from packetwave.server.calls.rings import Rings, join
from packetwave.server.calls.table import CallTable, is_over, silent_until
from packetwave.server.calls.transfers import Transfer, Transfers, parties, refer_to, replaced
from packetwave.server.sip.faults import fault
from packetwave.server.sip.identity import (
    IDENTITY_HEADERS,
    Caller,
    called,
    caller,
    dialled,
    forwarded_by,
)
from packetwave.server.sip.message import Message

RETRIED = frozenset((401, 407, 421, 422, 494))
"""Refusals after which a caller's software sends the INVITE again, changed (RFC 3261, 3329, 4028)."""


REPLAY_PATIENCE_S = 0.01
"""`patience_s` for capture files: mirrors were seen to swap frames by up to 5 ms."""

ASSERTED = tuple(name for name in IDENTITY_HEADERS if name != "from")


class OpenCall(NamedTuple):
    """A call that was not over when the program stopped, for `Tracker.restore`. Times in packet seconds."""

    call_id: str
    sip_call_id: str
    from_tag: str
    extension: str
    caller: str
    direction: Direction
    rang_s: float
    answered_s: float | None


class Tracker:
    """Follows all calls on the mirror.

    members: normalised extensions; with those registered they say which INVITE rings a phone. While none is
    known, every target counts. identity_order, show_withheld: see `sip.identity.caller`. patience_s: how long
    a ring waits for the leg it came from before it is said, since a mirror may have swapped the two; for
    replays, in which nobody waits. A live alert goes at once, though it may not know the number dialled yet.
    """

    def __init__(
        self,
        members: frozenset[str] = frozenset(),
        *,
        identity_order: tuple[str, ...] = IDENTITY_HEADERS,
        show_withheld: bool = False,
        patience_s: float = 0.0,
    ) -> None:
        self.registrations = Registrations()
        self.ignored: Counter[str] = Counter()
        self.table = CallTable()
        self._rings = Rings(members, self.registrations, patience_s=patience_s)
        self._early = EarlyMessages()
        self._transfers = Transfers()
        self._identity_order = identity_order
        self._show_withheld = show_withheld

    def use_members(self, members: frozenset[str]) -> None:
        """The members' extensions are these from now on."""
        self._rings.members = members

    @property
    def is_empty(self) -> bool:
        """True if nothing of any call is remembered."""
        return self.table.is_empty and not self._early

    def receive(self, at_s: float, source: Place, destination: Place, message: Message) -> list[CallEvent]:
        """Take in one message seen at `at_s`; the events that it, and time until it, brought about."""
        self._pass_time(at_s)
        self._take(Early(at_s, source, destination, message))
        return self._rings.taken()

    def advance(self, at_s: float) -> list[CallEvent]:
        """Let time pass until `at_s` without a message."""
        self._pass_time(at_s)
        return self._rings.taken()

    def finish(self, at_s: float) -> list[CallEvent]:
        """Nothing more will come (the end of a capture file): end every ring as far as it is known."""
        self._pass_time(at_s)
        for early in self._early.given_up(float("inf")):
            self._take_late(early)
        for call in self.table:
            self._rings.end_all(call, at_s)
            self.table.remove(call)
        return self._rings.taken()

    def restore(self, calls: Iterable[OpenCall]) -> None:
        """Take up calls of the time before a restart. Those still ringing are announced again, under the
        same `call_id`, by the next message that shows it."""
        for known in calls:
            nowhere = Place("", 0)
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
                call=self.table.new_call(known.rang_s),
                last_s=known.rang_s,
            )
            if known.answered_s is not None:
                leg.take(Signal.ACCEPTED, known.answered_s, 200)
            ring = Ring(known.call_id, known.extension, known.direction, known.rang_s, restored=True)
            ring.announce_s = float("inf")
            if leg.was_answered:
                ring.state = RingState.TALKING
            self.table.add(leg)
            join(leg, ring)
            self.table.schedule(leg.call, known.rang_s)

    # Messages

    def _take(self, now: Early) -> None:
        if not self._route(now):
            self._early.keep(now)

    def _take_late(self, early: Early) -> None:
        """Take in a message whose INVITE did not come. A 18x shows by itself that a phone rings: the INVITE
        was before the capture began."""
        message = early.message
        if self._route(early) or message.method != "INVITE" or not 180 <= message.status < 200:
            return
        if not self.table.legs_of(message.call_id) and self.table.has_room():
            calling = caller(message, order=("from",), show_withheld=self._show_withheld)
            back = early._replace(source=early.destination, destination=early.source)
            self._begin(back, calling, dialled(message))
        self._route(early)

    def _route(self, now: Early) -> bool:
        """Take a message to its leg; False where it belongs to an INVITE that was not seen."""
        message = now.message
        if message.status:
            if message.method == "INVITE":
                return self._response(now)
            if message.method == "REGISTER" and 200 <= message.status < 300:
                self.registrations.learn(message, now.at_s, now.destination)
            return True
        match message.method:
            case "INVITE":
                return self._invite(now)
            case "CANCEL":
                return self._cancel(now)
            case "BYE":
                return self._bye(now)
            case "REFER":
                self._refer(now)
            case "UPDATE":
                self._identity(now)
        self._hear(now)
        return True

    def _invite(self, now: Early) -> bool:
        message = now.message
        leg = self.table.leg(_key(message, now.destination))
        if leg is not None:
            leg.resent += 1
            leg.last_s = now.at_s
            return True
        if message.to_tag:
            self._identity(now)  # a re-INVITE in its dialog
            self._hear(now)
            return True
        reason = fault(message)
        if not reason and not self.table.legs_of(message.call_id) and not self.table.has_room():
            reason = "too many calls at once"
        if reason:
            self.ignored[reason] += 1
            return True
        calling = caller(message, order=self._identity_order, show_withheld=self._show_withheld)
        self._begin(now, calling, called(message))
        for early in self._early.release(message.call_id):
            self._take(early)
        return True

    def _begin(self, now: Early, calling: Caller, target: str) -> None:
        """A leg that was not seen before: into its call, and perhaps a phone rings."""
        message = now.message
        ghost = self._ghost(message)
        known = self.table.legs_of(message.call_id)
        leg = Leg(
            key=_key(message, now.destination),
            sip_call_id=message.call_id,
            from_tag=message.from_tag,
            cseq=message.cseq,
            source=now.source,
            destination=now.destination,
            caller=calling.number,
            caller_name=calling.name,
            target=target,
            dialled=dialled(message),
            via=forwarded_by(message),
            media=media_of(message.body),
            started_s=now.at_s,
            last_s=now.at_s,
            call=known[0].call if known else _NO_CALL,
        )
        handed_over = self._transfers.caller_of(leg)
        if handed_over is not None:
            leg.caller, leg.caller_name = handed_over
        other = next(iter(self.table.legs_of(replaced(message))), None)
        if other is not None:
            leg.call = other.call
        elif not known:
            known_phone = leg.target in self._rings.known()
            call = find_call(leg, self.table.kin(leg), known_phone=known_phone)
            leg.call = call or self.table.new_call(now.at_s)
        if other is not None:
            leg.taker = self._rings.taker(leg, other)
        self.table.add(leg)
        if ghost is not None and ghost.ring is not None:
            # What was remembered of before a restart is this leg: it takes the other's place.
            ghost.ring.legs.remove(ghost)
            join(leg, ghost.ring)
            self.table.drop(ghost)
            self._rings.show(now.at_s, leg)
        elif other is not None:
            self._rings.replace(now.at_s, leg, other)
        else:
            self._rings.begin(now.at_s, leg)
        self._settle(leg.call, now.at_s)

    def _response(self, now: Early) -> bool:
        message = now.message
        # A response travels back: its source was sent the request.
        leg = self.table.leg(_key(message, now.source)) or self._ghost(message)
        if leg is None:
            return message.status < 180  # what such a one says, the next will say again
        leg.last_s = now.at_s
        status = message.status
        changed = False
        if 180 <= status < 200:
            leg.take(Signal.ALERTING, now.at_s)
            self._rings.show(now.at_s, leg)
            changed = leg.ring is not None and not leg.ring.announced
        elif 200 <= status < 300:
            leg.to_tag = message.to_tag or leg.to_tag
            changed = leg.take(Signal.ACCEPTED, now.at_s, status)
            if changed and leg.bye_seen:
                leg.take(Signal.BYE, now.at_s)
        elif status >= 300:
            signal = Signal.CHALLENGE if status in RETRIED else Signal.REFUSAL
            changed = leg.take(signal, now.at_s, status)
        if changed:
            self._settle(leg.call, now.at_s)
        return True

    def _cancel(self, now: Early) -> bool:
        leg = self.table.leg(_key(now.message, now.destination)) or self._ghost(now.message)
        if leg is None:
            return False
        leg.last_s = now.at_s
        leg.elsewhere_hint = leg.elsewhere_hint or _says_elsewhere(now.message)
        leg.cancelled = leg.cancelled or not leg.was_answered
        leg.take(Signal.CANCEL, now.at_s)
        self._settle(leg.call, now.at_s)
        return True

    def _bye(self, now: Early) -> bool:
        message = now.message
        legs = self.table.legs_of(message.call_id)
        if not legs:
            return False
        tags = {message.from_tag, message.to_tag}
        of_dialog = [leg for leg in legs if {leg.from_tag, leg.to_tag} == tags]
        for leg in of_dialog or legs:
            leg.last_s = now.at_s
            leg.bye_seen = leg.bye_seen or leg.is_pending
            leg.take(Signal.BYE, now.at_s)
        self._settle(legs[0].call, now.at_s)
        return True

    def _refer(self, now: Early) -> None:
        """A phone hands its call over: to a target that will be called, or to a call it has already."""
        message = now.message
        leg = next((leg for leg in self.table.legs_of(message.call_id) if leg.was_answered), None)
        if leg is None:
            return
        referrer, handed_over = parties(leg, message)
        target, sip_call_id = refer_to(message)
        if not sip_call_id:
            self._transfers.note(Transfer(now.at_s, referrer, target, handed_over))
            return
        for other in self.table.legs_of(sip_call_id)[:1]:
            for ring in other.call.rings.values():
                if ring.extension == target:
                    self._rings.change_caller(now.at_s, ring, handed_over)

    def _identity(self, now: Early) -> None:
        """A request inside a call whose calling side says that it is somebody else now (RFC 3325, 4916)."""
        message = now.message
        if not any(name in message.headers for name in ASSERTED):
            return
        for leg in self.table.legs_of(message.call_id):
            if leg.ring is not None and message.from_tag == leg.from_tag and now.source.is_same(leg.source):
                calling = caller(message, order=ASSERTED, show_withheld=self._show_withheld)
                self._rings.change_caller(now.at_s, leg.ring, calling)

    def _hear(self, now: Early) -> None:
        """A message that changes nothing, but shows that its call is alive."""
        for leg in self.table.legs_of(now.message.call_id):
            leg.last_s = now.at_s

    def _ghost(self, message: Message) -> Leg | None:
        """The leg restored for this Call-ID and From tag, if no message has shown it yet."""
        leg = self.table.leg((message.call_id, ""))
        return leg if leg is not None and leg.from_tag == message.from_tag else None

    # Time

    def _settle(self, call: Call, at_s: float) -> None:
        self._rings.settle(call, at_s)
        self.table.schedule(call, at_s)

    def _pass_time(self, at_s: float) -> None:
        for early in self._early.given_up(at_s):
            self._take_late(early)
        for due_s, call in self.table.due(at_s):
            self._let_silence_tell(call, due_s)

    def _let_silence_tell(self, call: Call, at_s: float) -> None:
        """What silence means for a call's legs and rings; it is forgotten when nothing is left."""
        for leg in call.legs:
            if leg.state not in OVER and silent_until(leg) <= at_s:
                leg.take(Signal.SILENCE, at_s)
                leg.last_s = at_s  # it lingers from its end, as if that had been heard
        self._rings.settle(call, at_s)
        if is_over(call) and all(silent_until(leg) <= at_s for leg in call.legs):
            self.table.remove(call)
        else:
            self.table.schedule(call, at_s)


_NO_CALL = Call(0.0)


def _key(message: Message, server: Place) -> tuple[str, str]:
    """A transaction's key (RFC 3261 section 17.2.3); without a branch (RFC 2543) the CSeq and the callee."""
    return message.call_id, message.branch or f"{message.cseq}@{server.host}:{server.port}"


def _says_elsewhere(message: Message) -> bool:
    """RFC 3326: `SIP;cause=200` or `Q.850;cause=26` ("non-selected user clearing")."""
    for value in message.values("reason"):
        protocol, _, rest = value.partition(";")
        causes = rest.replace(" ", "").lower().split(";")
        wanted = {"SIP": "cause=200", "Q.850": "cause=26"}.get(protocol.strip().upper())
        if wanted in causes:
            return True
    return False
