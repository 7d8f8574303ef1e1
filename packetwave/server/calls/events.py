"""What the call tracker says: frozen call events. `lines` writes them down.

Pure. One `Ringing` per ringing extension and call, exactly one `Ended` for each, `Answered` at most once
between them; `Corrected` is a verdict learnt after `Ended`. `Flooded` is of no call. `at` is packet time.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """How a ringing ended, seen from the extension that rang."""

    ANSWERED = "answered"
    MISSED = "missed"
    BUSY = "busy"
    DECLINED = "declined"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    FORWARDED = "forwarded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a phone stopped ringing, as far as the mirror shows it. The outcome follows from it."""

    ANSWERED = "answered"
    """It was answered at the extension that rang."""
    CALLER_GAVE_UP = "caller_gave_up"
    """The caller ended the leg that the ring came from."""
    OTHER_PHONE = "other_phone"
    """Another phone of the call answered."""
    OUTSIDE_PHONE = "outside_phone"
    """A phone outside that rang beside it answered: a mobile twin."""
    PICKED_UP = "picked_up"
    """Somebody inside took the call to his own phone."""
    SAID_ELSEWHERE = "said_elsewhere"
    """Only a Reason header says that somebody answered; nothing else was to be seen."""
    BUSY = "busy"
    DECLINED = "declined"
    FORWARDED = "forwarded"
    """The phone, or the PBX for it, sent the caller elsewhere."""
    REFUSED = "refused"
    """Any other refusal."""
    NO_REPLY = "no_reply"
    """The phone never said anything: unplugged, but still registered."""
    WENT_ON = "went_on"
    """The PBX went on to voicemail or to the next in line."""
    TIMED_OUT = "timed_out"
    """The PBX stopped ringing while the caller still waited."""
    STOPPED = "stopped"
    """The ringing was taken back; by whom cannot be seen, since the caller's leg is not on the mirror."""
    UNSEEN = "unseen"
    """Its end was never seen."""


class Direction(StrEnum):
    """Which way a call goes."""

    IN = "in"
    """From outside to an extension."""

    INTERNAL = "internal"
    """Between extensions."""

    OUT = "out"
    """From an extension to outside; nobody is alerted."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """A phone rings (or, with direction `out`, an extension calls somebody)."""

    call_id: str
    at: datetime
    caller: str
    """Digits as a user would dial them, `anonymous`, or the user part as it stands."""

    called: str
    """The extension that rings; for `out` the number called."""

    caller_name: str = ""
    """The name that the call itself carried, unproven; "" for none."""

    dialled: str = ""
    """What the caller dialled where it differs from `called`, else ""."""

    via: str = ""
    direction: Direction = Direction.IN
    sip_call_id: str = ""
    """Of the first leg towards the phone, as `from_tag`; with `called` they make `call_id`."""

    from_tag: str = ""
    is_over: bool = False
    """A restart came between: its end follows at once, and nobody is alerted."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The call was answered at the extension that rang."""

    call_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """The phone has stopped ringing and nobody is known to have answered; the verdict follows in `Ended`.

    For popups, which go at once. It is no event of its own on the record.
    """

    call_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RangAgain:
    """The phone of a call told by `Stopped` rings again (a queue, a hunt group): the same call, still one
    entry. No event of its own on the record either."""

    call_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CallerChanged:
    """Somebody else is calling now: an attended transfer put another caller into the call."""

    call_id: str
    at: datetime
    caller: str
    caller_name: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The ringing or the talk is over."""

    call_id: str
    at: datetime
    outcome: Outcome
    by: str = ""
    """Who answered, for `answered_elsewhere`, where known."""

    via: str = ""
    cause: Cause | None = None
    """Why it stopped ringing, None where that was not looked at."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """The outcome of an ended call, learnt later."""

    call_id: str
    at: datetime
    outcome: Outcome
    by: str = ""
    via: str = ""
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Flooded:
    """More calls came from one source to one extension than any office makes: those beyond were only counted.
    Said again, under the same `call_id`, while it goes on, and when it is over."""

    call_id: str
    from_at: datetime
    source: str
    """The address they came from, "" for several."""

    called: str
    """The extension, "" for what is none."""

    count: int
    """How many were counted so far."""

    over: bool
    at: datetime
    """When the last came."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """A stretch of time in which no traffic was watched."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """Something is the matter with the mirror, or more of it is known. code, severity, figures: as in
    `diagnosis.Finding`."""

    code: str
    severity: str
    at: datetime
    figures: tuple[tuple[str, int | str | tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class DiagnosisOver:
    """What was said by `Diagnosed` with this code is not so any more."""

    code: str
    at: datetime


CallEvent = Ringing | Answered | Stopped | RangAgain | CallerChanged | Ended | Corrected | Flooded
RecordedEvent = (
    Ringing | Answered | CallerChanged | Ended | Corrected | Flooded | Unwatched | Diagnosed | DiagnosisOver
)
