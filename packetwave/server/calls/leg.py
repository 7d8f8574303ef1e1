"""One leg: an INVITE transaction between two hosts and the dialog it makes. Pure.

Owns what was seen of it and nothing else: what that means is drawn from it elsewhere. All transitions stand
in `TRANSITIONS`; what is not there leaves the leg as it is (RFC 3261 section 17.1.1, seen from outside: a
mirror shows both sides, loses some messages and swaps others).
"""

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import NamedTuple


class Place(NamedTuple):
    """Where a message came from or went to. stream: TCP or WebSocket, whose source ports say nothing."""

    host: str
    port: int
    stream: bool = False

    def is_same(self, other: "Place") -> bool:
        """True if both may be one SIP entity, by address and port alone."""
        return self.host == other.host and (self.port == other.port or self.stream or other.stream)


class LegState(IntEnum):
    CALLING = auto()  # INVITE seen
    RINGING = auto()  # 18x seen
    CANCELLED = auto()  # CANCEL seen, no final response yet
    LEFT = auto()  # BYE seen before any final response
    CHALLENGED = auto()  # 401 or 407: an INVITE with credentials follows, or nothing
    REFUSED = auto()  # 3xx to 6xx
    ANSWERED = auto()  # 2xx
    HUNG_UP = auto()  # BYE after 2xx
    LOST = auto()  # nothing more was heard of it


class Signal(IntEnum):
    TRYING = auto()  # 100 to 179: somebody is there
    ALERTING = auto()  # 180 to 189
    ACCEPTED = auto()  # 2xx
    CHALLENGE = auto()  # 401, 407
    REFUSAL = auto()  # any other final response
    CANCEL = auto()
    CALLER_BYE = auto()  # BYE from the calling side
    CALLED_BYE = auto()  # BYE from the called side
    SILENCE = auto()  # longer than such a state lasts, or the call it belongs to is decided


DEAD_S = 0.5
"""A phone that is there has said something by then."""

_S, _X = LegState, Signal

TRANSITIONS: dict[tuple[LegState, Signal], LegState] = {
    (_S.CALLING, _X.ALERTING): _S.RINGING,
    (_S.CALLING, _X.ACCEPTED): _S.ANSWERED,
    (_S.CALLING, _X.CHALLENGE): _S.CHALLENGED,
    (_S.CALLING, _X.REFUSAL): _S.REFUSED,
    (_S.CALLING, _X.CANCEL): _S.CANCELLED,
    (_S.RINGING, _X.ACCEPTED): _S.ANSWERED,
    (_S.RINGING, _X.CHALLENGE): _S.CHALLENGED,
    (_S.RINGING, _X.REFUSAL): _S.REFUSED,
    (_S.RINGING, _X.CANCEL): _S.CANCELLED,
    # A 200 that crossed the CANCEL wins (RFC 3261 section 9.1).
    (_S.CANCELLED, _X.ACCEPTED): _S.ANSWERED,
    (_S.CANCELLED, _X.REFUSAL): _S.REFUSED,
    # The mirror swapped the CANCEL and its 487: the leg stays refused, but it is known why.
    (_S.REFUSED, _X.CANCEL): _S.REFUSED,
    # The caller gave up an early dialog by BYE (RFC 3261 section 15), or the mirror swapped BYE and 200.
    (_S.CALLING, _X.CALLER_BYE): _S.LEFT,
    (_S.CALLING, _X.CALLED_BYE): _S.LEFT,
    (_S.RINGING, _X.CALLER_BYE): _S.LEFT,
    (_S.RINGING, _X.CALLED_BYE): _S.LEFT,
    (_S.LEFT, _X.ACCEPTED): _S.HUNG_UP,
    (_S.LEFT, _X.REFUSAL): _S.REFUSED,
    (_S.ANSWERED, _X.CALLER_BYE): _S.HUNG_UP,
    (_S.ANSWERED, _X.CALLED_BYE): _S.HUNG_UP,
    (_S.CALLING, _X.SILENCE): _S.LOST,
    (_S.RINGING, _X.SILENCE): _S.LOST,
    (_S.CANCELLED, _X.SILENCE): _S.LOST,
    (_S.LEFT, _X.SILENCE): _S.LOST,
    (_S.CHALLENGED, _X.SILENCE): _S.LOST,
    # Answered and no BYE seen: it ended as answered.
    (_S.ANSWERED, _X.SILENCE): _S.HUNG_UP,
    # Given up too early.
    (_S.LOST, _X.ACCEPTED): _S.ANSWERED,
}

OVER = frozenset((_S.REFUSED, _S.HUNG_UP, _S.LOST))

_REPLIES = frozenset((_X.TRYING, _X.ALERTING, _X.ACCEPTED, _X.CHALLENGE, _X.REFUSAL))
_WITH_STATUS = frozenset((_X.ACCEPTED, _X.CHALLENGE, _X.REFUSAL))
_BYES = frozenset((_X.CALLER_BYE, _X.CALLED_BYE))


