"""A hub on loopback and its surroundings, and clients that speak WebSocket by hand, well or badly."""

import asyncio
import contextlib
import hashlib
import os
import socket
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from packetwave.protocol import IncomingCall, Message, Watching, decode, encode
from packetwave.server.hub import Hub
from packetwave.server.hub.limits import Limits, Rate
from packetwave.server.hub.outbox import Past
from packetwave.server.hub.pairing import Pairer
from packetwave.server.office.directory import Directory
from packetwave.server.office.values import Member, MemberTable
from packetwave.server.trust.identity import server_context
from packetwave.server.trust.pairings import Pairing, new_pairing
from packetwave.server.trust.trust import Trust, open_trust

HERE, THERE = "127.0.0.1", "127.0.0.2"
CALL = IncomingCall("01012345678", "1001", call_id="c1", caller_name="홍길동")

UNBOUNDED = Rate(1_000_000_000, 1_000_000_000)
BUSY = replace(
    Limits(),
    sessions=5_000,
    strangers=1.0,
    frames=UNBOUNDED,
    messages_of_address=UNBOUNDED,
    connects_of_address=UNBOUNDED,
    connects_of_strangers=UNBOUNDED,
    replays_of_address=UNBOUNDED,
)
"""No rate is too high: what is left are the limits of what is held."""

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Office:
    """What the hub asks its surroundings for, and what it told them."""

    def __init__(self) -> None:
        self.rows: tuple[tuple[str, str], ...] = (("1001", HERE), ("1002", THERE))
        self.calls: list[IncomingCall] = []
        self.told: list[tuple[str, str]] = []
        self.confirmed: list[tuple[str, str]] = []
        self.acknowledged: list[tuple[str, str]] = []
        self.lost: list[tuple[str, str]] = []
        self.asked: Counter[str] = Counter()
        self.changes = 0
        self.watching: Watching | None = None

    @property
    def directory(self) -> Directory:
        return Directory(MemberTable(tuple(Member(*row) for row in self.rows)))

    def ringing(self, extensions: tuple[str, ...], after: int, number: int) -> list[tuple[int, IncomingCall]]:
        self.asked["ringing"] += 1
        calls = [call for call in self.calls if call.called in extensions]
        return list(enumerate(calls, 1))[after : after + number]

    def note_told(self, call_id: str, address: str, took_ms: float) -> None:
        assert took_ms >= 0
        self.told.append((call_id, address))

    def note_confirmed(self, call_id: str, address: str, took_ms: float) -> None:
        assert took_ms >= 0
        self.confirmed.append((call_id, address))

    def note_acknowledged(self, call_id: str, address: str, took_ms: float) -> None:
        assert took_ms >= 0
        self.acknowledged.append((call_id, address))

    def note_lost(self, call_id: str, address: str) -> None:
        self.lost.append((call_id, address))

    def note_change(self) -> None:
        self.changes += 1


def make_hub(
    office: Office,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
    trust: Trust | None = None,
    past: Past = Past(),  # noqa: B008 - it has no state
) -> Hub:
    return Hub(
        trust=trust,
        ringing=office.ringing,
        on_told=office.note_told,
        on_confirmed=office.note_confirmed,
        on_acknowledged=office.note_acknowledged,
        on_lost=office.note_lost,
        on_change=office.note_change,
        watching=lambda: office.watching,
        past=past,
        limits=limits,
    )


@contextlib.asynccontextmanager
async def a_hub(office: Office, limits: Limits = Limits()) -> AsyncIterator[tuple[Hub, str]]:  # noqa: B008
    hub = make_hub(office, limits)
    hub.use(office.directory, {})
    hub.keep(frozenset())  # places are kept for nobody, but where a test says so
    port = await hub.open("0.0.0.0", 0)
    try:
        yield hub, f"ws://127.0.0.1:{port}"
    finally:
        await hub.close()
        await hub.close()
        while _clients:
            _clients.pop().close()
        await asyncio.sleep(0)  # transports close in the loop's next turn


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


