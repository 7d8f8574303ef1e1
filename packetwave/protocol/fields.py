"""How the fields of a dataclass stand on the wire: names, what may be left out, how long a text may be.

Owns the one way from a shape's declared fields to JSON values and back; what shapes there are is declared
where they are owned. Pure.

A field stands under its own name, or under the one that `wire_key` gives it. One without a default is always
written and must be there when read; another is left out where it says nothing, and `null` says the same. The
annotation says what is read: `str`, `int`, `bool`, `tuple[str, ...]` or `datetime | None`, nothing else.
`False` and 0 are left out, like a text without characters.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from typing import Any, TypeVar, get_type_hints

MAX_TEXT = 512
"""Characters of any one text on the wire; what is longer is cut, by who writes and by who reads."""

_MAX_INTEGER = 2**31 - 1
_WIRE_KEY = "wire key"

S = TypeVar("S")


class ProtocolError(ValueError):
    """A message that is no JSON object, or a known type with a missing or wrong key."""


def wire_key(name: str) -> Mapping[str, str]:
    """Metadata of a field that has another name on the wire: `field(metadata=wire_key("from"))`."""
    return {_WIRE_KEY: name}


def wire_names(shape: type) -> Mapping[str, str]:
    """The name on the wire of each field of a dataclass, in the order declared."""
    return {field.name: field.metadata.get(_WIRE_KEY, field.name) for field in fields(shape)}


def to_wire(value: Any) -> dict[str, Any]:
    """What an instance of a dataclass says, as JSON values under their names on the wire."""
    said = {key: _written(getattr(value, key.field)) for key in _keys(type(value))}
    return {
        key.name: written
        for key, written in said.items()
        if key.is_required or written not in ("", None, False)  # which is 0, too
    }


def from_wire(shape: type[S], said: Mapping[str, Any]) -> S:
    """The instance of a dataclass that JSON values tell of. Raises ProtocolError."""
    values = {}
    for key in _keys(shape):
        value = said.get(key.name)
        if value is None and not key.is_required:
            continue
        try:
            read = key.read(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise ProtocolError(f"no {key.expected} under '{key.name}'") from error
        if read != "" or key.is_required:
            values[key.field] = read
    return shape(**values)


def sendable(text: str) -> str:
    """The text without lone surrogates, which JSON's escapes can bring in and UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def short(text: str) -> str:
    """The text as it may stand on the wire: all characters whole, and not too many."""
    return sendable(text[:MAX_TEXT])


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


@dataclass(frozen=True, slots=True)
class _Key:
    """One key on the wire."""

    name: str
    field: str
    """The attribute that it stands for."""

    is_required: bool
    expected: str
    """What it must hold, in words for the error."""

    read: Callable[[Any], Any]


_known: dict[type, tuple[_Key, ...]] = {}


def _keys(shape: type) -> tuple[_Key, ...]:
    if shape not in _known:  # made once for each shape: reading annotations takes longer than a message
        hints, names = get_type_hints(shape), wire_names(shape)
        _known[shape] = tuple(
            _Key(
                names[field.name],
                field.name,
                field.default is MISSING and field.default_factory is MISSING,
                *_READERS[hints[field.name]],
            )
            for field in fields(shape)
        )
    return _known[shape]


def _written(value: Any) -> Any:
    if isinstance(value, str):
        return short(value)
    if isinstance(value, datetime):
        return format_at(value)
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return short(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_text(item) for item in value)


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_INTEGER:
        raise ValueError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


_READERS: Mapping[object, tuple[str, Callable[[Any], Any]]] = {
    str: ("text", _text),
    int: ("whole number", _integer),
    bool: ("true or false", _flag),
    tuple[str, ...]: ("list of texts", _texts),
    datetime | None: ("time with its zone", parse_at),
}
