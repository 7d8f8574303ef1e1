"""The hub on real loopback sockets: who is told, and that one bad client disturbs nobody."""

import asyncio
import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from packetwave import __version__
from packetwave.common import open_files
from packetwave.protocol import (
    MAX_FROM_CLIENT_BYTES,
    PROTOCOL_VERSION,
    Hello,
    IncomingCall,
    Watching,
    decode,
    encode,
)
from packetwave.protocol.fields import parse_at
from packetwave.server.hub import hub as hub_module
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.hub.limits import Limits
from tests.netns import Office as Network
from tests.netns import needs_namespaces
from tests.server.hub.office import (
    BUSY,
    CALL,
    HERE,
    PING,
    PONG,
    TEXT,
    THERE,
    Office,
    RawClient,
    a_hub,
    frame,
    make_hub,
    until,
)


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
            hub.send("1001", CALL, perf_counter())
            await hub.sent()
            message = json.loads(await here.recv())
            assert (message["type"], message["from"], message["to"]) == ("incoming_call", CALL.caller, "1001")
            hub.send("1002", IncomingCall("2", "1002", call_id="c2"), perf_counter())
            # The first thing the other client ever hears is its own call.
            assert json.loads(await there.recv())["to"] == "1002"
            assert office.told == [("c1", HERE), ("c2", THERE)]

    run(work())


def test_client_that_connects_while_its_phone_rings_is_told_at_once() -> None:
    async def work() -> None:
        office = Office()
        office.calls = [CALL]
        async with a_hub(office) as (_, url), connect(url) as client:
            assert json.loads(await client.recv())["call_id"] == "c1"

    run(work())


def test_hello_is_answered_by_the_calls_that_ring_and_welcome() -> None:
    async def work() -> None:
        office = Office()
        async with a_hub(office) as (hub, url), connect(url) as client:
            office.calls = [CALL]
            await client.send(encode(Hello(PROTOCOL_VERSION, "9.9", "ko", "1001")))
            assert json.loads(await client.recv())["call_id"] == "c1"
            welcome = json.loads(await client.recv())
            assert abs(parse_at(welcome.pop("at")) - datetime.now(UTC)) < timedelta(seconds=10)
            assert welcome == {
                "epoch": hub.epoch,
                "type": "welcome",
                "protocol": PROTOCOL_VERSION,
                "version": __version__,
                "extensions": ["1001"],
            }
            assert [(info.address, info.version) for info in hub.clients()] == [(HERE, "9.9")]

    run(work())


def test_who_said_hello_learns_whether_calls_are_seen() -> None:
    blind, sees = Watching(False, reason="lost"), Watching(True)

    async def work() -> None:
        office = Office()
        async with a_hub(office) as (hub, url), connect(url) as greeted, connect(url) as silent:
            await greeted.send(encode(Hello(PROTOCOL_VERSION)))
            assert json.loads(await greeted.recv())["type"] == "welcome"
            office.watching = blind
            await hub.tell_all(blind)
            assert decode(str(await greeted.recv())) == blind
            async with connect(url) as late:
                await late.send(encode(Hello(PROTOCOL_VERSION)))
                assert decode(str(await late.recv())) == blind
                assert json.loads(await late.recv())["type"] == "welcome"
                office.watching = None
                await hub.tell_all(sees)
                for each in (greeted, late):
                    assert decode(str(await each.recv())) == sees
            hub.send("1001", CALL, perf_counter())
            assert json.loads(await silent.recv())["type"] == "incoming_call"  # and nothing before

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
            hub.send("1001", CALL, perf_counter())
            assert json.loads(await good.recv())["call_id"] == "c1"

    run(work())


def test_too_many_messages_close() -> None:
    async def work() -> None:
        async with a_hub(Office()) as (_, url), connect(url) as client:
            with contextlib.suppress(ConnectionClosed):
                for _ in range(2 * Limits().frames.burst + 2):
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


def test_sessions_of_one_address_are_bounded() -> None:
    limits = replace(Limits(), sessions_of_address=2)

    async def work() -> None:
        async with a_hub(Office(), limits) as (hub, url), connect(url), connect(url):
            await until(lambda: len(hub.clients()) == 2)
            with pytest.raises(InvalidStatus) as refused:
                await connect(url)
            assert refused.value.response.status_code == 503
            async with connect(url, local_addr=(THERE, 0)):
                await until(lambda: hub.is_connected(THERE))

    run(work())


def test_client_that_does_not_read_is_dropped_and_others_go_on() -> None:
    big = IncomingCall("1" * 500, "1001", call_id="x" * 500, caller_name="가" * 500)

    async def work() -> None:
        office = Office()
        async with a_hub(office, replace(Limits(), queue=20)) as (hub, url):
            await RawClient.session(url)
            async with connect(url, local_addr=(THERE, 0)) as good:
                await until(lambda: hub.is_connected(HERE) and hub.is_connected(THERE))
                async with asyncio.timeout(30):
                    while hub.is_connected(HERE):
                        hub.send("1001", big, perf_counter())
                        await asyncio.sleep(0)
                hub.send("1002", CALL, perf_counter())
                assert json.loads(await good.recv())["call_id"] == "c1"
                await hub.sent()

    run(work())


