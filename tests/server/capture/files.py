"""Capture files of every kind that is read, as bytes."""

import struct

FRAMES = [bytes([n]) * 12 + b"\x08\x00" + bytes([0x45]) + bytes(50 + n) for n in range(5)]
TIMES = [(0, 0), (1_700_000_000, 123_456_789), (1_700_000_000, 999_999_999), (2**31, 0), (2**32 - 1, 1)]


def pcap(order: str = "<", *, nano: bool = False, link_type: int = 1) -> bytes:
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    data = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link_type)
    for frame, (seconds, nanos) in zip(FRAMES, TIMES, strict=True):
        fraction = nanos if nano else nanos // 1000
        data += struct.pack(f"{order}IIII", seconds, fraction, len(frame), len(frame) + 9) + frame
    return data


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + length + body + length


def section(order: str) -> bytes:
    return block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order: str, link_type: int, options: bytes = b"", snaplen: int = 0) -> bytes:
    return block(order, 1, struct.pack(f"{order}HHI", link_type, 0, snaplen) + options)


def option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def packet(order: str, number: int, ticks: int, frame: bytes) -> bytes:
    head = struct.pack(f"{order}IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
    return block(order, 6, head + frame)


def pcapng(order: str = "<") -> bytes:
    """Three interfaces of different link types and clocks, other blocks between, a second section in the
    other byte order."""
    other = ">" if order == "<" else "<"
    nanos, halves = option(order, 9, b"\x09"), option(order, 9, b"\x81")
    offset = option(order, 14, struct.pack(f"{order}q", 1_000))
    name = option(order, 2, b"eth0") + option(order, 0, b"")
    return b"".join(
        [
            section(order),
            interface(order, 1, name),
            interface(order, 101, nanos),
            packet(order, 0, 1_700_000_000_250_000, FRAMES[0]),
            block(order, 5, bytes(12)),  # interface statistics
            packet(order, 1, 1_700_000_000_000_000_500, FRAMES[1]),
            interface(order, 113, halves + offset),
            packet(order, 2, 1_700_000_000 * 2 + 1, FRAMES[2]),
            section(other),
            interface(other, 276),
            packet(other, 0, 1_700_000_001_000_000, FRAMES[3]),
            block(other, 3, struct.pack(f"{other}I", len(FRAMES[4])) + FRAMES[4]),  # a simple packet
        ]
    )


def modified(order: str, head_size: int, frames: list[bytes] = FRAMES) -> bytes:
    data = struct.pack(f"{order}IHHiIII", 0xA1B2CD34, 2, 4, 0, 0, 65535, 1)
    for number, frame in enumerate(frames):
        data += struct.pack(f"{order}IIII", 1_700_000_000, number, len(frame), len(frame))
        data += bytes(range(head_size - 16)) + frame
    return data


def snoop(link_type: int = 4, version: int = 2) -> bytes:
    data = b"snoop\0\0\0" + struct.pack(">II", version, link_type)
    for number, frame in enumerate(FRAMES):
        padding = -len(frame) % 4
        size = 24 + len(frame) + padding
        data += struct.pack(">IIIIII", len(frame), len(frame), size, 0, 1_700_000_000, number)
        data += frame + bytes(padding)
    return data
