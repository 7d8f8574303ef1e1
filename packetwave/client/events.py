"""`--events`: each notice as one JSON line, for other programs and for tests.

Called on the engine's loop thread; written behind it.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from packetwave.client.bond import BondState
from packetwave.client.calls import CallChanged, CallRinging
from packetwave.client.engine import BondChanged, LinkChanged, Notice
from packetwave.client.link import LinkState, Phase
from packetwave.common.lines import Lines
from packetwave.protocol import CallUpdate, IncomingCall
from packetwave.protocol.fields import format_at, to_wire


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
            case BondChanged(state=bond):
                return self._bond_keys(bond)
            case CallRinging(call=call):
                return _ringing_keys(call.incoming, self._now())
            case CallChanged(call=call) if call.update is not None:
                return _over_keys(call.update, self._now())
        return None

    def _bond_keys(self, bond: BondState) -> dict[str, Any]:
        keys = {"event": "pairing", "state": bond.standing.value, "digits": bond.digits}
        keys |= {"reason": bond.reason, "keeping": bond.keeping.value}
        return {key: said for key, said in keys.items() if said} | {"at": format_at(self._now())}

    def _link_keys(self, state: LinkState) -> dict[str, Any] | None:
        last, at = self._last_link, format_at(self._now())
        if state.phase is Phase.CONNECTED:
            self._last_link = state
            return {
                "event": "connected",
                "server": state.server,
                "tls": state.is_tls,
                "paired": state.is_paired,
                "at": at,
            }
        if state.phase is not Phase.WAITING:
            return None
        self._last_link = state
        if last is not None and (last.phase, last.reason) == (state.phase, state.reason):
            return None  # one line for a server that stays away, not one for each attempt
        keys = {"event": "disconnected", "server": state.server, "reason": state.reason.value, "at": at}
        return keys if state.close_code is None else {**keys, "close_code": state.close_code}


def _ringing_keys(message: IncomingCall, now: datetime) -> dict[str, Any]:
    return {"event": "incoming_call", **to_wire(replace(message, rang_at=message.rang_at or now))}


def _over_keys(message: CallUpdate, now: datetime) -> dict[str, Any]:
    return {"event": "call_update", **to_wire(replace(message, at=message.at or now))}
