"""Writes a cabinet (.cab) as Windows' own tools do: MSZIP, each block packed with the one before it in mind.

wixl's library starts each block of 32 KiB afresh, which makes the package 5 % larger. Pure: bytes in, bytes
out. Format: Microsoft Cabinet Format, [MS-CAB].
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import xor

_BLOCK_BYTES = 32768  # [MS-CAB] 2.4, CFDATA.cbUncomp
_MSZIP = 1
_ARCHIVE = 0x20
_HEADER = struct.Struct("<4sIIIIIBBHHHHH")
_FOLDER = struct.Struct("<IHH")
_FILE = struct.Struct("<IIHHHH")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a cabinet.

    name: ASCII; a package's are the keys of its File table. changed: what the extracted file will show.
    """

    name: str
    data: bytes
    changed: datetime


def cabinet(members: Iterable[Member]) -> bytes:
    """A cabinet of these members in this order, in one folder (at most 2 GiB)."""
    listed = list(members)
    blocks = list(_blocks(b"".join(member.data for member in listed)))
    entries = b"".join(_entries(listed))
    files_at = _HEADER.size + _FOLDER.size
    data_at = files_at + len(entries)
    total = data_at + sum(map(len, blocks))
    header = _HEADER.pack(b"MSCF", 0, total, 0, files_at, 0, 3, 1, 1, len(listed), 0, 0, 0)
    return b"".join([header, _FOLDER.pack(data_at, len(blocks), _MSZIP), entries, *blocks])


def _entries(members: Iterable[Member]) -> Iterator[bytes]:
    offset = 0
    for member in members:
        when = member.changed
        date = (when.year - 1980) << 9 | when.month << 5 | when.day
        time = when.hour << 11 | when.minute << 5 | when.second // 2
        yield (
            _FILE.pack(len(member.data), offset, 0, date, time, _ARCHIVE)
            + member.name.encode("ascii")
            + b"\0"
        )
        offset += len(member.data)


def _blocks(data: bytes) -> Iterator[bytes]:
    before = b""
    for start in range(0, len(data), _BLOCK_BYTES):
        block = data[start : start + _BLOCK_BYTES]
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, before)
        packed = b"CK" + deflate.compress(block) + deflate.flush()
        sizes = struct.pack("<HH", len(packed), len(block))
        yield struct.pack("<I", _checksum(sizes, _checksum(packed, 0))) + sizes + packed
        before = block


def _checksum(data: bytes, seed: int) -> int:
    """[MS-CAB] 3.1: the XOR of all 32-bit words; of what is left over, the first byte counts most."""
    words, left = divmod(len(data), 4)
    found = reduce(xor, struct.unpack_from(f"<{words}I", data), seed)
    return found ^ int.from_bytes(data[len(data) - left :], "big")
