"""From a frame's bytes to call events: the pure rooms in their order. Pure; time is an argument.

It adds nothing but the order and the counters. One thread at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from packetwave.server.calls.events import CallEvent
from packetwave.server.calls.leg import Place
from packetwave.server.calls.tracker import OpenCall, Tracker
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.frames.payload import Payload
from packetwave.server.sip.message import Message, Rejected, parse


@dataclass(frozen=True, slots=True)
class Counts:
    """What came by so far. rejected: payloads that begin like SIP and cannot be used."""

    frames: int = 0
    sip_messages: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class DoorCounts:
    """What was made of the datagrams of one door."""

    sip: int = 0
    """SIP messages in them."""

    unusable: int = 0
    """Reports (HEP) that could not be used."""

    wrong_key: int = 0
    """Those of them without the right password."""


OnRead = Callable[[Payload, Message | Rejected], None]


class Detector:
    """Frames in, call events out. on_read: is told of each payload and what it was read as."""

    def __init__(self, decoder: FrameDecoder, tracker: Tracker) -> None:
        self.on_read: OnRead | None = None
        self._decoder = decoder
        self._tracker = tracker
        self._glance = tracker.glance
        self._floods = tracker.floods.going
        self._rejected: Counter[str] = Counter()
        self._frames = 0
        self._messages = 0
        self._at_doors: Counter[str] = Counter()

    def counts(self) -> Counts:
        """What came by so far."""
        return Counts(self._frames, self._messages, self._rejected.total() + self._tracker.ignored.total())

    def door_counts(self) -> dict[str, DoorCounts]:
        """What came in at each kind of door so far."""
        refused = self._decoder.counters.hep_refused
        counts = {kind: DoorCounts(sip) for kind, sip in self._at_doors.items()}
        if refused:
            hep = self._at_doors["hep"]
            counts["hep"] = DoorCounts(hep, sum(refused.values()), refused.get("key", 0))
        return counts

    def rejected(self) -> Counter[str]:
        """Payloads that begin like SIP and were not used, by the reason."""
        return self._rejected + self._tracker.ignored

    def not_decoded(self) -> dict[str, int]:
        """Frames of kinds that nobody here reads, by kind."""
        return dict(self._decoder.counters.not_decoded)

    def listen_to(self, ports: frozenset[int], trusted: frozenset[str]) -> None:
        """SIP is on these ports, and these senders are believed, from the next frame on."""
        self._decoder.listen_to(ports, trusted)

    def use_members(self, extensions: frozenset[str]) -> None:
        """The members' extensions, normalised, are these from now on."""
        self._tracker.use_members(extensions)

    def restore(self, calls: Iterable[OpenCall], watched_until_s: float | None, over: Iterable[str]) -> None:
        """Take up calls of before a restart; before the first frame. See `Tracker.restore`."""
        self._tracker.restore(calls, watched_until_s=watched_until_s, over=over)

    def advance(self, at_s: float) -> list[CallEvent]:
        """Let time pass until `at_s` without a frame; the events that it brought about."""
        return self._tracker.advance(at_s)

    def finish(self, at_s: float) -> list[CallEvent]:
        """No frame will come any more (the end of a capture file): the last events."""
        return self._tracker.finish(at_s)

    def frame(self, at_s: float, link_type: int, frame: bytes) -> list[CallEvent]:
        """Take in one frame; the events it, and time until it, brought about. Never raises for its bytes."""
        self._frames += 1
        payloads = self._decoder.decode(at_s, link_type, frame)
        return self._take(payloads) if payloads else []

    def datagram(self, at_s: float, kind: str, source: str, data: bytes) -> list[CallEvent]:
        """The same for a datagram that came to a socket of this PC: see `FrameDecoder.datagram`."""
        self._frames += 1
        payloads = self._decoder.datagram(at_s, kind, source, data)
        self._at_doors[kind] += len(payloads)
        return self._take(payloads)

    def _take(self, payloads: Sequence[Payload]) -> list[CallEvent]:
        events: list[CallEvent] = []
        for payload in payloads:
            events += self._payload(payload)
        return events

    def _payload(self, payload: Payload) -> list[CallEvent]:
        stream = payload.transport != "udp"
        source = Place(payload.src, payload.src_port, stream)
        destination = Place(payload.dst, payload.dst_port, stream)
        if (
            self._floods
            and not payload.cut
            and self._glance.turns_away(payload.at_s, source, destination, payload.data)
        ):
            self._messages += 1
            return []
        message = parse(payload.data, cut=payload.cut)
        if self.on_read is not None:
            self.on_read(payload, message)
        if isinstance(message, Rejected):
            self._rejected[message.reason] += 1
            return []
        self._messages += 1
        return self._tracker.receive(payload.at_s, source, destination, message)
