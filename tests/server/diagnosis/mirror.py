"""Mirrors to be diagnosed: frames of a small office over some minutes, and what is said of them.

Hosts: the PBX is 192.168.0.10, phones are 192.168.0.21 and up, the provider is 203.0.113.5.
"""

import struct
from collections.abc import Iterable, Iterator
from heapq import merge
from ipaddress import ip_address

from packetwave.server.calls.events import Diagnosed, DiagnosisOver, Ringing
from packetwave.server.calls.tracker import Tracker
from packetwave.server.diagnosis import Budget, Diagnosis, Gauges
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Detector

T0 = 1_700_000_000.0
MINUTE = 60.0
PBX, PROVIDER, PC, SERVER = "192.168.0.10", "203.0.113.5", "192.168.0.200", "192.168.0.250"
PHONES = tuple(f"192.168.0.{number}" for number in (21, 22, 23))
PBX_MAC, PHONE_MAC = bytes.fromhex("02000000000a"), bytes.fromhex("020000000015")

Timed = tuple[float, bytes]


def ethernet(payload: bytes, *, ethertype: int = 0x0800, to: bytes = PBX_MAC, tags: bytes = b"") -> bytes:
    return to + PHONE_MAC + tags + ethertype.to_bytes(2) + payload


def packet(
    src: str, dst: str, protocol: int, payload: bytes, *, ident: int = 0, place: int = 0, ttl: int = 64
) -> bytes:
    """An IP packet of either version. place: fragment flags and offset of IPv4."""
    source, destination = ip_address(src).packed, ip_address(dst).packed
    if len(source) == 16:
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, ttl) + source + destination + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident, place, ttl, protocol, 0)
    head += source + destination
    total: int = sum(struct.unpack(">10H", head))  # a Linux bridge may drop what has a wrong checksum
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return head[:10] + checksum.to_bytes(2) + head[12:] + payload


def udp(src_port: int, dst_port: int, data: bytes) -> bytes:
    return struct.pack(">HHHH", src_port, dst_port, 8 + len(data), 0) + data


def tcp(src_port: int, dst_port: int, sequence: int, data: bytes) -> bytes:
    return struct.pack(">HHIIBBHHH", src_port, dst_port, sequence, 1, 0x50, 0x18, 1000, 0, 0) + data


def datagram(
    src: str,
    dst: str,
    data: bytes,
    *,
    ports: tuple[int, int] = (5060, 5060),
    ident: int = 0,
    tags: bytes = b"",
) -> bytes:
    """A frame with one UDP datagram."""
    ethertype = 0x86DD if ":" in src else 0x0800
    return ethernet(packet(src, dst, 17, udp(*ports, data), ident=ident), ethertype=ethertype, tags=tags)


def sip(
    start: str, number: int, *, user: str = "1001", cseq: str = "REGISTER", agent: str = "", filler: int = 0
) -> bytes:
    """A SIP message of transaction `number`."""
    more = f"User-Agent: {agent}\r\n" if agent else ""
    more += f"X-Filler: {'x' * filler}\r\n" if filler else ""
    return (
        f"{start}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK-{number}\r\nFrom: <sip:{user}@pbx>;tag=f{number}\r\n"
        f"To: <sip:{user}@pbx>\r\nCall-ID: c{number}\r\nCSeq: 1 {cseq}\r\n{more}Content-Length: 0\r\n\r\n"
    ).encode()


def registrations(
    begin_s: float,
    minutes: float,
    *,
    phones: Iterable[str] = PHONES,
    every_s: float = 30.0,
    server: str = PBX,
    ports: tuple[int, int] = (5060, 5060),
    tags: bytes = b"",
    requests: bool = True,
    replies: bool = True,
    agent: str = "",
) -> Iterator[Timed]:
    """Phones that register again and again: a request and its 200 each time."""
    number = int(begin_s * 10)
    at_s = begin_s
    while at_s < begin_s + minutes * MINUTE:
        for place, phone in enumerate(phones):
            number += 1
            asked = sip(f"REGISTER sip:{server} SIP/2.0", number, user=f"10{place:02}", agent=agent)
            said = sip("SIP/2.0 200 OK", number, user=f"10{place:02}")
            if requests:
                yield at_s, datagram(phone, server, asked, ports=ports, ident=number & 0xFFFF, tags=tags)
            if replies:
                back = (ports[1], ports[0])
                yield (
                    at_s + 0.02,
                    datagram(server, phone, said, ports=back, ident=~number & 0xFFFF, tags=tags),
                )
            at_s += 0.03
        at_s += every_s


def call(begin_s: float, number: int, *, phone: str = PHONES[0], user: str = "1001") -> Iterator[Timed]:
    """An answered call of 10 s from the PBX to a phone, without its speech."""
    for after_s, to_phone, start, cseq in (
        (0.0, True, f"INVITE sip:{user}@{phone} SIP/2.0", "INVITE"),
        (0.1, False, "SIP/2.0 180 Ringing", "INVITE"),
        (3.0, False, "SIP/2.0 200 OK", "INVITE"),
        (3.1, True, f"ACK sip:{user}@{phone} SIP/2.0", "ACK"),
        (13.0, True, f"BYE sip:{user}@{phone} SIP/2.0", "BYE"),
        (13.1, False, "SIP/2.0 200 OK", "BYE"),
    ):
        message = sip(start, number if cseq == "INVITE" else number + 1_000_000, user=user, cseq=cseq)
        message = message.replace(b"f%d\r\n" % (number + 1_000_000), b"f%d\r\n" % number)
        message = message.replace(b"c%d\r\n" % (number + 1_000_000), b"c%d\r\n" % number)
        message = message.replace(b"From: <sip:%s@pbx>" % user.encode(), b"From: <sip:01012345678@pbx>")
        pair = (PBX, phone) if to_phone else (phone, PBX)
        yield begin_s + after_s, datagram(*pair, message, ident=(number + int(after_s * 10)) & 0xFFFF)


