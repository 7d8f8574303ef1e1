"""The table of calls: every leg by its transaction and its Call-ID, every call by what a leg of it may share
with a new one, and when each call is due. Pure.

Owns what is remembered and for how long. Bounded: which call goes for another is `crowd.py`'s to say.
"""

import heapq
from collections.abc import Iterator
from itertools import count, islice

from packetwave.server.calls.call import Call
from packetwave.server.calls.causes import NEAR_S, QUEUE_S
from packetwave.server.calls.crowd import Crowd
from packetwave.server.calls.kinship import SWAPPED_S
from packetwave.server.calls.leg import DEAD_S, OVER, Leg, LegState
from packetwave.server.calls.ring import Ring, RingState

RING_SILENCE_S = 1200.0
"""A ring of which nothing more is heard is over. Phones were seen to ring for ten minutes on one 180."""

TRYING_SILENCE_S = 300.0
"""The same where the phone has not said that it rings; proxies give up after 180 s (RFC 3261 timer C)."""

NO_REPLY_S = 32.0
"""The same where it has said nothing at all (RFC 3261 timer B)."""

TALK_SILENCE_S = 4 * 3600.0
"""An answered call of which nothing more is heard is taken to have ended unseen."""

CHALLENGE_S = 64.0
"""How long an INVITE with credentials is waited for; somebody may have to type them (seen: 33 s)."""

LINGER_S = 64.0
"""How long an ended call is remembered, so that late copies of its messages begin nothing (2·64·T1)."""

MAX_KIN = 64
"""Calls looked at for one new leg."""

MAX_KIN_LEGS = 128
"""Legs of them: a caller has as many only in a flood, in which looking at each must not cost the others."""

MAX_ENDING = 8
"""The same of those that share no more than a host: the leg they continue by was seen just before."""

MAX_ADDED = 3
"""Parts that a B2BUA may have added to a Call-ID."""

TAIL = 3
"""Digits in which all spellings of a caller agree: extensions are no shorter."""

_SEPARATORS = ("_", "-", ";", ".")

Key = tuple[str, str]
"""A transaction: Call-ID and branch."""


class CallTable:
    """Legs and calls. Empty again once every call has ended and lingered."""

    def __init__(self) -> None:
        self._legs: dict[Key, Leg] = {}
        self._by_call_id: dict[str, list[Leg]] = {}
        self._by_kin: dict[tuple[str, str], dict[Call, None]] = {}
        self._call_of: dict[Leg, Call] = {}
        self._crowd = Crowd()
        self._due: list[tuple[float, int, Call]] = []
        self._serial = count()

    def __len__(self) -> int:
        return len(self._crowd)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._crowd))

    @property
    def is_empty(self) -> bool:
        """True if nothing at all is remembered."""
        return not (self._legs or self._by_call_id or self._by_kin or self._crowd or self._due)

    def leg(self, key: Key) -> Leg | None:
        return self._legs.get(key)

    def legs_of(self, sip_call_id: str) -> list[Leg]:
        """All legs under a Call-ID, oldest first."""
        return self._by_call_id.get(sip_call_id, [])

    def call_of(self, leg: Leg) -> Call:
        """The call a known leg is of."""
        return self._call_of[leg]

    def of_caller(self, leg: Leg) -> list[Call]:
        """The latest calls whose caller ends in the same digits, latest first."""
        return self._latest(("caller", _tail(leg.caller)), MAX_KIN)

    def ending_at(self, host: str) -> list[Call]:
        """The latest calls with a leg to a host, latest first."""
        return self._latest(("host", host), MAX_ENDING)

    def named_in(self, sip_call_id: str) -> Call | None:
        """The call whose Call-ID a B2BUA made this one of, by adding something (`…_b2b-1`); None for none."""
        for _ in range(MAX_ADDED):
            end = max(map(sip_call_id.rfind, _SEPARATORS))
            if end <= 0:
                return None
            sip_call_id = sip_call_id[:end]
            if sip_call_id in self._by_call_id:
                return self._call_of[self._by_call_id[sip_call_id][0]]
        return None

    def _latest(self, kin: tuple[str, str], most: int) -> list[Call]:
        latest: list[Call] = []
        legs = 0
        for call in islice(reversed(self._by_kin.get(kin, {})), most):
            latest.append(call)
            legs += len(call.legs)
            if legs >= MAX_KIN_LEGS:
                break
        return latest

    def new_call(self, at_s: float, source: str) -> Call:
        """A call without legs yet. source: whose share it comes out of."""
        call = Call(at_s, source)
        self._crowd.put(call)
        return call

    def too_many(self) -> Iterator[Call]:
        """The calls that have to go for one more to come; each to be removed before the next is asked for."""
        return self._crowd.too_many()

    def add(self, leg: Leg, call: Call) -> None:
        """Put a leg into a call."""
        call.add(leg)
        self._call_of[leg] = call
        self._legs[leg.key] = leg
        self._by_call_id.setdefault(leg.sip_call_id, []).append(leg)
        for kin in _kin_of(leg):
            calls = self._by_kin.setdefault(kin, {})
            calls.pop(call, None)
            calls[call] = None

    def drop(self, leg: Leg) -> None:
        """Take a leg out of its call, which stays."""
        self._call_of.pop(leg).drop(leg)
        self._legs.pop(leg.key, None)
        self._forget_call_id(leg)

    def remove(self, call: Call) -> None:
        """Forget a call with all its legs."""
        self._crowd.remove(call)
        for leg in call.legs:
            self._legs.pop(leg.key, None)
            self._call_of.pop(leg, None)
            self._forget_call_id(leg)
            for kin in _kin_of(leg):
                calls = self._by_kin.get(kin, {})
                calls.pop(call, None)
                if not calls:
                    self._by_kin.pop(kin, None)
        call.scheduled_s = float("inf")
        if len(self._due) > 2 * len(self._crowd):
            self._due = [entry for entry in self._due if entry[2].scheduled_s == entry[0]]
            heapq.heapify(self._due)

    def schedule(self, call: Call, at_s: float) -> None:
        """See to it that the call is due when time alone may change something of it."""
        due_s = _due_s(call, at_s)
        self._crowd.put(call)
        if due_s < call.scheduled_s:
            call.scheduled_s = due_s
            heapq.heappush(self._due, (due_s, next(self._serial), call))

    def due(self, at_s: float) -> Iterator[tuple[float, Call]]:
        """The calls whose time has come by `at_s`, and when it came; each to be looked at as of then, and
        scheduled again or removed."""
        while self._due and self._due[0][0] <= at_s:
            scheduled_s, _, call = heapq.heappop(self._due)
            if call.scheduled_s == scheduled_s:  # else it was scheduled anew, or forgotten
                call.scheduled_s = float("inf")
                yield scheduled_s, call

    def _forget_call_id(self, leg: Leg) -> None:
        legs = self._by_call_id.get(leg.sip_call_id, [])
        if leg in legs:
            legs.remove(leg)
        if not legs:
            self._by_call_id.pop(leg.sip_call_id, None)


