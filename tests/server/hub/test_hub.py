"""The hub on real loopback sockets: who is told, and that one bad client disturbs nobody."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from time import perf_counter

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from packetwave import __version__
from packetwave.protocol import MAX_FROM_CLIENT_BYTES, PROTOCOL_VERSION, Hello, IncomingCall, encode
from packetwave.server.hub import hub as hub_module
from packetwave.server.hub.hub import MAX_MESSAGES_A_MINUTE, Hub

HERE, THERE = "127.0.0.1", "127.0.0.2"
CALL = IncomingCall("01012345678", "1001", call_id="c1", caller_name="홍길동")


class Office:
    """What the hub asks its surroundings for, and what it told them."""

    def __init__(self) -> None:
        self.ringing: dict[str, list[IncomingCall]] = {}
        self.told: list[tuple[str, str]] = []
        self.changes = 0

    def note_told(self, call_id: str, address: str, took_ms: float) -> None:
        assert took_ms >= 0
        self.told.append((call_id, address))

    def note_change(self) -> None:
        self.changes += 1


@contextlib.asynccontextmanager
async def a_hub(office: Office) -> AsyncIterator[tuple[Hub, str]]:
    hub = Hub(
        ringing_at=lambda address: office.ringing.get(address, []),
        extensions_at=lambda address: ("1001",) if address == HERE else (),
        on_told=office.note_told,
        on_change=office.note_change,
    )
    port = await hub.open("0.0.0.0", 0)
    try:
        yield hub, f"ws://127.0.0.1:{port}"
    finally:
        await hub.close()
        await hub.close()


async def until(condition: "object") -> None:
    async with asyncio.timeout(10):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.005)


async def closed(client: ClientConnection) -> int:
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await client.recv()
    assert client.close_code is not None
    return client.close_code


def run(work: "object") -> None:
    asyncio.run(work)  # type: ignore[arg-type]


def test_only_clients_at_the_address_are_told() -> None:
    async def work() -> None:
        office = Office()
        async with (
            a_hub(office) as (hub, url),
            connect(url) as here,
            connect(url, local_addr=(THERE, 0)) as there,
        ):
            await until(lambda: hub.is_connected(HERE) and hub.is_connected(THERE))
            hub.send((HERE,), CALL, perf_counter())
            await hub.sent()
            message = json.loads(await here.recv())
            assert (message["type"], message["from"], message["to"]) == ("incoming_call", CALL.caller, "1001")
            hub.send((THERE,), IncomingCall("2", "1002", call_id="c2"), perf_counter())
            # The first thing the other client ever hears is its own call.
            assert json.loads(await there.recv())["to"] == "1002"
            assert office.told == [("c1", HERE), ("c2", THERE)]

    run(work())


def test_client_that_connects_while_its_phone_rings_is_told_at_once() -> None:
    async def work() -> None:
        office = Office()
        office.ringing[HERE] = [CALL]
        async with a_hub(office) as (_, url), connect(url) as client:
            assert json.loads(await client.recv())["call_id"] == "c1"

    run(work())


def test_hello_is_answered_by_welcome_and_the_calls_that_ring() -> None:
    async def work() -> None:
        office = Office()
        async with a_hub(office) as (hub, url), connect(url) as client:
            office.ringing[HERE] = [CALL]
            await client.send(encode(Hello(PROTOCOL_VERSION, "9.9", "ko", "1001")))
            welcome = json.loads(await client.recv())
            assert welcome == {
                "type": "welcome",
                "protocol": PROTOCOL_VERSION,
                "version": __version__,
                "extensions": ["1001"],
            }
            assert json.loads(await client.recv())["call_id"] == "c1"
            assert [(info.address, info.version) for info in hub.clients()] == [(HERE, "9.9")]

    run(work())


@pytest.mark.parametrize(
    ("extension", "wants"),
    [
        ("1005", "1005"),
        (" *1005 ", "*1005"),
        ("", ""),
        ("10 05", ""),
        ("1" * 33, ""),
        ("<b>", ""),
        ("내선", ""),
    ],
)
def test_the_extension_a_client_was_installed_for_is_known_while_it_is_connected(
    extension: str, wants: str
) -> None:
    async def work() -> None:
        async with a_hub(Office()) as (hub, url):
            async with connect(url) as client:
                await client.send(encode(Hello(PROTOCOL_VERSION, "1", extension=extension)))
                await client.recv()
                assert [info.wants for info in hub.clients()] == [wants]
                await client.send(encode(Hello(PROTOCOL_VERSION, "1")))
                await client.recv()
                assert [info.wants for info in hub.clients()] == [""]
            await until(lambda: hub.clients() == ())

    run(work())


def test_unknown_message_types_are_ignored() -> None:
    async def work() -> None:
        async with a_hub(Office()) as (hub, url), connect(url) as client:
            await client.send('{"type": "dance", "style": 3}')
            await client.send(encode(Hello(PROTOCOL_VERSION, "1")))
            assert json.loads(await client.recv())["type"] == "welcome"
            assert hub.is_connected(HERE)

    run(work())


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\x00\x01", 1003),
        ("hello", 1007),
        ("[1, 2]", 1007),
        ('{"type": 7}', 1007),
        ('{"type": "hello"}', 1007),
        ('{"type": "hello", "protocol": true, "version": "1"}', 1007),
        ("[" * 10_000, 1007),
        ("x" * (MAX_FROM_CLIENT_BYTES + 1), 1009),
    ],
)
def test_bad_messages_close_with_a_code_and_disturb_nobody(message: str | bytes, code: int) -> None:
    async def work() -> None:
        async with a_hub(Office()) as (hub, url), connect(url) as good, connect(url) as bad:
            await bad.send(message)
            assert await closed(bad) == code
            await until(lambda: len(hub.clients()) == 1)
            hub.send((HERE,), CALL, perf_counter())
            assert json.loads(await good.recv())["call_id"] == "c1"

    run(work())


def test_too_many_messages_close() -> None:
    async def work() -> None:
        async with a_hub(Office()) as (_, url), connect(url) as client:
            with contextlib.suppress(ConnectionClosed):
                for _ in range(2 * MAX_MESSAGES_A_MINUTE + 2):
                    await client.send('{"type": "noise"}')
            assert await closed(client) == 1008

    run(work())


def test_no_web_page_may_connect() -> None:
    async def work() -> None:
        async with a_hub(Office()) as (_, url):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url, origin="http://example.com")  # type: ignore[arg-type]
            assert refused.value.response.status_code == 403

    run(work())


def test_sessions_of_one_address_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MAX_SESSIONS_OF_ADDRESS", 2)

    async def work() -> None:
        async with a_hub(Office()) as (hub, url), connect(url), connect(url):
            await until(lambda: len(hub.clients()) == 2)
            with pytest.raises(InvalidStatus) as refused:
                await connect(url)
            assert refused.value.response.status_code == 503
            async with connect(url, local_addr=(THERE, 0)):
                await until(lambda: hub.is_connected(THERE))

    run(work())


def test_client_that_does_not_read_is_dropped_and_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MAX_QUEUE", 20)
    big = IncomingCall("1" * 500, "1001", call_id="x" * 500, caller_name="가" * 500)

    async def work() -> None:
        async with a_hub(Office()) as (hub, url):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            writer.write(
                b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            await reader.readuntil(b"\r\n\r\n")
            async with connect(url, local_addr=(THERE, 0)) as good:
                await until(lambda: hub.is_connected(HERE) and hub.is_connected(THERE))
                async with asyncio.timeout(30):
                    while hub.is_connected(HERE):
                        hub.send((HERE,), big, perf_counter())
                        await asyncio.sleep(0)
                hub.send((THERE,), CALL, perf_counter())
                assert json.loads(await good.recv())["call_id"] == "c1"
                await hub.sent()
            writer.close()

    run(work())


def test_stopping_closes_with_going_away() -> None:
    async def work() -> None:
        async with a_hub(Office()) as (hub, url), connect(url) as client:
            await until(lambda: hub.is_connected(HERE))
            await hub.close()
            assert await closed(client) == 1001
            assert hub.clients() == ()

    run(work())
