"""The calls this client was told of, and what became of them. Pure: messages in, notices out.

Owns what is known of each call; the windows only show it. Rules:
- the same `call_id` again is the same call: the server repeats what still rings after each `welcome`;
- a call that the server does not repeat within `REPEAT_S` of its `welcome` ended while the link was broken;
- an update of a call never heard of means nothing here; a call whose end was told does not ring again;
- a call without `call_id` (a least server) is a call of its own each time, and ends by `ring_limit_s` only.

However many ring, a message costs the same, and so does each call when the link breaks or time is over.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from packetwave.protocol import CallUpdate, IncomingCall, Missed

REPEAT_S = 2.0
"""How long after its `welcome` a server has for repeating the calls that still ring."""

RING_LIMIT_S = 120.0
"""A call rings at most so long here, when nothing more is heard of it."""

MOST_RINGING = 5_000
"""Calls that ring here at once; beyond, the oldest is let go (a flood, never an office)."""

_REMEMBERED = 1000  # ended calls, so that their repetition is known


class CallState(StrEnum):
    """What a call does, as far as this client was told."""

    RINGING = "ringing"
    STOPPED = "stopped"
    """The phone rings no more. What came of it is told next, or it rings again (a queue)."""

    ANSWERED = "answered"
    ENDED = "ended"
    LAPSED = "lapsed"
    """No end was told, but the call cannot be ringing any more."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the client knows it. Texts are the server's, unchecked: show them as plain text.

    incoming: what the server said when it rang; its `call_id` is never empty here. update: what became of it,
    None while it rings. doubtful: the link broke while it rang, and the server has not repeated it since.
    """

    incoming: IncomingCall
    update: CallUpdate | None = None
    doubtful: bool = False

    @property
    def call_id(self) -> str:
        """Which call this is."""
        return self.incoming.call_id

    @property
    def state(self) -> CallState:
        """Ringing, or what became of it."""
        return CallState.RINGING if self.update is None else CallState(self.update.state)

    @property
    def outcome(self) -> str:
        """How it ended, as in `CallUpdate`; "" where that is not known."""
        return "" if self.update is None else self.update.outcome

    @property
    def ended_at(self) -> datetime | None:
        """Packet time of its end, None where none was told."""
        return self.update.at if self.update is not None and self.state is CallState.ENDED else None


@dataclass(frozen=True, slots=True)
class CallRinging:
    """A call that was not known begins to ring."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallChanged:
    """Something about a known call changed: the whole call as it is now."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallMissed:
    """A call of before that was not told while it rang. is_listed: whether its person has missed it."""

    missed: Missed
    is_listed: bool


@dataclass(frozen=True, slots=True)
class MissedKept:
    """The missed calls that nobody has looked at, from before the program was started."""

    calls: tuple[IncomingCall, ...]


@dataclass(frozen=True, slots=True)
class MissedSeen:
    """Missed calls that the person has looked at on another PC."""

    call_ids: tuple[str, ...]


CallNotice = CallRinging | CallChanged
MissedNotice = CallMissed | MissedKept | MissedSeen


@dataclass(slots=True)
class _Ringing:
    call: Call
    since_s: float
    is_named: bool
    was_shown: bool = False


class Calls:
    """All calls of one client. Times are seconds of one steady clock. Not for several threads."""

    def __init__(self, *, ring_limit_s: float = RING_LIMIT_S) -> None:
        self._ring_limit_s = ring_limit_s
        self._ringing: OrderedDict[str, _Ringing] = OrderedDict()  # in the order in which they began
        self._over: OrderedDict[str, None] = OrderedDict()
        self._repeats_due_s: float | None = None
        self._unnamed = 0

    @property
    def next_due_s(self) -> float | None:
        """When `expire` has something to do; None when nothing is pending."""
        due = [] if self._repeats_due_s is None else [self._repeats_due_s]
        if self._ringing:
            due.append(next(iter(self._ringing.values())).since_s + self._ring_limit_s)
        return min(due, default=None)

    def incoming(self, message: IncomingCall, now_s: float) -> list[CallNotice]:
        """A phone rings, or the server repeats that it does."""
        is_named = bool(message.call_id)
        if not is_named:
            self._unnamed += 1
            message = replace(message, call_id=f"unnamed-{self._unnamed}")
        call_id = message.call_id
        if call_id in self._over:
            return []
        call = Call(message)
        known = self._ringing.get(call_id)
        if known is not None:
            return self._change(known, call)
        gone: list[CallNotice] = []
        if len(self._ringing) >= MOST_RINGING:
            _, oldest = self._ringing.popitem(last=False)
            gone.append(CallChanged(_lapsed(oldest.call)))
        self._ringing[call_id] = _Ringing(call, now_s, is_named)
        return [*gone, CallRinging(call)]

    def shown(self, call_id: str) -> bool:
        """Note that the call was shown to the person. Whether the server is to hear of it: not of a call that
        it gave no id, or that rings no more."""
        known = self._ringing.get(call_id)
        if known is None:
            return False
        known.was_shown = True
        return known.is_named

    def was_shown(self, call_id: str) -> bool:
        """Whether a call that rings was shown already, so that its repetition needs no showing."""
        known = self._ringing.get(call_id)
        return known is not None and known.was_shown

    def update(self, message: CallUpdate) -> list[CallNotice]:
        """The phone stopped, the call was answered or ended. Unknown states are for later versions."""
        known = self._ringing.get(message.call_id)
        if known is not None and message.state == CallState.STOPPED:
            return self._change(known, Call(known.call.incoming, message))
        if known is None or message.state not in (CallState.ANSWERED, CallState.ENDED):
            return []
        del self._ringing[message.call_id]
        self._over[message.call_id] = None
        if len(self._over) > _REMEMBERED:
            self._over.popitem(last=False)
        return [CallChanged(Call(known.call.incoming, message))]

    def link_lost(self) -> list[CallNotice]:
        """The link broke: each ringing call is doubtful, since its end may pass unheard."""
        self._repeats_due_s = None
        notices: list[CallNotice] = []
        for known in self._ringing.values():
            if not known.call.doubtful:
                notices += self._change(known, replace(known.call, doubtful=True))
        return notices

    def welcomed(self, now_s: float) -> None:
        """The server said `welcome`: it has repeated what still rings, or (one of before) does so now."""
        self._repeats_due_s = now_s + REPEAT_S

    def expire(self, now_s: float) -> list[CallNotice]:
        """Give up calls that cannot be ringing any more. One rings anew if the server says so later."""
        lapsed: list[CallNotice] = []
        while self._ringing:
            oldest = next(iter(self._ringing.values()))
            if now_s < oldest.since_s + self._ring_limit_s:
                break
            del self._ringing[oldest.call.call_id]
            lapsed.append(CallChanged(_lapsed(oldest.call)))
        if self._repeats_due_s is not None and now_s >= self._repeats_due_s:
            self._repeats_due_s = None
            for call in [known.call for known in self._ringing.values() if known.call.doubtful]:
                del self._ringing[call.call_id]
                lapsed.append(CallChanged(_lapsed(call)))
        return lapsed

    def _change(self, known: _Ringing, call: Call) -> list[CallNotice]:
        if call == known.call:
            return []
        known.call = call
        return [CallChanged(call)]


def _lapsed(call: Call) -> Call:
    return Call(call.incoming, CallUpdate(call.call_id, CallState.LAPSED))
