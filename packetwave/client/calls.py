"""The calls this client was told of, and what became of them. Pure: messages in, notices out.

Owns what is known of each call; the windows only show it. Rules:
- the same `call_id` again is the same call: the server repeats what still rings after each `welcome`;
- a call that the server does not repeat within `REPEAT_S` of its `welcome` ended while the link was broken;
- an update of a call never heard of means nothing here; a call whose end was told does not ring again;
- a call without `call_id` (a least server) is a call of its own each time, and ends by `ring_limit_s` only.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from packetwave.protocol import CallUpdate, IncomingCall

REPEAT_S = 2.0
"""How long after its `welcome` a server has for repeating the calls that still ring."""

RING_LIMIT_S = 120.0
"""A call rings at most so long here, when nothing more is heard of it."""

_REMEMBERED = 1000  # ended calls, so that their repetition is known


class CallState(StrEnum):
    """What a call does, as far as this client was told.

    stopped: the phone rings no more, what came of it is told next, or it rings again (a queue).
    lapsed: no end was told, but the call cannot be ringing any more.
    """

    RINGING = "ringing"
    STOPPED = "stopped"
    ANSWERED = "answered"
    ENDED = "ended"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the client knows it. Texts are the server's, unchecked: show them as plain text.

    doubtful: the link broke while it rang, and the server has not repeated it since. at: packet time of the
    ringing; ended_at: of the end, None where none was told. The rest as in `IncomingCall`, `CallUpdate`.
    """

    call_id: str
    caller: str
    called: str
    from_name: str = ""
    to_name: str = ""
    dialled: str = ""
    via: str = ""
    direction: str = "in"
    at: datetime | None = None
    state: CallState = CallState.RINGING
    outcome: str = ""
    by: str = ""
    by_name: str = ""
    ended_at: datetime | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class CallRinging:
    """A call that was not known begins to ring."""

    call: Call


@dataclass(frozen=True, slots=True)
class CallChanged:
    """Something about a known call changed: the whole call as it is now."""

    call: Call


CallNotice = CallRinging | CallChanged


@dataclass(slots=True)
class _Ringing:
    call: Call
    since_s: float


class Calls:
    """All calls of one client. Times are seconds of one steady clock. Not for several threads."""

    def __init__(self, *, ring_limit_s: float = RING_LIMIT_S) -> None:
        self._ring_limit_s = ring_limit_s
        self._ringing: dict[str, _Ringing] = {}
        self._over: dict[str, None] = {}
        self._repeats_due_s: float | None = None
        self._unnamed = 0

    @property
    def next_due_s(self) -> float | None:
        """When `expire` has something to do; None when nothing is pending."""
        due = [ringing.since_s + self._ring_limit_s for ringing in self._ringing.values()]
        if self._repeats_due_s is not None:
            due.append(self._repeats_due_s)
        return min(due, default=None)

    def incoming(self, message: IncomingCall, now_s: float) -> list[CallNotice]:
        """A phone rings, or the server repeats that it does."""
        call_id = message.call_id
        if not call_id:
            self._unnamed += 1
            call_id = f"unnamed-{self._unnamed}"
        if call_id in self._over:
            return []
        call = Call(
            call_id=call_id,
            caller=message.caller,
            called=message.called,
            from_name=message.from_name,
            to_name=message.to_name,
            dialled=message.dialled,
            via=message.via,
            direction=message.direction,
            at=message.at,
        )
        known = self._ringing.get(call_id)
        if known is None:
            self._ringing[call_id] = _Ringing(call, now_s)
            return [CallRinging(call)]
        return self._change(known, call)

    def update(self, message: CallUpdate) -> list[CallNotice]:
        """The phone stopped, the call was answered or ended. Unknown states are for later versions."""
        known = self._ringing.get(message.call_id)
        if known is not None and message.state == CallState.STOPPED:
            return self._change(known, replace(known.call, state=CallState.STOPPED, doubtful=False))
        if known is None or message.state not in (CallState.ANSWERED, CallState.ENDED):
            return []
        del self._ringing[message.call_id]
        self._over[message.call_id] = None
        if len(self._over) > _REMEMBERED:
            del self._over[next(iter(self._over))]
        ended = message.state == CallState.ENDED
        call = replace(
            known.call,
            state=CallState(message.state),
            outcome=message.outcome,
            by=message.by,
            by_name=message.by_name,
            ended_at=message.at if ended else None,
            doubtful=False,
        )
        return [CallChanged(call)]

    def link_lost(self) -> list[CallNotice]:
        """The link broke: each ringing call is doubtful, since its end may pass unheard."""
        self._repeats_due_s = None
        notices: list[CallNotice] = []
        for known in self._ringing.values():
            notices += self._change(known, replace(known.call, doubtful=True))
        return notices

    def welcomed(self, now_s: float) -> None:
        """The server said `welcome`: it now repeats what still rings."""
        self._repeats_due_s = now_s + REPEAT_S

    def expire(self, now_s: float) -> list[CallNotice]:
        """Give up calls that cannot be ringing any more. One rings anew if the server says so later."""
        repeats_over = self._repeats_due_s is not None and now_s >= self._repeats_due_s
        if repeats_over:
            self._repeats_due_s = None
        lapsed = [
            known.call
            for known in self._ringing.values()
            if (repeats_over and known.call.doubtful) or now_s >= known.since_s + self._ring_limit_s
        ]
        for call in lapsed:
            del self._ringing[call.call_id]
        return [CallChanged(replace(call, state=CallState.LAPSED, doubtful=False)) for call in lapsed]

    def _change(self, known: _Ringing, call: Call) -> list[CallNotice]:
        if call == known.call:
            return []
        known.call = call
        return [CallChanged(call)]
