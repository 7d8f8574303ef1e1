"""What one client is told, in order and at its own pace, and whether it arrives: on real loopback sockets."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import pytest
from websockets.asyncio.client import connect

from packetwave.protocol import PROTOCOL_VERSION, Ack, CallUpdate, Hello, IncomingCall, encode
from packetwave.server.calls.events import Ended, Outcome
from packetwave.server.hub import Alerts
from packetwave.server.hub import session as session_module
from packetwave.server.hub.limits import Limits, Rate
from packetwave.server.office.directory import Directory
from packetwave.server.office.values import CallRecord, Member, MemberTable
from tests.server.hub.office import (
    BUSY,
    CALL,
    CLOSE,
    HERE,
    PING,
    PONG,
    TEXT,
    THERE,
    Office,
    RawClient,
    a_hub,
    make_hub,
    until,
)

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WIDE = "가" * 500  # so that few calls fill what the system holds


def calls(number: int, name: str = "") -> list[IncomingCall]:
    return [IncomingCall("0101", "1001", call_id=f"c{each}", caller_name=name) for each in range(number)]


async def read_all(client: RawClient, number: int) -> list[dict[str, Any]]:
    """So many messages; pings are answered."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        while len(found) < number:
            opcode, data = await client.frame()
            if opcode == PING:
                client.send(PONG, data)
            else:
                assert opcode == TEXT, (opcode, data, len(found))
                found.append(json.loads(data))
    return found


def test_more_ringing_calls_than_the_queue_holds_are_all_told_at_connect() -> None:
    async def work() -> None:
        office = Office()
        office.calls = calls(5_000)
        async with a_hub(office, replace(Limits(), queue=20, replays_of_address=Rate(10_000, 1))) as (
            hub,
            url,
        ):
            client = await RawClient.session(url)
            assert [message["call_id"] for message in await read_all(client, 5_000)] == [
                call.call_id for call in office.calls
            ]
            await hub.sent()
            assert office.asked["ringing"] <= 5_000 / hub.limits.page + 50  # no page was made for nothing

    asyncio.run(work())


def test_nothing_rings_after_its_end_although_the_reader_is_slow() -> None:
    """Calls end and begin while a client that reads nothing is being told of those that ring."""
    number = 1_000
    directory = Directory(MemberTable((Member("1001", HERE),)))
    alerts = Alerts()

    def rings(call_id: str) -> Any:
        return alerts.rings(CallRecord(call_id, AT, "0101", "1001", caller_name=WIDE), directory)

    async def work() -> None:
        office = Office()
        office.ringing = alerts.ringing  # type: ignore[method-assign]
        limits = replace(BUSY, queue=2 * number, system_buffer_bytes=4096, silent_beats=10_000)
        async with a_hub(office, limits) as (hub, url):
            for each in range(number):
                rings(f"c{each}")
            client = await RawClient.session(url)
            await until(lambda: office.told)
            told = -1
            while len(office.told) > told:  # until the client's buffers are full
                told = len(office.told)
                await asyncio.sleep(0.02)
            assert told < number
            for each in range(0, number, 2):
                delivery = alerts.goes_on(Ended(f"c{each}", AT, Outcome.MISSED), directory)
                assert delivery is not None
                hub.send(delivery.extension, delivery.message, perf_counter())
            new = rings("new")
            hub.send(new.extension, new.message, perf_counter())
            client.read_fast()
            messages: list[dict[str, Any]] = []
            everything = asyncio.create_task(hub.sent())
            while not everything.done() or len(messages) < len(office.told) + number // 2:
                messages += await read_all(client, 1)
            over: set[str] = set()
            rung: set[str] = set()
            for message in messages:
                if message["type"] == "call_update":
                    over.add(message["call_id"])
                else:
                    assert message["call_id"] not in over
                    rung.add(message["call_id"])
            assert len(over) == number // 2
            assert rung >= {f"c{each}" for each in range(1, number, 2)} | {"new"}

    asyncio.run(work())


def test_a_page_waits_where_the_address_was_told_much_and_news_do_not() -> None:
    async def work() -> None:
        office = Office()
        office.calls = calls(100)
        async with a_hub(office, replace(Limits(), replays_of_address=Rate(30, 0.001))) as (hub, url):
            client = await RawClient.session(url)
            assert len(await read_all(client, 40)) == 40  # two pages: the second was begun with some left
            hub.send("1001", IncomingCall("1", "1001", call_id="news"), perf_counter())
            assert (await read_all(client, 1))[0]["call_id"] == "news"
            # Saying hello again and again gives no more of them.
            for _ in range(5):
                client.send(TEXT, encode(Hello(PROTOCOL_VERSION, "1")).encode())
            client.send(PING, b"then")
            while (frame := await client.frame()) != (PONG, b"then"):
                assert frame[0] == PING, frame

    asyncio.run(work())


