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


@dataclass(frozen=True, slots=True)
class Welcome:
    """The server's answer to `hello`, after it has told again of each call that rings. `extensions` are those
    whose calls this client is told."""

    protocol: int
    version: str = ""
    extensions: tuple[str, ...] = ()


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
    """The client has shown the call to its person."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed message of a type this version does not know; to be ignored."""

    type: str
    keys: dict[str, Any] = field(default_factory=dict)


Message = Hello | Welcome | IncomingCall | CallUpdate | Watching | Ack | Unknown

_SHAPES: Mapping[str, type[Hello | Welcome | IncomingCall | CallUpdate | Watching | Ack]] = {
    "hello": Hello,
    "welcome": Welcome,
    "incoming_call": IncomingCall,
    "call_update": CallUpdate,
    "watching": Watching,
    "ack": Ack,
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
