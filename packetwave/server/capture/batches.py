"""Takes many messages that wait at a Linux socket by one call (`recvmmsg`), and what the kernel says of each.

It keeps Python's lock meanwhile, as it never waits: given away at each message, a busy thread would have the
lock for 5 ms each time. One thread.
"""

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Any

AT_ONCE = 32
"""Messages a call takes at most."""

NAME_BYTES = 32
"""Bytes for a sender's address: a `struct sockaddr_in6` has 28."""

TIMESTAMP_NS = 35  # include/uapi/asm-generic/socket.h; asked for by this, said as this
SOL_SOCKET = 1

_DONT_WAIT = 0x40
_CONTROL_BYTES = 256

_CONTROL_HEAD = struct.Struct("@Nii")  # length, level, type
_TIME = struct.Struct("@ll")
_ALIGNED = ctypes.sizeof(ctypes.c_long)


class _Part(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Head(ctypes.Structure):
    """`struct msghdr`."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("parts", ctypes.POINTER(_Part)),
        ("part_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """`struct mmsghdr`."""

    _fields_ = (("head", _Head), ("length", ctypes.c_uint))


_RECEIVED = struct.Struct("@PIPNPNi0PI0P")  # a `_Message`, read at once
_CONTROL_LENGTH, _LENGTH = 5, 7


class Batches:
    """What waits at a socket, batch by batch. largest: bytes kept of a message."""

    def __init__(self, receiving: socket.socket, largest: int) -> None:
        self._socket = receiving
        self._names = ctypes.create_string_buffer(NAME_BYTES * AT_ONCE)
        self._buffers = [ctypes.create_string_buffer(largest) for _ in range(AT_ONCE)]
        self._controls = [ctypes.create_string_buffer(_CONTROL_BYTES) for _ in range(AT_ONCE)]
        self._places = [ctypes.addressof(buffer) for buffer in self._buffers]
        self._control_places = [ctypes.addressof(control) for control in self._controls]
        self._messages = (_Message * AT_ONCE)()
        names = ctypes.addressof(self._names)
        for number, message in enumerate(self._messages):
            head = message.head
            head.name, head.name_length = names + number * NAME_BYTES, NAME_BYTES
            head.parts, head.part_count = ctypes.pointer(_Part(self._places[number], largest)), 1
            head.control, head.control_length = self._control_places[number], _CONTROL_BYTES
        self._asked = bytes(self._messages)
        self._said: list[tuple[int, ...]] = []
        self._receive: Any = ctypes.PyDLL(None, use_errno=True).recvmmsg

    def receive(self, most: int = AT_ONCE) -> int:
        """How many messages there were, at most so many and `AT_ONCE`. OSError, also where there is none."""
        ctypes.memmove(self._messages, self._asked, len(self._asked))
        count: int = self._receive(
            self._socket.fileno(), self._messages, min(most, AT_ONCE), _DONT_WAIT, None
        )
        if count < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        self._said = list(_RECEIVED.iter_unpack(ctypes.string_at(self._messages, count * _RECEIVED.size)))
        return count

    def names(self) -> bytes:
        """The senders' addresses as the kernel writes them, `NAME_BYTES` each."""
        return ctypes.string_at(self._names, len(self._said) * NAME_BYTES)

    def data(self, number: int) -> bytes:
        """A message of the last batch."""
        return ctypes.string_at(self._places[number], self._said[number][_LENGTH])

    def control(self, number: int) -> bytes:
        """What the kernel said beside it, for `said_beside`."""
        return ctypes.string_at(self._control_places[number], self._said[number][_CONTROL_LENGTH])


def said_beside(control: bytes) -> Iterator[tuple[int, int, int]]:
    """Each thing that the kernel says beside a message: level, type, where its value begins."""
    place = 0
    while place + _CONTROL_HEAD.size <= len(control):
        length, level, kind = _CONTROL_HEAD.unpack_from(control, place)
        yield level, kind, place + _CONTROL_HEAD.size
        place += (length + _ALIGNED - 1) // _ALIGNED * _ALIGNED or len(control)


def time_at(control: bytes, begin: int) -> float:
    """The time that stands there, in seconds since 1970 UTC."""
    seconds, nanos = _TIME.unpack_from(control, begin)
    return float(seconds + nanos / 1e9)


def is_possible() -> bool:
    """Whether this system can do it."""
    return sys.platform == "linux"
