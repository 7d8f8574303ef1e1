"""Counts all that is known about the mirror: from sampled frames, SIP messages and the capture's own figures.

It judges nothing; `rules.py` does. Bounded memory. Pure; time is packet time in seconds.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from packetwave.common.addresses import comparable, parse_address
from packetwave.server.calls.events import Direction, Flooded, Ringing
from packetwave.server.diagnosis import glimpse
from packetwave.server.diagnosis.copies import Copies
from packetwave.server.diagnosis.dialogue import Dialogue
from packetwave.server.diagnosis.glimpse import Glimpse, is_sip, is_tls
from packetwave.server.diagnosis.media import Media
from packetwave.server.diagnosis.window import STEP_S, Sightings, Window
from packetwave.server.frames import ip
from packetwave.server.frames.payload import Payload
from packetwave.server.sip.message import Message, Rejected

_TLS_PORT = 5061
_WSS_PORTS = frozenset((7443, 8089))
"""WebSocket secure cannot be told from any other TLS but by its port: those of FreeSWITCH and Asterisk."""

_RATE_S = 2.0

_QUIET_S = 3600.0
"""Phones that say nothing register about once an hour; what was seen of them holds until then."""

_PLAIN_HOSTS = 4096

_FLOODS = 64

_FLOOD_S = 90.0
"""A flood that goes on is said once a minute at least."""

NO_EXTENSION = "–"

MIRRORED_FRAMES = 10
"""Unicast frames of others in five minutes; fewer are strays, which a switch floods now and then."""


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The system's clock was set. at_s: when. by_s: by how many seconds, forward positive."""

    at_s: float
    by_s: float


@dataclass(frozen=True, slots=True)
class Gauges:
    """What the capture counts by itself, since its start; each only grows."""

    received: int = 0
    """Frames on the wire, also those not sampled."""

    dropped: int = 0
    """Frames that the kernel lost on their way to the detector."""

    rejected: Mapping[str, int] = field(default_factory=dict)
    """What began like SIP and could not be used, by reason."""

    not_decoded: Mapping[str, int] = field(default_factory=dict)
    """As in `Counters`."""

    clock_set: ClockSet | None = None
    """The last time that the system's clock was set, None for never."""