def _kin_of(leg: Leg) -> list[tuple[str, str]]:
    kin = [("caller", _tail(leg.caller)), ("host", leg.destination.host)]
    if leg.shown != leg.caller:
        kin.append(("caller", _tail(leg.shown)))
    return kin


def _tail(caller: str) -> str:
    """What all spellings of a caller end in."""
    return caller[-TAIL:]


def is_over(call: Call) -> bool:
    """True if nothing of a call can change any more."""
    return all(ring.state is RingState.ENDED for ring in call.rings.values()) and all(
        leg.state in OVER for leg in call.legs
    )


def silent_until(leg: Leg) -> float:
    """When a leg of which nothing more is heard is given up; when it may be forgotten if it is over."""
    if leg.state is LegState.RINGING:
        return leg.last_s + RING_SILENCE_S
    if leg.state is LegState.CALLING:
        return leg.last_s + TRYING_SILENCE_S if leg.replied_s else leg.started_s + NO_REPLY_S
    if leg.state is LegState.ANSWERED:
        return leg.last_s + TALK_SILENCE_S
    if leg.state is LegState.CHALLENGED:
        return leg.last_s + CHALLENGE_S
    return leg.last_s + LINGER_S


def _due_s(call: Call, at_s: float) -> float:
    """When a call is to be looked at next: time alone may change something of it then."""
    call.is_over = is_over(call)
    if call.is_over:
        return max(map(silent_until, call.legs))
    due_s = min((silent_until(leg) for leg in call.legs if leg.state not in OVER), default=at_s + LINGER_S)
    if any(not leg.is_pending for leg in call.legs):
        # What is decided ends the ring of a phone that has said nothing by then.
        for leg in call.legs:
            if not leg.replied_s and at_s < leg.started_s + DEAD_S < due_s:
                due_s = leg.started_s + DEAD_S
    for waiting in call.waiting.values():
        due_s = min(due_s, waiting.until_s)
    for ring in call.rings.values():
        if ring.state is not RingState.TALKING and ring.state is not RingState.ENDED:
            due_s = min(due_s, _ring_due_s(ring, at_s))
    return due_s


def _ring_due_s(ring: Ring, at_s: float) -> float:
    if ring.state is RingState.STOPPED:
        waits = (ring.stopped_s + wait_s for wait_s in (SWAPPED_S, NEAR_S, QUEUE_S))
        return min((due_s for due_s in waits if due_s > at_s), default=float("inf"))
    if ring.state in (RingState.HELD, RingState.RESTORED) and ring.tell_s > at_s:
        return ring.tell_s
    return float("inf")
