"""The messages on the wire, as values, and their JSON form.

Owns the shape of every message both programs know. Pure: text in, frozen values out, and back.
A receiver ignores message types and keys it does not know (`Unknown`), so both sides can grow.
The three keys `type`, `from` and `to` of `incoming_call` stay in every version: the least client
reads nothing else. Reference: docs/protocol.md.
"""

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_MAX_TEXT = 512  # characters kept of any one text from the wire
_MAX_INTEGER = 2**31 - 1


class ProtocolError(ValueError):
    """A message that is no JSON object, or a known type with a missing or wrong key."""


@dataclass(frozen=True, slots=True)
class Hello:
    """First message of a client that says who it is. A client may also say nothing.

    `extension` is the one the installer was given, a request only: it takes no row by itself.
    """

    protocol: int
    version: str
    language: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The server's answer to `hello`. `extensions` are those whose calls this client is told."""

    protocol: int
    version: str
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A phone rings. The same `call_id` again is the same call (after a reconnect): never a second popup.

    caller: digits as a user would dial them, `anonymous` where withheld, or the user part as it stands.
    called: the extension that rings. dialled: the number the caller dialled, "" where it is the same.
    via: who forwarded the call, "" where nobody did. at: packet time.
    """

    caller: str
    called: str
    call_id: str = ""
    at: datetime | None = None
    from_name: str = ""
    to_name: str = ""
    dialled: str = ""
    via: str = ""
    direction: str = "in"


@dataclass(frozen=True, slots=True)
class CallUpdate:
    """What became of a call told before.

    state: `stopped` (the phone rings no more, what became of it follows), `answered` (at this extension), or
    `ended` (then with `outcome`: answered, missed, busy, declined, answered_elsewhere, forwarded, failed,
    unknown). by: the extension or number that answered elsewhere, "" where unknown.
    """

    call_id: str
    state: str
    outcome: str = ""
    by: str = ""
    by_name: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed message of a type this version does not know; to be ignored."""

    type: str
    keys: dict[str, Any] = field(default_factory=dict)


Message = Hello | Welcome | IncomingCall | CallUpdate | Unknown


def encode(message: Message) -> str:
    """The JSON text of a message. Keys with nothing to say are left out, but never `from` and `to`. What is
    no character (half a surrogate pair) becomes `?`: the text can always be sent as UTF-8."""
    match message:
        case Hello():
            keys: dict[str, Any] = {
                "type": "hello",
                "protocol": message.protocol,
                "version": message.version,
                "language": message.language,
                "extension": message.extension,
            }
        case Welcome():
            keys = {
                "type": "welcome",
                "protocol": message.protocol,
                "version": message.version,
                "extensions": list(message.extensions),
            }
        case IncomingCall():
            keys = {
                "type": "incoming_call",
                "from": message.caller,
                "to": message.called,
                "call_id": message.call_id,
                "at": format_at(message.at),
                "from_name": message.from_name,
                "to_name": message.to_name,
                "dialled": message.dialled,
                "via": message.via,
                "direction": message.direction,
            }
        case CallUpdate():
            keys = {
                "type": "call_update",
                "call_id": message.call_id,
                "state": message.state,
                "outcome": message.outcome,
                "by": message.by,
                "by_name": message.by_name,
                "at": format_at(message.at),
            }
        case Unknown():
            keys = {**message.keys, "type": message.type}
    kept = {key: value for key, value in keys.items() if value != "" or key in ("from", "to", "type")}
    return _sendable(json.dumps(kept, ensure_ascii=False, separators=(",", ":")))


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
    match kind:
        case "hello":
            return Hello(
                protocol=_integer(keys, "protocol"),
                version=_text(keys, "version"),
                language=_text(keys, "language"),
                extension=_text(keys, "extension"),
            )
        case "welcome":
            return Welcome(
                protocol=_integer(keys, "protocol"),
                version=_text(keys, "version"),
                extensions=_texts(keys, "extensions"),
            )
        case "incoming_call":
            return IncomingCall(
                caller=_text(keys, "from", required=True),
                called=_text(keys, "to", required=True),
                call_id=_text(keys, "call_id"),
                at=_at(keys, "at"),
                from_name=_text(keys, "from_name"),
                to_name=_text(keys, "to_name"),
                dialled=_text(keys, "dialled"),
                via=_text(keys, "via"),
                direction=_text(keys, "direction") or "in",
            )
        case "call_update":
            return CallUpdate(
                call_id=_text(keys, "call_id", required=True),
                state=_text(keys, "state", required=True),
                outcome=_text(keys, "outcome"),
                by=_text(keys, "by"),
                by_name=_text(keys, "by_name"),
                at=_at(keys, "at"),
            )
    return Unknown(_sendable(kind[:_MAX_TEXT]), keys)


def format_at(at: datetime | None) -> str:
    """An aware time as `2026-11-23T09:00:00.123Z` (UTC, milliseconds); "" for None."""
    if at is None:
        return ""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_at(text: str) -> datetime:
    """The aware UTC time in a text that `format_at` wrote. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at.astimezone(UTC)


def _sendable(text: str) -> str:
    """The text without lone surrogates, which JSON's escapes can bring in and UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return number


def _text(keys: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = keys.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise ProtocolError(f"no text under '{name}'")
    return _sendable(value[:_MAX_TEXT])


def _texts(keys: dict[str, Any], name: str) -> tuple[str, ...]:
    value = keys.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ProtocolError(f"no list of texts under '{name}'")
    return tuple(_sendable(item[:_MAX_TEXT]) for item in value)


def _integer(keys: dict[str, Any], name: str) -> int:
    value = keys.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_INTEGER:
        raise ProtocolError(f"no whole number under '{name}'")
    return value


def _at(keys: dict[str, Any], name: str) -> datetime | None:
    value = keys.get(name)
    if value is None:
        return None
    try:
        return parse_at(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ProtocolError(f"no time with its zone under '{name}'") from error