def test_stopping_closes_with_going_away() -> None:
    async def work() -> None:
        async with a_hub(Office()) as (hub, url), connect(url) as client:
            await until(lambda: hub.is_connected(HERE))
            await hub.close()
            assert await closed(client) == 1001
            assert hub.clients() == ()

    run(work())


def test_a_session_that_comes_speaks_and_goes_costs_no_work_for_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """400 clients at once, each with a hello: what is built is so many values, not their square."""
    built = 0
    client_info = ClientInfo

    def count(*arguments: object, **keys: object) -> object:
        nonlocal built
        built += 1
        return client_info(*arguments, **keys)  # type: ignore[arg-type]

    monkeypatch.setattr(hub_module, "ClientInfo", count)
    number = 400
    hello = frame(TEXT, encode(Hello(PROTOCOL_VERSION, "1")).encode())

    async def work() -> None:
        office = Office()
        looks = 0

        def look() -> None:
            nonlocal looks
            looks += 1
            hub.clients()

        office.note_change = look  # type: ignore[method-assign]
        async with a_hub(office, replace(BUSY, changes_s=0.05)) as (hub, url):
            for each in range(number):
                client = await RawClient.session(url, f"127.0.1.{each % 250 + 1}")
                client.writer.write(hello * 5)
            await until(lambda: len([info for info in hub.clients() if info.version]) == number)
            await until(lambda: office.asked["ringing"] == 6 * number)
        assert built == number
        assert 0 < looks < number / 2

    run(work())


def test_changes_are_told_together_and_the_list_stays_the_same_between_them() -> None:
    async def work() -> None:
        office = Office()
        async with a_hub(office, replace(Limits(), changes_s=0.05)) as (hub, url):
            clients = [await RawClient.session(url) for _ in range(20)]
            await until(lambda: len(hub.clients()) == 20)
            await until(lambda: office.changes)
            told, listed = office.changes, hub.clients()
            assert told < 20
            for client in clients:  # words that change nothing about who they are
                client.send(PING, b"")
                assert (await client.frame())[0] == PONG
            assert hub.clients() is listed
            clients[0].close()
            await until(lambda: len(hub.clients()) == 19)
            await until(lambda: office.changes > told)

    run(work())


def test_members_that_change_are_seen_in_the_list() -> None:
    async def work() -> None:
        office = Office()
        async with a_hub(office) as (hub, url):
            await RawClient.session(url)
            await until(lambda: [info.extensions for info in hub.clients()] == [("1001",)])
            office.rows = (("1001", HERE), ("1002", HERE))
            hub.use(office.directory, {})
            assert [info.extensions for info in hub.clients()] == [("1001", "1002")]

    run(work())


def test_fewer_open_files_are_fewer_places_and_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(open_files, "allow", lambda _wanted: 6)

    async def work() -> None:
        async with a_hub(Office(), replace(BUSY, spare_files=1_000)) as (hub, url):
            for each in range(3):
                await RawClient.session(url, f"127.0.1.{each + 1}")
            refused = await RawClient.connect(url)
            assert (await refused.reader.read()).startswith(b"HTTP/1.1 503 ")
            assert len(hub.clients()) == 3

    run(work())
    assert "at most 3 clients can connect: the system allows this program 6 open files" in caplog.messages


def test_who_listens_to_changes_and_fails_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        office = Office()

        def fail() -> None:
            raise RuntimeError("a bug")

        office.note_change = fail  # type: ignore[method-assign]
        async with a_hub(office, replace(Limits(), changes_s=0.01)) as (hub, url), connect(url) as client:
            await until(lambda: "a bug" in caplog.text)
            hub.send("1001", CALL, perf_counter())
            assert json.loads(await client.recv())["call_id"] == "c1"

    run(work())
    assert {record.name for record in caplog.records} == {"packetwave.crash"}


@needs_namespaces
def test_a_pc_whose_cable_is_drawn_is_noticed_within_15_seconds() -> None:
    """The one test that waits as long as it takes: the numbers of `Limits` as they are."""
    limits = Limits()
    assert (limits.silent_beats + 1) * limits.beat_s < 15

    async def work(network: Network) -> None:
        office = Office()
        server, pc = network.host("server", "10.0.0.1/24"), network.host("pc", "10.0.0.2/24")
        hub = make_hub(office)
        office.rows = (("1001", "10.0.0.2"),)
        hub.use(office.directory, {})
        with server.inside():
            port = await hub.open("0.0.0.0", 0)
        with pc.inside():
            client = await connect(f"ws://10.0.0.1:{port}", proxy=None)
        try:
            await until(lambda: hub.is_connected("10.0.0.2"))
            pc.run("ip", "link", "set", pc.interface, "down")
            hub.send("1001", CALL, perf_counter())
            async with asyncio.timeout(15):
                while hub.is_connected("10.0.0.2"):
                    await asyncio.sleep(0.05)
            await until(lambda: office.lost == [("c1", "10.0.0.2")])
            assert (office.told, office.confirmed) == ([("c1", "10.0.0.2")], [])
        finally:
            client.transport.abort()
            await hub.close()

    with Network() as network:
        asyncio.run(work(network))
