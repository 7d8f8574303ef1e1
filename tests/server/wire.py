"""Frames and capture files for tests of the server: UDP datagrams between named IPv4 hosts."""

import struct
from collections.abc import Iterable
from ipaddress import IPv4Address
from pathlib import Path

_MACS = bytes.fromhex("020000000002020000000001")


def frame(source: str, destination: str, data: bytes, *, port: int = 5060) -> bytes:
    """An Ethernet frame with one UDP datagram; checksums are left zero, as mirrors show them."""
    udp = struct.pack(">HHHH", port, port, 8 + len(data), 0) + data
    addresses = IPv4Address(source).packed + IPv4Address(destination).packed
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + addresses
    return bytes(12) + b"\x08\x00" + ip + udp


def on_the_wire(frame: bytes) -> bytes:
    """The frame with what a bridge wants to see: MAC addresses and the IPv4 header's checksum."""
    header = frame[14:34]
    total = sum(struct.unpack(">10H", header))
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return _MACS + frame[12:24] + struct.pack(">H", checksum) + frame[26:]


def write_pcap(path: Path, frames: Iterable[tuple[float, bytes]]) -> Path:
    """A pcap file (Ethernet, microseconds) of (time in seconds, frame)."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for at_s, data in frames:
            seconds, micros = divmod(round(at_s * 1_000_000), 1_000_000)
            file.write(struct.pack("<IIII", seconds, micros, len(data), len(data)) + data)
    return path


class Leg:
    """One leg of a call between two hosts: its messages as (time, frame), to be put into a capture file."""

    def __init__(
        self,
        caller: str,
        extension: str,
        *,
        number: int = 1,
        name: str = "",
        source: str = "192.0.2.10",
        phone: str = "192.0.2.21",
    ) -> None:
        self._phone, self._source = phone, source
        shown = f'"{name}" ' if name else ""
        self._head = (
            f"Via: SIP/2.0/UDP {source}:5060;branch=z9hG4bK-{number}\r\n"
            f"From: {shown}<sip:{caller}@{source}>;tag=f{number}\r\n"
            f"To: <sip:{extension}@{phone}>%s\r\n"
            f"Call-ID: call-{number}@{source}\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )
        self._uri = f"sip:{extension}@{phone}"

    def request(self, at_s: float, method: str) -> tuple[float, bytes]:
        to_tag = ";tag=t" if method == "BYE" else ""
        text = f"{method} {self._uri} SIP/2.0\r\n" + self._head % (to_tag, method)
        if method == "BYE":
            text = text.replace("z9hG4bK-", "z9hG4bK-bye").replace("CSeq: 1", "CSeq: 2")
        return at_s, frame(self._source, self._phone, text.encode())

    def response(self, at_s: float, status: int) -> tuple[float, bytes]:
        text = f"SIP/2.0 {status} X\r\n" + self._head % (";tag=t", "INVITE")
        return at_s, frame(self._phone, self._source, text.encode())
