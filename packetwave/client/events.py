"""`--events`: each notice as one JSON line, for other programs and for tests.

Called on the engine's loop thread; written behind it.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from packetwave.client.calls import Call, CallChanged, CallRinging, CallState
from packetwave.client.engine import LinkChanged, Notice
from packetwave.client.link import LinkState, Phase
from packetwave.common.lines import Lines
from packetwave.protocol.messages import format_at


def _now() -> datetime:
    return datetime.now(UTC)


class EventLines:
    """Writes to a file (appending) or, for `-`, to stdout. Raises OSError where that cannot be opened."""

    def __init__(self, target: str, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self._last_link: LinkState | None = None
        self._lines = Lines(target)

    def write(self, notice: Notice) -> None:
        """Append the line of a notice, if it has one."""
        keys = self._keys(notice)
        if keys is not None:
            self._lines.write(json.dumps(keys, ensure_ascii=True, separators=(",", ":")))

    def close(self) -> None:
        """Wait a moment for what is still to be written; then no more."""
        self._lines.close()

    def _keys(self, notice: Notice) -> dict[str, Any] | None:
        match notice:
            case LinkChanged(state=state):
                return self._link_keys(state)
            case CallRinging(call=call):
                return _ringing_keys(call, self._now())
            case CallChanged(call=call) if call.state is not CallState.RINGING:
                return _over_keys(call, self._now())
        return None

    def _link_keys(self, state: LinkState) -> dict[str, Any] | None:
        last, at = self._last_link, format_at(self._now())
        if state.phase is Phase.CONNECTED:
            self._last_link = state
            return {"event": "connected", "server": state.server, "at": at}
        if state.phase is not Phase.WAITING:
            return None
        self._last_link = state
        if last is not None and (last.phase, last.reason) == (state.phase, state.reason):
            return None  # one line for a server that stays away, not one for each attempt
        keys = {"event": "disconnected", "server": state.server, "reason": state.reason.value, "at": at}
        return keys if state.close_code is None else {**keys, "close_code": state.close_code}


def _ringing_keys(call: Call, now: datetime) -> dict[str, Any]:
    keys = {
        "event": "incoming_call",
        "call_id": call.call_id,
        "from": call.caller,
        "from_name": call.from_name,
        "to": call.called,
        "to_name": call.to_name,
        "dialled": call.dialled,
        "via": call.via,
        "direction": call.direction,
        "at": format_at(call.at or now),
    }
    return _said(keys, ("from", "to"))


def _over_keys(call: Call, now: datetime) -> dict[str, Any]:
    keys = {
        "event": "call_update",
        "call_id": call.call_id,
        "state": call.state.value,
        "outcome": call.outcome,
        "by": call.by,
        "by_name": call.by_name,
        "at": format_at(call.ended_at or now),
    }
    return _said(keys, ())


def _said(keys: dict[str, Any], always: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if value != "" or key in always}