class Evidence:
    """What was counted about one mirror.

    ports: the SIP ports, None where any is read. trusted: tunnel sources, None for all. own: the IP
    addresses of this PC, whose own traffic shows nothing about a mirror.
    """

    def __init__(
        self, ports: Collection[int] | None, trusted: Collection[str] | None, own: Collection[str]
    ) -> None:
        self.window = Window()
        self.dialogue = Dialogue(self.window)
        self.encrypted = Sightings(enough=3, kept_s=_QUIET_S)
        self.web_encrypted = Sightings(enough=3, kept_s=_QUIET_S)
        self.plain = Sightings(enough=1, kept_s=_QUIET_S, most=_PLAIN_HOSTS)
        self.other_ports = Sightings(enough=3, kept_s=_QUIET_S)
        self.tunnels = Sightings(enough=20, kept_s=_QUIET_S)
        self.undecoded = Sightings(enough=20, kept_s=STEP_S * 6)
        self.strangers = Sightings(enough=1, kept_s=24 * _QUIET_S, most=32)
        self.stranger_calls = 0
        self.flooded = Sightings(enough=1, kept_s=_FLOOD_S, most=_FLOODS)
        self.floods: OrderedDict[str, Flooded] = OrderedDict()
        self.reasons: dict[str, int] = {}
        self.cut_length = 0
        self.rtp_per_s = 0.0
        self.since_s = 0.0
        self.now_s = 0.0
        self.frame_s: float | None = None
        self.mirrored_s: float | None = None
        self.sip_s: float | None = None
        self.drop_s: float | None = None
        self.cut_s: float | None = None
        self.clock_set: ClockSet | None = None
        self.longest_silence_s = 0.0
        self._ports = None if ports is None else frozenset(ports)
        self._tls_ports = frozenset((_TLS_PORT,)) | (self._ports or frozenset((5060,)))
        self._trusted = trusted
        self._own = frozenset(parse_address(comparable(address)).packed for address in own)
        self._copies = Copies(self.window)
        self._media = Media(self.window)
        self._gauges = Gauges()
        self._sampled = 0
        self._rtp = 0
        self._rated_s = 0.0
        self._received = 0

    # Frames

    def frame(self, at_s: float, link_type: int, frame: bytes, wire_length: int) -> None:
        """A sampled frame; its first 128 bytes are looked at."""
        self._sampled += 1
        seen = glimpse.look(link_type, frame[: glimpse.SAMPLED_BYTES], wire_length, self._trusted)
        if seen.tunnel is not None:
            self._tunnel(at_s, seen, seen.tunnel)
            return
        if seen.src and (seen.src in self._own or seen.dst in self._own):
            return
        if self.frame_s is not None:
            self.longest_silence_s = max(self.longest_silence_s, at_s - self.frame_s)
        self.frame_s = at_s
        if seen.not_decoded:
            self.window.add("undecoded")
            self.undecoded.see(seen.not_decoded, at_s)
            return
        if seen.group or not seen.src:
            self.window.add("group")
            return
        self.window.add("unicast")
        if seen.cut:
            self.window.add("cut")
            self.cut_s = at_s
            self.cut_length = max(wire_length, len(frame))
        if seen.fragment:
            self.window.add(f"fragments_{seen.fragment}")
        if seen.mark:
            self._copies.see(at_s, seen.mark)
        if len(seen.segment) >= 8:
            self._carried(at_s, seen)

    def _carried(self, at_s: float, seen: Glimpse) -> None:
        segment = seen.segment
        if seen.protocol == ip.UDP:
            data = segment[8:]
            if is_sip(data):
                self._sip_seen(at_s, seen)
            elif self._media.see(seen.src + seen.dst + segment[:4], data, at_s - self.since_s):
                self._rtp += 1
        elif seen.protocol == ip.TCP and len(segment) >= 20:
            data = segment[max((segment[12] >> 4) * 4, 20) :]
            if is_sip(data):
                self._sip_seen(at_s, seen)
            elif is_tls(data):
                self._tls_seen(at_s, seen)

    def _sip_seen(self, at_s: float, seen: Glimpse) -> None:
        """SIP on a port that is not watched; what is on the others is heard whole."""
        ports = {int.from_bytes(seen.segment[0:2]), int.from_bytes(seen.segment[2:4])}
        if self._ports is None or ports & self._ports:
            return
        for port in ports:  # the server's is the one that all have in common
            self.other_ports.see(str(port), at_s)

    def _tls_seen(self, at_s: float, seen: Glimpse) -> None:
        src_port, dst_port = int.from_bytes(seen.segment[0:2]), int.from_bytes(seen.segment[2:4])
        for ports, table in ((self._tls_ports, self.encrypted), (_WSS_PORTS, self.web_encrypted)):
            to_server, from_server = dst_port in ports, src_port in ports
            if to_server != from_server:  # where both are, nothing tells which one is the phone's
                table.see(ip.address_text(seen.src if to_server else seen.dst), at_s)

    def _tunnel(self, at_s: float, seen: Glimpse, tunnel: tuple[str, str]) -> None:
        kind, source = tunnel
        sip = seen.protocol in (ip.UDP, ip.TCP) and is_sip(_behind_header(seen))
        if sip or glimpse.is_mirror_by_nature(kind):
            self.tunnels.see(f"{kind} {source}", at_s, self.tunnels.enough if sip else 1)

    def stranger(self, at_s: float, kind: str, source: str) -> None:
        """Somebody whom nobody has confirmed sends to a door of this kind."""
        self.tunnels.see(f"{kind} {source}", at_s, self.tunnels.enough)

    # SIP

    def hear(self, payload: Payload, message: Message | Rejected) -> None:
        """A payload that began like SIP, and what it was read as."""
        if isinstance(message, Rejected):
            return  # counted by the gauges
        self.sip_s = self.mirrored_s = payload.at_s
        self.plain.see(payload.src, payload.at_s)
        self.plain.see(payload.dst, payload.at_s)
        self.dialogue.hear(payload, message)

    def rings(self, event: Ringing, members: Collection[str]) -> None:
        """A phone rings. members: the extensions in the members table."""
        if event.direction is Direction.OUT:
            return
        if event.called in members:
            self.strangers.clear()
            self.stranger_calls = 0
        else:
            self.strangers.see(event.called, event.at.timestamp())
            self.stranger_calls += 1

    def flood(self, event: Flooded) -> None:
        """More calls come to an extension than are followed."""
        self.flooded.see(event.called or NO_EXTENSION, event.at.timestamp())
        self.floods[event.call_id] = event
        if len(self.floods) > _FLOODS:
            self.floods.popitem(last=False)

    def use_members(self, members: Collection[str]) -> None:
        """The members' extensions are these now: those called meanwhile may have got their rows."""
        if self.stranger_calls:
            for name in self.strangers.names(self.now_s):
                if name in members:
                    self.strangers.forget(name)
            if not len(self.strangers):
                self.stranger_calls = 0

    # Time

    @property
    def has_news(self) -> bool:
        """True if a name was seen often enough since the last look: worth judging at once."""
        return any(table.news for table in self._news_tables())

    def _news_tables(self) -> tuple[Sightings, ...]:
        return (
            self.encrypted,
            self.web_encrypted,
            self.other_ports,
            self.tunnels,
            self.dialogue.scanners,
            self.flooded,
        )

    def looked(self) -> None:
        """Forget that there was news: it has been judged."""
        for table in self._news_tables():
            table.news = False

    def gauge(self, gauges: Gauges) -> None:
        """Take in what the capture has counted up to now."""
        before, self._gauges = self._gauges, gauges
        self.clock_set = gauges.clock_set
        dropped = max(0, gauges.dropped - before.dropped)
        if dropped:
            self.window.add("dropped", dropped)
            self.drop_s = self.now_s
        self.window.add("received", max(0, gauges.received - before.received))
        for reason, count in gauges.rejected.items():
            more = count - before.rejected.get(reason, 0)
            if more > 0:
                self.window.add("rejected", more)
                self.reasons[reason] = self.reasons.get(reason, 0) + more
        compressed = gauges.not_decoded.get("ws-deflate", 0) - before.not_decoded.get("ws-deflate", 0)
        if compressed > 0:  # the sample cannot see it
            self.undecoded.see("ws-deflate", self.now_s, compressed * self.undecoded.enough)

    def rate(self, at_s: float) -> None:
        """Work the rate of RTP out anew, at most each two seconds."""
        elapsed_s = at_s - self._rated_s
        if elapsed_s < _RATE_S:
            return
        received = self._gauges.received - self._received
        share = self._rtp / self._sampled if self._sampled else 0.0
        self.rtp_per_s = max(received, self._sampled) * share / elapsed_s
        self._sampled = self._rtp = 0
        self._rated_s, self._received = at_s, self._gauges.received

    def step(self, at_s: float) -> None:
        """Move the window on: ten seconds are over."""
        if self.window["unicast"] >= MIRRORED_FRAMES:
            self.mirrored_s = at_s
        self.window.step()
        if not self.window["rejected"]:
            self.reasons.clear()

    def begin(self, at_s: float, gauges: Gauges) -> None:
        """Begin from nothing at this time: at the start, and where the clock has jumped."""
        self._gauges, self._received = gauges, gauges.received
        for table in (*self._news_tables(), self.plain, self.undecoded):
            table.clear()
        self.window.clear()
        self.dialogue.clear()
        self._copies.clear()
        self._media.clear()
        self.reasons.clear()
        self.floods.clear()
        self.since_s = self.now_s = self._rated_s = at_s
        self.frame_s = self.mirrored_s = self.sip_s = self.drop_s = self.cut_s = None
        self.longest_silence_s = 0.0
        self._sampled = self._rtp = 0


def _behind_header(seen: Glimpse) -> bytes:
    """The payload behind a UDP or TCP header, as far as is seen."""
    segment = seen.segment
    if seen.protocol == ip.UDP:
        return segment[8:]
    return segment[max((segment[12] >> 4) * 4, 20) :] if len(segment) >= 20 else b""
