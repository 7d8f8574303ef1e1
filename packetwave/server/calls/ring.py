"""A ring: one extension ringing in a call. Pure.

What people see as one popup and one line of the log, however many legs and devices carry it. All transitions
stand in `TRANSITIONS`; `Ring.take` is the only way to another state.
"""

from dataclasses import dataclass, field
from enum import IntEnum, auto
from hashlib import blake2b

from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.calls.leg import Leg, LegState
from packetwave.server.calls.share import Share


class RingState(IntEnum):
    HELD = auto()  # seen, not said yet
    RESTORED = auto()  # said before a restart; no message has shown it since
    RINGING = auto()
    STOPPED = auto()  # no leg rings any more, the cause is not certain yet
    TALKING = auto()
    ENDED = auto()
    DROPPED = auto()  # it rang nobody after all, and nobody was told


class RingSignal(IntEnum):
    TELL = auto()  # it is said that the phone rings
    STOP = auto()  # the last of its legs stopped
    AGAIN = auto()  # another leg rings the same phone for the same call
    ANSWER = auto()
    END = auto()
    DROP = auto()


_S, _X = RingState, RingSignal

TRANSITIONS: dict[tuple[RingState, RingSignal], RingState] = {
    (_S.HELD, _X.TELL): _S.RINGING,
    (_S.HELD, _X.DROP): _S.DROPPED,
    (_S.RESTORED, _X.TELL): _S.RINGING,
    (_S.RESTORED, _X.STOP): _S.STOPPED,
    (_S.RESTORED, _X.ANSWER): _S.TALKING,
    (_S.RESTORED, _X.END): _S.ENDED,
    (_S.RINGING, _X.STOP): _S.STOPPED,
    (_S.RINGING, _X.ANSWER): _S.TALKING,
    (_S.RINGING, _X.END): _S.ENDED,
    (_S.STOPPED, _X.AGAIN): _S.RINGING,
    (_S.STOPPED, _X.ANSWER): _S.TALKING,
    (_S.STOPPED, _X.END): _S.ENDED,
    (_S.TALKING, _X.END): _S.ENDED,
    # An end that was said too early; what follows is said as a correction.
    (_S.ENDED, _X.AGAIN): _S.RINGING,
    (_S.ENDED, _X.ANSWER): _S.TALKING,
}

LIVE = frozenset((_S.RESTORED, _S.RINGING, _S.STOPPED, _S.TALKING))
"""Said to somebody and not over."""

_RINGS_NO_MORE = frozenset((_S.TALKING, _S.ENDED, _S.DROPPED))

UNTOLD = frozenset((_S.HELD, _S.DROPPED))


@dataclass(slots=True, eq=False)
class Ring:
    """One extension ringing in one call. Times are packet times in seconds, 0.0 for not yet."""

    call_id: str
    """Ours, as `call_id_of` makes it."""
    called: str
    """The extension that rings; for an outgoing call the number called."""
    direction: Direction
    started_s: float
    caller: str = ""
    """Who was said to call last."""
    again: int = 0
    """How many ended rings of this extension the call had before."""
    tell_s: float = float("inf")
    """When it may be said, for one that is held."""
    state: RingState = RingState.HELD
    legs: list[Leg] = field(default_factory=list)
    stopped_s: float = 0.0
    share: Share | None = None
    """What it is counted in while it rings; None for nothing."""
    is_over: bool = False
    """It was over when it was first seen, after a restart."""
    outcome: Outcome | None = None
    """As it was said first, None before: a ring that begins again after that is corrected, not ended anew."""

    def take(self, signal: RingSignal, at_s: float) -> bool:
        """Go where the table says; True if that changed the state."""
        after = TRANSITIONS.get((self.state, signal))
        if after is None:
            return False
        self.state = after
        if signal is RingSignal.STOP:
            self.stopped_s = at_s
        elif signal is RingSignal.AGAIN:
            self.stopped_s = 0.0
        if self.share is not None and after in _RINGS_NO_MORE:
            self.share.ring_no_more()
            self.share = None
        return True

    def may_tell(self, at_s: float) -> None:
        """It may be said at `at_s`, if not before."""
        self.tell_s = min(self.tell_s, at_s)

    @property
    def was_ended_early(self) -> bool:
        """True if it was said to be over unanswered, and one of its phones has answered since."""
        if self.state is not RingState.ENDED or self.outcome is Outcome.ANSWERED:
            return False
        return any(leg.state is LegState.ANSWERED for leg in self.deciding())

    def deciding(self) -> list[Leg]:
        """The legs that speak for the extension's phones: not those that others continue, and of several
        tries between the same two hosts only the last. Empty where every leg went on to somebody else."""
        legs = [leg for leg in self.legs if not leg.continued_s]
        if len(legs) > 1 and any(leg.state is LegState.CHALLENGED for leg in legs):
            return [leg for leg in legs if not _tried_again(leg, legs)]
        return legs


def _tried_again(leg: Leg, legs: list[Leg]) -> bool:
    return leg.state is LegState.CHALLENGED and any(
        other.sip_call_id == leg.sip_call_id and other.cseq > leg.cseq for other in legs
    )


def call_id_of(sip_call_id: str, from_tag: str, extension: str, again: int = 0) -> str:
    """Our id of a ring: 16 hex digits, the same in every probe that sees the same first leg.

    again: as in `Ring`, for an extension that is called anew under the same Call-ID.
    """
    text = "\0".join((sip_call_id, from_tag, extension, *([str(again)] if again else [])))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
