"""The WebSocket link to the server: connect, say hello, receive, say what is to be said, reconnect for ever.

Owns the connection. On the engine's loop thread only. Knows nothing of calls: messages go to `on_message` as
they were decoded, and what is no message is logged and forgotten. Which server is the right one, and what is
said to it first, its `Line` decides; nothing at all is said to a server before its certificate is compared.
"""

import asyncio
import errno
import logging
import random
import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.protocol import State

from packetwave import __version__
from packetwave.client import tls
from packetwave.client.address import BadAddress, ways
from packetwave.client.line import Line
from packetwave.client.routes import Routes
from packetwave.protocol import (
    CLOSE_GOING_AWAY,
    MAX_FROM_SERVER_BYTES,
    Message,
    ProtocolError,
    decode,
    encode,
)

_log = logging.getLogger(__name__)

FIRST_CAP_S = 0.1
GROWTH = 1.2
LAST_CAP_S = 10.0
"""The waits between attempts: so short at first that a server that was started again is found at once, and
longer with each failure, so that a whole office does not knock at a PC that stays away."""

STABLE_S = 10.0
"""A connection that held so long was a good one: the next wait starts from the first cap again."""

_OPEN_TIMEOUT_S = 5.0
_PING_S = 5.0
"""How often the server is asked whether it is there, and how long it has to answer: a line that carries
nothing any more is noticed within twice that."""

_DOUBT_S = 2.0
"""How long a server has to answer where there is reason to doubt the connection."""

_CLOSE_S = 0.5

_SLOWLY_S = 60.0
"""The longest wait where somebody else seems to be at the server's address, and the least is half of it."""

# Windows says it in its own numbers: the connection refused, by the system and by the peer.
_REFUSED = re.compile(rf"Errno {errno.ECONNREFUSED}\b|WinError (?:1225|10061)\b")


class Phase(StrEnum):
    """What the link does."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    """Until the next attempt; for ever where a new address is needed first."""

    STOPPED = "stopped"


class Reason(StrEnum):
    """Why there is no connection. A code; the windows have the words."""

    NONE = ""
    NO_ADDRESS = "no_address"
    BAD_ADDRESS = "bad_address"
    NAME_NOT_FOUND = "name_not_found"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    NOT_PACKETWAVE = "not_packetwave"
    CLOSED = "closed"
    CERTIFICATE_CHANGED = "certificate_changed"
    """The server shows another certificate than the one that this PC knows it by."""

    NOT_PROVEN = "not_proven"
    """The server does not have the enrolment key that this PC was given, or somebody is in between."""


_HARD_STOPS = (Reason.CERTIFICATE_CHANGED, Reason.NOT_PROVEN)
_FOR_ALL_WAYS = (*_HARD_STOPS, Reason.NAME_NOT_FOUND)


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the link is."""

    phase: Phase
    server: str = ""
    """The URL, or what was typed where that makes none."""

    reason: Reason = Reason.NONE
    """Why there is no connection, while waiting."""

    retry_in_s: float | None = None
    """While waiting: seconds until the next attempt, None where there will be none by itself."""

    close_code: int | None = None
    """The WebSocket close code with the reason `closed`; None where the connection just broke."""

    is_tls: bool = False
    """While connected: whether nobody in between can read it."""

    is_paired: bool = False
    """While connected: whether this PC has said by which pairing it is known."""


