"""One TCP connection of a client: accepted or turned away, read in small pieces, written without waiting.

Owns what websockets leaves to others: a place is asked for before anything is read; frames of every kind are
counted; what is written and not taken by the peer has a limit. The loop thread only. Nothing here raises:
what is wrong with a peer ends its own connection.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Any, Protocol, cast

from websockets.asyncio.server import Server, ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State
from websockets.server import ServerProtocol

from packetwave.common.addresses import comparable
from packetwave.protocol import CLOSE_POLICY
from packetwave.server.hub.budget import Budget
from packetwave.server.hub.limits import Limits
from packetwave.server.hub.sockets import prepare
from packetwave.server.hub.tls import TlsLayer

_crash = logging.getLogger("packetwave.crash")

_PIECE_BYTES = 1024
"""So much is read before limits are looked at again: at most 170 frames, of the 43,000 that the system hands
over at once from who sends nothing but pings."""

_BODY = b"too many connections\n"
_TURNED_AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)


class Reader(Protocol):
    """What a session does with what its connection notices."""

    def answered(self, data: bytes) -> bool:
        """Whether a pong answers the server's own ping."""

    def writable(self) -> None:
        """The peer has read: more may be written."""


class Gate(Protocol):
    """Who counts connections: the hub."""

    limits: Limits

    def enter(self, connection: "HubConnection") -> bool:
        """Whether the connection gets a place."""

    def lingers(self, connection: "HubConnection") -> bool:
        """Whether one that got no place is waited for until it has read so."""

    def wait_for_turn(self, connection: "HubConnection") -> None:
        """Let it begin its TLS handshake when it is its turn."""

    def leave(self, connection: "HubConnection") -> None:
        """The connection is gone, with its place if it had one."""

    def complain(self, reason: str, address: str) -> None:
        """Say that a client was cut or turned away."""


