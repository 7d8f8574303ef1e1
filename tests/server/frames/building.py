"""SIP messages and frames around them, built with scapy, for the tests of this room and of capture."""

from functools import cache
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
