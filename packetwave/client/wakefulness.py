"""Notices that the PC slept, or that its network is another one, by looking every second.

While a PC sleeps its connections die unheard, and so they do when it moves from a cable to the wireless
network. Owns nothing; is given the time of a clock that goes on while the PC sleeps, and asks the system
which way packets to the server would take (none is sent). Works the same on all systems, without their
messages about it.
"""

import contextlib
import socket

LOOK_S = 1.0
SLEPT_S = 3.0
"""A look that comes later than planned by so much: the PC slept, or stood still."""

Peer = tuple[str, int]
"""A numeric address and a port."""


def way_to(peer: Peer) -> str:
    """This PC's own address on the way to a peer; "" where there is no way."""
    family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.connect(peer)
        return str(asking.getsockname()[0])
    return ""


class Looks:
    """What was seen at the last look. now_s: of `common.wakefulness.clock_s`, when the first look is made."""

    def __init__(self, now_s: float) -> None:
        self._at_s = now_s
        self._peer: Peer | None = None
        self._way = ""

    def met(self, peer: Peer, way: str) -> None:
        """A connection stands: with this peer, from this address of the PC."""
        self._peer, self._way = peer, way

    def look(self, now_s: float, peer: Peer | None, way: str) -> bool:
        """Whether a connection must be doubted. peer: the server, None where it never was reached; way: to
        it, see `way_to`."""
        slept = now_s - self._at_s > LOOK_S + SLEPT_S
        moved = peer is not None and peer == self._peer and way != self._way
        self._at_s, self._peer, self._way = now_s, peer, way
        return slept or moved
