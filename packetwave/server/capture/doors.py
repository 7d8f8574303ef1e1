"""Doors beside the mirror: UDP sockets at which a PBX reports its SIP (HEP), or a switch sends its mirror
(TZSP, VXLAN). They need no capture library, no rights and no adapter of their own.

Owns the sockets and the thread that reads them. Whoever is not confirmed is turned away by his address,
before what he sent is looked at; what is taken waits, bounded, for the detector thread.
"""

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from packetwave.common.addresses import comparable

log = logging.getLogger(__name__)

WAITING = 20_000
"""Datagrams that may wait for the detector: ten seconds at 2,000 a second."""

_TURN = 256  # datagrams read from one socket before the next has its turn
_BUFFER_BYTES = 4 * 1024 * 1024
_AGAIN_S = 2.0
_NAMES = 64  # forged senders must not make the table grow
_LARGEST = 65_535


class DoorKind(StrEnum):
    """What comes in at a door."""

    HEP = "hep"
    """SIP messages that a PBX or a probe reports."""

    TZSP = "tzsp"
    """Frames that a switch has mirrored."""

    VXLAN = "vxlan"
    """The same."""


USUAL_PORTS: Mapping[DoorKind, int] = {DoorKind.HEP: 9060, DoorKind.TZSP: 37008, DoorKind.VXLAN: 4789}

_BEGINNINGS = {
    DoorKind.HEP: (b"HEP3", b"\x02\x10", b"\x01\x10"),
    DoorKind.TZSP: (b"\x01\x00", b"\x01\x01"),
    DoorKind.VXLAN: (b"\x08\x00",),
}
"""How it begins: only of who sends such is it asked whether he is to be trusted."""


class Datagram(NamedTuple):
    """What came in at a door. at_s: the system's time at which it came. source: the sender's IP address."""

    at_s: float
    kind: DoorKind
    source: str
    data: bytes


@dataclass(frozen=True, slots=True)
class DoorState:
    """One door at one moment; the counts are since it was opened."""

    kind: DoorKind
    port: int
    fault: str = ""
    """Why it is not open, as the system says it; "" while it is."""

    datagrams: int = 0
    """Taken from confirmed senders."""

    strangers: int = 0
    """Turned away."""

    lost: int = 0
    """Taken, but too many waited."""


@dataclass(slots=True)
class _Door:
    kind: DoorKind
    port: int
    receiving: socket.socket | None = None
    fault: str = ""
    datagrams: int = 0
    strangers: int = 0
    lost: int = 0


@dataclass
class Doors:
    """Open doors."""

    ports: Mapping[DoorKind, int]
    """Where each kind is received; a kind that is not named is not."""

    trusted: frozenset[str]
    """The confirmed senders' addresses, in their one form."""

    on_ready: Callable[[], None] = lambda: None
    """Called on the reading thread when something waits; must return at once."""

    _waiting: "deque[Datagram]" = field(default_factory=deque)
    _strangers: "deque[tuple[DoorKind, str]]" = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._doors = [_Door(kind, port) for kind, port in self.ports.items()]
        self._named: set[tuple[DoorKind, str]] = set()
        self._selector = selectors.DefaultSelector()
        self._stop_reader, self._stop_writer = socket.socketpair()
        self._selector.register(self._stop_reader, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name="doors", daemon=True)

    def open(self) -> None:
        """Receive from now on. A door that cannot be opened is tried again and again; `states` says why."""
        for door in self._doors:
            self._open(door)
        self._thread.start()

    def close(self) -> None:
        """Close all doors. Bounded; also twice, and without `open`."""
        if self._thread.ident is None:  # nobody reads: what is there is given back here
            self._end()
            return
        with contextlib.suppress(OSError):
            self._stop_writer.send(b"\0")
        if self._thread.is_alive():
            self._thread.join(1.0)

    def take(self, most: int) -> list[Datagram]:
        """What came, the oldest first; at most so many. Any one thread."""
        taken: list[Datagram] = []
        while self._waiting and len(taken) < most:
            taken.append(self._waiting.popleft())
        return taken

    def strangers(self) -> list[tuple[DoorKind, str]]:
        """Who was turned away since the last time this was asked, some of them more than once."""
        told = []
        while self._strangers:
            told.append(self._strangers.popleft())
        self._named.clear()
        return told

    def states(self) -> tuple[DoorState, ...]:
        """All doors now. Any thread."""
        return tuple(
            DoorState(door.kind, door.port, door.fault, door.datagrams, door.strangers, door.lost)
            for door in self._doors
        )

    def _run(self) -> None:
        tried_s = time.monotonic()
        while True:
            for key, _ in self._selector.select(_AGAIN_S):
                if key.data is None:
                    self._end()
                    return
                self._read(key.data)
            if time.monotonic() - tried_s >= _AGAIN_S:
                tried_s = time.monotonic()
                for door in self._doors:
                    if door.receiving is None:
                        self._open(door)

    def _end(self) -> None:
        for door in self._doors:
            if door.receiving is not None:
                self._selector.unregister(door.receiving)
                door.receiving.close()
                door.receiving = None
        self._selector.close()
        self._stop_reader.close()
        self._stop_writer.close()

    def _open(self, door: _Door) -> None:
        try:
            made = _bound(door.port)
        except OSError as error:
            said = error.strerror or str(error)
            if said != door.fault:
                log.warning("%s cannot be received on UDP port %d: %s", door.kind, door.port, said)
            door.fault = said
            return
        door.receiving, door.fault = made, ""
        self._selector.register(made, selectors.EVENT_READ, door)
        log.info("%s is received on UDP port %d", door.kind, door.port)

    def _read(self, door: _Door) -> None:
        assert door.receiving is not None
        news = False
        for _ in range(_TURN):
            try:
                data, sender = door.receiving.recvfrom(_LARGEST)
            except BlockingIOError:
                break
            except OSError:  # of an earlier answer to nobody (ICMP), which Windows tells here
                continue
            source = comparable(sender[0])
            if source not in self.trusted:
                self._turn_away(door, source, data)
            elif len(self._waiting) >= WAITING:
                door.lost += 1
            else:
                door.datagrams += 1
                self._waiting.append(Datagram(time.time(), door.kind, source, data))
                news = True
        if news:
            self.on_ready()

    def _turn_away(self, door: _Door, source: str, data: bytes) -> None:
        door.strangers += 1
        named = (door.kind, source)
        if named in self._named or len(self._named) >= _NAMES or not data.startswith(_BEGINNINGS[door.kind]):
            return
        self._named.add(named)
        self._strangers.append(named)


def _bound(port: int) -> socket.socket:
    """A socket that receives on all addresses, by IPv6 too where there is any. Raises OSError."""
    both = socket.has_dualstack_ipv6()
    made = socket.socket(socket.AF_INET6 if both else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        if both:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        with contextlib.suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        made.bind(("::" if both else "0.0.0.0", port))
    except BaseException:
        made.close()
        raise
    return made
