"""Which call a new leg belongs to, and which leg it continues. Pure.

Legs under one Call-ID are one call. Behind a B2BUA each leg has its own Call-ID; there the chain (a leg ends
at the host where the next begins) and the time come first, then the caller in any spelling, then the rest:
media that only two legs share, a Call-ID made of another, the number dialled (signalling.md cases 28, 30, 41,
43). No helper header is needed. Evidence against counts too: one phone is not rung twice for one call.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from packetwave.server.calls.call import Call, Proof
from packetwave.server.calls.events import Direction
from packetwave.server.calls.leg import Leg, LegState
from packetwave.server.calls.roles import Roles, is_inside
from packetwave.server.sip.identity import ANONYMOUS
from packetwave.server.sip.numbers import is_number

TOGETHER_S = 1.0
"""Legs that begin within this time of each other were begun by one thing."""

ANONYMOUS_TOGETHER_S = 0.1
"""The same where the caller is withheld and so proves little."""

AGAIN_S = 30.0
"""Rings of one caller at one phone, without a trunk leg to tell, are one call within this time (case 35)."""

BEFORE_S = 0.25
"""A leg may be seen this long before the one it continues (mirrors swap frames)."""

SWAPPED_S = 0.05
"""How far mirrors were seen to swap frames: a CANCEL may come this long behind the 487 that answers it."""

MAX_LEGS = 64
"""Legs of one call; what would be more is no office's call but a load or a flood."""

FULL_NUMBER = 7
"""Digits from which a number names one subscriber, and is no extension."""

_SAME_DIGITS = 9  # of two spellings with different beginnings: 9-10-1234-5678 and 010-1234-5678
_SHORTEST = 3  # digits of an extension that may end a full number

_CONNECTION = re.compile(rb"^c=IN IP[46] ([0-9A-Fa-f.:]+)", re.MULTILINE)
_MEDIA = re.compile(rb"^m=audio (\d+)", re.MULTILINE)
_NOWHERE = frozenset((b"0.0.0.0", b"::"))
_DISCARD_PORT = b"9"


class Kin(NamedTuple):
    """Where a leg belongs. parent: the leg it continues, None where that was not seen."""

    call: Call
    parent: Leg | None = None


def media_of(body: bytes) -> str:
    """`address:port` where an SDP body wants its audio, "" where there is none, or it is not known yet
    (RFC 8840 section 4.1.1: 0.0.0.0 and port 9)."""
    connection, media = _CONNECTION.search(body), _MEDIA.search(body)
    if connection is None or media is None or media[1] == b"0":
        return ""
    if connection[1] in _NOWHERE or media[1] == _DISCARD_PORT:
        return ""
    return f"{connection[1].decode('ascii')}:{media[1].decode('ascii')}"


def likeness(one: str, other: str) -> int:
    """How surely two spellings are one caller: 2 for the same, 1 for one that ends in the other (an access
    code or +82 in front, the short and the full form of an extension) or for two withheld ones, 0 for not."""
    if one == other:
        return 2 if one != ANONYMOUS else 1
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    short, long = short.removeprefix("+"), long.removeprefix("+")
    if len(short) < _SHORTEST or not (short.isdecimal() and long.isdecimal()):
        return 0
    return int(long.endswith(short) or (len(short) >= _SAME_DIGITS and short[-9:] == long[-9:]))


def is_full(number: str) -> bool:
    """True for a subscriber's number, false for an extension, a code or a name."""
    return len(number) >= FULL_NUMBER and is_number(number)


