"""`--events`: each notice as one JSON line, for other programs and for tests.

Owns the file it writes. Called on the engine's loop thread. A reader that went away costs the lines, not the
client.
"""

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from packetwave.client.calls import CallChanged, CallRinging
from packetwave.client.engine import LinkChanged, Notice
from packetwave.client.link import LinkState, Phase
from packetwave.protocol import CallUpdate, IncomingCall
from packetwave.protocol.fields import format_at, to_wire

_log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class EventLines:
    """Writes to a file (appending) or, for `-`, to stdout. Raises OSError where that cannot be opened."""

    def __init__(self, target: str, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self._last_link: LinkState | None = None
        self._file: TextIO | None
        if target != "-":
            self._file = Path(target).open("a", encoding="utf-8")  # noqa: SIM115 - closed by close()
        elif sys.stdout is None:
            raise OSError("there is no standard output to write events to")
        else:
            self._file = sys.stdout

    def write(self, notice: Notice) -> None:
        """Append the line of a notice, if it has one."""
        keys = self._keys(notice)
        if keys is None or self._file is None:
            return
        try:
            self._file.write(json.dumps(keys, ensure_ascii=True, separators=(",", ":")) + "\n")
            self._file.flush()
        except (OSError, ValueError) as error:
            _log.warning("event lines end here: %s", error)
            self._file = None

    def close(self) -> None:
        """Close the file; stdout stays open."""
        if self._file is not None and self._file is not sys.stdout:
            self._file.close()
        self._file = None

    def _keys(self, notice: Notice) -> dict[str, Any] | None:
        match notice:
            case LinkChanged(state=state):
                return self._link_keys(state)
            case CallRinging(call=call):
                return _ringing_keys(call.incoming, self._now())
            case CallChanged(call=call) if call.update is not None:
                return _over_keys(call.update, self._now())
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


def _ringing_keys(message: IncomingCall, now: datetime) -> dict[str, Any]:
    return {"event": "incoming_call", **to_wire(replace(message, rang_at=message.rang_at or now))}


def _over_keys(message: CallUpdate, now: datetime) -> dict[str, Any]:
    return {"event": "call_update", **to_wire(replace(message, at=message.at or now))}