class RawClient:
    """A TCP connection to a hub on which anything may be said."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        _clients.append(self)

    @classmethod
    async def connect(cls, url: str, address: str = HERE) -> Self:
        """A connection on which nothing was said yet; the system holds little of what it is not asked for."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        client.bind((address, 0))
        await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", int(url.rpartition(":")[2])))
        return cls(*await asyncio.open_connection(sock=client, limit=4096))

    @classmethod
    async def session(cls, url: str, address: str = HERE) -> Self:
        """A connection with its handshake done."""
        client = await cls.connect(url, address)
        client.writer.write(REQUEST)
        head = await client.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        return client

    def send(self, opcode: int, data: bytes = b"", *, first: int | None = None, masked: bool = True) -> None:
        """One frame. first: its whole first byte, where FIN is not to be set or reserved bits are."""
        self.writer.write(frame(opcode, data, first=first, masked=masked))

    async def frame(self) -> tuple[int, bytes]:
        """The opcode and the payload of the next frame; (-1, b"") at the end of the connection."""
        try:
            first, size = await self.reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack(">H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await self.reader.readexactly(8))
            return first & 15, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return -1, b""

    async def frames(self) -> list[tuple[int, bytes]]:
        """All frames until the connection ends; a close frame is answered, pings are not."""
        found = []
        async with asyncio.timeout(30):
            while (got := await self.frame())[0] != -1:
                found.append(got)
                if got[0] == CLOSE:
                    with contextlib.suppress(ConnectionError):
                        self.send(CLOSE, got[1][:2])
        return found

    def read_fast(self) -> None:
        """From now on the system takes as much as it likes: small windows make loopback slow."""
        client = self.writer.get_extra_info("socket")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)

    def close(self) -> None:
        self.writer.transport.abort()


_clients: list[RawClient] = []
"""Those that were made; closed with their hub."""


def frame(opcode: int, data: bytes = b"", *, first: int | None = None, masked: bool = True) -> bytes:
    """A frame as a client sends it."""
    head = bytes([0x80 | opcode if first is None else first])
    flag = 0x80 if masked else 0
    if len(data) < 126:
        head += bytes([flag | len(data)])
    elif len(data) < 65536:
        head += bytes([flag | 126]) + struct.pack(">H", len(data))
    else:
        head += bytes([flag | 127]) + struct.pack(">Q", len(data))
    if not masked:
        return head + data
    key = os.urandom(4)
    return head + key + bytes(byte ^ key[place % 4] for place, byte in enumerate(data))


def client_context() -> ssl.SSLContext:
    """A client's TLS that takes any certificate: what it sees, it looks at itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Protected:
    """A hub that listens with TLS and without, its trust, and its clients."""

    def __init__(self, office: Office, trust: Trust, hub: Hub, port: int) -> None:
        self.office, self.trust, self.hub, self.port = office, trust, hub, port
        self.url = f"wss://127.0.0.1:{port}"
        trust.keeper.on_change = self.use

    @property
    def pairer(self) -> Pairer:
        assert self.hub.pairer is not None
        return self.hub.pairer

    def use(self) -> None:
        """What the engine does when a pairing is another."""
        self.hub.use(self.office.directory, self.trust.keeper.book.pairings)

    def pair(self, pc: str, *extensions: str, address: str = HERE) -> tuple[Pairing, str]:
        """A pairing made before, and its key."""
        pairing, key = new_pairing(pc, extensions, datetime.now(UTC), address)
        self.trust.keeper.change(lambda book: book.add(pairing))
        return pairing, key

    @contextlib.asynccontextmanager
    async def client(self, address: str = HERE, port: int = 0) -> AsyncIterator["TlsClient"]:
        """A client over TLS. port: of somebody in between."""
        url = f"wss://127.0.0.1:{port or self.port}"
        async with connect(
            url, ssl=client_context(), local_addr=(address, 0), proxy=None, close_timeout=1
        ) as made:
            yield TlsClient(made)


class TlsClient:
    """A client that knows what it sees."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        shown = connection.transport.get_extra_info("ssl_object").getpeercert(True)
        self.fingerprint = hashlib.sha256(shown).digest()

    async def say(self, message: Message) -> None:
        await self.connection.send(encode(message))

    async def hear(self) -> Message:
        async with asyncio.timeout(20):
            return decode(str(await self.connection.recv()))

    async def ends(self) -> tuple[int, str]:
        """The code and the reason with which the server closes."""
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        return self.connection.close_code or 0, self.connection.close_reason or ""


@contextlib.asynccontextmanager
async def a_protected_hub(
    folder: Path,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
) -> AsyncIterator[Protected]:
    office, trust = Office(), await open_trust(folder)
    hub = make_hub(office, limits, trust)
    hub.use(office.directory, {})
    port = await hub.open_tls("0.0.0.0", 0, server_context(trust.identity))
    try:
        yield Protected(office, trust, hub, port)
    finally:
        await hub.close()
        while _clients:
            _clients.pop().close()
        await asyncio.sleep(0)
