import random
import struct
import zlib
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from installer.msi.cabinet import Member, cabinet

WHEN = datetime(2026, 11, 23, 21, 30, 58)  # noqa: DTZ001 - a cabinet has no time zone


def extract(cab: bytes) -> dict[str, bytes]:
    """A reader by the letter of [MS-CAB], its checksum word by word."""
    magic, _, size, _, files_at, _, minor, major, folders, files, flags, _, _ = struct.unpack_from(
        "<4sIIIIIBBHHHHH", cab
    )
    assert (magic, size, major, minor, folders, flags) == (b"MSCF", len(cab), 1, 3, 1, 0)
    data_at, blocks, how = struct.unpack_from("<IHH", cab, 36)
    assert how == 1
    whole, before = b"", b""
    for number in range(blocks):
        checksum, packed_bytes, plain_bytes = struct.unpack_from("<IHH", cab, data_at)
        packed = cab[data_at + 8 : data_at + 8 + packed_bytes]
        assert checksum == checked(packed + b"") ^ struct.unpack("<I", cab[data_at + 4 : data_at + 8])[0]
        assert packed[:2] == b"CK"
        assert packed_bytes <= 32768 + 12
        assert plain_bytes == 32768 or number == blocks - 1
        inflate = zlib.decompressobj(-15, before)
        before = inflate.decompress(packed[2:])
        assert inflate.eof
        assert len(before) == plain_bytes
        whole += before
        data_at += 8 + packed_bytes
    assert data_at == len(cab)
    found, at, expected = {}, files_at, 0
    for _ in range(files):
        length, offset, folder, date, time, _ = struct.unpack_from("<IIHHHH", cab, at)
        assert (offset, folder) == (expected, 0)
        assert (date, time) == ((2026 - 1980) << 9 | 11 << 5 | 23, 21 << 11 | 30 << 5 | 29)
        end = cab.index(b"\0", at + 16)
        found[cab[at + 16 : end].decode("ascii")] = whole[offset : offset + length]
        at, expected = end + 1, offset + length
    assert expected == len(whole)
    return found


def checked(data: bytes) -> int:
    found, left = 0, len(data) % 4
    for at in range(0, len(data) - left, 4):
        found ^= int.from_bytes(data[at : at + 4], "little")
    return found ^ int.from_bytes(data[len(data) - left :], "big")


def round_trip(contents: dict[str, bytes]) -> None:
    made = cabinet(Member(name, data, WHEN) for name, data in contents.items())
    assert extract(made) == contents
    assert list(extract(made)) == list(contents)


@settings(max_examples=40)
@given(
    st.dictionaries(st.from_regex(r"[A-Za-z_0-9]{1,40}", fullmatch=True), st.binary(max_size=200), max_size=6)
)
def test_what_goes_in_comes_out_in_order(contents: dict[str, bytes]) -> None:
    round_trip(contents)


def test_blocks_go_over_file_ends_and_what_cannot_be_packed_goes_in_too() -> None:
    noise = random.Random(5)
    round_trip(
        {"a": noise.randbytes(100_001), "b": b"", "c": b"again and again " * 9000, "d": noise.randbytes(3)}
    )
    round_trip({"exact": noise.randbytes(2 * 32768)})


def test_a_block_is_packed_with_the_one_before_it_in_mind() -> None:
    said_three_times = random.Random(6).randbytes(20_000) * 3
    assert len(cabinet([Member("a", said_three_times, WHEN)])) < 21_000
