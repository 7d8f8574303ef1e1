"""Why clients were cut or turned away, for the log: the first of a kind at once, the others as a number.

A flood must not write a line a packet. Pure but for the logger; the time is an argument.
"""

import logging
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Kind:
    said_at_s: float
    address: str = ""
    unsaid: int = 0


class Complaints:
    """At most one line for each reason in `every_s`. reasons are words of the program, never of the
    network."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._kinds: dict[str, _Kind] = {}

    def add(self, reason: str, address: str, now_s: float) -> None:
        kind = self._kinds.get(reason)
        if kind is None:
            log.warning("client %s: %s", address, reason)
            self._kinds[reason] = _Kind(now_s)
        else:
            kind.unsaid += 1
            kind.address = address

    def tell(self, now_s: float) -> None:
        """Say what was only counted, where it is time; to be called now and then."""
        for reason, kind in list(self._kinds.items()):
            if now_s - kind.said_at_s < self._every_s:
                continue
            if kind.unsaid:
                log.warning("%d more clients, the last %s: %s", kind.unsaid, kind.address, reason)
                self._kinds[reason] = _Kind(now_s)
            else:
                del self._kinds[reason]
