"""`--events`: each notice as one JSON line, for other programs and for tests.

Called on the engine's loop thread; written behind it.
"""

import json
import os
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packetwave.client.bond import BondState
from packetwave.client.calls import CallChanged, CallMissed, CallRinging
from packetwave.client.engine import BondChanged, LinkChanged, Notice, WatchingChanged
from packetwave.client.link import LinkState, Phase
from packetwave.common.lines import Lines
from packetwave.protocol import CallUpdate, IncomingCall, Watching
from packetwave.protocol.fields import format_at, to_wire

_MOST_MISSED = 20_000
_TAIL_BYTES = 8_000_000


def _now() -> datetime:
    return datetime.now(UTC)


class EventLines:
    """Writes to a file (appending) or, for `-`, to stdout. Raises OSError where that cannot be opened.

    Each missed call is in the file once: what an earlier run wrote there is not written again. Attribute:
    on_out, called with a notice when its line is out, or can never be; on any thread.
    """

    def __init__(self, target: str, now: Callable[[], datetime] = _now) -> None:
        self.on_out: Callable[[Notice], object] = lambda _notice: None
        self._now = now
        self._last_link: LinkState | None = None
        self._waiting: deque[tuple[int, Notice]] = deque()
        self._number = 0
        self._lines = Lines(target, on_written=self._written)
        self._missed = _missed_in(target)

    def write(self, notice: Notice) -> None:
        """Append the line of a notice, if it has one."""
        if isinstance(notice, CallMissed):
            if notice.missed.call_id in self._missed:
                if notice not in [waiting for _, waiting in self._waiting]:
                    self.on_out(notice)
                return
            self._missed[notice.missed.call_id] = None
            if len(self._missed) > _MOST_MISSED:
                del self._missed[next(iter(self._missed))]
        keys = self._keys(notice)
        if keys is None:
            return
        self._number += 1
        self._waiting.append((self._number, notice))
        if not self._lines.write(json.dumps(keys, ensure_ascii=True, separators=(",", ":")), self._number):
            self._written(self._number)

    def close(self) -> None:
        """Wait a moment for what is still to be written; then no more."""
        self._lines.close()

    def _written(self, number: int) -> None:
        while self._waiting and self._waiting[0][0] <= number:
            self.on_out(self._waiting.popleft()[1])

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
            case WatchingChanged(watching=watching):
                return _watching_keys(watching, self._now())
            case CallMissed(missed=missed):
                return {"event": "missed", **to_wire(missed)}
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


def _watching_keys(message: Watching, now: datetime) -> dict[str, Any]:
    return {"event": "watching", **to_wire(replace(message, since=message.since or now))}


def _missed_in(target: str) -> dict[str, None]:
    """The missed calls at the end of a file, by their ids."""
    found: dict[str, None] = {}
    try:
        with Path(target).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            for line in file:
                if line.startswith(b'{"event":"missed"') and line.endswith(b"\n"):
                    found[str(json.loads(line)["call_id"])] = None
    except (OSError, ValueError, KeyError):
        pass  # nothing is known of before
    return found
