"""Messages that came before their INVITE: mirrors swap frames by some milliseconds. Pure, bounded."""

from collections.abc import Iterator
from typing import NamedTuple

from packetwave.server.calls.leg import Place
from packetwave.server.sip.message import Message

EARLY_S = 0.05
"""How long such a message is kept."""

MAX_CALL_IDS = 2000
MAX_MESSAGES = 20  # of one Call-ID


class Early(NamedTuple):
    """A message that waits, as it was received."""

    at_s: float
    source: Place
    destination: Place
    message: Message


class EarlyMessages:
    """Those that wait, by Call-ID, oldest first."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Early]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def keep(self, early: Early) -> None:
        """Let a message wait; beyond the bounds the oldest Call-ID's go, or this one."""
        call_id = early.message.call_id
        if call_id not in self._waiting and len(self._waiting) >= MAX_CALL_IDS:
            del self._waiting[next(iter(self._waiting))]
        kept = self._waiting.setdefault(call_id, [])
        if len(kept) < MAX_MESSAGES:
            kept.append(early)

    def release(self, sip_call_id: str) -> list[Early]:
        """Those of a Call-ID whose INVITE has come; they wait no longer."""
        return self._waiting.pop(sip_call_id, [])

    def given_up(self, at_s: float) -> Iterator[Early]:
        """Those that have waited long enough at `at_s`; they wait no longer."""
        while self._waiting:
            sip_call_id, kept = next(iter(self._waiting.items()))
            if kept[0].at_s + EARLY_S > at_s:
                return
            del self._waiting[sip_call_id]
            yield from kept