@dataclass(slots=True, eq=False)
class Leg:
    """What was seen of one leg. Times are packet times in seconds, 0.0 for not seen; only `take`, `hear`,
    `hand_over` and `continue_by` change it once it is there."""

    key: tuple[str, str]
    """Call-ID and branch."""
    sip_call_id: str
    from_tag: str
    cseq: int
    source: Place
    """Who sent the INVITE."""
    destination: Place
    """Whom it was sent to."""
    caller: str
    """Who calls: a number as normalised, a name as it stands, or `anonymous`; after a transfer, who is
    handed over."""
    caller_name: str
    called: str
    """Whom the Request-URI asks for, normalised."""
    dialled: str
    """Whom To names, normalised."""
    via: str
    """Who forwarded the call, "" for nobody."""
    media: str
    """`address:port` of the audio offered, "" for none."""
    started_s: float
    behind: str = ""
    """The branch of the second Via: the leg a proxy made this one of, "" where there is none."""
    shown: str = ""
    """The caller as this leg says it; differs from `caller` after a transfer."""
    parent: "Leg | None" = None
    """The leg that this one continues, None for none seen."""
    state: LegState = LegState.CALLING
    to_tag: str = ""
    status: int = 0
    """Of the final response, 0 for none."""
    replied_s: float = 0.0
    """When the called side said anything first."""
    rang_s: float = 0.0
    """The first 18x."""
    last_s: float = 0.0
    """When anything was heard of it last."""
    answered_s: float = 0.0
    over_s: float = 0.0
    """When it was no longer ringing nor answered."""
    gave_up_s: float = 0.0
    """When the calling side ended it: its CANCEL or its BYE."""
    continued_s: float = 0.0
    """When the last leg that continues this one began, by packet time."""
    cancelled: bool = False
    """CANCEL, or an early BYE, was seen."""
    says_elsewhere: bool = False
    """A Reason header says that somebody else answered: a hint, no proof."""
    taker: str = ""
    """The extension that takes over another's call by this leg, "" for an ordinary one."""
    resent: int = 0
    """Copies and retransmissions of the INVITE."""

    @property
    def was_answered(self) -> bool:
        return self.state is LegState.ANSWERED or self.state is LegState.HUNG_UP

    @property
    def is_pending(self) -> bool:
        return self.state is LegState.CALLING or self.state is LegState.RINGING

    @property
    def is_dead(self) -> bool:
        """True if nobody has ever replied at the other end."""
        return not self.replied_s

    @property
    def root(self) -> "Leg":
        """The first leg of the chain that this one ends: the caller's own, as far as it was seen."""
        leg = self
        while leg.parent is not None:
            leg = leg.parent
        return leg

    def hear(self, at_s: float, *, again: bool = False) -> None:
        """A message that changes nothing, but shows that the call is alive. again: the INVITE itself."""
        self.last_s = at_s
        self.resent += again

    def hand_over(self, caller: str, caller_name: str) -> None:
        """A transfer made this leg: somebody else is calling than it says."""
        self.caller, self.caller_name = caller, caller_name

    def continue_by(self, leg: "Leg") -> bool:
        """Take note that another leg continues this one; False where that would make a circle."""
        if leg.parent is not None or self is leg or self.root is leg:
            return False
        leg.parent = self
        self.continued_s = max(self.continued_s, leg.started_s)
        return True

    def take(
        self, signal: Signal, at_s: float, status: int = 0, *, to_tag: str = "", says_elsewhere: bool = False
    ) -> bool:
        """Take in what was seen, and go where the table says; True if that changed the leg."""
        if signal is not Signal.SILENCE:
            self.last_s = at_s
        if signal in _REPLIES and not self.replied_s:
            self.replied_s = at_s
        if signal is Signal.ACCEPTED and to_tag:
            self.to_tag = to_tag
        self.says_elsewhere = self.says_elsewhere or says_elsewhere
        before, after = self.state, TRANSITIONS.get((self.state, signal))
        if after is None:
            return False
        self.state = after
        self._date(signal, before, at_s)
        if signal in _WITH_STATUS:
            self.status = status
        return True

    def _date(self, signal: Signal, before: LegState, at_s: float) -> None:
        """Remember when what the signal means happened first."""
        if signal is Signal.ALERTING:
            self.rang_s = at_s
        elif signal is Signal.ACCEPTED:
            self.answered_s = at_s
        if signal is Signal.CANCEL or self.state is LegState.LEFT:
            self.cancelled = True
        if (signal is Signal.CANCEL or signal is Signal.CALLER_BYE) and not self.gave_up_s:
            self.gave_up_s = at_s
        if before is LegState.LEFT and signal is Signal.ACCEPTED:
            self.cancelled = False  # it was the BYE of a talk
        if not (self.is_pending or self.over_s or signal is Signal.ACCEPTED):
            self.over_s = at_s