class Backoff:
    """Full-jitter exponential back-off: a whole office of clients does not return in the same instant."""

    def __init__(
        self, rng: Callable[[], float] = random.random, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rng = rng
        self._clock = clock
        self._failures = 0
        self._since_s: float | None = None

    def connected(self) -> None:
        """A connection stands from now on."""
        self._since_s = self._clock()

    def begin_anew(self) -> None:
        """What failed before says nothing any more: the PC slept, the network is another one."""
        self._failures = 0

    def failed(self) -> float:
        """The seconds to wait after an attempt that failed or a connection that broke."""
        if self._since_s is not None and self._clock() - self._since_s >= STABLE_S:
            self._failures = 0
        self._since_s = None
        cap_s = min(LAST_CAP_S, FIRST_CAP_S * GROWTH ** min(self._failures, 64))
        self._failures += 1
        return self._rng() * cap_s

    def stopped(self) -> float:
        """The seconds until it is looked whether the right server is back."""
        self.begin_anew()
        self._since_s = None
        return _SLOWLY_S * (1 + self._rng()) / 2


class _WrongServer(Exception):
    """Nothing was said to it."""


class _Connection(ClientConnection):
    """A connection that is over once it has to be: a server that sent what cannot be read, or has said that
    it closes, is not waited for at length.

    Attributes: line, to be set by who makes it; fingerprint, of the server's certificate, None without TLS.
    """

    line: Line
    fingerprint: bytes | None = None

    async def handshake(self, *arguments: Any, **named: Any) -> None:
        """The first that is said; TLS stands by then."""
        wrapped = self.transport.get_extra_info("ssl_object")
        if wrapped is not None:
            self.fingerprint = tls.fingerprint(wrapped)
        if self.line.is_protected if self.fingerprint is None else not self.line.accepts(self.fingerprint):
            raise _WrongServer
        await super().handshake(*arguments, **named)

    def say(self, message: Message) -> bool:
        """Write a message, without waiting; False where the connection is closing."""
        if self.protocol.state is not State.OPEN:
            return False
        self.protocol.send_text(encode(message).encode())
        self.send_data()
        return True

    def leave(self) -> None:
        """Close, and be gone soon whatever the server says."""
        if self.protocol.state is State.OPEN:
            self.protocol.send_close(CLOSE_GOING_AWAY)
            self.send_data()
        self.loop.call_later(_CLOSE_S, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.protocol.close_expected():
            self.loop.call_later(_CLOSE_S, self.transport.abort)


class Link:
    """One link to one server, until its `run` is cancelled. on_failure: told of unexpected errors.

    Attributes of the last connection: peer, its numeric address and port, None where there never was one;
    way, this PC's own address.
    """

    def __init__(
        self,
        server: str,
        *,
        line: Line,
        on_state: Callable[[LinkState], None],
        on_message: Callable[[Message], None],
        on_failure: Callable[[str, BaseException], None],
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server.strip()
        self._line = line
        self._on_state = on_state
        self._on_message = on_message
        self._on_failure = on_failure
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._now = asyncio.Event()
        self._connection: _Connection | None = None
        self._anew = False
        self._refused = Reason.NONE
        self._stood = False
        self.peer: tuple[str, int] | None = None
        self.way = ""

    @property
    def fingerprint(self) -> bytes | None:
        """Of the certificate at the other end; None without TLS, and without a connection."""
        return None if self._connection is None else self._connection.fingerprint

    def retry(self) -> None:
        """End a wait at once: somebody asks."""
        self._now.set()

    def anew(self) -> None:
        """Leave the connection there is, if any, and make another one at once: the line is another one."""
        self._backoff.begin_anew()
        self._anew = True
        self._now.set()
        if self._connection is not None:
            self._connection.leave()

    def refuse(self, reason: Reason) -> None:
        """Leave this server: it is not the right one. Whether that is back is looked slowly."""
        self._refused = reason
        if self._connection is not None:
            self._connection.transport.abort()

    def say(self, message: Message) -> bool:
        """Say something to the server; False where there is no connection, and nothing is said. What is said
        often must keep to the server's limits."""
        return self._connection is not None and self._connection.say(message)

    async def doubt(self) -> None:
        """Something happened that breaks connections unheard: see within seconds whether this one lives, and
        connect anew at once where it does not, or where there is none."""
        self._backoff.begin_anew()
        connection = self._connection
        if connection is None:
            self._now.set()
            return
        try:
            async with asyncio.timeout(_DOUBT_S):
                await (await connection.ping())
        except ConnectionClosed:
            pass  # found already
        except TimeoutError:
            _log.info("the connection is dead")
            self._backoff.begin_anew()
            self._now.set()
            connection.transport.abort()

    async def run(self) -> None:
        """Keep the link up until cancelled; whatever goes wrong is a state, never an exception."""
        try:
            routes = Routes(ways(self._server))
        except BadAddress:
            reason = Reason.BAD_ADDRESS if self._server else Reason.NO_ADDRESS
            self._on_state(LinkState(Phase.WAITING, self._server, reason))
            return
        while True:
            self._now.clear()
            self._anew = False
            url, reason, close_code = await self._attempts(routes)
            if self._anew:
                continue
            delay_s = self._backoff.stopped() if reason in _HARD_STOPS else self._backoff.failed()
            _log.info("no connection to %s: %s %s, next in %.1f s", url, reason, close_code or "", delay_s)
            self._on_state(LinkState(Phase.WAITING, url, reason, delay_s, close_code))
            try:
                async with asyncio.timeout(delay_s):
                    await self._now.wait()
            except TimeoutError:
                pass

    async def _attempts(self, routes: Routes) -> tuple[str, Reason, int | None]:
        """One attempt at each way there is, until one leads to a connection; how the last one ended."""
        for url in routes.to_try(self._line, self._clock()):
            self._on_state(LinkState(Phase.CONNECTING, url))
            self._stood = False
            reason, close_code = await self._attempt(url)
            if self._stood:
                routes.lost(url, self._clock())
                break
            routes.failed(url, is_silent=reason in (Reason.SILENT, Reason.UNREACHABLE))
            if self._anew or reason in _FOR_ALL_WAYS:
                break
        return url, reason, close_code

    async def _attempt(self, url: str) -> tuple[Reason, int | None]:
        answered = False
        self._refused = Reason.NONE
        is_tls = url.startswith("wss:")
        # An empty name: the certificate has none, and who listens learns none.
        protection: dict[str, Any] = {"ssl": tls.context(), "server_hostname": ""} if is_tls else {}

        class Answered(_Connection):
            line = self._line

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                nonlocal answered
                answered = True
                super().connection_made(transport)

        try:
            async with connect(
                url,
                create_connection=Answered,
                proxy=None,  # the server is in the same office
                compression=None,
                max_size=MAX_FROM_SERVER_BYTES,
                open_timeout=_OPEN_TIMEOUT_S,
                ping_interval=_PING_S,
                ping_timeout=_PING_S,
                close_timeout=_CLOSE_S,
                user_agent_header=f"PacketWave/{__version__}",
                **protection,
            ) as connection:
                assert isinstance(connection, _Connection)
                self.peer, self.way = connection.remote_address[:2], connection.local_address[0]
                self._connection = connection
                hello = self._line.hello(connection.fingerprint)
                if hello is not None:
                    await connection.send(encode(hello))
                self._backoff.connected()
                _log.info("connected to %s", url)
                said_pairing = hello is not None and bool(hello.pairing)
                self._stood = True
                self._on_state(LinkState(Phase.CONNECTED, url, is_tls=is_tls, is_paired=said_pairing))
                try:
                    await self._receive(connection)
                except asyncio.CancelledError:
                    await connection.close(CLOSE_GOING_AWAY)  # within _CLOSE_S
                    raise
        except ConnectionClosed as error:
            return self._refused or Reason.CLOSED, error.rcvd.code if error.rcvd else None
        except _WrongServer:
            return Reason.CERTIFICATE_CHANGED, None
        except InvalidURI:
            return Reason.BAD_ADDRESS, None
        except (InvalidHandshake, ssl.SSLError):
            return Reason.NOT_PACKETWAVE, None
        except socket.gaierror:
            return Reason.NAME_NOT_FOUND, None
        except TimeoutError:
            return (Reason.SILENT if answered else Reason.UNREACHABLE), None
        except (ConnectionResetError, ConnectionAbortedError):  # in the middle of TLS' own greetings
            return Reason.SILENT, None
        except OSError as error:
            # asyncio gives one OSError for all addresses of a name, with their errors only in its text.
            return (Reason.REFUSED if _REFUSED.search(str(error)) else Reason.UNREACHABLE), None
        except Exception as error:  # noqa: BLE001 - who gives up for good would miss every call from here on
            self._on_failure("the link", error)
            return Reason.UNREACHABLE, None
        finally:
            self._connection = None
        raise AssertionError("receiving ends by an exception only")

    async def _receive(self, connection: ClientConnection) -> None:
        while True:
            text = await connection.recv()
            if not isinstance(text, str):
                _log.warning("ignored a binary message of %d bytes", len(text))
                continue
            try:
                message = decode(text)
            except ProtocolError as error:
                _log.warning("ignored a malformed message of %d characters: %s", len(text), error)
                continue
            self._on_message(message)
