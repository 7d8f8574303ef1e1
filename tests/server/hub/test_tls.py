"""TLS below a connection: a place is asked for before a handshake costs anything, what is held is bounded."""

import asyncio
import contextlib
import socket
import ssl
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest
from websockets.asyncio.client import connect

from packetwave.protocol import PROTOCOL_VERSION, Hello, IncomingCall, Welcome
from packetwave.server.hub.connection import HubConnection
from packetwave.server.hub.limits import Limits
from packetwave.server.hub.tls import TlsLayer
from tests.server.hub.office import (
    CALL,
    HERE,
    REQUEST,
    TEXT,
    THERE,
    Protected,
    RawClient,
    a_protected_hub,
    client_context,
    frame,
    until,
)

WIDE = "가" * 500


async def raw(server: Protected, address: str = HERE) -> RawClient:
    """A TCP connection to the TLS port on which nothing was said."""
    return await RawClient.connect(f"wss://127.0.0.1:{server.port}", address)


async def ended(client: RawClient) -> bytes:
    """All that the server says until it ends the connection."""
    async with asyncio.timeout(20):
        try:
            return await client.reader.read()
        except ConnectionError:
            return b""


async def shaken(server: Protected, address: str = HERE) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection with its TLS handshake done and no WebSocket yet."""
    return await asyncio.open_connection(
        "127.0.0.1", server.port, ssl=client_context(), local_addr=(address, 0), ssl_handshake_timeout=20
    )


def test_one_that_gets_no_place_costs_no_handshake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    begin = TlsLayer.begin

    def counted(layer: TlsLayer, transport: asyncio.Transport) -> None:
        begun.append(transport.get_extra_info("peername")[0])
        begin(layer, transport)

    monkeypatch.setattr(TlsLayer, "begin", counted)

    async def work() -> None:
        limits = replace(Limits(), handshakes_of_address=3)
        async with a_protected_hub(tmp_path, limits) as server:
            server.hub.keep(frozenset({THERE}))
            clients = [await raw(server) for _ in range(3)]
            for _ in range(20):
                assert await ended(await raw(server)) == b""  # nothing can be said without a handshake
            assert begun == [HERE] * 3
            # A member's address is let in all the same.
            async with server.client(THERE) as member:
                await member.say(Hello(PROTOCOL_VERSION))
                assert isinstance(await member.hear(), Welcome)
            clients[0].close()
            await until(lambda: server.hub._door.taken == 2)
            _, writer = await shaken(server)
            writer.transport.abort()

    asyncio.run(work())


def test_an_unfinished_tls_handshake_holds_its_place_and_not_for_ever(tmp_path: Path) -> None:
    async def work() -> None:
        limits = replace(Limits(), handshake_s=0.3, handshakes_of_address=2)
        async with a_protected_hub(tmp_path, limits) as server:
            silent = await raw(server)
            half = await raw(server)
            half.writer.write(b"\x16\x03\x01\x02\x00\x01\x00")  # a ClientHello that stops in its middle
            refused = await raw(server)
            assert await ended(refused) == b""
            await ended(silent)
            await ended(half)
            await until(lambda: server.hub._door.taken == 0)
            assert not server.hub._opening
            async with server.client() as client:
                await client.say(Hello(PROTOCOL_VERSION))
                assert isinstance(await client.hear(), Welcome)

    asyncio.run(work())


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 500, b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", REQUEST]
)
def test_what_is_no_tls_ends_its_own_connection(
    tmp_path: Path, said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with a_protected_hub(tmp_path) as server, server.client() as good:
            bad = await raw(server)
            bad.writer.write(said)
            assert b"HTTP" not in await ended(bad)
            await until(lambda: server.hub._door.taken == 1)
            server.hub.send("1001", CALL, perf_counter())
            assert isinstance(await good.hear(), IncomingCall)

    asyncio.run(work())
    assert not [record for record in caplog.records if record.name == "packetwave.crash"]


def test_a_tls_session_without_a_websocket_handshake_is_ended_too(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_protected_hub(tmp_path, replace(Limits(), handshake_s=0.3)) as server:
            reader, writer = await shaken(server)
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                async with asyncio.timeout(20):
                    await reader.read()
            await until(lambda: server.hub._door.taken == 0)
            writer.transport.abort()

    asyncio.run(work())


def test_who_reads_nothing_over_tls_is_cut(tmp_path: Path) -> None:
    async def work() -> None:
        limits = replace(
            Limits(), queue=5, buffered_bytes=4096, system_buffer_bytes=4096, silent_beats=10_000
        )
        async with a_protected_hub(tmp_path, limits) as server, server.client(THERE) as good:
            bad = await raw(server)
            reader = asyncio.StreamReader(limit=1024)
            protocol = asyncio.StreamReaderProtocol(reader)
            transport = await asyncio.get_running_loop().start_tls(
                bad.writer.transport, protocol, client_context()
            )
            assert transport is not None
            transport.write(REQUEST)
            await until(lambda: server.hub.is_connected(HERE))
            transport.pause_reading()
            server.office.rows = (("1001", HERE),)
            server.use()
            async with asyncio.timeout(30):
                number = 0
                while server.hub.is_connected(HERE):
                    number += 1
                    wide = replace(CALL, call_id=f"c{number}", caller_name=WIDE)
                    server.hub.send("1001", wide, perf_counter())
                    await asyncio.sleep(0)
            transport.abort()
            await good.say(Hello(PROTOCOL_VERSION))
            assert isinstance(await good.hear(), Welcome)

    asyncio.run(work())


def test_what_a_flooding_session_sends_over_tls_is_bounded_like_any_other(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_protected_hub(tmp_path) as server:
            reader, writer = await shaken(server)
            writer.write(REQUEST)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(frame(TEXT, b'{"type":"x"}') * 500)
            async with asyncio.timeout(20):
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    assert b"too many messages" in await reader.read()
            writer.transport.abort()

    asyncio.run(work())


def test_a_session_over_tls_holds_little(tmp_path: Path) -> None:
    """asyncio's own layer holds 256 KiB for each."""

    async def work() -> None:
        async with a_protected_hub(tmp_path) as server, server.client():
            (connection,) = (session._connection for session in server.hub._sessions)
            assert isinstance(connection, HubConnection)
            layer = connection.transport._ssl_protocol  # type: ignore[attr-defined]
            assert isinstance(layer, TlsLayer)
            assert len(vars(layer)["_ssl_buffer"]) <= 16 * 1024

    asyncio.run(work())


