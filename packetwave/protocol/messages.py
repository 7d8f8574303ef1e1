"""The messages on the wire, as values, and their JSON form.

Owns the shape of every message both programs know. Pure: text in, frozen values out, and back.
A receiver ignores message types and keys it does not know (`Unknown`), so both sides can grow.
The three keys `type`, `from` and `to` of `incoming_call` stay in every version: the least client
reads nothing else. Reference: docs/protocol.md.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from packetwave.protocol.fields import ProtocolError, from_wire, sendable, short, to_wire, wire_key


@dataclass(frozen=True, slots=True)
class Hello:
    """First message of a client that says who it is. A client may also say nothing.

    `extension` is the one the installer was given, a request only: it takes no row by itself.
    """

    protocol: int
    version: str = ""
    language: str = ""
    extension: str = ""
    acks: bool = False
    """Whether the client says `ack` of each call that it has shown."""

    client: str = ""
    """A random id of this installation and user: two ids at one address are two people."""

    pairing: str = ""
    """The pairing's id; only over TLS, to the certificate that it was made with."""

    key: str = ""
    """The pairing's key, 64 hexadecimal digits."""

    until: datetime | None = None
    """The server's time up to which this client has all that it was to be told."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The server's answer to `hello`, after it has told again of each call that rings. `extensions` are those
    whose calls this client is told."""

    protocol: int
    version: str = ""
    extensions: tuple[str, ...] = ()
    at: datetime | None = None
    """The server's time."""

    epoch: str = ""
    """Which run of the server this is; `seq` counts within it."""

    is_paired: bool = field(default=False, metadata=wire_key("paired"))
    """Whether the client is known by its key."""

    refusal: str = ""
    """Why a pairing that was named does not count: `unknown`, `revoked`."""

    tls_port: int = 0
    """Where the protected line is; 0 for nowhere."""


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A phone rings. The same `call_id` again is the same call (after a reconnect): never a second popup."""

    caller: str = field(metadata=wire_key("from"))
    """Digits as a user would dial them, `anonymous` where withheld, or the user part as it stands."""

    called: str = field(metadata=wire_key("to"))
    """The extension that rings."""

    call_id: str = ""
    rang_at: datetime | None = field(default=None, metadata=wire_key("at"))
    """Packet time."""

    caller_name: str = field(default="", metadata=wire_key("from_name"))
    caller_company: str = field(default="", metadata=wire_key("from_company"))
    called_name: str = field(default="", metadata=wire_key("to_name"))
    dialled: str = ""
    """The number that the caller dialled, "" where it is the same as `called`."""

    via: str = ""
    """Who forwarded the call, "" where nobody did."""

    direction: str = "in"
    seq: int = 0
    """Grows from alert to alert within an `epoch`; 0 from a server without."""

    epoch: str = ""


@dataclass(frozen=True, slots=True)
class Missed:
    """A call of before that this client has not acknowledged, and that is over."""

    caller: str = field(metadata=wire_key("from"))
    called: str = field(metadata=wire_key("to"))
    call_id: str
    rang_at: datetime | None = field(default=None, metadata=wire_key("at"))
    ended_at: datetime | None = None
    outcome: str = ""
    """As in `CallUpdate`; also of calls that were answered, which are no missed ones for the person."""

    by: str = ""
    by_name: str = ""
    caller_name: str = field(default="", metadata=wire_key("from_name"))
    caller_company: str = field(default="", metadata=wire_key("from_company"))
    called_name: str = field(default="", metadata=wire_key("to_name"))
    dialled: str = ""
    via: str = ""
    direction: str = "in"
    is_seen: bool = field(default=False, metadata=wire_key("seen"))
    """Whether the person has looked at it, on another PC."""

    seq: int = 0
    epoch: str = ""


@dataclass(frozen=True, slots=True)
class CallUpdate:
    """What became of a call told before."""

    call_id: str
    state: str
    """`stopped` (the phone rings no more; what became of it follows), `answered` (at this extension), or
    `ended`."""

    outcome: str = ""
    """Where it ended: answered, missed, busy, declined, answered_elsewhere, forwarded, failed, or unknown."""

    by: str = ""
    """The extension or number that answered elsewhere, "" where unknown."""

    by_name: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watching:
    """Whether the server sees calls now. Said to clients that said `hello`: when that changes, and in answer
    to `hello` where it does not; one that was told nothing over its connection takes it that it does."""

    is_watching: bool
    since: datetime | None = None
    reason: str = ""
    """Why not, a code; "" while it does. Codes may be added."""


@dataclass(frozen=True, slots=True)
class Ack:
    """The client has shown the call to its person, or has put it onto the list of missed ones."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Had:
    """A call that the client has shown and the server has not repeated: a server that was killed may not have
    it on record."""

    caller: str = field(metadata=wire_key("from"))
    called: str = field(metadata=wire_key("to"))
    call_id: str
    rang_at: datetime | None = field(default=None, metadata=wire_key("at"))
    caller_name: str = field(default="", metadata=wire_key("from_name"))
    dialled: str = ""
    direction: str = "in"


