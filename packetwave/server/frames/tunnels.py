"""What carries a whole frame or packet inside an IP packet. Pure functions over bytes.

Each reader gives the kind of the tunnel, the EtherType of what is inside (`link.FRAME` for a whole Ethernet
frame) and its bytes, or None for what is no such tunnel.
"""

from collections.abc import Callable

from packetwave.server.frames import link

Inner = tuple[str, int, bytes]

_ERSPAN, _ERSPAN_3 = 0x88BE, 0x22EB
_CHECKSUM, _ROUTING, _KEY, _SEQUENCE = 0x8000, 0x4000, 0x2000, 0x1000
_TZSP_PAD, _TZSP_END, _TZSP_ETHERNET = 0, 1, 1


def read_gre(data: bytes) -> Inner | None:
    """GRE version 0 (RFC 2784, RFC 2890) with ERSPAN I, II and III inside
    (draft-foschiano-erspan: I has no sequence number and no header of its own)."""
    if len(data) < 4:
        return None
    flags = int.from_bytes(data[0:2])
    kind = int.from_bytes(data[2:4])
    if flags & 0x0007 or flags & _ROUTING:
        return None
    offset = 4 + 4 * bool(flags & _CHECKSUM) + 4 * bool(flags & _KEY) + 4 * bool(flags & _SEQUENCE)
    if kind == _ERSPAN:
        return "erspan", link.FRAME, data[offset + 8 * bool(flags & _SEQUENCE) :]
    if kind == _ERSPAN_3:
        has_more = data[offset + 11 : offset + 12] and data[offset + 11] & 1  # platform specific subheader
        return "erspan", link.FRAME, data[offset + (20 if has_more else 12) :]
    return "gre", kind, data[offset:]


def read_vxlan(data: bytes) -> Inner | None:
    """RFC 7348 section 5."""
    if len(data) < 8 or not data[0] & 0x08:
        return None
    return "vxlan", link.FRAME, data[8:]


def read_tzsp(data: bytes) -> Inner | None:
    """TaZmen sniffer protocol: version, type, encapsulated protocol, then tagged fields up to an end tag."""
    if len(data) < 4 or data[0] != 1 or int.from_bytes(data[2:4]) != _TZSP_ETHERNET:
        return None
    offset = 4
    while offset < len(data):
        tag = data[offset]
        if tag == _TZSP_END:
            return "tzsp", link.FRAME, data[offset + 1 :]
        offset += 1 if tag == _TZSP_PAD else 2 + int.from_bytes(data[offset + 1 : offset + 2])
    return None


UDP_PORTS: dict[int, Callable[[bytes], Inner | None]] = {4789: read_vxlan, 37008: read_tzsp}
L2TP_PORT = 1701