def test_closing_ends_sessions_with_1001_and_handshakes_at_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_protected_hub(tmp_path) as server, server.client() as client:
            unfinished = await raw(server)
            await until(lambda: len(server.hub._opening) == 1)
            began = perf_counter()
            await server.hub.close()
            assert perf_counter() - began < 2
            assert (await client.ends())[0] == 1001
            await ended(unfinished)
            with pytest.raises(OSError):
                socket.create_connection(("127.0.0.1", server.port), 1).close()

    asyncio.run(work())


def test_the_plain_line_is_switched_off_and_on_and_tls_goes_on(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_protected_hub(tmp_path) as server, server.client() as protected:
            port = await server.hub.open("127.0.0.1", 0)
            async with connect(f"ws://127.0.0.1:{port}", proxy=None) as plain:
                await server.hub.close_plain()
                async with asyncio.timeout(20):
                    await plain.wait_closed()
                assert plain.close_code == 1001
            await server.hub.close_plain()
            with pytest.raises(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
            server.hub.send("1001", CALL, perf_counter())
            assert isinstance(await protected.hear(), IncomingCall)
            assert await server.hub.open("127.0.0.1", port) == port
            async with connect(f"ws://127.0.0.1:{port}", proxy=None):
                await until(lambda: len(server.hub.clients()) == 2)

    asyncio.run(work())
