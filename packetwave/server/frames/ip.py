"""IPv4 and IPv6 headers. Pure functions over bytes.

Checksums are never looked at: where the network card computes them, a capture shows them wrong.
"""

import struct
from ipaddress import IPv6Address
from typing import NamedTuple

HOP_BY_HOP, IPV4_IN_IP, TCP, UDP, IPV6_IN_IP, ROUTING, FRAGMENT = 0, 4, 6, 17, 41, 43, 44
GRE, ESP, AUTHENTICATION, DESTINATION, L2TP, MPLS_IN_IP = 47, 50, 51, 60, 115, 137
_MOBILITY, _HIP, _SHIM6 = 135, 139, 140
_EXTENSIONS = (HOP_BY_HOP, ROUTING, DESTINATION, AUTHENTICATION, _MOBILITY, _HIP, _SHIM6)
_CHAIN = 16
_IPV4 = struct.Struct(">BxHHHxBxx4s4s").unpack_from


class Packet(NamedTuple):
    """One IP packet."""

    src: bytes
    """4 or 16 bytes."""

    dst: bytes
    """As `src`."""

    protocol: int
    """That of the payload, behind IPv6 extension headers."""

    payload: bytes
    """It ends where the IP header says, so without Ethernet padding."""

    cut: bool
    """Whether the capture holds less than the header says."""

    ident: bytes | None = None
    """None for a whole packet; else what the fragments of one packet share."""

    fragment_offset: int = 0
    """Where a fragment's payload begins in the packet's, in bytes."""

    more: bool = False
    """Whether other fragments follow behind it."""


def read_ip(data: bytes, offset: int) -> Packet | None:
    """The IP packet that begins at `offset`; None for what is none."""
    if offset >= len(data):
        return None
    version = data[offset] >> 4
    if version == 4:
        return _read_ipv4(data, offset)
    return _read_ipv6(data, offset) if version == 6 else None


def _read_ipv4(data: bytes, offset: int) -> Packet | None:
    if len(data) < offset + 20:
        return None
    first, length, ident, fragment, protocol, src, dst = _IPV4(data, offset)
    header = (first & 0x0F) * 4
    end = offset + (length or len(data) - offset)  # 0: a large segment that the network card will cut
    if header < 20 or offset + header > end:
        return None
    cut = end > len(data)
    payload = data[offset + header : end]
    if fragment & 0x3FFF:
        whole = ident.to_bytes(2)
        return Packet(
            src, dst, protocol, payload, cut, whole, (fragment & 0x1FFF) * 8, bool(fragment & 0x2000)
        )
    return Packet(src, dst, protocol, payload, cut)


def _read_ipv6(data: bytes, offset: int) -> Packet | None:
    if len(data) < offset + 40:
        return None
    length, protocol = int.from_bytes(data[offset + 4 : offset + 6]), data[offset + 6]
    end = offset + 40 + length if length else len(data)  # 0: a jumbogram or a large segment
    src, dst = data[offset + 8 : offset + 24], data[offset + 24 : offset + 40]
    cut = end > len(data)
    protocol, rest = skip_extensions(protocol, data[offset + 40 : end])
    if protocol == FRAGMENT:
        if len(rest) < 8:
            return None
        place = int.from_bytes(rest[2:4])
        protocol, ident, rest_of_it = rest[0], rest[4:8], rest[8:]
        if place & 0xFFF9:
            return Packet(src, dst, protocol, rest_of_it, cut, ident, place & 0xFFF8, bool(place & 1))
        protocol, rest = skip_extensions(protocol, rest_of_it)  # RFC 6946: a fragment that is the whole
    return Packet(src, dst, protocol, rest, cut)


def skip_extensions(protocol: int, data: bytes) -> tuple[int, bytes]:
    """What stands behind IPv6 extension headers (RFC 8200 section 4), up to a fragment header."""
    offset = 0
    for _ in range(_CHAIN):
        if protocol not in _EXTENSIONS or offset + 8 > len(data):
            break
        length = data[offset + 1]
        size = (length + 2) * 4 if protocol == AUTHENTICATION else (length + 1) * 8
        protocol = data[offset]
        offset += size
    return protocol, data[offset:] if offset else data


def address_text(address: bytes) -> str:
    """4 or 16 bytes as text; IPv6 compressed."""
    if len(address) == 4:
        return f"{address[0]}.{address[1]}.{address[2]}.{address[3]}"
    return str(IPv6Address(address))