class Kinship:
    """Finds for each new leg the call that it belongs to; remembers nothing itself.

    roles: who is who.
    """

    def __init__(self, roles: Roles) -> None:
        self._roles = roles

    def find(
        self, leg: Leg, of_caller: Iterable[Call], ending_here: Iterable[Call], *, rings: bool
    ) -> Kin | None:
        """The live call that a leg with a new Call-ID belongs to; None for a call of its own.

        of_caller: calls whose caller ends in the same digits, latest first. ending_here: the latest calls
        with a leg to the host this one comes from. rings: the leg asks for an extension known to be one.
        """
        over: list[Call] = []
        live: list[Call] = []
        for call in of_caller:
            if call.is_over:
                over.append(call)
            elif self._may_take(call, leg):
                live.append(call)
        return (
            self._continued(leg, live)
            or self._beside(leg, live, rings=rings)
            or self._continued_under_another_name(leg, ending_here)
            or self._seen_before_its_cause(leg, live + over)
            or (self._rings_again(leg, live + over) if rings else None)
        )

    def parent_in(self, leg: Leg, call: Call) -> Leg | None:
        """The leg of its own call that a leg continues: the one a proxy made it of, by Via; else the last
        that ends where it begins."""
        before: Leg | None = None
        open_before = False
        for known in reversed(call.legs):
            if known is leg:
                continue
            if leg.behind and known.key == (leg.sip_call_id, leg.behind):
                return known
            if known.sip_call_id == leg.sip_call_id and known.cseq < leg.cseq and known.source == leg.source:
                return known.parent  # the same request once more, with credentials
            if (before is None or (known.is_pending and not open_before)) and self._ends_where(known, leg):
                before, open_before = known, known.is_pending
        return before

    def adopt(self, leg: Leg, call: Call) -> None:
        """Legs of the call that were seen before the one they continue find it now."""
        for known in call.legs:
            if known is leg or known.parent is not None or leg.started_s - known.started_s > BEFORE_S:
                continue
            behind = bool(known.behind) and (known.sip_call_id, known.behind) == leg.key
            continues = behind or (self._ends_where(leg, known) and not self._ends_where(known, leg))
            if continues and leg.continue_by(known):
                self._roles.saw_chain(leg, known)

    def handed_over(self, leg: Leg, kin: Kin) -> Leg | None:
        """The leg of a transferred call that a new one continues or rings beside: who calls by that calls by
        this; None for an ordinary leg."""
        known = [kin.parent] if kin.parent is not None else kin.call.legs
        return next(
            (each for each in known if each.caller != each.shown and likeness(each.shown, leg.shown)), None
        )

    # Evidence

    def _may_take(self, call: Call, leg: Leg) -> bool:
        """False where one phone would be rung twice for one call: two calls of one caller."""
        return len(call.legs) < MAX_LEGS and not any(
            known.is_pending
            and not known.continued_s
            and known.destination == leg.destination
            and known.called == leg.called
            for known in call.legs
        )

    def _ends_where(self, known: Leg, leg: Leg) -> bool:
        """True if `known` ends at the PBX or proxy that sends `leg`."""
        return known.source != leg.source and self._roles.is_same(known.destination, leg.source)

    def _continued(self, leg: Leg, calls: list[Call]) -> Kin | None:
        """The leg that this one continues, of the same caller."""
        best: Kin | None = None
        best_rank: tuple[float, ...] = ()
        for call in calls:
            for known in call.legs:
                if not _is_open(call, known) or known.started_s > leg.started_s:
                    continue
                like = _like(known, leg)
                if not like or not self._goes_through(call, known, leg, like):
                    continue
                exact = self._ends_where(known, leg)
                rank = (exact, like, known.called == leg.called, *_nearness(known, leg))
                if best is None or rank > best_rank:
                    best, best_rank = Kin(call, known), rank
        return best

    def _goes_through(self, call: Call, known: Leg, leg: Leg, like: int) -> bool:
        """True if the host where `known` ends may be the one where `leg` begins: the same, or the other
        address of a PBX that has two. The latter is believed of one caller only, and of no phone."""
        if _by_chance(known, leg, like):
            return False
        if self._ends_where(known, leg):
            return not self._rings_there(known, leg)
        rang_before = 0 < known.rang_s < leg.started_s - SWAPPED_S
        if known.continued_s or rang_before or self._roles.is_same(known.source, leg.source):
            return False
        if self._roles.is_same(known.source, leg.destination):
            return False  # the other way round
        later_s = leg.started_s - known.started_s
        if leg.shown == ANONYMOUS:
            believed = later_s <= ANONYMOUS_TOGETHER_S
        else:
            believed = is_full(known.caller) or (like == 2 and later_s <= TOGETHER_S)
        return (
            believed
            and (known.called == leg.called or not _is_at_phone(call, known))
            and self._roles.may_be_same(known.destination, leg.source)
        )

    def _rings_there(self, known: Leg, leg: Leg) -> bool:
        """True if `known` has rung a phone where `leg` begins: that phone's own call."""
        return bool(known.rang_s) and self._roles.is_phone(known.destination)

    def _beside(self, leg: Leg, calls: list[Call], *, rings: bool) -> Kin | None:
        """A leg that rings beside this one: begun by the same PBX for the same caller, at another phone.
        Later ones too: groups to which phones are added one by one. Two trunk legs of one company number ring
        no phone, and are two calls."""
        best: Kin | None = None
        for call in calls:
            for known in call.legs:
                if not (known.is_pending and (rings or _rings_extension(call, known))):
                    continue
                newest = best is None or call.started_s > best.call.started_s
                if newest and self._is_beside(known, leg, rings=rings):
                    best = Kin(call, known.parent)
        return best

    def _is_beside(self, known: Leg, leg: Leg, *, rings: bool) -> bool:
        if not self._roles.is_same(known.source, leg.source):
            return False
        through_one = self._roles.is_same(known.destination, leg.destination)  # an SBC, before both phones
        if through_one and (not rings or known.called == leg.called):
            return False
        if known.continued_s and not through_one:
            return False
        like = _like(known, leg)
        if not like:
            return False
        later_s = leg.started_s - known.started_s
        if leg.shown == ANONYMOUS:
            return later_s <= ANONYMOUS_TOGETHER_S
        return like == 2 or later_s <= TOGETHER_S

    def _continued_under_another_name(self, leg: Leg, calls: Iterable[Call]) -> Kin | None:
        """The leg that this one continues although it says another caller: what else they share proves it."""
        best: Kin | None = None
        best_rank: tuple[float, ...] = ()
        for call in calls:
            if call.is_over:
                continue
            for known in call.legs:
                shared = _shared(known, leg)
                if not shared or not _is_open(call, known) or known.started_s > leg.started_s:
                    continue
                if not self._ends_where(known, leg) or self._rings_there(known, leg):
                    continue
                rank = (shared, *_nearness(known, leg))
                if (best is None or rank > best_rank) and self._may_take(call, leg):
                    best, best_rank = Kin(call, known), rank
        return best

    def _seen_before_its_cause(self, leg: Leg, calls: list[Call]) -> Kin | None:
        """A call whose first leg continues this one, seen before it."""
        for call in calls:
            for known in call.legs:
                if known.parent is None and 0 <= leg.started_s - known.started_s <= BEFORE_S:
                    like = _like(known, leg)
                    if like and self._ends_where(leg, known) and not self._ends_where(known, leg):
                        return Kin(call)
        return None

    def _rang_by(self, call: Call, known: Leg) -> bool:
        """True if a leg rang a phone: by itself, or through an SBC behind the PBX. What comes from inside in
        the name of somebody outside is the PBX's, and no trunk leg."""
        if call.ring_of(known) is not None:
            return True
        if not known.continued_s or known.called not in call.rings:
            return False
        inside = is_inside(known.source.host) and is_full(known.caller)
        return inside or self._roles.is_relay(known.source)

    def _rings_again(self, leg: Leg, calls: list[Call]) -> Kin | None:
        """A call in which the same phone rang in vain for the same caller, and no trunk leg tells better."""
        if leg.caller == ANONYMOUS:
            return None
        for call in calls:
            for known in call.legs:
                if (
                    known.caller == leg.caller
                    and known.called == leg.called
                    and known.parent is None
                    and self._rang_by(call, known)
                    and self._roles.is_same(known.source, leg.source)
                    and known.destination.host == leg.destination.host
                    and known.over_s
                    and not known.was_answered
                    and 0 <= leg.started_s - known.over_s <= AGAIN_S
                ):
                    return Kin(call)
        return None