def speech(
    begin_s: float,
    seconds: float,
    *,
    pair: tuple[str, str] = (PHONES[0], PBX),
    port: int = 10_000,
    every_s: float = 0.02,
) -> Iterator[Timed]:
    """RTP both ways."""
    for step in range(int(seconds / every_s)):
        for way, (src, dst) in enumerate((pair, pair[::-1])):
            head = struct.pack(">BBHII", 0x80, 8, step & 0xFFFF, step * 160, 7 + way)
            ports = (port, port + 2)[:: 1 - 2 * way]
            frame = datagram(src, dst, head + bytes(160), ports=(ports[0], ports[1]), ident=step & 0xFFFF)
            yield begin_s + step * every_s + way * 0.001, frame


def broadcasts(begin_s: float, minutes: float, *, every_s: float = 2.0) -> Iterator[Timed]:
    """ARP, as every network has it."""
    arp = struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + bytes(20)
    for step in range(int(minutes * MINUTE / every_s)):
        yield begin_s + step * every_s, ethernet(arp, ethertype=0x0806, to=b"\xff" * 6)


def web(begin_s: float, minutes: float, *, every_s: float = 0.5, pc: str = PC) -> Iterator[Timed]:
    """A PC that reads the news."""
    for step in range(int(minutes * MINUTE / every_s)):
        segment = tcp(443, 50_000, step * 100, b"\x17\x03\x03\x00\x30" + step.to_bytes(4) * 12)
        yield begin_s + step * every_s, ethernet(packet(PROVIDER, pc, 6, segment, ident=step & 0xFFFF))


def encrypted(begin_s: float, minutes: float, *, phone: str = PHONES[0], port: int = 5061) -> Iterator[Timed]:
    """A phone that speaks TLS with the PBX."""
    for step in range(int(minutes * 6)):
        record = b"\x17\x03\x03\x00\x30" + step.to_bytes(4) * 12
        yield (
            begin_s + step * 10,
            ethernet(packet(phone, PBX, 6, tcp(40_000, port, step * 53, record), ident=step)),
        )
        yield (
            begin_s + step * 10 + 0.1,
            ethernet(packet(PBX, phone, 6, tcp(port, 40_000, step * 53, record), ident=step)),
        )


def office(begin_s: float, minutes: float) -> Iterator[Timed]:
    """A healthy mirror of an ordinary office."""
    number = int(begin_s)
    return merge(
        registrations(begin_s, minutes),
        broadcasts(begin_s, minutes),
        web(begin_s, minutes),
        *(
            part
            for minute in range(int(minutes))
            for part in (
                call(begin_s + minute * MINUTE, number + minute),
                speech(begin_s + minute * MINUTE + 3, 10, port=10_000 + 4 * minute, every_s=0.1),
            )
        ),
    )


class Bench:
    """A diagnosis beside the detector, as the detector thread has it, and all that it said."""

    def __init__(
        self,
        *,
        ports: frozenset[int] | None = frozenset((5060,)),
        trusted: frozenset[str] | None = frozenset(),
        members: frozenset[str] = frozenset(("1001",)),
        is_recording: bool = False,
        own: tuple[str, ...] = (SERVER,),
    ) -> None:
        self.diagnosis = Diagnosis(
            ports=ports, trusted_tunnels=trusted, own_addresses=own, is_recording=is_recording
        )
        self.detector = Detector(FrameDecoder(ports=ports, trusted_tunnels=trusted), Tracker(members))
        self.detector.on_read = self.diagnosis.hear
        self.said: list[Diagnosed | DiagnosisOver] = []
        self.dropped = 0
        self._members = members
        self._budget = Budget()
        self._received = 0
        self._advanced_s = 0.0

    def play(
        self, frames: Iterable[Timed], *, link_type: int = 1, until_s: float = 0.0, cut: int = 0
    ) -> "Bench":
        """Let these frames come. until_s: then let time pass until then; cut: the mirror's snap length."""
        self.diagnosis.use_members(self._members)
        at_s = self._advanced_s
        for at_s, frame in frames:
            self._pass_time(at_s)
            self._received += 1
            if cut:
                frame = frame[:cut]
            if self._budget.left(at_s):
                self._budget.spend(1)
                self.diagnosis.frame(at_s, link_type, frame, len(frame))
            for event in self.detector.frame(at_s, link_type, frame):
                if isinstance(event, Ringing):
                    self.diagnosis.rings(event)
        self._pass_time(max(at_s, until_s))
        return self

    def _pass_time(self, at_s: float) -> None:
        """Once a second, also while nothing comes."""
        if not self._advanced_s or not 0 <= at_s - self._advanced_s < 7000:
            self._advance(at_s)
        while self._advanced_s + 1 <= at_s:
            self._advance(self._advanced_s + 1)

    def _advance(self, at_s: float) -> None:
        self._advanced_s = at_s
        gauges = Gauges(
            self._received,
            self.dropped,
            self.detector.rejected(),
            self.detector.not_decoded(),
        )
        self.said += self.diagnosis.advance(at_s, gauges)

    @property
    def codes(self) -> list[str]:
        """What is the matter now."""
        return [str(finding.code) for finding in self.diagnosis.findings]

    @property
    def lines(self) -> list[str]:
        """What was said so far: a code, or its end as `-code`."""
        return [f"{'-' if isinstance(event, DiagnosisOver) else ''}{event.code}" for event in self.said]
