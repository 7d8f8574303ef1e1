"""SIP messages and frames around them, built with scapy, for the tests of this room and of capture."""

import struct
from functools import cache
from ipaddress import ip_address
from typing import Any

from packetwave.server.frames import FrameDecoder, Payload

A, B = "10.0.0.10", "10.0.0.21"
A6, B6 = "fd00::10", "fd00::21"
MAC_A, MAC_B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


def invite(call_id: str, *, body: bytes = b"v=0\r\n", filler: int = 0, method: str = "INVITE") -> bytes:
    """A request to 1001. filler: so many bytes more in its headers."""
    head = (
        f"{method} sip:1001@{B} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {A}:5060;branch=z9hG4bK-{call_id}\r\n"
        f"From: <sip:01012345678@{A}>;tag=1\r\nTo: <sip:1001@{B}>\r\n"
        f"Call-ID: {call_id}\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:{A}:5060>\r\n"
    )
    if filler:
        head += f"X-Filler: {'x' * filler}\r\n"
    return f"{head}Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def head_of(message: bytes) -> bytes:
    """What TCP and WebSocket hand on of a message."""
    return message[: message.index(b"\r\n\r\n") + 4]


@cache
def scapy() -> Any:
    """scapy with the protocols used here."""
    import scapy.all
    import scapy.contrib.erspan
    import scapy.contrib.mpls
    import scapy.contrib.tzsp

    return scapy.all


def udp_packet(data: bytes, *, src: str = A, dst: str = B, port: int = 5060, **ip: Any) -> Any:
    """scapy's IP / UDP / data."""
    s = scapy()
    network = s.IPv6(src=src, dst=dst, **ip) if ":" in src else s.IP(src=src, dst=dst, **ip)
    return network / s.UDP(sport=port, dport=port) / s.Raw(data)


def ethernet(packet: Any, **options: Any) -> Any:
    """scapy's Ether in front of a packet."""
    return scapy().Ether(src=MAC_A, dst=MAC_B, **options) / packet


def vn_tagged(packet: Any, *, ethertype: int = 0x0800) -> Any:
    """Cisco's VN-tag: direction and destination interface, source interface, the next EtherType."""
    return ethernet(scapy().Raw(bytes.fromhex("80120003") + ethertype.to_bytes(2)) / packet, type=0x8926)


def e_tagged(packet: Any, *, ethertype: int = 0x0800) -> Any:
    """IEEE 802.1BR: priority and where it came in, where it goes, their extensions, the next EtherType."""
    return ethernet(scapy().Raw(bytes.fromhex("200110020000") + ethertype.to_bytes(2)) / packet, type=0x893F)


def udp_frame(data: bytes, **options: Any) -> bytes:
    """A plain Ethernet frame with a datagram."""
    return bytes(ethernet(udp_packet(data, **options)))


def decode_all(frames: list[bytes], link_type: int = 1, decoder: FrameDecoder | None = None) -> list[Payload]:
    """The payloads of these frames, 1 ms apart."""
    decoder = decoder or FrameDecoder(ports=frozenset({5060}))
    return [
        payload
        for number, frame in enumerate(frames)
        for payload in decoder.decode(number / 1000, link_type, frame)
    ]


def hep_chunk(kind: int, value: bytes, *, vendor: int = 0) -> bytes:
    """One chunk of HEP 3."""
    return struct.pack(">HHH", vendor, kind, 6 + len(value)) + value


def hep_3(message: bytes, *more: bytes, src: str = A, dst: str = B, **other: Any) -> bytes:
    """A HEP 3 datagram. more: further chunks, in front. other: protocol, src_port, dst_port, sent_s, kind (of
    what is reported), payload (type of its chunk), agent."""
    v6 = ":" in src
    sent_s = other.get("sent_s", 1_767_571_200.25)
    chunks = [
        *more,
        hep_chunk(1, bytes([10 if v6 else 2])),
        hep_chunk(2, bytes([other.get("protocol", 17)])),
        hep_chunk(5 if v6 else 3, ip_address(src).packed),
        hep_chunk(6 if v6 else 4, ip_address(dst).packed),
        hep_chunk(7, other.get("src_port", 5060).to_bytes(2)),
        hep_chunk(8, other.get("dst_port", 5060).to_bytes(2)),
        hep_chunk(9, int(sent_s).to_bytes(4)),
        hep_chunk(10, round(sent_s % 1 * 1e6).to_bytes(4)),
        hep_chunk(11, bytes([other.get("kind", 1)])),
        hep_chunk(12, other.get("agent", 7).to_bytes(4)),
        hep_chunk(other.get("payload", 15), message),
    ]
    return hep_3_of(chunks)


def hep_3_of(chunks: list[bytes]) -> bytes:
    """A HEP 3 datagram of these chunks."""
    return b"HEP3" + (6 + sum(map(len, chunks))).to_bytes(2) + b"".join(chunks)


def hep_2(message: bytes, *, version: int = 2, src: str = A, dst: str = B, with_time: bool = False) -> bytes:
    """A HEP 1 or 2 datagram. with_time: the length counts the time as well, as some senders do."""
    ends = ip_address(src).packed + ip_address(dst).packed
    time = struct.pack("<IIHxx", 1_767_571_200, 250_000, 7) if version == 2 else b""
    length = 8 + len(ends) + len(time) * with_time
    head = struct.pack(">BBBBHH", version, length, 10 if ":" in src else 2, 17, 5060, 5061)
    return head + ends + time + message
