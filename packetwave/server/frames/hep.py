"""HEP (also EEP), by which PBXs and capture agents report the messages they send and receive: one datagram to
the SIP message in it, also where that travels encrypted. Pure functions over bytes; nothing raises.

Version 3 is a list of chunks (HEP3 Network Protocol Specification, revision 37), versions 1 and 2 are a fixed
head. What senders really do is in docs/decisions/hep.md: Asterisk calls every transport UDP, and itself
0.0.0.0.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from packetwave.server.frames.payload import sip_start

INFLATED_LIMIT = 65535  # no datagram that was reported is longer
_CHUNKS = 64
_MAGIC = b"HEP3"
_HEAD_3, _CHUNK = struct.Struct(">4sH"), struct.Struct(">HHH")
_HEAD_1 = struct.Struct(">BBBBHH")  # version, length, family, protocol, ports; version 1 and 2
_TIME_2 = struct.Struct("<IIHxx")  # seconds, microseconds, agent: in the order of the PCs that send it
_ADDRESS_SIZES = {2: 4, 10: 16, 23: 16, 24: 16, 28: 16, 30: 16}  # AF_INET; AF_INET6 of each system

_PROTOCOL, _SOURCE, _DESTINATION, _SOURCE_6, _DESTINATION_6 = 0x02, 0x03, 0x04, 0x05, 0x06
_SOURCE_PORT, _DESTINATION_PORT, _SECONDS, _MICROSECONDS, _TYPE = 0x07, 0x08, 0x09, 0x0A, 0x0B
_AGENT, _KEY, _PAYLOAD, _COMPRESSED, _CORRELATION = 0x0C, 0x0E, 0x0F, 0x10, 0x11
_SIZES = {
    _PROTOCOL: 1,
    _SOURCE: 4,
    _DESTINATION: 4,
    _SOURCE_6: 16,
    _DESTINATION_6: 16,
    _SOURCE_PORT: 2,
    _DESTINATION_PORT: 2,
    _SECONDS: 4,
    _MICROSECONDS: 4,
    _TYPE: 1,
    _AGENT: 4,
}
_SIP = 1
_TYPES = {
    2: "xmpp",
    3: "sdp",
    4: "rtp",
    5: "rtcp",
    6: "mgcp",
    7: "megaco",
    10: "iax",
    34: "rtp-report",
    35: "rtp-report",
    53: "dns",
    55: "rtsp",
    56: "diameter",
    100: "log",
}

_UDP = 17
_VIA = re.compile(rb"\r?\n(?:Via|v)[ \t]*:\s*SIP\s*/\s*2\.0\s*/\s*(\w{2,8})", re.IGNORECASE)
_VIA_WITHIN = 4096
_TRANSPORTS = {b"UDP": "udp", b"TCP": "tcp", b"TLS": "tcp", b"SCTP": "tcp", b"WS": "ws", b"WSS": "ws"}


class Report(NamedTuple):
    """A SIP message that a sender saw."""

    transport: str
    """As in `Payload`."""

    src: str
    src_port: int
    dst: str
    dst_port: int
    data: bytes
    """As in `Payload`, but for streams the whole message."""

    sent_s: float | None = None
    """When the message was sent, by the reporting sender's clock (seconds since 1970); None where it does not
    say."""

    agent: int = 0
    """The number that the sender gives itself, 0 for none."""

    key: bytes = b""
    """The sender's password, b"" for none."""

    correlation: bytes = b""
    """What tells reports that belong together, b"" for nothing."""

    vendor_chunks: int = 0
    """How many parts only their maker can read; they were passed over."""


class NotSip(NamedTuple):
    """A report of something else. kind: `rtcp`, `log`, `keep-alive`, … or `type-N`."""

    kind: str


class NoReport(NamedTuple):
    """No report. reason: `version`, `length` (of the whole), `chunk` (its length), `chunks` (too many),
    `address`, `compressed` (not to be unpacked, or to too much), `nested`, `empty` or `no_sip`."""

    reason: str


def read(data: bytes, sender: str) -> Report | NotSip | NoReport:
    """What a datagram reports. sender: its source address, as which an unspecified address counts."""
    if data[:4] == _MAGIC:
        return _read_3(data, sender)
    return _read_2(data, sender) if _is_version_2(data) else NoReport("version")


def _is_version_2(data: bytes) -> bool:
    """Version 1 or 2: their first bytes are the only sign of them."""
    return len(data) >= _HEAD_1.size and data[0] in (1, 2) and data[2] in _ADDRESS_SIZES


