"""A glance at the first bytes of one frame: who to whom, what kind, what is around it. Pure; never raises.

It sees 128 bytes of any frame on the wire, where the frames room sees whole frames that may be SIP. It
shares that room's readers and keeps no state.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from packetwave.server.frames import ip, link, tunnels

SAMPLED_BYTES = 128
"""Bytes looked at: enough for a SIP request's method behind a tag and a tunnel."""

_DEPTH = 6
_MARKED, _MARKED_6 = 80, 60  # bytes of a segment that are seen also behind three tags
_ALWAYS_MIRRORS = ("tzsp", "erspan")

# The start of a SIP message; its line may be longer than what is seen.
_SIP = re.compile(
    rb"[\r\n]*(?:SIP/2\.0 [1-6]\d\d|(?:INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|"
    rb"INFO|REFER|MESSAGE|UPDATE) (?:[Ss][Ii][Pp][Ss]?|[Tt][Ee][Ll]|[Uu][Rr][Nn]):)"
)
_TLS = re.compile(rb"[\x14-\x17]\x03[\x00-\x04][\x00-\x48]")  # RFC 8446 section 5.1: type, version, length


class Glimpse(NamedTuple):
    """What one frame shows at a glance."""

    group: bool
    """Whether it goes to a broadcast or multicast address."""

    src: bytes = b""
    """IP address, 4 or 16 bytes; b"" for no IP."""

    dst: bytes = b""
    """As `src`."""

    protocol: int = -1
    """The IP protocol's number, -1 for no IP."""

    segment: bytes = b""
    """The UDP or TCP header and what is seen behind it; nothing of a later fragment."""

    fragment: str = ""
    """`first`, `later`, or "" for a whole packet."""

    cut: bool = False
    """Whether the IP header says more than the frame held on the wire."""

    tunnel: tuple[str, str] | None = None
    """Kind and source of the outermost tunnel that is not trusted."""

    not_decoded: str = ""
    """The name of what is not looked into."""

    mark: bytes = b""
    """The same for copies of one packet and, as far as possible, for nothing else; b"" where nothing
    tells."""


def look(link_type: int, frame: bytes, wire_length: int, trusted: Collection[str] | None) -> Glimpse:
    """What a frame is. wire_length: before the capture cut it; trusted: sources of tunnels, None: all."""
    group = link_type == link.ETHERNET and bool(frame[:1]) and bool(frame[0] & 1)
    carried = link.read_link(link_type, frame)
    data, wire = frame, max(wire_length, len(frame))
    tunnel: tuple[str, str] | None = None
    cut = False
    for _ in range(_DEPTH):
        if carried.not_decoded:
            return Glimpse(group, tunnel=tunnel, not_decoded=carried.not_decoded)
        if carried.ethertype == link.FRAME:
            wire -= carried.offset
            data = data[carried.offset :]
            carried = link.read_link(link.ETHERNET, data)
            continue
        if carried.ethertype not in (link.IPV4, link.IPV6):
            return Glimpse(group, tunnel=tunnel)
        offset = carried.offset
        packet = ip.read_ip(data, offset)
        if packet is None:
            return Glimpse(group, tunnel=tunnel)
        total = _total_length(data, offset) or wire - offset
        cut = cut or total > wire - offset
        seen = min(len(data) - offset, total)
        payload_wire = min(total, wire - offset) - (seen - len(packet.payload))
        group = group or _is_group(packet.dst)
        known = Glimpse(group, packet.src, packet.dst, packet.protocol, b"", "", cut, tunnel)
        if packet.ident is not None:
            if packet.fragment_offset:
                return known._replace(fragment="later")
            known = known._replace(fragment="first")
        protocol, payload = packet.protocol, packet.payload
        inner, not_decoded = _inside(protocol, payload)
        if not_decoded:
            return known._replace(not_decoded=not_decoded)
        if inner is None:
            mark = _mark(packet, data[offset + 4 : offset + 6]) if not known.fragment else b""
            return known._replace(segment=payload, mark=mark)
        kind, ethertype, inside = inner
        source = ip.address_text(packet.src)
        if trusted is not None and tunnel is None and source not in trusted:
            tunnel = (kind, source)
        wire = payload_wire - (len(payload) - len(inside))
        data = inside
        carried = link.read_ethertype(ethertype, data, 0)
    return Glimpse(group, tunnel=tunnel)


def is_sip(data: bytes) -> bool:
    """True if a SIP message begins here, as far as is seen."""
    return _SIP.match(data) is not None


def is_tls(data: bytes) -> bool:
    """True if a TLS record begins here."""
    return _TLS.match(data) is not None


def is_mirror_by_nature(kind: str) -> bool:
    """True for tunnels that exist to carry mirrored traffic; others carry it only where SIP is in them."""
    return kind in _ALWAYS_MIRRORS


def _inside(protocol: int, payload: bytes) -> tuple[tunnels.Inner | None, str]:
    """What a packet carries whole, and the name of what is not looked into."""
    if protocol == ip.UDP:
        ports = int.from_bytes(payload[0:2]), int.from_bytes(payload[2:4])
        return tunnels.read_udp(*ports, payload[8:]) if len(payload) >= 8 else (None, "")
    return tunnels.read_packet(protocol, payload)


def _total_length(data: bytes, offset: int) -> int:
    """What the IP header at `offset` says; 0 for a large segment that the network card will cut."""
    if data[offset] >> 4 == 4:
        return int.from_bytes(data[offset + 2 : offset + 4])
    length = int.from_bytes(data[offset + 4 : offset + 6])
    return length + 40 if length else 0


def _is_group(address: bytes) -> bool:
    if len(address) == 4:
        return 224 <= address[0] <= 239 or address == b"\xff\xff\xff\xff"
    return address[0] == 0xFF


def _mark(packet: ip.Packet, ident: bytes) -> bytes:
    """A copy differs in MAC, tag, TTL and perhaps in checksums, so these are left out; and behind a tag less
    of it is seen. What tells nothing: packets without payload (a TCP ACK), which are said again by their
    senders, and SIP without an identification, whose beginning many messages share."""
    is_v4 = len(packet.src) == 4
    data = packet.payload[: _MARKED if is_v4 else _MARKED_6]
    if packet.protocol == ip.UDP and len(data) > 8:
        if (not is_v4 or ident == b"\0\0") and is_sip(data[8:]):
            return b""
        told = data[:6] + data[8:]
    elif packet.protocol == ip.TCP and len(data) > max((data[12] >> 4) * 4 if len(data) > 12 else 20, 20):
        told = data[:16] + data[18:]
    else:
        return b""
    return packet.src + packet.dst + (ident if is_v4 else b"") + told
