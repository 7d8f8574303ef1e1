"""Frames from capture files: pcap in both byte orders and both time precisions, "modified" pcap, pcapng and
snoop, each also compressed by gzip. Any one thread.

Needs no capture library, so a replay works on every PC. What the formats are made of is in `file_formats`.
"""

import gzip
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from packetwave.server.capture import file_formats as formats
from packetwave.server.capture.fault import CaptureFault, CaptureFaultCode
from packetwave.server.capture.timeline import Record

_READ_BYTES = 1024 * 1024
_ENDS_EARLY = (formats.Damaged, OSError, EOFError, zlib.error)


class Replay:
    """The records of a capture file in its own order, once: `for at_s, link_type, frame in replay`.

    at_s lies in the years 1970 to 9999, whatever the file says. After the iteration: cut, whether the file
    ended inside a record or is damaged from there on (what was readable was given); undeclared, how many
    packets were left out because a pcapng file describes no interface of theirs.
    CaptureFault bad_file when it cannot be read or is no capture file, packed_file or foreign_file where it
    is of a kind that something else can make readable; no_interface_block from the iteration, where all
    packets of a pcapng file are of interfaces that it does not describe.
    """

    def __init__(self, path: str | Path) -> None:
        self.cut = False
        self.undeclared = 0
        self._path = path
        try:
            self._raw: BinaryIO = Path(path).open("rb", buffering=_READ_BYTES)  # noqa: SIM115 (close() does)
        except OSError as error:
            raise CaptureFault(CaptureFaultCode.BAD_FILE, str(path), error.strerror or str(error)) from None
        self._file = self._raw
        try:
            self._records = self._opened()
        except OSError as error:
            self.close()
            raise CaptureFault(CaptureFaultCode.BAD_FILE, str(path), error.strerror or str(error)) from None
        except (EOFError, zlib.error) as error:
            self.close()
            raise CaptureFault(CaptureFaultCode.BAD_FILE, str(path), str(error)) from None
        except CaptureFault:
            self.close()
            raise

    def _opened(self) -> Iterator[Record]:
        """The reader of this kind of file, at its first record."""
        head = self._raw.read(2)
        self._raw.seek(0)
        if head == formats.GZIP:
            unpacked = io.BufferedReader(gzip.GzipFile(fileobj=self._raw), _READ_BYTES)
            self._file = cast(BinaryIO, unpacked)
        head = self._file.read(24)
        magic = head[:4]
        if magic in formats.PCAP and len(head) == 24:
            order, units = formats.PCAP[magic]
            return formats.pcap(self._file, order, units, _link_type(order, head))
        if magic in formats.MODIFIED_PCAP and len(head) == 24:
            order = formats.MODIFIED_PCAP[magic]
            size = formats.modified_head_size(order, self._file.read(_READ_BYTES))
            self._file.seek(24)
            return formats.pcap(self._file, order, 1e6, _link_type(order, head), head_size=size)
        if magic == formats.PCAPNG and head[8:12] in formats.BYTE_ORDERS:
            self._file.seek(0)
            return formats.pcapng(self._file, self._leave_out)
        if head[:8] == formats.SNOOP and len(head) >= 16:
            version, kind = struct.unpack_from(">II", head, 8)
            self._file.seek(16)
            if version == 2 and kind in formats.SNOOP_LINKS:
                return formats.snoop(self._file, formats.SNOOP_LINKS[kind])
            raise CaptureFault(
                CaptureFaultCode.FOREIGN_FILE, str(self._path), f"snoop {version}, link type {kind}"
            )
        for begin, name in formats.PACKED.items():
            if head.startswith(begin):
                raise CaptureFault(CaptureFaultCode.PACKED_FILE, str(self._path), name)
        for begin, name in formats.FOREIGN.items():
            if head.startswith(begin):
                raise CaptureFault(CaptureFaultCode.FOREIGN_FILE, str(self._path), name)
        raise CaptureFault(CaptureFaultCode.BAD_FILE, str(self._path), "" if head else "it is empty")

    def _leave_out(self) -> None:
        self.undeclared += 1

    def __iter__(self) -> Iterator[Record]:
        given = False
        try:
            for record in self._records:
                given = True
                yield record
        except _ENDS_EARLY:
            self.cut = True
        if self.undeclared and not given:
            raise CaptureFault(CaptureFaultCode.NO_INTERFACE_BLOCK, str(self._path))

    def close(self) -> None:
        """Close the file. Also twice."""
        self._file.close()
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _link_type(order: str, head: bytes) -> int:
    (link_type,) = struct.unpack_from(f"{order}I", head, 20)
    return int(link_type & 0xFFFF)  # above: the length of the frame check sequence
