"""Strangers who come with TLS: among them may be a paired PC at another address than before.

It is known once it has said its key, which takes it a moment. So where strangers have no place left, the
oldest of these makes room: a flood that holds places holds none for long, and who has a key gets in. The loop
thread only.
"""

from packetwave.server.hub.connection import HubConnection
from packetwave.server.hub.door import Refusal
from packetwave.server.hub.session import Session

MAKE_ROOM = frozenset((Refusal.STRANGERS, Refusal.HANDSHAKES))
"""Refusals that one stranger less mends."""


class Newcomers:
    """Those of one hub, oldest first: with their handshake under way, and after it."""

    def __init__(self) -> None:
        self._arriving: dict[HubConnection, None] = {}
        self._unknown: dict[Session, None] = {}

    def __len__(self) -> int:
        return len(self._arriving) + len(self._unknown)

    def arrive(self, connection: HubConnection) -> None:
        self._arriving[connection] = None

    def opened(self, connection: HubConnection, session: Session) -> None:
        """Its handshake is done."""
        if connection in self._arriving:
            del self._arriving[connection]
            self._unknown[session] = None

    def known(self, session: Session) -> None:
        """It has said its key, or is gone."""
        self._unknown.pop(session, None)

    def gone(self, connection: HubConnection) -> None:
        self._arriving.pop(connection, None)

    def make_room(self, refusal: Refusal) -> bool:
        """End the oldest, where that helps against this refusal; whether there was one."""
        if refusal is Refusal.STRANGERS and self._unknown:
            session = next(iter(self._unknown))
            del self._unknown[session]
            session.make_room()
            return True
        if refusal in MAKE_ROOM and self._arriving:
            next(iter(self._arriving)).make_room()  # and `gone` follows
            return True
        return False
