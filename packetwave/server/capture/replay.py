"""Frames from capture files: pcap in both byte orders and both time precisions, and pcapng. Any one thread.

Own readers rather than scapy's: docs/decisions/capture-file-readers.md says why. They need no capture
library, so a replay works on every PC.
"""

import struct
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from packetwave.server.capture.fault import CaptureFault, CaptureFaultCode

Record = tuple[float, int, bytes]  # (packet time in seconds since 1970 UTC, link type, frame)

_FRAME_LIMIT = 262144  # libpcap's largest snapshot; a greater length is damage, not a frame
_BLOCK_LIMIT = 64 * 1024 * 1024  # pcapng: blocks of names and secrets may be large
_LAST_SECOND = 253_402_300_799.0  # the end of the year 9999: later times cannot be shown
_READ_BYTES = 1024 * 1024

_PCAP = {  # magic: (byte order, units a second)
    b"\xa1\xb2\xc3\xd4": (">", 1e6),
    b"\xd4\xc3\xb2\xa1": ("<", 1e6),
    b"\xa1\xb2\x3c\x4d": (">", 1e9),
    b"\x4d\x3c\xb2\xa1": ("<", 1e9),
}
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_BYTE_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_INTERFACE, _PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET = 1, 2, 3, 6
_END_OF_OPTIONS, _TIME_RESOLUTION, _TIME_OFFSET = 0, 9, 14


class _Damaged(Exception):
    """The file ends inside a record, or what follows is no record."""


class Replay:
    """The records of a capture file in its own order, once: `for at_s, link_type, frame in replay`.

    at_s lies in the years 1970 to 9999, whatever the file says. cut: after the iteration, whether the file
    ended inside a record or is damaged from there on; what was readable was given.
    CaptureFault bad_file when it cannot be read or is no capture file.
    """

    def __init__(self, path: str | Path) -> None:
        self.cut = False
        self._records: Generator[Record, None, None]
        try:
            self._file: BinaryIO = Path(path).open("rb", buffering=_READ_BYTES)  # noqa: SIM115 (close() does)
        except OSError as error:
            raise CaptureFault(CaptureFaultCode.BAD_FILE, str(path), error.strerror or str(error)) from None
        try:
            head = self._file.read(24)
            if head[:4] in _PCAP and len(head) == 24:
                order, units = _PCAP[head[:4]]
                (link_type,) = struct.unpack_from(f"{order}I", head, 20)
                self._records = _pcap(self._file, order, units, link_type & 0xFFFF)  # above: FCS length
            elif head[:4] == _PCAPNG and head[8:12] in _BYTE_ORDERS:
                self._file.seek(0)
                self._records = _pcapng(self._file)
            else:
                raise CaptureFault(CaptureFaultCode.BAD_FILE, str(path), "" if head else "it is empty")
        except OSError as error:
            self._file.close()
            raise CaptureFault(CaptureFaultCode.BAD_FILE, str(path), error.strerror or str(error)) from None
        except CaptureFault:
            self._file.close()
            raise

    def __iter__(self) -> Iterator[Record]:
        try:
            yield from self._records
        except (_Damaged, OSError):
            self.cut = True

    def close(self) -> None:
        """Close the file. Also twice."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _pcap(file: BinaryIO, order: str, units: float, link_type: int) -> Generator[Record, None, None]:
    read, unpack = file.read, struct.Struct(f"{order}IIII").unpack
    while len(header := read(16)) == 16:
        seconds, fraction, captured, _ = unpack(header)
        if captured > _FRAME_LIMIT or len(frame := read(captured)) < captured:
            raise _Damaged
        yield seconds + fraction / units, link_type, frame
    if header:
        raise _Damaged


def _pcapng(file: BinaryIO) -> Generator[Record, None, None]:
    """Sections of blocks (draft-ietf-opsawg-pcapng): each section has its byte order and its interfaces."""
    read = file.read
    order = ""
    interfaces: list[tuple[int, int, float, int]] = []  # link type, snaplen, units a second, offset in s
    at_s = 0.0
    while header := read(8):
        begun = b""
        if header[:4] == _PCAPNG:
            begun = read(4)  # the byte-order magic, by which the length is read
            if begun not in _BYTE_ORDERS:
                raise _Damaged
            if _BYTE_ORDERS[begun] != order:
                order = _BYTE_ORDERS[begun]
                block_head, packet_head = struct.Struct(f"{order}II").unpack, struct.Struct(f"{order}IIIII")
            interfaces = []
        if len(header) < 8:
            raise _Damaged
        kind, length = block_head(header)
        if length < 12 or length % 4 or length > _BLOCK_LIMIT:
            raise _Damaged
        body = begun + read(length - 8 - len(begun))
        if len(body) < length - 8 or body[-4:] != header[4:]:  # the length stands at the end again
            raise _Damaged
        if kind == _ENHANCED_PACKET and length >= 32:
            number, high, low, captured, _ = packet_head.unpack_from(body)
        elif kind == _PACKET and length >= 32:
            number, high, low, captured, _ = struct.unpack_from(f"{order}HxxIIII", body)
        elif kind == _INTERFACE and length >= 20:
            interfaces.append(_interface(order, body[:-4]))
            continue
        elif kind == _SIMPLE_PACKET and length >= 16 and interfaces:  # has no time: that of the one before
            link_type, snaplen, _, _ = interfaces[0]
            (captured,) = struct.unpack_from(f"{order}I", body)
            captured = min(captured, snaplen or captured, length - 16, _FRAME_LIMIT)
            yield at_s, link_type, body[4 : 4 + captured]
            continue
        else:
            continue
        if captured > length - 32 or captured > _FRAME_LIMIT:
            raise _Damaged
        if number < len(interfaces):
            link_type, _, units, offset_s = interfaces[number]
            at_s = (high << 32 | low) / units + offset_s
            if not 0.0 <= at_s <= _LAST_SECOND:
                at_s = min(max(at_s, 0.0), _LAST_SECOND)
            yield at_s, link_type, body[20 : 20 + captured]


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
