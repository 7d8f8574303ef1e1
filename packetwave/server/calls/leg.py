"""One leg: an INVITE transaction between two hosts and the dialog it makes. Pure.

All transitions stand in `TRANSITIONS`; what is not there leaves the leg as it is (RFC 3261 section 17.1.1,
seen from outside: a mirror shows both sides, loses some messages and swaps others).
"""

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from packetwave.server.calls.call import Call, Ring


class Place(NamedTuple):
    """Where a message came from or went to. stream: TCP or WebSocket, whose source ports say nothing."""

    host: str
    port: int
    stream: bool = False

    def is_same(self, other: "Place") -> bool:
        """True if both may be one SIP entity."""
        return self.host == other.host and (self.port == other.port or self.stream or other.stream)


class LegState(IntEnum):
    CALLING = auto()  # INVITE seen
    RINGING = auto()  # 18x seen
    CANCELLED = auto()  # CANCEL seen, no final response yet
    CHALLENGED = auto()  # 401 or 407: an INVITE with credentials follows, or nothing
    REFUSED = auto()  # 3xx to 6xx
    ANSWERED = auto()  # 2xx
    HUNG_UP = auto()  # BYE after 2xx
    LOST = auto()  # nothing more was heard of it


class Signal(IntEnum):
    ALERTING = auto()  # 180 to 189
    ACCEPTED = auto()  # 2xx
    CHALLENGE = auto()  # 401, 407
    REFUSAL = auto()  # any other final response
    CANCEL = auto()
    BYE = auto()
    SILENCE = auto()  # longer than such a state lasts


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
    # The caller gave up an early dialog by BYE (RFC 3261 section 15), or the mirror swapped BYE and 200.
    (_S.CALLING, _X.BYE): _S.CANCELLED,
    (_S.RINGING, _X.BYE): _S.CANCELLED,
    (_S.ANSWERED, _X.BYE): _S.HUNG_UP,
    (_S.CALLING, _X.SILENCE): _S.LOST,
    (_S.RINGING, _X.SILENCE): _S.LOST,
    (_S.CANCELLED, _X.SILENCE): _S.LOST,
    (_S.CHALLENGED, _X.SILENCE): _S.LOST,
    # Answered and no BYE seen: it ended as answered.
    (_S.ANSWERED, _X.SILENCE): _S.HUNG_UP,
}

OVER = frozenset((_S.REFUSED, _S.HUNG_UP, _S.LOST))


@dataclass(slots=True, eq=False)
class Leg:
    """State of one leg. target: the user asked for, normalised. status: of the final response, 0 for none.

    elsewhere_hint: a Reason header said that somebody else answered. cancelled: CANCEL was seen.
    taker: the extension that takes over another's call by this leg, "" for an ordinary one.
    bye_seen: BYE came before the 200. resent: copies and retransmissions of the INVITE.
    """

    key: tuple[str, str]
    sip_call_id: str
    from_tag: str
    cseq: int
    source: Place
    destination: Place
    caller: str
    caller_name: str
    target: str
    dialled: str
    via: str
    media: str
    started_s: float
    call: "Call"
    state: LegState = LegState.CALLING
    ring: "Ring | None" = None
    to_tag: str = ""
    status: int = 0
    rang: bool = False
    last_s: float = 0.0
    answered_s: float = 0.0
    over_s: float = 0.0
    elsewhere_hint: bool = False
    taker: str = ""
    cancelled: bool = False
    bye_seen: bool = False
    resent: int = 0

    @property
    def was_answered(self) -> bool:
        return self.state is LegState.ANSWERED or self.state is LegState.HUNG_UP

    @property
    def is_pending(self) -> bool:
        return self.state is LegState.CALLING or self.state is LegState.RINGING

    def take(self, signal: Signal, at_s: float, status: int = 0) -> bool:
        """Go where the table says; True if that changed the state."""
        after = TRANSITIONS.get((self.state, signal))
        if after is None:
            return False
        self.state = after
        if signal is Signal.ALERTING:
            self.rang = True
        elif after is LegState.CANCELLED:
            self.cancelled = True
        elif signal is Signal.ACCEPTED:
            self.answered_s = at_s
            self.status = status
        elif signal in (Signal.REFUSAL, Signal.CHALLENGE):
            self.status = status
        if not self.is_pending and not self.over_s and signal is not Signal.ACCEPTED:
            self.over_s = at_s
        return True