def test_a_burst_in_one_turn_of_the_loop_is_no_fault_of_the_client() -> None:
    """Thousands of messages before the loop turns once: the client had no chance to read."""

    async def work() -> None:
        office = Office()
        async with a_hub(office) as (hub, url), connect(url) as client:
            await until(lambda: hub.is_connected(HERE))
            for call in calls(1_000):
                hub.send("1001", call, perf_counter())
            assert [json.loads(await client.recv())["call_id"] for _ in range(1_000)] == [
                call.call_id for call in calls(1_000)
            ]

    asyncio.run(work())


def test_an_alert_is_confirmed_by_any_client_that_answers_pings() -> None:
    async def work() -> None:
        office = Office()
        async with a_hub(office) as (hub, url), connect(url) as client:
            await until(lambda: hub.is_connected(HERE))
            for call in calls(50):
                hub.send("1001", call, perf_counter())
            hub.send("1001", CallUpdate("c1", "answered"), perf_counter())
            assert office.told == []  # recorded when all is written, in the loop's next turn
            for _ in range(51):
                await client.recv()
            await until(lambda: len(office.confirmed) == 50)
            assert office.confirmed == office.told
            await client.close()
            await until(lambda: not hub.is_connected(HERE))
        assert office.lost == []

    asyncio.run(work())


def test_an_alert_to_a_pc_that_is_gone_is_lost() -> None:
    async def work() -> None:
        office = Office()
        async with a_hub(office, replace(Limits(), beat_s=0.02)) as (hub, url):
            await RawClient.session(url)
            await until(lambda: hub.is_connected(HERE))
            hub.send("1001", CALL, perf_counter())
            await until(lambda: office.told == [("c1", HERE)])
            assert office.confirmed == []
            await until(lambda: not hub.is_connected(HERE))  # it answers no ping
            await until(lambda: office.lost == [("c1", HERE)])
            assert office.confirmed == []

    asyncio.run(work())


def test_welcome_comes_when_all_that_rings_is_told_at_the_readers_pace() -> None:
    """A client may take what it was not told by then for over."""

    async def work() -> None:
        office = Office()
        office.calls = calls(1_000, WIDE)
        async with a_hub(office, BUSY) as (_hub, url):
            client = await RawClient.session(url)
            client.send(TEXT, encode(Hello(PROTOCOL_VERSION)).encode())
            client.read_fast()
            told: list[dict[str, Any]] = []
            while not told or told[-1]["type"] != "welcome":
                told += await read_all(client, 1)
            assert {call.call_id for call in calls(1_000)} == {each["call_id"] for each in told[:-1]}

    asyncio.run(work())


def test_what_a_client_says_it_has_shown_is_known_and_a_pc_that_is_gone_was_only_written_to() -> None:
    async def work() -> None:
        office = Office()
        office.rows = (("1001", HERE), ("1001", THERE))
        async with a_hub(office, replace(Limits(), beat_s=0.02)) as (hub, url), connect(url) as client:
            office.calls = [CALL]
            await client.send(encode(Ack("c1")))  # before it was told
            await client.send(encode(Hello(PROTOCOL_VERSION, acks=True)))
            assert [json.loads(await client.recv())["type"] for _ in range(2)] == ["incoming_call", "welcome"]
            assert [info.acks for info in hub.clients()] == [True]
            assert office.acknowledged == []
            for said in ("of another", "c1", "c1"):
                await client.send(encode(Ack(said)))
            await until(lambda: office.acknowledged == [("c1", HERE)])
            office.calls = []
            await RawClient.session(url, THERE)  # half-open: it never says anything again
            await until(lambda: hub.is_connected(THERE))
            hub.send("1001", replace(CALL, call_id="c2"), perf_counter())
            assert json.loads(await client.recv())["call_id"] == "c2"
            await client.send(encode(Ack("c2")))
            await until(lambda: office.lost == [("c2", THERE)])
            assert office.acknowledged == [("c1", HERE), ("c2", HERE)]
            assert ("c2", THERE) in office.told
            assert ("c2", THERE) not in office.confirmed

    asyncio.run(work())


def test_calls_that_are_never_shown_are_not_kept_for_ever() -> None:
    async def work() -> None:
        office = Office()
        limits = replace(BUSY, unconfirmed=3)
        async with a_hub(office, limits) as (hub, url), connect(url) as client:
            await client.send(encode(Hello(PROTOCOL_VERSION, acks=True)))
            await client.recv()
            for call in calls(5):
                hub.send("1001", call, perf_counter())
            for call in calls(5):
                await client.send(encode(Ack(call.call_id)))
            await until(lambda: len(office.acknowledged) == 3)
            assert [call_id for call_id, _ in office.acknowledged] == ["c2", "c3", "c4"]

    asyncio.run(work())