class HubConnection(ServerConnection):
    """A connection that its hub counts. context: of a connection that is to speak TLS; its place is asked for
    before the handshake costs anything.

    Attributes: address, of the peer. is_tls. reader, its session once it has one. was_heard, whether a byte
    has come since it was last set to False. has_place; is_open, whether the handshake is over, which the hub
    notes. ending_beats, how many times the hub has seen it closing.
    """

    def __init__(self, gate: Gate, context: ssl.SSLContext | None, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.address = ""
        self.reader: Reader | None = None
        self.was_heard = True
        self.has_place = False
        self.is_open = False
        self.ending_beats = 0
        self.is_tls = context is not None
        self._gate = gate
        self._context = context
        self._below: asyncio.Transport | None = None
        self._is_gone = False
        self._frames = Budget(gate.limits.frames)
        self._is_cut = False
        self._is_told_why = False

    @property
    def is_writable(self) -> bool:
        """Whether a message may be written now."""
        return self.protocol.state is State.OPEN and not self.paused and not self._is_cut

    @property
    def is_ending(self) -> bool:
        return self.protocol.state is not State.OPEN

    def write(self, text: bytes) -> None:
        """Write a text message, UTF-8, at once."""
        self.protocol.send_text(text)
        self.send_data()

    def write_ping(self, data: bytes) -> None:
        self.protocol.send_ping(data)
        self.send_data()

    def begin(self, reader: Reader) -> None:
        """The handshake is over. What it said is not needed any more, and is a fifth of what a session
        takes."""
        self.reader = reader
        self.is_open = True
        for part in (self.request, self.response):
            if part is not None:
                part.headers.clear()

    def end(self, code: int, reason: str) -> None:
        """Close it with a code, and read nothing any more."""
        if self.protocol.state is State.OPEN:
            self._is_told_why = True
            self.protocol.fail(code, reason)
            self.send_data()
            self.transport.pause_reading()

    def cut(self, reason: str) -> None:
        """End the connection without a word to the peer, which does not read any."""
        if not self._is_cut:
            self._is_cut = True
            self._gate.complain(reason, self.address)
            self.transport.abort()

    def make_room(self) -> None:
        """End the connection for the sake of a newer one, which has its place at once."""
        self.cut("makes room for a newer one")
        self.gone()

    def crashed(self) -> None:
        """A bug, in an `except`: noted with its traceback; this connection ends, no other notices."""
        _crash.error("a session failed", exc_info=True)
        self._is_cut = True
        self.transport.abort()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Once when it is accepted; over TLS again when the handshake is done."""
        self.transport = cast(asyncio.Transport, transport)
        if self._below is not None:
            super().connection_made(transport)
            self.transport.set_read_buffer_limits(_PIECE_BYTES * 16)  # type: ignore[attr-defined]
            return
        peer = transport.get_extra_info("peername")
        self.address = comparable(peer[0]) if peer else ""
        self.has_place = self._gate.enter(self)
        if not self.has_place:
            self._turn_away()
            return
        prepare(transport.get_extra_info("socket"), self._gate.limits)
        if self._context is None:
            super().connection_made(transport)
        else:
            self.transport.pause_reading()
            self._below = self.transport
            self._gate.wait_for_turn(self)

    def shake_hands(self) -> None:
        """Begin the TLS handshake, which costs a millisecond."""
        below, context = self._below, self._context
        if below is not None and context is not None and not below.is_closing():
            TlsLayer(self, context, self._gate.limits, self.gone).begin(below)
            below.resume_reading()

    def _turn_away(self) -> None:
        """Say 503 at once: to wait for the request would be to hold a place. Over TLS nothing can be said
        without a handshake."""
        if self._context is not None:
            self.transport.abort()
            return
        self.transport.write(_TURNED_AWAY)
        if self._gate.lingers(self):  # closed at once, what the peer still sends would wipe the answer out
            self.transport.pause_reading()
            if self.transport.can_write_eof():
                self.transport.write_eof()
            self.loop.call_later(self._gate.limits.turned_away_s, self.transport.abort)
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.was_heard = True
        if not self.has_place:
            return
        try:
            for start in range(0, len(data), _PIECE_BYTES):
                if self._is_cut:
                    return
                super().data_received(data[start : start + _PIECE_BYTES])
                if self._unread_bytes() > self._gate.limits.unread_bytes:
                    self.cut("does not read what it is sent")
        except Exception:  # noqa: BLE001 - whatever it is, it ends here
            self.crashed()

    def _unread_bytes(self) -> int:
        below = self._below.get_write_buffer_size() if self._below is not None else 0
        return self.transport.get_write_buffer_size() + below

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and not self._is_free(event) and not self._frames.take(self.loop.time()):
            self._end_politely()
        super().process_event(event)

    def _is_free(self, frame: Frame) -> bool:
        return (
            frame.opcode is Opcode.PONG
            and self.reader is not None
            and self.reader.answered(bytes(frame.data))
        )

    def _end_politely(self) -> None:
        """Say why, and read nothing any more."""
        if self.protocol.state is State.OPEN:
            self._gate.complain("too many messages", self.address)
            self.end(CLOSE_POLICY, "too many messages")
        elif not self._is_told_why:
            self.cut("goes on after it was closed")

    def eof_received(self) -> None:
        if self.has_place:
            super().eof_received()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.reader is not None:
            self.reader.writable()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone()
        if self.has_place:
            super().connection_lost(exc)

    def gone(self) -> None:
        """Give the place back, once."""
        if not self._is_gone:
            self._is_gone = True
            self._gate.leave(self)


def makes(gate: Gate, context: ssl.SSLContext | None) -> type[ServerConnection]:
    """What websockets is given to make its connections with: it calls it like the class. context: for TLS."""

    def make(protocol: ServerProtocol, server: Server, **options: Any) -> HubConnection:
        return HubConnection(gate, context, protocol, server, **options)

    return cast("type[ServerConnection]", cast("Callable[..., ServerConnection]", make))
