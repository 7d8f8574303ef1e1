"""TLS servers on the loopback address that tests start: one to the letter of docs/protocol.md, with a manager
who approves, and somebody in between with a certificate of his own.

Certificates are made by the openssl command: the client itself has nothing that could make one.
"""

import asyncio
import hashlib
import queue
import ssl
import subprocess
import threading
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from packetwave.protocol import (
    Enrol,
    EnrolAnswer,
    EnrolProof,
    Hello,
    Message,
    Pair,
    Paired,
    PairNonce,
    PairRefused,
    PairReveal,
    Welcome,
    decode,
    encode,
    pairing,
)
from packetwave.protocol.pairing import NONCE_BYTES, Side

WAIT_S = 10.0


@dataclass(frozen=True)
class Certificate:
    """One of a server, in a PEM file with its key."""

    pem: Path

    @property
    def fingerprint(self) -> bytes:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(_certificate_of(self.pem))).digest()

    def context(self, oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = oldest
        made.load_cert_chain(self.pem)
        return made


def _certificate_of(pem: Path) -> str:
    text = pem.read_text()
    return text[text.index("-----BEGIN CERTIFICATE") :]


@cache
def certificate(name: str = "right") -> Certificate:
    """Made once for all tests."""
    folder = Path(mkdtemp(prefix="packetwave-certificate-"))
    key, cert, pem = folder / "key", folder / "cert", folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(cert), "-days", "9000", "-subj", f"/CN={name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    pem.write_text(key.read_text() + cert.read_text())
    return Certificate(pem)


class _OnItsThread:
    """Something that listens, on a loop and a thread of its own. Attribute: port."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        started: queue.Queue[int] = queue.Queue()
        self._started = started.put
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        self.port = started.get(timeout=WAIT_S)

    @property
    def url(self) -> str:
        return f"wss://127.0.0.1:{self.port}"

    def close(self) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(WAIT_S)

    def _work(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        raise NotImplementedError

    def _run(self, wanted: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(wanted, self._loop).result(WAIT_S)


@dataclass
class _Session:
    connection: ServerConnection
    commitment: str = ""
    server_nonce: bytes = b""
    enrolling: tuple[bytes, bytes] = (b"", b"")
    digits: str = ""


@dataclass
class Known:
    """What a server knows, and its next run too. keys: of pairings, enrolment: keys; both by their ids."""

    keys: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    enrolment: dict[str, bytes] = field(default_factory=dict)


class PairingServer(_OnItsThread):
    """A server with one manager.

    Attributes: known; hellos, of clients; asked, the digits of each request; said, all other messages;
    refuses, a reason for who wants to be paired, "" for none; on_hello, what each that says hello is told.
    """

    def __init__(
        self, *on_hello: Message, identity: Certificate | None = None, known: Known | None = None,
        port: int = 0, tls: bool = True, tls_port: int = 0,
    ) -> None:  # fmt: skip
        self.identity = identity or certificate()
        self.known = known or Known()
        self.on_hello = list(on_hello)
        self.refuses = ""
        self.hellos: queue.Queue[Hello] = queue.Queue()
        self.asked: queue.Queue[str] = queue.Queue()
        self.said: queue.Queue[Message] = queue.Queue()
        self._wanted_port, self._tls, self._tls_port = port, tls, tls_port
        self._sessions: list[_Session] = []
        self._made = 0
        super().__init__()

    def approve(self, digits: str) -> None:
        """The manager does so with the request that has these digits."""

        async def approve() -> None:
            (session,) = [session for session in self._sessions if session.digits == digits]
            await self._pair(session)

        self._run(approve())

    def deny(self, digits: str) -> None:
        async def deny() -> None:
            (session,) = [session for session in self._sessions if session.digits == digits]
            await session.connection.send(encode(PairRefused("denied")))

        self._run(deny())

    def send(self, message: Message) -> None:
        """To all."""

        async def send() -> None:
            for session in list(self._sessions):
                await session.connection.send(encode(message))

        self._run(send())

    async def _serve(self) -> None:
        context = self.identity.context() if self._tls else None
        async with serve(self._talk, "127.0.0.1", self._wanted_port, ssl=context, close_timeout=1) as server:
            self._started(int(next(iter(server.sockets)).getsockname()[1]))
            await self._over.wait()
            for session in self._sessions:
                session.connection.transport.abort()  # TLS would wait for the client's farewell
        await _let_go()

    async def _talk(self, connection: ServerConnection) -> None:
        session = _Session(connection)
        self._sessions.append(session)
        with suppress(Exception):
            async for text in connection:
                assert isinstance(text, str)
                await self._take(session, decode(text))
        self._sessions.remove(session)

    async def _take(self, session: _Session, message: Message) -> None:
        tell = session.connection.send
        match message:
            case Hello():
                await self._greet(session, message)
            case Pair() if self.refuses:
                await tell(encode(PairRefused(self.refuses)))
            case Pair(commitment=commitment):
                session.commitment, session.server_nonce = commitment, pairing.nonce()
                await tell(encode(PairNonce(session.server_nonce.hex())))
            case PairReveal(nonce=text):
                nonce = pairing.read_hex(text, NONCE_BYTES)
                assert pairing.commitment(nonce).hex() == session.commitment
                session.digits = pairing.digits(self.identity.fingerprint, nonce, session.server_nonce)
                self.asked.put(session.digits)
            case Enrol(key_id=key_id) if key_id not in self.known.enrolment:
                await tell(encode(PairRefused("expired")))
            case Enrol(key_id=key_id, nonce=text):
                nonces = pairing.read_hex(text, NONCE_BYTES), pairing.nonce()
                key = self.known.enrolment[key_id]
                session.enrolling = (
                    pairing.proof(Side.CLIENT, key, self.identity.fingerprint, *nonces),
                    nonces[1],
                )
                proof = pairing.proof(Side.SERVER, key, self.identity.fingerprint, *nonces)
                await tell(encode(EnrolProof(nonces[1].hex(), proof.hex())))
            case EnrolAnswer(proof=text):
                if bytes.fromhex(text) == session.enrolling[0]:
                    await self._pair(session)
                else:
                    await tell(encode(PairRefused("wrong")))
            case _:
                self.said.put(message)

    async def _greet(self, session: _Session, hello: Hello) -> None:
        for message in self.on_hello:
            await session.connection.send(encode(message))
        is_paired = bool(hello.key) and self.known.keys.get(hello.pairing) == hello.key
        refusal = "" if is_paired or not hello.pairing else "unknown"
        if hello.pairing in self.known.revoked:
            is_paired, refusal = False, "revoked"
        await session.connection.send(
            encode(
                Welcome(1, "0.2.0", ("1001",), is_paired=is_paired, refusal=refusal, tls_port=self._tls_port)
            )
        )
        self.hellos.put(hello)

    async def _pair(self, session: _Session) -> None:
        self._made += 1
        made = Paired(f"{self._made:016x}", pairing.nonce().hex(), ("1001",))
        self.known.keys[made.pairing] = made.key
        await session.connection.send(encode(made))


class Between(_OnItsThread):
    """Somebody in between, who passes everything on and reads along. heard: what clients said, as bytes."""

    def __init__(self, to_port: int, identity: Certificate, port: int = 0) -> None:
        self.heard = bytearray()
        self._writers: list[asyncio.StreamWriter] = []
        self._to_port, self._identity, self._wanted_port = to_port, identity, port
        super().__init__()

    async def _serve(self) -> None:
        server = await asyncio.start_server(
            self._pass_on, "127.0.0.1", self._wanted_port, ssl=self._identity.context()
        )
        async with server:
            self._started(int(server.sockets[0].getsockname()[1]))
            await self._over.wait()
        for writer in self._writers:
            writer.transport.abort()
        await _let_go()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        self._writers.append(writer)
        with suppress(OSError):
            there, to = await asyncio.open_connection("127.0.0.1", self._to_port, ssl=trusting)
            self._writers.append(to)

            async def back() -> None:
                with suppress(OSError):
                    while data := await there.read(65536):
                        writer.write(data)

            backward = asyncio.create_task(back())
            try:
                while data := await reader.read(65536):
                    self.heard += data
                    to.write(data)
            finally:
                to.transport.abort()
                writer.transport.abort()
                await backward


async def _let_go() -> None:
    """Until no connection is left, also none in TLS' greetings: the loop would be closed under
    them. What is registered beside them is the pipe by which the loop wakes itself."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    left = asyncio.get_running_loop()._selector.get_map()  # type: ignore[attr-defined]
    until = time.monotonic() + 2
    while len(left) > 1 and time.monotonic() < until:
        await asyncio.sleep(0)
