"""Frames of an Ethernet interface by a packet socket: what Linux keeps while nobody reads. Detector thread.

libpcap's ring is sized in bytes and used in blocks, so that a stall of seconds loses frames out of a nearly
empty ring (docs/decisions/capture-ring.md). A socket's queue is charged for what each frame takes, and takes
no memory while it is empty. libpcap compiles the filter; what does not pass it never waits here.
"""

import ctypes
import errno
import socket
import struct

from packetwave.server.capture import batches
from packetwave.server.capture.batches import (
    AT_ONCE,
    SOL_SOCKET,
    TIMESTAMP_NS,
    Batches,
    said_beside,
    time_at,
)
from packetwave.server.capture.fault import CaptureFault, CaptureFaultCode

Frame = tuple[float, int, bytes]  # (packet time in seconds since 1970 UTC, length on the wire, bytes)
Program = list[tuple[int, int, int, int]]

# As the kernel charges: 2.3 KB for a frame of 800 bytes on most cards, 4.6 KB on those that give each a page.
_CHARGE_BYTES = 128 * 1024 * 1024
_FRAME_BYTES = 65 * 1024  # cards merge TCP segments to at most 64 KiB

# Linux' numbers (include/uapi: asm-generic/socket.h, linux/if_packet.h, if_ether.h, if_arp.h)
_ALL_PROTOCOLS, _ETHERNET = 3, 1
_SOL_PACKET, _ADD_MEMBERSHIP, _STATISTICS, _AUXDATA = 263, 1, 6, 8
_PROMISCUOUS = 1
_ATTACH_FILTER, _RECEIVE_BUFFER_FORCE = 26, 33
_TAGGED, _TAG_HAS_TYPE = 1 << 4, 1 << 6
_VLAN = 0x8100

_AUXILIARY = struct.Struct("@IIIHHHH")  # status, length, captured, offsets of MAC and network, tag, its type


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


class PacketQueue:
    """Takes the frames of an interface that pass a BPF program of libpcap's for it, [] for all.

    OSError where the system refuses: most often PermissionError, since a queue of this length needs
    CAP_NET_ADMIN.
    """

    def __init__(self, interface: str, program: Program) -> None:
        self._interface = interface
        self._received = self._dropped = 0
        self._lost: CaptureFault | None = None
        # Of protocol 0: nothing is received until the filter is there.
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        try:
            self._set_up(program)
        except OSError:
            self._socket.close()
            raise
        self._batches = Batches(self._socket, _FRAME_BYTES)

    def _set_up(self, program: Program) -> None:
        wire = self._socket
        if program:
            instructions = (_Instruction * len(program))(*(_Instruction(*step) for step in program))
            attached = _Program(len(program), instructions)
            wire.setsockopt(SOL_SOCKET, _ATTACH_FILTER, bytes(attached))
        wire.setsockopt(SOL_SOCKET, _RECEIVE_BUFFER_FORCE, _CHARGE_BYTES // 2)  # Linux doubles it
        wire.setsockopt(SOL_SOCKET, TIMESTAMP_NS, 1)
        wire.setsockopt(_SOL_PACKET, _AUXDATA, 1)
        wire.bind((self._interface, _ALL_PROTOCOLS))
        if wire.getsockname()[3] != _ETHERNET:
            raise OSError(errno.EPROTONOSUPPORT, "no Ethernet")  # a loopback shows each frame twice
        index = socket.if_nametoindex(self._interface)
        wire.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, struct.pack("@iHH8x", index, _PROMISCUOUS, 0))

    def fileno(self) -> int:
        """What to poll for reading."""
        return self._socket.fileno()

    def take(self, frames: list[Frame], most: int) -> None:
        """Append the frames that are there until there are `most`; never waits. CaptureFault lost, said once
        what came before is taken."""
        while len(frames) < most and self._lost is None:
            wanted = min(AT_ONCE, most - len(frames))
            try:
                count = self._batches.receive(wanted)
            except OSError as error:
                self._note_error(error)
                break
            for number in range(count):
                frames.append(_frame(self._batches.data(number), self._batches.control(number)))
            if count < wanted:
                break
        if self._lost is not None and not frames:
            raise self._lost

    def _note_error(self, error: OSError) -> None:
        if error.errno in (errno.EAGAIN, errno.EINTR):
            return
        # Also said when it was switched off: then it is still there, and frames come once it is on again.
        if error.errno != errno.ENETDOWN or not self._socket.getsockname()[0]:
            self._lost = CaptureFault(CaptureFaultCode.LOST, self._interface, error.strerror or "")

    def stats(self) -> tuple[int, int]:
        """(received, dropped) since opening: frames that passed the filter, and those of them for which there
        was no room."""
        received, dropped = struct.unpack("@II", self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 8))
        self._received += received  # the kernel begins anew at each reading
        self._dropped += dropped
        return self._received, self._dropped

    def close(self) -> None:
        """Give the interface back. Also twice."""
        self._socket.close()


def _frame(data: bytes, control: bytes) -> Frame:
    """A frame with what the kernel says beside it: when it came, how long it was, which tag it carried."""
    at_s, wire_length = 0.0, len(data)
    for level, kind, begin in said_beside(control):
        if level == SOL_SOCKET and kind == TIMESTAMP_NS:
            at_s = time_at(control, begin)
        elif level == _SOL_PACKET and kind == _AUXDATA:
            status, wire_length, _, _, _, tag, tag_type = _AUXILIARY.unpack_from(control, begin)
            if status & _TAGGED:  # the kernel took it off: back in its place
                tag_type = tag_type if status & _TAG_HAS_TYPE else _VLAN
                data = data[:12] + struct.pack(">HH", tag_type, tag) + data[12:]
                wire_length += 4
    return at_s, wire_length, data


def is_possible() -> bool:
    """True on a system that has packet sockets."""
    return batches.is_possible()
