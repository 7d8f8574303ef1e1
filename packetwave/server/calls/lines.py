"""Call events as JSON lines, as `--events` writes them. Pure.

A line follows from the fields of its event: what the wire has too has its name from there, what says nothing
is left out, the time comes last. Reference: docs/protocol.md.
"""

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from packetwave.protocol import IncomingCall
from packetwave.protocol.fields import format_at, wire_names
from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    Corrected,
    Diagnosed,
    DiagnosisOver,
    Ended,
    Flooded,
    RecordedEvent,
    Ringing,
    Unwatched,
)

_KINDS: dict[type, str] = {
    Ringing: "ringing",
    Answered: "answered",
    CallerChanged: "caller",
    Ended: "ended",
    Corrected: "corrected",
    Flooded: "flood",
    Unwatched: "unwatched",
    Diagnosed: "diagnosis",
    DiagnosisOver: "diagnosis_over",
}
_NAMES = wire_names(IncomingCall)
_FIRST = ("call_id", "caller", "caller_name", "called", "dialled", "direction")  # and always there
_INNER = ("sip_call_id", "from_tag", "is_over")  # what `call_id` is made of; whether anybody is alerted


def to_json(event: RecordedEvent) -> str:
    """One JSON line without its newline."""
    keys: dict[str, Any] = {"event": _KINDS[type(event)]}
    for name in _order(event):
        value = getattr(event, name)
        if name == "figures":
            keys |= value
        elif isinstance(event, Ringing) and name == "dialled":
            keys[name] = event.dialled or event.called
        elif value or name in _FIRST:
            keys[_NAMES.get(name, name)] = format_at(value) if isinstance(value, datetime) else value
    return json.dumps(keys, ensure_ascii=False, separators=(",", ":"))


def _order(event: RecordedEvent) -> list[str]:
    names = [field.name for field in fields(event) if field.name not in _INNER]
    first = [name for name in _FIRST if name in names]
    others = [name for name in names if name not in _FIRST and name != "at"]
    return [*first, *others, *(["at"] if "at" in names else [])]