@dataclass(frozen=True, slots=True)
class Seen:
    """Missed calls that the person has looked at; said by a client, and passed on to the person's others."""

    call_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A client asks to be paired; only over TLS. pc: the PC's name, for the manager."""

    commitment: str
    """SHA-256 of the client's nonce, in hexadecimal digits."""

    pc: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class PairNonce:
    """The server's nonce, once it has the client's commitment."""

    nonce: str


@dataclass(frozen=True, slots=True)
class PairReveal:
    """The client's nonce; both sides now show the same digits."""

    nonce: str


@dataclass(frozen=True, slots=True)
class Paired:
    """The pairing is made; the client says `hello` with it from now on."""

    pairing: str
    key: str
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairRefused:
    """No pairing came of it."""

    reason: str
    """`denied`, `expired`, `limited` (too many ask), `wrong` (nonce or proof), `plain` (not over TLS), or
    `no_extension` (nobody can be told to whom this PC belongs)."""


@dataclass(frozen=True, slots=True)
class Enrol:
    """A client that was given an enrolment key asks the server to prove that it has it too."""

    key_id: str
    nonce: str
    pc: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class EnrolProof:
    """The server's proof, and its nonce."""

    nonce: str
    proof: str


@dataclass(frozen=True, slots=True)
class EnrolAnswer:
    """The client's proof; `paired` follows."""

    proof: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed message of a type this version does not know; to be ignored."""

    type: str
    keys: dict[str, Any] = field(default_factory=dict)


Known = (
    Hello
    | Welcome
    | IncomingCall
    | CallUpdate
    | Watching
    | Missed
    | Ack
    | Had
    | Seen
    | Pair
    | PairNonce
    | PairReveal
    | Paired
    | PairRefused
    | Enrol
    | EnrolProof
    | EnrolAnswer
)
Message = Known | Unknown

_SHAPES: Mapping[str, type[Known]] = {
    "hello": Hello,
    "welcome": Welcome,
    "incoming_call": IncomingCall,
    "call_update": CallUpdate,
    "watching": Watching,
    "missed": Missed,
    "ack": Ack,
    "had": Had,
    "seen": Seen,
    "pair": Pair,
    "pair_nonce": PairNonce,
    "pair_reveal": PairReveal,
    "paired": Paired,
    "pair_refused": PairRefused,
    "enrol": Enrol,
    "enrol_proof": EnrolProof,
    "enrol_answer": EnrolAnswer,
}
_TYPES = {shape: name for name, shape in _SHAPES.items()}
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(message: Message) -> str:
    """The JSON text of a message. Keys with nothing to say are left out, but never those that are always
    there; texts are cut to `MAX_TEXT` characters. What is no character (half a surrogate pair) becomes `?`:
    the text can always be sent as UTF-8."""
    if isinstance(message, Unknown):
        return sendable(_to_json({**message.keys, "type": message.type}))
    return _to_json({"type": _TYPES[type(message)], **to_wire(message)})


def decode(text: str) -> Message:
    """The message in a JSON text. Raises ProtocolError; never anything else, whatever the text."""
    try:
        keys = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not JSON") from error
    if not isinstance(keys, dict):
        raise ProtocolError("not a JSON object")
    kind = keys.get("type")
    if not isinstance(kind, str):
        raise ProtocolError("no text under 'type'")
    shape = _SHAPES.get(kind)
    return Unknown(short(kind), keys) if shape is None else from_wire(shape, keys)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return number
