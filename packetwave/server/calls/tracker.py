"""The call tracker: SIP messages in, call events out. Pure; time is an argument (packet time in seconds).

Takes each message to its leg, and each new leg to its call. What follows is done in the other modules of this
room, in the order in which one is drawn from the other: legs (`leg.py`, kept in `table.py`) → roles
(`roles.py`, `registrations.py`) → kinship (`kinship.py`, `transfers.py`) → causes (`causes.py`, `takers.py`)
→ events (`towards.py` and `rings.py` move the rings of `ring.py` and say what happened).
"""

from collections import Counter
from collections.abc import Callable, Iterable

from packetwave.server.calls.again import Again, restore
from packetwave.server.calls.call import Call
from packetwave.server.calls.early import Early, EarlyMessages
from packetwave.server.calls.events import CallEvent
from packetwave.server.calls.family import Family
from packetwave.server.calls.floods import Floods
from packetwave.server.calls.gate import Gate
from packetwave.server.calls.glance import Glance
from packetwave.server.calls.kinship import MAX_LEGS, Kin, Kinship
from packetwave.server.calls.leg import OVER, Leg, Place, Signal
from packetwave.server.calls.reading import (
    OpenCall,
    key_of,
    leg_of,
    says_elsewhere,
    signal_of,
)
from packetwave.server.calls.registrations import Registrations
from packetwave.server.calls.rings import Rings
from packetwave.server.calls.roles import Known, Roles, is_scanner
from packetwave.server.calls.standing import Standing
from packetwave.server.calls.table import CallTable, is_over, silent_until
from packetwave.server.calls.takers import Takers, may_pick_up
from packetwave.server.calls.towards import Towards
from packetwave.server.calls.transfers import Transfers, replaced
from packetwave.server.calls.within import Within
from packetwave.server.sip.faults import fault
from packetwave.server.sip.identity import (
    IDENTITY_HEADERS,
    Caller,
    called,
    caller,
    dialled,
)
from packetwave.server.sip.message import Message

REPLAY_PATIENCE_S = 0.01
"""`patience_s` for capture files: mirrors were seen to swap frames by up to 5 ms."""

MAX_GIVEN_UP = 4_000
"""Call-IDs remembered of calls that went for others: what is heard of them later begins nothing."""

__all__ = ("REPLAY_PATIENCE_S", "OpenCall", "Tracker")


