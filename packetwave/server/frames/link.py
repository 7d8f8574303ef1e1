"""Link layers: from a frame of any link type to what it carries. Pure functions over bytes."""

from typing import NamedTuple

ETHERNET = 1  # https://www.tcpdump.org/linktypes.html
_NULL, _LOOP = 0, 108
_COOKED, _COOKED_2 = 113, 276
_RAW = (12, 14, 101, 228, 229)

IPV4, IPV6 = 0x0800, 0x86DD  # EtherTypes
FRAME = 0x6558  # transparent Ethernet bridging: a whole Ethernet frame
MPLS = (0x8847, 0x8848)
VN_TAG, E_TAG = 0x8926, 0x893F
# How long a tag is behind its EtherType, the next EtherType included: VLANs (IEEE 802.1Q and what came before
# it), VN-tag (Cisco, 802.1Qbh), E-tag (IEEE 802.1BR)
TAGS = {0x8100: 4, 0x88A8: 4, 0x9100: 4, 0x9200: 4, VN_TAG: 6, E_TAG: 8}
_PPPOE_SESSION = 0x8864
_IN_FRAMES = (IPV4, IPV6, *TAGS, _PPPOE_SESSION)
_PPP = {0x0021: IPV4, 0x0057: IPV6, 0x0281: MPLS[0]}
_PPP_CONTROL = 0x8000  # from here on: how the link and what is on it are set up
_PPP_ALL_STATIONS = b"\xff\x03"
_LENGTH_BELOW = 0x0600  # IEEE 802.3: below it is a length, and LLC follows
_SNAP = b"\xaa\xaa\x03\x00\x00\x00"
_NOT_DECODED = {0x88E5: "macsec", 0x88E7: "mac-in-mac", 0x8903: "fabricpath"}
_LAYERS = 16


class Carried(NamedTuple):
    """What stands behind the link layer. ethertype: IPV4, IPV6 or FRAME; 0 for anything else, and then
    `not_decoded` may name it. offset: where it begins. through: encapsulations passed on the way."""

    ethertype: int
    offset: int
    through: tuple[str, ...] = ()
    not_decoded: str = ""


_NOTHING = Carried(0, 0)


def read_link(link_type: int, frame: bytes) -> Carried:
    """What a frame of this link type carries, behind all tags."""
    if link_type == ETHERNET:
        return read_ethertype(int.from_bytes(frame[12:14]), frame, 14)
    if link_type == _COOKED:
        return read_ethertype(int.from_bytes(frame[14:16]), frame, 16)
    if link_type == _COOKED_2:
        return read_ethertype(int.from_bytes(frame[0:2]), frame, 20)
    if link_type in _RAW:
        return Carried(by_version(frame, 0), 0)
    if link_type in (_NULL, _LOOP):  # the address family's number differs between systems; IP says its own
        return Carried(by_version(frame, 4), 4)
    return Carried(0, 0, not_decoded=f"link-type-{link_type}" if 0 <= link_type < 512 else "link-type")


def read_ethertype(ethertype: int, data: bytes, offset: int) -> Carried:
    """What stands at `offset`, announced by `ethertype`, behind tags, PPPoE, MPLS labels and LLC."""
    through: tuple[str, ...] = ()
    for _ in range(_LAYERS):
        if ethertype in (IPV4, IPV6, FRAME):
            return Carried(ethertype, offset, through)
        if size := TAGS.get(ethertype):
            offset += size
            ethertype = int.from_bytes(data[offset - 2 : offset])
        elif ethertype == _PPPOE_SESSION:  # RFC 2516: version, code, session, length, then PPP's protocol
            ethertype = _PPP.get(int.from_bytes(data[offset + 6 : offset + 8]), 0)
            offset += 8
            through = (*through, "pppoe")
        elif ethertype in MPLS:
            ethertype, offset = _behind_labels(data, offset)
            through = (*through, "mpls")
        elif ethertype < _LENGTH_BELOW and data[offset : offset + 6] == _SNAP:
            ethertype = int.from_bytes(data[offset + 6 : offset + 8])
            offset += 8
        else:
            return Carried(0, offset, through, _NOT_DECODED.get(ethertype, ""))
    return _NOTHING


def read_ppp(data: bytes, offset: int) -> tuple[int, int] | None:
    """The EtherType of what a PPP frame carries (RFC 1661), 0 for PPP's own affairs, and where it begins;
    None where it cannot be read: compressed, encrypted, in parts."""
    if data[offset : offset + 2] == _PPP_ALL_STATIONS:
        offset += 2
    size = 1 if data[offset : offset + 1] and data[offset] & 1 else 2  # RFC 1661 section 6.5
    protocol = int.from_bytes(data[offset : offset + size])
    if protocol < _PPP_CONTROL and protocol not in _PPP:
        return None
    return _PPP.get(protocol, 0), offset + size


def frame_at(data: bytes, begin: int) -> bool:
    """Whether an Ethernet frame with something readable seems to begin there."""
    ethertype = int.from_bytes(data[begin + 12 : begin + 14])
    if ethertype in (IPV4, IPV6):
        return by_version(data, begin + 14) == ethertype
    return ethertype in _IN_FRAMES


def _behind_labels(data: bytes, offset: int) -> tuple[int, int]:
    for _ in range(_LAYERS):
        if offset + 4 > len(data):
            break
        last = data[offset + 2] & 1  # RFC 3032: bottom of the stack
        offset += 4
        if last:
            ethertype = by_version(data, offset)
            return (ethertype, offset) if ethertype else _in_pseudowire(data, offset)
    return 0, offset


def _in_pseudowire(data: bytes, offset: int) -> tuple[int, int]:
    """An Ethernet frame behind the labels, with or without a control word (RFC 4448). Nothing in the packet
    says which: the EtherType is looked for in both places."""
    for begin in (offset + 4, offset) if data[offset : offset + 1] < b"\x10" else (offset,):
        if frame_at(data, begin):
            return FRAME, begin
    return 0, offset


def by_version(data: bytes, offset: int) -> int:
    """The EtherType of the IP packet that begins at `offset`, by its version; 0 for none."""
    return {4: IPV4, 6: IPV6}.get(data[offset] >> 4, 0) if offset < len(data) else 0
