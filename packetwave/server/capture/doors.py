"""Doors beside the mirror: UDP sockets at which a PBX reports its SIP (HEP), or a switch sends its mirror
(TZSP, VXLAN). They need no capture library, no rights and no adapter of their own.

Owns the thread that reads the sockets (`mailbox`). Whoever is not confirmed is turned away by his address,
before what he sent is looked at; what is taken waits, bounded, for the detector thread.
"""

import contextlib
import errno
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

from packetwave.server.capture.mailbox import Mailbox, open_mailbox

log = logging.getLogger(__name__)

WAITING = 20_000
"""Datagrams that may wait for the detector: ten seconds at 2,000 a second."""

WAITING_BYTES = 32 * 1024 * 1024
"""And so many bytes: of the largest datagrams far fewer wait."""

_AGAIN_S = 2.0
_BREATH_S = 0.001  # behind strangers: a flood is read many at a time, not woken for one by one
_NAMES = 64  # forged senders must not make the table grow


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


class DoorFault(StrEnum):
    """Why a door cannot be opened, for windows, which have their own words."""

    TAKEN = "taken"
    """Another program receives at this port."""

    NO_RIGHTS = "no_rights"
    """The system does not let this program have the port."""

    FAILED = "failed"
    """The reason beside it says why."""


_FAULTS = {errno.EADDRINUSE: DoorFault.TAKEN, errno.EACCES: DoorFault.NO_RIGHTS}


@dataclass(frozen=True, slots=True)
class DoorState:
    """One door at one moment; the counts are since it was opened."""

    kind: DoorKind
    port: int
    fault: DoorFault | None = None
    """Why it is not open; None while it is."""

    reason: str = ""
    """That as the system says it."""

    datagrams: int = 0
    """Taken from confirmed senders."""

    strangers: int = 0
    """Turned away."""

    lost: int = 0
    """Of whomever: the system had no room for them, or too many waited here."""


@dataclass(slots=True)
class _Door:
    kind: DoorKind
    port: int
    mailbox: Mailbox | None = None
    fault: DoorFault | None = None
    reason: str = ""
    datagrams: int = 0
    strangers: int = 0
    overflow: int = 0

    def state(self) -> DoorState:
        mailbox = self.mailbox
        lost = self.overflow + (mailbox.lost if mailbox is not None else 0)
        return DoorState(self.kind, self.port, self.fault, self.reason, self.datagrams, self.strangers, lost)


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
        self._bytes_in = self._bytes_out = 0  # each written by one thread only
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
            datagram = self._waiting.popleft()
            self._bytes_out += len(datagram.data)
            taken.append(datagram)
        return taken

    @property
    def is_waiting(self) -> bool:
        """Whether there is something to take. Any thread."""
        return bool(self._waiting)

    @property
    def lost(self) -> int:
        """Datagrams lost at all doors. Any thread."""
        return sum(door.state().lost for door in self._doors)

    def strangers(self) -> list[tuple[DoorKind, str]]:
        """Who was turned away since the last time this was asked, some of them more than once."""
        told = []
        while self._strangers:
            told.append(self._strangers.popleft())
        self._named.clear()
        return told

    def states(self) -> tuple[DoorState, ...]:
        """All doors now. Any thread."""
        return tuple(door.state() for door in self._doors)

    @property
    def is_any_open(self) -> bool:
        """Whether anything is received at all. Any thread."""
        return any(door.mailbox is not None for door in self._doors)

    def _run(self) -> None:
        tried_s = time.monotonic()
        while True:
            for key, _ in self._selector.select(_AGAIN_S):
                if key.data is None:
                    self._end()
                    return
                if self._read(key.data):
                    time.sleep(_BREATH_S)
            if time.monotonic() - tried_s >= _AGAIN_S:
                tried_s = time.monotonic()
                for door in self._doors:
                    if door.mailbox is None:
                        self._open(door)

    def _end(self) -> None:
        for door in self._doors:
            if door.mailbox is not None:
                self._selector.unregister(door.mailbox)
                door.mailbox.close()
                door.mailbox = None
        self._selector.close()
        self._stop_reader.close()
        self._stop_writer.close()

    def _open(self, door: _Door) -> None:
        try:
            made = open_mailbox(door.port, self.trusted)
        except OSError as error:
            reason = error.strerror or str(error)
            if reason != door.reason:
                log.warning("%s cannot be received on UDP port %d: %s", door.kind.upper(), door.port, reason)
            door.fault, door.reason = _FAULTS.get(error.errno or 0, DoorFault.FAILED), reason
            return
        door.mailbox, door.fault, door.reason = made, None, ""
        self._selector.register(made, selectors.EVENT_READ, door)
        log.info("%s is received on UDP port %d", door.kind.upper(), door.port)

    def _read(self, door: _Door) -> bool:
        """Take what is there; whether it was strangers' alone."""
        assert door.mailbox is not None
        turn = door.mailbox.read()
        door.strangers += turn.turned_away
        for source, data in turn.strangers:
            self._name(door.kind, source, data)
        for at_s, source, data in turn.letters:
            waiting_bytes = self._bytes_in - self._bytes_out
            if len(self._waiting) >= WAITING or waiting_bytes + len(data) > WAITING_BYTES:
                door.overflow += 1
                continue
            door.datagrams += 1
            self._bytes_in += len(data)
            self._waiting.append(Datagram(at_s, door.kind, source, data))
        if turn.letters:
            self.on_ready()
        return bool(turn.turned_away and not turn.letters)

    def _name(self, kind: DoorKind, source: str, data: bytes) -> None:
        named = (kind, source)
        if named in self._named or len(self._named) >= _NAMES or not data.startswith(_BEGINNINGS[kind]):
            return
        self._named.add(named)
        self._strangers.append(named)