def _read_2(data: bytes, sender: str) -> Report | NotSip | NoReport:
    version, length, family, protocol, src_port, dst_port = _HEAD_1.unpack_from(data)
    size = _ADDRESS_SIZES[family]
    end = _HEAD_1.size + 2 * size
    time = _TIME_2.size if version == 2 else 0
    if length not in (end, end + time) or len(data) < end + time:  # some leave out the time in the length
        return NoReport("length")
    first = data[_HEAD_1.size : _HEAD_1.size + size]
    ends = _addresses(first, data[_HEAD_1.size + size : end], sender)
    if ends is None:
        return NoReport("address")
    sent_s, agent = None, 0
    if time:
        seconds, micros, agent = _TIME_2.unpack_from(data, end)
        sent_s = _time(seconds, micros)
    found = _sip(data[end + time :])
    if not isinstance(found, bytes):
        return found
    return Report(_transport(found, protocol), ends[0], src_port, ends[1], dst_port, found, sent_s, agent)


def _read_3(data: bytes, sender: str) -> Report | NotSip | NoReport:
    if len(data) < _HEAD_3.size or _HEAD_3.unpack_from(data)[1] != len(data):
        return NoReport("length")
    chunks: dict[int, bytes] = {}
    vendor_chunks = 0
    for count, chunk in enumerate(_chunks(data)):
        if chunk is None:
            return NoReport("chunk")
        if count == _CHUNKS:
            return NoReport("chunks")
        vendor, kind, value = chunk
        if vendor:
            vendor_chunks += 1
        elif _SIZES.get(kind, len(value)) != len(value):
            return NoReport("chunk")
        else:
            chunks.setdefault(kind, value)
    kind = _number(chunks, _TYPE, _SIP)
    if kind != _SIP:
        return NotSip(_TYPES.get(kind, f"type-{kind}"))
    ends = _addresses(chunks.get(_SOURCE, b""), chunks.get(_DESTINATION, b""), sender) or _addresses(
        chunks.get(_SOURCE_6, b""), chunks.get(_DESTINATION_6, b""), sender
    )
    if ends is None:
        return NoReport("address")
    payload = chunks.get(_PAYLOAD)
    if payload is None and _COMPRESSED in chunks:
        payload = _inflated(chunks[_COMPRESSED])
        if payload is None:
            return NoReport("compressed")
    found = _sip(payload or b"")
    if not isinstance(found, bytes):
        return found
    return Report(
        _transport(found, _number(chunks, _PROTOCOL, _UDP)),
        ends[0],
        _number(chunks, _SOURCE_PORT),
        ends[1],
        _number(chunks, _DESTINATION_PORT),
        found,
        _time(_number(chunks, _SECONDS), _number(chunks, _MICROSECONDS)),
        _number(chunks, _AGENT),
        chunks.get(_KEY, b""),
        chunks.get(_CORRELATION, b""),
        vendor_chunks,
    )


def _chunks(data: bytes) -> Iterator[tuple[int, int, bytes] | None]:
    """Vendor, type and value of each chunk; None, and then nothing more, where one does not fit."""
    place = _HEAD_3.size
    while place < len(data):
        if place + _CHUNK.size > len(data):
            yield None
            return
        vendor, kind, length = _CHUNK.unpack_from(data, place)
        if not _CHUNK.size <= length <= len(data) - place:
            yield None
            return
        yield vendor, kind, data[place + _CHUNK.size : place + length]
        place += length


def _number(chunks: dict[int, bytes], kind: int, default: int = 0) -> int:
    return int.from_bytes(chunks[kind]) if kind in chunks else default


def _time(seconds: int, micros: int) -> float | None:
    return seconds + (micros / 1e6 if micros < 1_000_000 else 0.0) if seconds else None


def _addresses(source: bytes, destination: bytes, sender: str) -> tuple[str, str] | None:
    """Both as text; None where one is missing, of another family or of many hosts."""
    if len(source) != len(destination):
        return None
    src, dst = _address(source, sender), _address(destination, sender)
    return (src, dst) if src and dst else None


def _address(packed: bytes, sender: str) -> str:
    if len(packed) not in (4, 16):
        return ""
    address: IPv4Address | IPv6Address = IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_multicast or packed == b"\xff\xff\xff\xff":
        return ""
    return sender if address.is_unspecified else str(address)


def _inflated(data: bytes) -> bytes | None:
    """zlib's or gzip's format unpacked; None for what is none, is cut, or becomes too long."""
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        unpacked = unpacking.decompress(data, INFLATED_LIMIT + 1)
    except zlib.error:
        return None
    return unpacked if unpacking.eof and len(unpacked) <= INFLATED_LIMIT else None


def _sip(payload: bytes) -> bytes | NotSip | NoReport:
    """The message from its start-line on."""
    start = sip_start(payload)
    if start >= 0:
        return payload[start:]
    if payload[:4] == _MAGIC or _is_version_2(payload):
        return NoReport("nested")
    if not payload:
        return NoReport("empty")
    return NotSip("keep-alive") if not payload.strip(b"\r\n\0") else NoReport("no_sip")


def _transport(message: bytes, protocol: int) -> str:
    """By the message's first Via, which says how it travelled this hop; the protocol's number where it is
    silent (Asterisk and FreeSWITCH call streams UDP there)."""
    via = _VIA.search(message, 0, _VIA_WITHIN)
    told = _TRANSPORTS.get(via[1].upper()) if via else None
    return told or ("udp" if protocol == _UDP else "tcp")
