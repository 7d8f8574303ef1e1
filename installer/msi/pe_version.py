"""The version in a Windows program file's resources. Pure: bytes in, numbers out.

An installer package must carry it: Windows Installer overwrites a file of lower or no version only, and a row
without one would lose against the file that an earlier release installed.
"""

import struct

_NAME = "VS_VERSION_INFO\0".encode("utf-16-le")
_SIGNATURE = struct.pack("<I", 0xFEEF04BD)  # VS_FIXEDFILEINFO.dwSignature
_SECTION_HEADER_BYTES = 40


def file_version(program: bytes) -> str | None:
    """`1.2.3.4` from VS_FIXEDFILEINFO; None where these bytes are no Windows program or have no version."""
    resources = _resources(program)
    name = resources.find(_NAME)
    start = resources.find(_SIGNATURE, name) if name >= 0 else -1
    if start < 0 or len(resources) < start + 16:
        return None
    high, low = struct.unpack_from("<II", resources, start + 8)  # after signature and structure version
    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"


def _resources(program: bytes) -> bytes:
    """The contents of the section .rsrc (PE format); none where there is none, or no program."""
    try:
        if program[:2] != b"MZ":
            return b""
        (pe,) = struct.unpack_from("<I", program, 0x3C)
        if program[pe : pe + 4] != b"PE\0\0":
            return b""
        (sections,) = struct.unpack_from("<H", program, pe + 6)
        (optional_bytes,) = struct.unpack_from("<H", program, pe + 20)
        header = pe + 24 + optional_bytes
        for _ in range(sections):
            name, _virtual_bytes, _address, size_bytes, offset = struct.unpack_from(
                "<8sIIII", program, header
            )
            if name.rstrip(b"\0") == b".rsrc":
                return program[offset : offset + size_bytes]
            header += _SECTION_HEADER_BYTES
    except struct.error:  # cut short
        pass
    return b""
