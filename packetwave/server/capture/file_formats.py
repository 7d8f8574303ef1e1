"""What capture files are made of: the records of pcap, pcapng and snoop files, and what else a file may be.

Own readers rather than scapy's: docs/decisions/capture-file-readers.md says why. They read a file from its
front to its end, in bounded memory, and raise `Damaged` where it ends inside a record or goes on with none.
Any one thread.
"""

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO

from packetwave.server.capture.timeline import Record

_FRAME_LIMIT = 262144  # libpcap's largest snapshot; a greater length is damage, not a frame
_BLOCK_LIMIT = 64 * 1024 * 1024  # pcapng: blocks of names and secrets may be large
_LAST_SECOND = 253_402_300_799.0  # the end of the year 9999: later times cannot be shown

PCAP = {  # magic: (byte order, units a second)
    b"\xa1\xb2\xc3\xd4": (">", 1e6),
    b"\xd4\xc3\xb2\xa1": ("<", 1e6),
    b"\xa1\xb2\x3c\x4d": (">", 1e9),
    b"\x4d\x3c\xb2\xa1": ("<", 1e9),
}
MODIFIED_PCAP = {b"\xa1\xb2\xcd\x34": ">", b"\x34\xcd\xb2\xa1": "<"}
_MODIFIED_HEADS = (24, 28)
SNOOP = b"snoop\0\0\0"
SNOOP_LINKS = {0: 1, 4: 1, 0x80000001: 228, 0x80000002: 229}  # 802.3, Ethernet, and Solaris' IPv4 and IPv6
PCAPNG = b"\x0a\x0d\x0d\x0a"
BYTE_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
GZIP = b"\x1f\x8b"

PACKED = {
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
}
"""How files begin that are to be unpacked first."""

FOREIGN = {
    b"GMBU": "Microsoft Network Monitor",
    b"RTSS": "Microsoft Network Monitor",
    b"TRSNIFF data": "Sniffer",
    b"XCP\0": "Sniffer",
    b"ObserverPktBuffe": "Observer",
    b"\xaa\xaa\xaa\xaa": "5View",
    b"\x05VNF": "Visual Networks",
    b"TR\0d\0": "HP-UX nettl",
}
"""How capture files begin that Wireshark and editcap make pcap files of."""

_INTERFACE, _PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET = 1, 2, 3, 6
_END_OF_OPTIONS, _TIME_RESOLUTION, _TIME_OFFSET = 0, 9, 14


class Damaged(Exception):
    """The file ends inside a record, or what follows is no record."""


def pcap(
    file: BinaryIO, order: str, units: float, link_type: int, *, head_size: int = 16
) -> Iterator[Record]:
    """The records of a pcap file behind its header. head_size: of each record's header, whose first 16 bytes
    are those of pcap."""
    read, unpack = file.read, struct.Struct(f"{order}IIII{head_size - 16}x").unpack
    while len(header := read(head_size)) == head_size:
        seconds, fraction, captured, _ = unpack(header)
        if captured > _FRAME_LIMIT or len(frame := read(captured)) < captured:
            raise Damaged
        yield seconds + fraction / units, link_type, frame
    if header:
        raise Damaged


def modified_head_size(order: str, records: bytes) -> int:
    """How long the record headers are in a file of "modified" tcpdump (Kuznetzov's patch, and SuSE's of it),
    by where the second record makes sense. records: the first of them, as many bytes as there are."""
    head = struct.Struct(f"{order}IIII").unpack_from
    for size in _MODIFIED_HEADS:
        if len(records) < 16:
            break
        second = size + head(records)[2]
        if len(records) < second + 16:
            continue
        _, micros, captured, length = head(records, second)
        if micros < 1_000_000 and 0 < captured <= length <= _FRAME_LIMIT:
            return size
    return _MODIFIED_HEADS[0]