def test_a_false_answer_confirms_nothing() -> None:
    async def work() -> None:
        office = Office()
        async with a_hub(office) as (hub, url):
            client = await RawClient.session(url)
            await until(lambda: hub.is_connected(HERE))
            hub.send("1001", CALL, perf_counter())
            client.send(PONG, b"")
            client.send(PONG, b"\x00" * 8)
            client.send(PING, b"then")
            while (await client.frame()) != (PONG, b"then"):
                pass
            assert office.confirmed == []

    asyncio.run(work())


def beats(number: int, hub: Any) -> None:
    for _ in range(number):
        hub.beat()


def test_silence_is_counted_in_beats_and_a_ping_comes_before_the_end() -> None:
    """A server that was stopped for minutes has counted none, so it cuts no client when it goes on."""

    async def work() -> None:
        office = Office()
        async with a_hub(office, replace(Limits(), beat_s=10_000)) as (hub, url):
            silent = await RawClient.session(url)
            there = await RawClient.session(url, THERE)
            await until(lambda: len(hub.clients()) == 2)
            beats(1, hub)  # forgets that the handshake was heard
            beats(hub.limits.ping_beats - 1, hub)
            there.send(PING, b"mark")
            assert await there.frame() == (PONG, b"mark")  # and no ping before it
            beats(1, hub)
            opcode, _ = await silent.frame()
            assert opcode == PING
            beats(hub.limits.silent_beats - hub.limits.ping_beats - 1, hub)
            assert hub.is_connected(HERE)
            beats(1, hub)
            await until(lambda: not hub.is_connected(HERE))
            # The other said something meanwhile, and answers.
            opcode, data = await there.frame()
            assert opcode == PING
            there.send(PONG, data)
            there.send(PING, b"heard")
            assert await there.frame() == (PONG, b"heard")
            beats(hub.limits.silent_beats, hub)
            assert hub.is_connected(THERE)

    asyncio.run(work())


def test_one_session_that_fails_ends_alone_and_is_in_the_crash_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:

    async def work() -> None:
        office = Office()
        office.rows = (("1001", HERE), ("1001", THERE))
        async with a_hub(office) as (hub, url), connect(url, local_addr=(THERE, 0)) as good:
            bad = await RawClient.session(url)
            await until(lambda: hub.is_connected(HERE) and hub.is_connected(THERE))
            write = session_module.Session._write

            def fail(session: session_module.Session, message: session_module.Outgoing) -> None:
                if session.address == HERE:
                    raise RuntimeError("a bug")
                write(session, message)

            monkeypatch.setattr(session_module.Session, "_write", fail)
            hub.send("1001", CALL, perf_counter())
            assert json.loads(await good.recv())["call_id"] == "c1"
            assert (await bad.frames()) == []
            await until(lambda: not hub.is_connected(HERE))
            assert hub.is_connected(THERE)

    asyncio.run(work())
    assert [record.name for record in caplog.records] == ["packetwave.crash"]
    assert "a bug" in caplog.text


def test_an_alert_goes_out_although_it_cannot_be_recorded(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        office = Office()

        def fail(*_: object) -> None:
            raise RuntimeError("the record failed")

        office.note_told = office.note_lost = fail  # type: ignore[method-assign,assignment]
        async with a_hub(office) as (hub, url):
            client = await RawClient.session(url)
            await until(lambda: hub.is_connected(HERE))
            for call in calls(2):
                hub.send("1001", call, perf_counter())
            assert [message["call_id"] for message in await read_all(client, 2)] == ["c0", "c1"]
            client.close()
            await until(lambda: not hub.is_connected(HERE))

    asyncio.run(work())
    assert {record.name for record in caplog.records} == {"packetwave.crash"}


def test_nobody_is_waited_for_who_is_gone() -> None:
    async def work() -> None:
        office = Office()
        office.calls = calls(3_000, WIDE)
        async with a_hub(office, replace(BUSY, system_buffer_bytes=4096)) as (hub, url):
            client = await RawClient.session(url)
            await until(lambda: office.told)
            waiting = asyncio.create_task(hub.sent())
            client.close()
            async with asyncio.timeout(10):
                await waiting
            assert len(office.told) < 3_000

    asyncio.run(work())
    assert make_hub(Office()).clients() == ()


def test_the_close_frame_is_seen_by_who_says_nonsense() -> None:
    async def work() -> None:
        async with a_hub(Office()) as (_, url):
            client = await RawClient.session(url)
            client.send(TEXT, b"nonsense")
            frames = await client.frames()
            assert [opcode for opcode, _ in frames] == [CLOSE]
            assert int.from_bytes(frames[0][1][:2], "big") == 1007

    asyncio.run(work())