class Tracker:
    """Follows all calls on the mirror.

    members: normalised extensions; with those registered they say which INVITE rings a phone. While none is
    known, every target counts. identity_order, show_withheld: see `sip.identity.caller`. patience_s: how long
    a ring waits for the leg it came from before it is said, since a mirror may have swapped the two; for
    replays, in which nobody waits. A live alert goes at once, though it may not know the number dialled yet.
    is_crowded: see `Gate`.
    """

    def __init__(
        self,
        members: frozenset[str] = frozenset(),
        *,
        identity_order: tuple[str, ...] = IDENTITY_HEADERS,
        show_withheld: bool = False,
        patience_s: float = 0.0,
        is_crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        self.registrations = Registrations()
        self.ignored: Counter[str] = Counter()
        self.table = CallTable()
        self._roles = Roles(self.registrations)
        self._towards = Towards(members, self.registrations, self._roles)
        self._kinship = Kinship(self._roles)
        self._takers = Takers(self._roles)
        self._standing = Standing(self._roles)
        self.floods = Floods()
        self.gate = Gate(self._standing, self.floods, is_crowded)
        self.glance = Glance(self.gate, self.table, self._towards)
        self._rings = Rings(self._towards, self._roles, self._takers, self.gate, patience_s=patience_s)
        self._early = EarlyMessages()
        self._transfers = Transfers(self._roles)
        self._family = Family(self.table, self._kinship, self._transfers, self._towards, self._new_call)
        self._within = Within(self.table, self._rings, self._transfers, show_withheld=show_withheld)
        self._given_up = Known(MAX_GIVEN_UP)
        self._again = Again()
        self._identity_order = identity_order
        self._show_withheld = show_withheld

    def use_members(self, members: frozenset[str]) -> None:
        """The members' extensions are these from now on."""
        self._towards.use_members(members, self._roles)

    @property
    def is_empty(self) -> bool:
        """True if nothing of any call is remembered."""
        return self.table.is_empty and not self._early and not self.gate

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
        self._rings.say(self.floods.end_all())
        return self._rings.taken()

    def restore(
        self, calls: Iterable[OpenCall], *, watched_until_s: float | None = None, over: Iterable[str] = ()
    ) -> None:
        """Take up calls of the time before a restart, before the first message. watched_until_s: until when
        the program of before watched, None for not known; over: ids of rings that ended lately in it."""
        for known in calls:
            restore(self.table, known)
        if watched_until_s is not None:
            self._again.after(watched_until_s, over)

    # Messages

    def _take(self, now: Early) -> None:
        if not self._route(now):
            self._early.keep(now)

    def _take_late(self, early: Early) -> None:
        """Take in a message whose INVITE did not come. A 18x shows by itself that a phone rings: the INVITE
        was before the capture began."""
        message = early.message
        if self._route(early):
            return
        if self._again.is_end(early, self.table):
            self._begin_again(early)
        if message.method != "INVITE" or not 180 <= message.status < 200:
            return
        target = dialled(message)
        if not self.table.legs_of(message.call_id) and self._may_begin_unseen(early, target):
            calling = caller(message, order=("from",), show_withheld=self._show_withheld)
            back = early._replace(source=early.destination, destination=early.source)
            self._begin(back, calling, target)
        self._route(early)

    def _begin_again(self, early: Early) -> None:
        """The end of a call is all that was seen of it since the restart."""
        begin, target = self._again.begin(early)
        calling = caller(early.message, order=("from",), show_withheld=self._show_withheld)
        self._begin(begin, calling, target, is_over=True)
        self._route(early)

    def _route(self, now: Early) -> bool:
        """Take a message to its leg; False where it belongs to a request that was not seen."""
        message = now.message
        if message.status:
            if message.method == "INVITE":
                return self._response(now)
            if message.method == "REGISTER" and 200 <= message.status < 300:
                return self._registered(now)
            return True
        match message.method:
            case "INVITE":
                return self._invite(now)
            case "CANCEL":
                return self._cancel(now)
            case "BYE":
                return self._bye(now)
            case "REGISTER":
                self.registrations.ask(message, now.at_s, now.source, now.destination)
                return True
            case "REFER":
                self._within.refer(now)
            case "UPDATE":
                self._within.identity(now)
        self._hear(now)
        return True

    def _registered(self, now: Early) -> bool:
        message = now.message
        if not self.registrations.was_asked(message, now.at_s, now.source, now.destination):
            return False
        self._roles.saw_registrar(now.source)
        self.registrations.learn(message, now.at_s, now.source, now.destination)
        return True

    def _invite(self, now: Early) -> bool:
        message = now.message
        leg = self.table.leg(key_of(message, now.destination))
        if leg is not None:
            leg.hear(now.at_s, again=True)
            return True
        if message.to_tag:
            self._within.identity(now)  # a re-INVITE in its dialog
            self._again.note_in_dialog(now)
            self._hear(now)
            return True
        known = self.table.legs_of(message.call_id)
        target = called(message)
        if known or self._may_begin(now, target):
            self._begin_seen(now, target, "too many legs of one call" if len(known) >= MAX_LEGS else "")
        return True

    def _may_begin(self, now: Early, target: str) -> bool:
        """True if the call of an INVITE may begin now; later, if ever, where there is a flood."""
        return now.message.call_id not in self._given_up and self.gate.admits(
            now, target, self._towards.known()
        )

    def _may_begin_unseen(self, reply: Early, target: str) -> bool:
        """The same of a call of which only the phone's reply is seen."""
        return reply.message.call_id not in self._given_up and self.gate.admits_unseen(
            reply, target, self._towards.known()
        )

    def _begin_seen(self, now: Early, target: str, reason: str = "") -> None:
        """The call of an INVITE begins, unless there is a reason that it must not."""
        reason = reason or fault(now.message)
        if reason:
            self.ignored[reason] += 1
            return
        calling = caller(now.message, order=self._identity_order, show_withheld=self._show_withheld)
        self._begin(now, calling, target)
        for early in self._early.release(now.message.call_id):
            self._take(early)

    def _begin(self, now: Early, calling: Caller, target: str, *, is_over: bool = False) -> None:
        """A leg that was not seen before: into its call, and perhaps a phone rings."""
        message = now.message
        ghost = self._ghost(message)
        leg = leg_of(now, calling, target)
        self._roles.saw_leg(leg)
        replaces = replaced(message)
        other = next(iter(self.table.legs_of(replaces)), None) if replaces else None
        kin = Kin(self.table.call_of(other)) if other is not None else self._family.of(leg, now.at_s)
        call = kin.call if kin is not None else self._new_call(leg, now.at_s)
        if other is not None:
            leg.taker = self._rings.taker(call, leg, other)
        self.table.add(leg, call)
        if kin is not None:
            if kin.parent is not None and kin.parent.continue_by(leg):
                self._roles.saw_chain(kin.parent, leg)
                self._standing.saw_through(kin.parent.source, now.at_s)
            self._kinship.adopt(leg, call)
        if is_over:
            self._rings.begin_over(now.at_s, call, leg, self._again.over)
        else:
            self._ring(now, call, leg, ghost, other, replaces=bool(replaces))
        self._settle(call, now.at_s)

    def _new_call(self, leg: Leg, at_s: float) -> Call:
        """A call of its own; others that are in its place go."""
        for call in self.table.too_many():
            self._rings.end_all(call, at_s)
            self.table.remove(call)
            self._given_up.add(call.legs[0].sip_call_id)
        return self.table.new_call(at_s, self._standing.of(leg.source, at_s))

    def _ring(
        self,
        now: Early,
        call: Call,
        leg: Leg,
        ghost: Leg | None,
        other: Leg | None,
        *,
        replaces: bool,
    ) -> None:
        """What a new leg does: it shows a restored ring, takes another's place, or rings a phone."""
        ring = call.ring_of(ghost) if ghost is not None else None
        if ghost is not None and ring is not None:
            # What was remembered of before a restart is this leg: it takes the other's place.
            self.table.drop(ghost)
            call.join(leg, ring)
            self._rings.show(now.at_s, call, leg)
            return
        if other is not None:
            self._rings.replace(now.at_s, call, leg, other)
        elif not replaces:  # of a dialog that was not seen: it takes a call, and rings nobody
            self._rings.begin(now.at_s, call, leg, suspect=is_scanner(now.message))
        if leg.parent is None and all(known.sip_call_id == leg.sip_call_id for known in call.legs):
            self._note_taker(leg, call, replaces=replaces)

    def _note_taker(self, leg: Leg, call: Call, *, replaces: bool) -> None:
        """Remember a leg that is of no call known, if it may take one."""
        known = self._towards.known()
        if self._roles.is_relay(leg.source):
            if leg.called not in known:
                self._takers.note(leg, call, inside=False)
        elif leg.caller in known and may_pick_up(leg.called, known, replaces=replaces):
            self._takers.note(leg, call, inside=True)

    def _response(self, now: Early) -> bool:
        message = now.message
        # A response travels back: its source was sent the request.
        leg = self.table.leg(key_of(message, now.source)) or self._ghost(message)
        if leg is None:
            return self._response_to_none(now)
        status = message.status
        changed = leg.take(signal_of(status), now.at_s, status, to_tag=message.to_tag)
        call = self.table.call_of(leg)
        if call.waiting or status >= 180:
            proven = self._rings.prove(now.at_s, call, leg, status)
            if status < 200:  # that a phone rings changes nothing more
                changed = self._rings.show(now.at_s, call, leg) or proven
            changed = changed or proven
        if changed:
            self._settle(call, now.at_s)
        return True

    def _response_to_none(self, now: Early) -> bool:
        """A response to an INVITE that is not followed, or was not seen."""
        message = now.message
        if message.status < 180:
            return True  # what such a one says, the next will say again
        if not self.gate.is_aside(message, now.source):
            return False
        shown = self.gate.shows(now)
        if shown is None:
            return True
        self._begin_seen(*shown)
        return self._response(now)

    def _cancel(self, now: Early) -> bool:
        leg = self.table.leg(key_of(now.message, now.destination)) or self._ghost(now.message)
        if leg is None:
            return self.gate.forget(now.message, now.destination)
        leg.take(Signal.CANCEL, now.at_s, says_elsewhere=says_elsewhere(now.message))
        self._settle(self.table.call_of(leg), now.at_s)
        return True

    def _bye(self, now: Early) -> bool:
        message = now.message
        legs = self.table.legs_of(message.call_id)
        if not legs:
            return False
        tags = {message.from_tag, message.to_tag}
        of_dialog = [leg for leg in legs if {leg.from_tag, leg.to_tag} == tags]
        for leg in of_dialog or legs:
            by_caller = message.from_tag == leg.from_tag
            leg.take(Signal.CALLER_BYE if by_caller else Signal.CALLED_BYE, now.at_s)
        self._settle(self.table.call_of(legs[0]), now.at_s)
        return True

    def _hear(self, now: Early) -> None:
        """A message that changes nothing, but shows that its call is alive."""
        for leg in self.table.legs_of(now.message.call_id):
            leg.hear(now.at_s)

    def _ghost(self, message: Message) -> Leg | None:
        """The leg restored for this Call-ID and From tag, if no message has shown it yet."""
        leg = self.table.leg((message.call_id, ""))
        return leg if leg is not None and leg.from_tag == message.from_tag else None

    # Time

    def _settle(self, call: Call, at_s: float) -> None:
        self._rings.settle(call, at_s)
        self.table.schedule(call, at_s)

    def _pass_time(self, at_s: float) -> None:
        if self.gate.aside:
            self.gate.pass_time(at_s)
        if self.floods.going:
            self._rings.say(self.floods.said(at_s))
        for early in self._early.given_up(at_s):
            self._take_late(early)
        for due_s, call in self.table.due(at_s):
            self._let_silence_tell(call, due_s)

    def _let_silence_tell(self, call: Call, at_s: float) -> None:
        """What silence means for a call's legs and rings; it is forgotten when nothing is left."""
        for leg in call.legs:
            if leg.state not in OVER and silent_until(leg) <= at_s:
                leg.take(Signal.SILENCE, at_s)
                leg.hear(at_s)  # it lingers from its end, as if that had been heard
        self._rings.settle(call, at_s)
        if is_over(call) and all(silent_until(leg) <= at_s for leg in call.legs):
            self.table.remove(call)
        else:
            self.table.schedule(call, at_s)
