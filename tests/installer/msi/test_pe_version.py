import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.msi.pe_version import file_version


def program(resources: bytes | None, *, before: bytes = b"") -> bytes:
    """A PE file of two sections: .text, with `before` in it, and .rsrc."""
    header = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    sections = [(b".text", before)] + ([(b".rsrc", resources)] if resources is not None else [])
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, 16, 0x22) + bytes(16)
    offset = len(header) + len(coff) + 40 * len(sections)
    table, data = b"", b""
    for name, content in sections:
        table += struct.pack("<8sIIII", name, 1, 0x1000, len(content), offset + len(data)) + bytes(16)
        data += content
    return header + coff + table + data


def version_info(major: int, minor: int, build: int, revision: int) -> bytes:
    head = struct.pack("<HHH", 0x200, 52, 0) + "VS_VERSION_INFO\0".encode("utf-16-le") + bytes(2)
    return (
        head
        + struct.pack("<IIII", 0xFEEF04BD, 0x10000, major << 16 | minor, build << 16 | revision)
        + bytes(36)
    )


def test_the_version_is_that_of_the_resource() -> None:
    assert file_version(program(bytes(400) + version_info(6, 9, 3, 0))) == "6.9.3.0"
    assert file_version(program(version_info(14, 44, 35211, 65535))) == "14.44.35211.65535"


def test_what_looks_like_one_outside_the_resources_is_none() -> None:
    assert file_version(program(bytes(100), before=version_info(1, 2, 3, 4))) is None
    assert file_version(program(None, before=version_info(1, 2, 3, 4))) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"MZ", b"text", b"\x7fELF", program(None), program(b""), program(version_info(1, 2, 3, 4)[:50])],
)
def test_none_where_there_is_no_program_or_no_version(data: bytes) -> None:
    assert file_version(data) is None


@given(st.binary(max_size=300), st.integers(0, 300))
def test_any_bytes_are_read(noise: bytes, cut: int) -> None:
    whole = program(version_info(1, 2, 3, 4) + noise)
    assert file_version(whole) == "1.2.3.4"
    assert file_version(whole[:cut]) in (None, "1.2.3.4")
    assert file_version(b"MZ" + noise) is None


@pytest.mark.skipif(sys.platform == "win32", reason="reads a program of this system that is none of Windows'")
def test_a_program_of_this_system_has_none() -> None:
    assert file_version(Path(sys.executable).read_bytes()) is None
