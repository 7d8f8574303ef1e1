"""What carries a whole frame or packet inside an IP packet. Pure functions over bytes.

Each reader gives the kind of the tunnel, the EtherType of what is inside (`link.FRAME` for a whole Ethernet
frame; 0 for the tunnel's own affairs) and its bytes, or None for what is no such tunnel or cannot be read.
"""

from collections.abc import Callable

from packetwave.server.frames import ip, link

Inner = tuple[str, int, bytes]

_ERSPAN, _ERSPAN_3 = 0x88BE, 0x22EB
_CHECKSUM, _ROUTING, _KEY, _SEQUENCE = 0x8000, 0x4000, 0x2000, 0x1000
_L2TP_CONTROL, _L2TP_LENGTH, _L2TP_SEQUENCE, _L2TP_OFFSET = 0x8000, 0x4000, 0x0800, 0x0200
_L2TP_VERSION = 0x000F
_L2TP_OWN: Inner = ("l2tp", 0, b"")  # how the tunnel is set up: nothing of anybody's inside
_PPP_STARTS = (b"\xff\x03\x00\x21", b"\xff\x03\x00\x57", b"\xff\x03\xc0\x21")
_BETWEEN = (0, 4, 8, 12)
_ARP, _LLDP, _BRIDGES = b"\x08\x06", b"\x88\xcc", b"\x01\x80\xc2"  # frames that have nothing for us
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


def read_l2tp(data: bytes) -> Inner | None:
    """L2TP in UDP: version 2 with PPP inside (RFC 2661 section 3.1), version 3 (RFC 3931 section 4.1.2)."""
    flags = int.from_bytes(data[0:2])
    version = flags & _L2TP_VERSION
    if len(data) < 8 or version not in (2, 3):
        return None
    if flags & _L2TP_CONTROL:
        return _L2TP_OWN
    if version == 3:
        return _in_pseudowire(data[8:])
    offset = 6
    if flags & _L2TP_LENGTH:
        data, offset = data[: int.from_bytes(data[2:4])], 8
    if flags & _L2TP_SEQUENCE:
        offset += 4
    if flags & _L2TP_OFFSET:
        offset += 2 + int.from_bytes(data[offset : offset + 2])
    return _in_ppp(data, offset)


def read_l2tp_ip(data: bytes) -> Inner | None:
    """L2TP version 3 right on IP (RFC 3931 section 4.1.1)."""
    if len(data) < 8:
        return None
    return _in_pseudowire(data[4:]) if any(data[:4]) else _L2TP_OWN


def _in_ppp(data: bytes, offset: int) -> Inner | None:
    found = link.read_ppp(data, offset)
    return found and ("l2tp", found[0], data[found[1] :])


def _in_pseudowire(data: bytes) -> Inner | None:
    """What stands behind a session's number. Two things between that no packet announces: a cookie of 0, 4 or
    8 bytes, and 0 or 4 bytes of a sublayer. Ethernet, PPP or IP is looked for behind each length."""
    for begin in _BETWEEN:
        is_own = data[begin + 12 : begin + 14] in (_ARP, _LLDP) or data[begin : begin + 3] == _BRIDGES
        if is_own or link.frame_at(data, begin):
            return "l2tp", link.FRAME, data[begin:]
        if data[begin : begin + 4] in _PPP_STARTS:
            return _in_ppp(data, begin)
    for begin in _BETWEEN:
        if _ip_fills(data, begin):
            return "l2tp", link.by_version(data, begin), data[begin:]
    return None


def _ip_fills(data: bytes, begin: int) -> bool:
    """Whether an IP packet begins there that ends where the bytes end."""
    ethertype = link.by_version(data, begin)
    if ethertype == link.IPV4:
        return int.from_bytes(data[begin + 2 : begin + 4]) == len(data) - begin
    return ethertype == link.IPV6 and int.from_bytes(data[begin + 4 : begin + 6]) == len(data) - begin - 40


BY_SOCKET: dict[str, Callable[[bytes], Inner | None]] = {"vxlan": read_vxlan, "tzsp": read_tzsp}
"""The kinds that need no capture: what is in such a datagram is all there is to know of it."""
UDP_PORTS: dict[int, Callable[[bytes], Inner | None]] = {4789: read_vxlan, 37008: read_tzsp}
"""The port that tunnels of a kind go to, and their reader."""
L2TP_PORT = 1701
_GENEVE_PORT = 6081  # RFC 8926


def is_udp_tunnel(source_port: int, port: int) -> bool:
    """Whether a datagram between these ports may be a tunnel's."""
    return port in UDP_PORTS or port == _GENEVE_PORT or L2TP_PORT in (source_port, port)


def read_udp(source_port: int, port: int, data: bytes) -> tuple[Inner | None, str]:
    """What a datagram carries, or None; and the name of what it is that cannot be read, mostly ""."""
    if L2TP_PORT in (source_port, port):  # the answers come from there, and to where the questions came from
        inner = read_l2tp(data)
        return inner, "" if inner else "l2tp"
    if port == _GENEVE_PORT:
        return None, "geneve"
    read = UDP_PORTS.get(port)
    return read(data) if read else None, ""


def read_packet(protocol: int, payload: bytes) -> tuple[Inner | None, str]:
    """The same of an IP packet that is neither UDP nor TCP."""
    if protocol == ip.GRE:
        inner = read_gre(payload)
        return inner, "" if inner else "gre"
    if protocol == ip.L2TP:
        inner = read_l2tp_ip(payload)
        return inner, "" if inner else "l2tp"
    if protocol == ip.MPLS_IN_IP:
        return ("mpls-in-ip", link.MPLS[0], payload), ""
    if protocol in (ip.IPV4_IN_IP, ip.IPV6_IN_IP):
        return ("ip-in-ip", link.IPV4 if protocol == ip.IPV4_IN_IP else link.IPV6, payload), ""
    return None, "esp" if protocol == ip.ESP else ""