def snoop(file: BinaryIO, link_type: int) -> Iterator[Record]:
    """The records of a snoop file (RFC 1761) behind its header. Each says how long it is with its padding."""
    read, unpack = file.read, struct.Struct(">IIIIII").unpack
    while len(header := read(24)) == 24:
        _, captured, size, _, seconds, micros = unpack(header)
        padding = size - 24 - captured
        if captured > _FRAME_LIMIT or not 0 <= padding <= _FRAME_LIMIT:
            raise Damaged
        if len(frame := read(captured)) < captured or len(read(padding)) < padding:
            raise Damaged
        yield seconds + micros / 1e6, link_type, frame
    if header:
        raise Damaged


def pcapng(file: BinaryIO, undeclared: Callable[[], None]) -> Iterator[Record]:
    """Sections of blocks (draft-ietf-opsawg-pcapng): each section has its byte order and its interfaces.

    undeclared: called for each packet of an interface that the file does not describe, which is left out.
    """
    read = file.read
    order = ""
    interfaces: list[tuple[int, int, float, int]] = []  # link type, snaplen, units a second, offset in s
    at_s = 0.0
    while header := read(8):
        begun = b""
        if header[:4] == PCAPNG:
            begun = read(4)  # the byte-order magic, by which the length is read
            if begun not in BYTE_ORDERS:
                raise Damaged
            if BYTE_ORDERS[begun] != order:
                order = BYTE_ORDERS[begun]
                block_head, packet_head = struct.Struct(f"{order}II").unpack, struct.Struct(f"{order}IIIII")
            interfaces = []
        if len(header) < 8:
            raise Damaged
        kind, length = block_head(header)
        if length < 12 or length % 4 or length > _BLOCK_LIMIT:
            raise Damaged
        body = begun + read(length - 8 - len(begun))
        if len(body) < length - 8 or body[-4:] != header[4:]:  # the length stands at the end again
            raise Damaged
        if kind == _ENHANCED_PACKET and length >= 32:
            number, high, low, captured, _ = packet_head.unpack_from(body)
        elif kind == _PACKET and length >= 32:
            number, high, low, captured, _ = struct.unpack_from(f"{order}HxxIIII", body)
        elif kind == _INTERFACE and length >= 20:
            interfaces.append(_interface(order, body[:-4]))
            continue
        elif kind == _SIMPLE_PACKET and length >= 16:  # has no time: that of the one before
            if not interfaces:
                undeclared()
                continue
            link_type, snaplen, _, _ = interfaces[0]
            (captured,) = struct.unpack_from(f"{order}I", body)
            captured = min(captured, snaplen or captured, length - 16, _FRAME_LIMIT)
            yield at_s, link_type, body[4 : 4 + captured]
            continue
        else:
            continue
        if captured > length - 32 or captured > _FRAME_LIMIT:
            raise Damaged
        if number < len(interfaces):
            link_type, _, units, offset_s = interfaces[number]
            at_s = (high << 32 | low) / units + offset_s
            if not 0.0 <= at_s <= _LAST_SECOND:
                at_s = min(max(at_s, 0.0), _LAST_SECOND)
            yield at_s, link_type, body[20 : 20 + captured]
        else:
            undeclared()


def _interface(order: str, body: bytes) -> tuple[int, int, float, int]:
    link_type, snaplen = struct.unpack_from(f"{order}HxxI", body)
    units, offset_s = 1e6, 0
    place = 8
    while place + 4 <= len(body):
        code, length = struct.unpack_from(f"{order}HH", body, place)
        value = body[place + 4 : place + 4 + length]
        if code == _END_OF_OPTIONS:
            break
        if code == _TIME_RESOLUTION and len(value) == 1:
            units = float(2 ** (value[0] & 0x7F)) if value[0] & 0x80 else float(10 ** value[0])
        elif code == _TIME_OFFSET and len(value) == 8:
            (offset_s,) = struct.unpack(f"{order}q", value)
        place += 4 + (length + 3) // 4 * 4
    return link_type, snaplen, units, offset_s
