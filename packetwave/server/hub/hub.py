"""The WebSocket server: sessions of clients, and messages to those at an address.

Owns every connection. On the loop thread only. A client is known by the address it connects from
(docs/protocol.md); it need not say anything. Each session has its own queue and writer, so that a client that
does not read, or sends nonsense, is closed and nobody else notices.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from time import perf_counter

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from packetwave import __version__
from packetwave.common.addresses import comparable
from packetwave.protocol import (
    CLOSE_BAD_DATA,
    CLOSE_NOT_TEXT,
    CLOSE_POLICY,
    MAX_FROM_CLIENT_BYTES,
    PROTOCOL_VERSION,
    Hello,
    IncomingCall,
    Message,
    ProtocolError,
    Welcome,
    decode,
    encode,
)
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.office.validation import check_extension

log = logging.getLogger(__name__)

MAX_SESSIONS = 5_000
MAX_SESSIONS_OF_ADDRESS = 256
MAX_QUEUE = 200
"""Messages waiting for one client; one that falls further behind is closed and may come again."""

MAX_MESSAGES_A_MINUTE = 120
"""A client says hello, later some acknowledgements; more is a fault or an attack."""

_CLOSE_S = 0.4

OnTold = Callable[[str, str, float], None]
"""call_id, address, milliseconds from the frame's arrival until the message was given to the system."""


@dataclass(eq=False, slots=True)
class _Session:
    connection: ServerConnection
    address: str
    since: datetime
    queue: "asyncio.Queue[tuple[Message, float]]"
    version: str = ""
    wants: str = ""
    received: int = 0
    minute: int = 0


class Hub:
    """Clients by their address.

    ringing_at, extensions_at: what a client that connects is told; on_told: an `incoming_call` went out;
    on_change: a client came, went, or said who it is.
    """

    def __init__(
        self,
        *,
        ringing_at: Callable[[str], list[IncomingCall]],
        extensions_at: Callable[[str], tuple[str, ...]],
        on_told: OnTold,
        on_change: Callable[[], None],
    ) -> None:
        self._ringing_at = ringing_at
        self._extensions_at = extensions_at
        self._on_told = on_told
        self._on_change = on_change
        self._sessions: dict[str, list[_Session]] = {}
        self._server: Server | None = None
        self._count = 0
        self._unsent = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def open(self, host: str, port: int) -> int:
        """Listen; the port (of use where 0 was asked for). Raises OSError, as where the port is taken."""
        self._server = await serve(
            self._serve,
            host,
            port,
            # A browser always says where its page is from; no page may read a person's calls.
            origins=[None],
            compression=None,
            max_size=MAX_FROM_CLIENT_BYTES,
            open_timeout=5,
            close_timeout=_CLOSE_S,
            process_request=self._admit,
            server_header=None,
        )
        listening: int = next(iter(self._server.sockets)).getsockname()[1]
        return listening

    async def close(self) -> None:
        """Close every session (1001), then the port. Bounded; may be called twice."""
        if self._server is None:
            return
        self._server.close()  # with code 1001
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * _CLOSE_S):
                await self._server.wait_closed()
        self._server = None

    def clients(self) -> tuple[ClientInfo, ...]:
        """All sessions, in the order of their addresses."""
        return tuple(
            ClientInfo(
                address, session.since, session.version, self._extensions_at(address), wants=session.wants
            )
            for address in sorted(self._sessions)
            for session in self._sessions[address]
        )

    def is_connected(self, address: str) -> bool:
        return address in self._sessions

    def send(self, addresses: tuple[str, ...], message: Message, arrived: float) -> None:
        """Queue a message for every session at these addresses. arrived: `perf_counter` of its cause."""
        for address in addresses:
            for session in self._sessions.get(address, ()):
                self._put(session, message, arrived)

    async def sent(self) -> None:
        """Wait until every queued message is given to the system or its session is gone."""
        await self._idle.wait()

    def _put(self, session: _Session, message: Message, arrived: float) -> None:
        if session.queue.full():
            log.warning("client %s does not read its messages: closed", session.address)
            session.connection.transport.abort()
            return
        session.queue.put_nowait((message, arrived))
        self._unsent += 1
        self._idle.clear()

    async def _admit(self, connection: ServerConnection, _request: Request) -> Response | None:
        address = _address_of(connection)
        if self._count >= MAX_SESSIONS or len(self._sessions.get(address, ())) >= MAX_SESSIONS_OF_ADDRESS:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        address = _address_of(connection)
        session = _Session(connection, address, datetime.now(UTC), asyncio.Queue(MAX_QUEUE))
        self._sessions.setdefault(address, []).append(session)
        self._count += 1
        self._tell_ringing(session)
        self._on_change()
        writer = asyncio.create_task(self._write(session))
        try:
            await self._read(session)
        except ConnectionClosed:
            pass
        finally:
            writer.cancel()
            self._sessions[address].remove(session)
            if not self._sessions[address]:
                del self._sessions[address]
            self._count -= 1
            self._done(session.queue.qsize())
            self._on_change()

    def _tell_ringing(self, session: _Session) -> None:
        now = perf_counter()
        for message in self._ringing_at(session.address):
            self._put(session, message, now)

    async def _write(self, session: _Session) -> None:
        while True:
            message, arrived = await session.queue.get()
            try:
                await session.connection.send(encode(message))
                if isinstance(message, IncomingCall):
                    self._on_told(message.call_id, session.address, (perf_counter() - arrived) * 1000)
            except ConnectionClosed:
                return  # reading ends too, which clears up
            finally:
                self._done(1)

    def _done(self, messages: int) -> None:
        self._unsent -= messages
        if self._unsent <= 0:
            self._idle.set()

    async def _read(self, session: _Session) -> None:
        loop = asyncio.get_running_loop()
        async for data in session.connection:
            minute = int(loop.time() // 60)
            if minute != session.minute:
                session.minute, session.received = minute, 0
            session.received += 1
            if session.received > MAX_MESSAGES_A_MINUTE:
                await self._refuse(session, CLOSE_POLICY, "too many messages")
                return
            if isinstance(data, bytes):
                await self._refuse(session, CLOSE_NOT_TEXT, "messages are JSON text")
                return
            try:
                message = decode(data)
            except ProtocolError as error:
                await self._refuse(session, CLOSE_BAD_DATA, str(error))
                return
            if isinstance(message, Hello):
                self._greet(session, message)

    def _greet(self, session: _Session, hello: Hello) -> None:
        session.version = hello.version[:64]
        wanted = hello.extension.strip()
        session.wants = wanted if check_extension(wanted) is None else ""
        extensions = self._extensions_at(session.address)
        self._put(session, Welcome(PROTOCOL_VERSION, __version__, extensions), perf_counter())
        self._tell_ringing(session)
        self._on_change()

    async def _refuse(self, session: _Session, code: int, reason: str) -> None:
        log.warning("client %s closed: %s", session.address, reason)
        await session.connection.close(code, reason)


def _address_of(connection: ServerConnection) -> str:
    peer = connection.remote_address
    return comparable(peer[0]) if peer else ""
