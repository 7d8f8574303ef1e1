"""One UDP socket: its datagrams in batches, strangers told from confirmed senders by their address alone.

Two ways to read it. Linux gives many datagrams at a call (`batches`), with the time at which each came and
how many it had no room for; elsewhere they are read one by one. Owned by one thread.
"""

import contextlib
import errno
import socket
import struct
import sys
import time
from typing import NamedTuple, Protocol

from packetwave.common.addresses import parse_address
from packetwave.server.capture import batches

TURN = 1024
"""Datagrams read at a time: a flood gets no longer turn."""

_BUFFER_BYTES = 16 * 1024 * 1024
_LARGEST = 65_535
_RECEIVE_BUFFER_FORCE, _LOST = 33, 40  # include/uapi/asm-generic/socket.h: SO_RCVBUFFORCE, SO_RXQ_OVFL
_COUNT = struct.Struct("@I")
_IN_4 = struct.Struct("4x4s24x")  # behind family and port
_IN_6 = struct.Struct("8x16s8x")  # behind family, port and flow
_MAPPED = bytes(10) + b"\xff\xff"  # in front of an IPv4 address that stands as IPv6


class Letter(NamedTuple):
    """A datagram of a confirmed sender."""

    at_s: float
    """The system's time at which it came."""

    source: str
    """The sender's IP address, in its one form."""

    data: bytes


class Turn(NamedTuple):
    """What was read at a time."""

    letters: list[Letter]
    strangers: list[tuple[str, bytes]]
    """The last stranger's address and what he sent, at most one a call; see `turned_away`."""

    turned_away: int
    """Datagrams of strangers."""

    is_all: bool
    """Whether nothing more was there."""


class Mailbox(Protocol):
    """An open socket."""

    lost: int
    """Datagrams that the system had no room for, as far as it says so."""

    def fileno(self) -> int:
        """What to wait for."""

    def read(self) -> Turn:
        """What is there, bounded; never waits, never raises for what the network does."""

    def close(self) -> None:
        """Receive no more. Also twice."""


def open_mailbox(port: int, confirmed: frozenset[str]) -> Mailbox:
    """Receive on this UDP port of all addresses. confirmed: senders, by their addresses. Raises OSError."""
    receiving = _bound(port)
    return _Batched(receiving, confirmed) if batches.is_possible() else _Single(receiving, confirmed)


class _Batched:
    """Linux."""

    def __init__(self, receiving: socket.socket, confirmed: frozenset[str]) -> None:
        self.lost = 0
        self._lost_seen = 0
        self._socket = receiving
        self._six = receiving.family == socket.AF_INET6
        # By the address as the kernel writes it: that is compared before anything is made of it.
        self._confirmed = {self._packed(source): source for source in confirmed}
        receiving.setsockopt(batches.SOL_SOCKET, batches.TIMESTAMP_NS, 1)
        receiving.setsockopt(batches.SOL_SOCKET, _LOST, 1)
        self._batches = batches.Batches(receiving, _LARGEST)

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> Turn:
        letters: list[Letter] = []
        strangers: list[tuple[str, bytes]] = []
        turned_away = 0
        confirmed, senders = self._confirmed, (_IN_6 if self._six else _IN_4)
        for _ in range(TURN // batches.AT_ONCE):
            try:
                count = self._batches.receive()
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.EINTR):
                    return Turn(letters, strangers, turned_away, True)
                continue  # an answer of long ago reached nobody (ICMP)
            stranger = -1
            for number, (address,) in enumerate(senders.iter_unpack(self._batches.names())):
                source = confirmed.get(address)
                if source is None:
                    turned_away += 1
                    stranger = number
                else:
                    at_s = self._beside(number) or time.time()
                    letters.append(Letter(at_s, source, self._batches.data(number)))
            if stranger >= 0:
                strangers.append((self._text(stranger), self._batches.data(stranger)))
            self._beside(count - 1)
            if count < batches.AT_ONCE:
                return Turn(letters, strangers, turned_away, True)
        return Turn(letters, strangers, turned_away, False)

    def _beside(self, number: int) -> float:
        """When a datagram came, 0.0 for unknown. What was lost before it is counted."""
        at_s = 0.0
        control = self._batches.control(number)
        for level, kind, begin in batches.said_beside(control):
            if level == batches.SOL_SOCKET and kind == batches.TIMESTAMP_NS:
                at_s = batches.time_at(control, begin)
            elif level == batches.SOL_SOCKET and kind == _LOST:
                (lost,) = _COUNT.unpack_from(control, begin)
                self.lost += (lost - self._lost_seen) % 2**32
                self._lost_seen = lost
        return at_s

    def _packed(self, source: str) -> bytes:
        packed = parse_address(source).packed
        return _MAPPED + packed if self._six and len(packed) == 4 else packed

    def _text(self, number: int) -> str:
        begin = number * batches.NAME_BYTES
        name = self._batches.names()[begin : begin + batches.NAME_BYTES]
        (address,) = (_IN_6 if self._six else _IN_4).unpack(name)
        address = address.removeprefix(_MAPPED)
        return socket.inet_ntop(socket.AF_INET if len(address) == 4 else socket.AF_INET6, address)

    def close(self) -> None:
        self._socket.close()


class _Single:
    """Elsewhere."""

    def __init__(self, receiving: socket.socket, confirmed: frozenset[str]) -> None:
        self.lost = 0
        self._socket = receiving
        self._confirmed = confirmed

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> Turn:
        letters: list[Letter] = []
        strangers: list[tuple[str, bytes]] = []
        turned_away = 0
        for number in range(TURN):
            try:
                data, sender = self._socket.recvfrom(_LARGEST)
            except BlockingIOError:
                return Turn(letters, strangers, turned_away, True)
            except OSError:  # an answer of long ago reached nobody (ICMP), which Windows tells here
                continue
            source = str(sender[0])
            source = source.removeprefix("::ffff:").partition("%")[0]
            if source in self._confirmed:
                letters.append(Letter(time.time(), source, data))
                continue
            turned_away += 1
            if number % batches.AT_ONCE == 0 or not strangers:
                strangers.append((source, data))
        return Turn(letters, strangers, turned_away, False)

    def close(self) -> None:
        self._socket.close()


def _bound(port: int) -> socket.socket:
    """A socket that receives on all addresses, by IPv6 too where there is any. Raises OSError."""
    both = socket.has_dualstack_ipv6()
    made = socket.socket(socket.AF_INET6 if both else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        if both:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if sys.platform == "win32":  # nobody else may take the port as well
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        _widen(made)
        made.bind(("::" if both else "0.0.0.0", port))
    except BaseException:
        made.close()
        raise
    return made


def _widen(made: socket.socket) -> None:
    """Let as much wait as the system allows; Linux allows more to administrators."""
    if batches.is_possible():
        with contextlib.suppress(OSError):
            made.setsockopt(batches.SOL_SOCKET, _RECEIVE_BUFFER_FORCE, _BUFFER_BYTES // 2)
            return
    with contextlib.suppress(OSError):
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
