"""HEP datagrams of all senders to payloads: who is believed, when it was, what is counted. Pure, one thread.

A sender's clock may be anything. Its times are put on our clock by what its datagrams took at least; so what
waited in a queue keeps its own time, and a message stands where the mirror's copy of it does.
"""

import hmac

from packetwave.server.frames import hep
from packetwave.server.frames.counters import Counters
from packetwave.server.frames.payload import Payload

_SENDERS = 256
_WINDOW_S = 300.0
_LATE_S = 1.0  # a datagram that took longer: somebody's clock was set


class SenderClock:
    """What has to be added to a sender's time to make it ours: the least difference of the last minutes, as a
    datagram may be late but not early (agents report in blocks), and clocks drift."""

    __slots__ = ("_before", "_least", "_since_s")

    def __init__(self) -> None:
        self._since_s = float("-inf")
        self._least = self._before = 0.0

    def ours(self, at_s: float, sent_s: float) -> float:
        """When a message was, on our clock. at_s: when its report came; sent_s: the sender's time of it."""
        difference = at_s - sent_s
        age_s = at_s - self._since_s
        if not 0 <= age_s <= 2 * _WINDOW_S or difference - min(self._least, self._before) > _LATE_S:
            self._since_s, self._least, self._before = at_s, difference, difference
        elif age_s > _WINDOW_S:
            self._since_s, self._before, self._least = at_s, self._least, difference
        self._least = min(self._least, difference)
        return sent_s + min(self._least, self._before)


class Reports:
    """Reads the reports that come to one socket.

    trusted: source addresses (text) that are believed, None: all. key: what senders must give as their
    password, "" for anything.
    """

    def __init__(self, counters: Counters, trusted: frozenset[str] | None, key: str = "") -> None:
        self._counters = counters
        self.trusted = trusted
        self._key = key.encode()
        self._clocks: dict[str, SenderClock] = {}

    def datagram(self, at_s: float, source: str, data: bytes) -> Payload | None:
        """The SIP message that is reported, with its ends and its time on our clock."""
        counters = self._counters
        if self.trusted is not None and source not in self.trusted:
            counters.left_alone("hep", source)
            return None
        report = hep.read(data, source)
        if isinstance(report, hep.NoReport):
            counters.refused(report.reason)
            return None
        if isinstance(report, hep.NotSip):
            counters.reported_other(report.kind)
            return None
        if self._key and not hmac.compare_digest(report.key, self._key):
            counters.refused("key")
            return None
        counters.hep_vendor_chunks += report.vendor_chunks
        counters.hep_payloads += 1
        if report.sent_s is not None:
            at_s = self._clock(source).ours(at_s, report.sent_s)
        _, src, src_port, dst, dst_port, message, *_ = report
        return Payload(at_s, report.transport, src, src_port, dst, dst_port, message)

    def _clock(self, source: str) -> SenderClock:
        clock = self._clocks.get(source)
        if clock is None:
            if len(self._clocks) >= _SENDERS:
                self._clocks.clear()
            clock = self._clocks[source] = SenderClock()
        return clock
