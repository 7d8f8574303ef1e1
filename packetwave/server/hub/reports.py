"""What became of alerts, told to whoever records it. The loop thread only.

Never while a message is being written: recording may take longer than writing, and an alert waits for no
record. So reports are kept until the loop's next turn, in their order. A recorder that fails is noted in the
crash log and holds nothing up.
"""

import asyncio
import logging
from collections.abc import Callable

_crash = logging.getLogger("packetwave.crash")

OnTold = Callable[[str, str, float], None]
"""call_id, address, milliseconds from the frame's arrival."""

OnLost = Callable[[str, str], None]
"""call_id, address."""


class Reports:
    """What became of alerts.

    told: an alert was written to a client. confirmed: it has arrived there. acknowledged: the client has
    shown it. lost: the client is gone before it was known that it arrived.
    """

    def __init__(
        self, on_told: OnTold, on_confirmed: OnTold, on_acknowledged: OnTold, on_lost: OnLost
    ) -> None:
        self._on_told = on_told
        self._on_confirmed = on_confirmed
        self._on_acknowledged = on_acknowledged
        self._on_lost = on_lost
        self._kept: list[Callable[[], None]] = []

    def told(self, call_id: str, address: str, took_ms: float) -> None:
        self._keep(lambda: self._on_told(call_id, address, took_ms))

    def confirmed(self, call_id: str, address: str, took_ms: float) -> None:
        self._keep(lambda: self._on_confirmed(call_id, address, took_ms))

    def acknowledged(self, call_id: str, address: str, took_ms: float) -> None:
        self._keep(lambda: self._on_acknowledged(call_id, address, took_ms))

    def lost(self, call_id: str, address: str) -> None:
        self._keep(lambda: self._on_lost(call_id, address))

    def _keep(self, report: Callable[[], None]) -> None:
        self._kept.append(report)
        if len(self._kept) == 1:
            asyncio.get_running_loop().call_soon(self.give)

    def give(self) -> None:
        """Hand over what is kept."""
        kept, self._kept = self._kept, []
        for report in kept:
            try:
                report()
            except Exception:  # noqa: BLE001 - a fault in the record is no reason to hold alerts back
                _crash.error("what became of an alert could not be recorded", exc_info=True)