def _is_at_phone(call: Call, known: Leg) -> bool:
    """True if a leg is believed to have come to a phone."""
    waiting = call.waiting.get(known)
    if waiting is not None:
        return waiting.needs is not Proof.RINGING or waiting.doubtful
    ring = call.ring_of(known)
    return ring is not None and ring.direction is not Direction.OUT


def _like(known: Leg, leg: Leg) -> int:
    """How surely two legs have one caller: as they say it, or as a transfer made it."""
    like = likeness(known.shown, leg.shown)
    if like < 2 and (known.caller is not known.shown or leg.caller is not leg.shown):
        return max(like, likeness(known.caller, leg.caller))
    return like


def _by_chance(known: Leg, leg: Leg, like: int) -> bool:
    """True if an extension calls out, and the number of somebody who calls in happens to end in its
    digits."""
    if like > 1 or (is_full(known.shown) and is_full(leg.shown)) or leg.shown == ANONYMOUS:
        return False
    return is_full(known.called) and not likeness(known.called, leg.called)


def _rings_extension(call: Call, known: Leg) -> bool:
    """True if a leg rings, or may ring, an extension's phone."""
    if known in call.waiting:
        return True
    ring = call.ring_of(known)
    return ring is not None and ring.direction is not Direction.OUT


def _is_open(call: Call, known: Leg) -> bool:
    """True if a leg may still be continued: nobody answered yet, or only a queue or an announcement did."""
    return known.is_pending or (known.state is LegState.ANSWERED and not call.talks)


def _nearness(known: Leg, leg: Leg) -> tuple[float, ...]:
    """Which of several open legs a new one continues, the greater the likelier: the one of which something
    was heard just now; else one that nobody continues, and of those the one that waits longest."""
    latest_s = max(known.started_s, known.continued_s)
    if leg.started_s - latest_s <= TOGETHER_S:
        return (2.0, latest_s)
    if not known.continued_s:
        return (1.0, -known.started_s) if known.was_answered else (1.5, known.started_s)
    return (0.0, latest_s)


def _shared(known: Leg, leg: Leg) -> int:
    """What a leg has of one that it would continue, where the callers differ: 3 for its media, 2 for a number
    that proves it, 1 for time alone, 0 for too little."""
    if leg.media and leg.media == known.media:
        return 3
    same_end = known.called[-_SHORTEST:] == leg.called[-_SHORTEST:]
    if same_end and is_full(leg.called) and likeness(known.called, leg.called):
        return 2  # an outgoing call: the same number is called, in the company's name
    later_s = leg.started_s - max(known.started_s, known.continued_s)
    if later_s > TOGETHER_S:
        return 0
    if is_full(leg.caller) and leg.caller in (known.called, known.dialled):
        return 2  # in the name of the number that the caller dialled
    unnamed = not is_number(leg.caller) or not is_number(known.caller)
    return int(unnamed and not known.continued_s)
