"""Connections at the real door: raw sockets that say too much, too little, or do not read."""

import asyncio
import contextlib
import logging
from dataclasses import replace
from time import perf_counter

import pytest
from websockets.asyncio.client import connect

from packetwave.server.hub.connection import HubConnection
from packetwave.server.hub.limits import Limits
from tests.server.hub.office import (
    BINARY,
    BUSY,
    CALL,
    CLOSE,
    HERE,
    PING,
    PONG,
    REQUEST,
    TEXT,
    THERE,
    Office,
    RawClient,
    a_hub,
    frame,
    until,
)


def code(frames: list[tuple[int, bytes]]) -> int:
    """The close code of the last frame."""
    opcode, data = frames[-1]
    assert opcode == CLOSE, frames
    return int.from_bytes(data[:2], "big")


async def push(client: RawClient, data: bytes, limit: int) -> int:
    """Write data again and again and never read; the bytes written when the hub ended the connection."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < limit and not client.writer.transport.is_closing():
            client.writer.write(data)
            sent += len(data)
            await client.writer.drain()
            await asyncio.sleep(0)
    return sent


def test_who_sends_pings_and_reads_nothing_is_cut_before_answers_pile_up() -> None:
    """With every rate lifted: what is written and not read is bounded by itself."""

    async def work() -> None:
        async with a_hub(Office(), BUSY) as (hub, url), connect(url, local_addr=(THERE, 0)) as good:
            client = await RawClient.session(url)
            await until(lambda: hub.is_connected(HERE))
            limit = 64_000_000
            sent = await push(client, frame(PING, b"x" * 125) * 1_000, limit)
            assert sent < limit / 8
            await until(lambda: not hub.is_connected(HERE))
            await good.ping()
            assert hub.is_connected(THERE)

    asyncio.run(work())


def test_the_answers_that_nobody_reads_never_exceed_their_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 0
    receive = HubConnection.process_event

    def watch(connection: HubConnection, event: object) -> None:
        nonlocal most
        receive(connection, event)  # type: ignore[arg-type]
        most = max(most, connection.transport.get_write_buffer_size())

    monkeypatch.setattr(HubConnection, "process_event", watch)

    async def work() -> None:
        async with a_hub(Office(), BUSY) as (hub, url):
            client = await RawClient.session(url)
            await push(client, frame(PING) * 10_000, 64_000_000)
            await until(lambda: not hub.is_connected(HERE))

    asyncio.run(work())
    assert 0 < most < Limits().unread_bytes + 2 * 1024


@pytest.mark.parametrize(
    ("opcode", "data"), [(PING, b"?"), (PONG, b"!"), (TEXT, b'{"type": "x"}'), (0x10 + TEXT, b"")]
)
def test_frames_of_every_kind_count(opcode: int, data: bytes) -> None:
    """Pings, pongs that answer nothing, messages, and the fragments of one message."""

    async def work() -> None:
        burst = Limits().frames.burst
        async with a_hub(Office(), replace(Limits(), beat_s=0.05)) as (hub, url):
            client = await RawClient.session(url)
            if opcode > 0x10:
                client.send(TEXT, first=TEXT)
                client.writer.write(frame(0, b"1", first=0) * (2 * burst))
            else:
                client.writer.write(frame(opcode, data) * (2 * burst))
            frames = await client.frames()
            assert code(frames) == 1008
            assert frames[-1][1][2:] == b"too many messages"
            await until(lambda: not hub.is_connected(HERE))

    asyncio.run(work())


def test_answers_to_the_servers_own_pings_are_free() -> None:
    async def work() -> None:
        office = Office()
        async with a_hub(office) as (hub, url):
            client = await RawClient.session(url)
            await until(lambda: hub.is_connected(HERE))
            for number in range(3 * Limits().frames.burst):
                hub.send("1001", replace(CALL, call_id=f"c{number}"), perf_counter())
                assert (await client.frame())[0] == TEXT
                opcode, data = await client.frame()
                assert opcode == PING
                client.send(PONG, data)
                await until(lambda: len(office.confirmed) == len(office.told))
            assert hub.is_connected(HERE)

    asyncio.run(work())


def test_pings_are_answered_while_the_peer_reads() -> None:
    async def work() -> None:
        async with a_hub(Office()) as (_, url):
            client = await RawClient.session(url)
            for number in range(Limits().frames.burst - 1):
                client.send(PING, b"%d" % number)
                assert await client.frame() == (PONG, b"%d" % number)

    asyncio.run(work())


def test_a_handshake_that_never_ends_is_ended() -> None:
    async def work() -> None:
        async with a_hub(Office(), replace(Limits(), handshake_s=0.1)) as (_, url):
            client = await RawClient.connect(url)
            client.writer.write(REQUEST[:-2])
            async with asyncio.timeout(10):
                assert await client.reader.read() == b""

    asyncio.run(work())


def test_unfinished_handshakes_are_bounded_and_members_come_in() -> None:
    limits = replace(Limits(), handshakes_of_address=4, handshakes=6, handshake_s=1000)

    async def work() -> None:
        async with a_hub(Office(), limits) as (hub, url):
            hub.keep(frozenset({THERE}))
            half_open = []
            for _ in range(6):
                client = await RawClient.connect(url)
                client.writer.write(b"GET / HTTP/1.1\r\nHost:")
                half_open.append(client)
            for client in half_open[4:]:
                answer = await client.reader.read()
                assert answer.startswith(b"HTTP/1.1 503 ")
                assert answer.endswith(b"too many connections\n")
            async with connect(url, local_addr=(THERE, 0)):
                await until(lambda: hub.is_connected(THERE))
            # One that gives up frees its place.
            half_open[0].close()
            async with asyncio.timeout(10):
                while True:
                    with contextlib.suppress(AssertionError, asyncio.IncompleteReadError, ConnectionError):
                        await RawClient.session(url)
                        break

    asyncio.run(work())


def test_who_is_turned_away_and_stays_is_closed() -> None:
    limits = replace(Limits(), sessions_of_address=1, turned_away_s=0.05, turned_away=1)

    async def work() -> None:
        async with a_hub(Office(), limits) as (_, url):
            await RawClient.session(url)
            refused = [await RawClient.connect(url) for _ in range(5)]
            for client in refused:
                async with asyncio.timeout(10):
                    with contextlib.suppress(ConnectionError):
                        assert (await client.reader.read()).startswith(b"HTTP/1.1 503 ")

    asyncio.run(work())


def test_who_is_closed_and_stays_is_cut() -> None:
    async def work() -> None:
        async with a_hub(Office(), replace(Limits(), beat_s=0.02)) as (hub, url):
            client = await RawClient.session(url)
            client.writer.write(frame(3))  # an opcode that is none
            await until(lambda: not hub.is_connected(HERE))
            assert code(await client.frames()) == 1002

    asyncio.run(work())


def test_who_goes_on_after_it_was_closed_is_cut() -> None:
    limits = replace(Limits(), close_s=1000)

    async def work() -> None:
        async with a_hub(Office(), limits) as (hub, url):
            client = await RawClient.session(url)
            client.send(BINARY, b"\x00")
            while (await client.frame())[0] != CLOSE:
                pass
            await push(client, frame(PING) * 100, 10_000_000)
            await until(lambda: not hub.is_connected(HERE))

    asyncio.run(work())


def test_one_address_is_read_at_its_own_pace_and_others_are_not_kept_waiting() -> None:
    limits = replace(BUSY, messages_of_address=replace(Limits().messages_of_address, burst=10, per_s=0.1))

    async def work() -> None:
        async with a_hub(Office(), limits) as (hub, url):
            hub.keep(frozenset({HERE, THERE}))
            talkers = [await RawClient.session(url) for _ in range(4)]
            for client in talkers:
                client.writer.write(frame(TEXT, b'{"type": "hello", "protocol": 1, "version": "1"}') * 5)
            await until(lambda: len(hub.clients()) == 4)
            other = await RawClient.session(url, THERE)
            other.send(TEXT, b'{"type": "hello", "protocol": 1, "version": "2"}')
            assert b"welcome" in (await other.frame())[1]
            # They are told of calls all the same.
            hub.send("1001", CALL, perf_counter())
            welcomes = 0
            for client in talkers:
                while b"incoming_call" not in (got := await client.frame())[1]:
                    welcomes += b"welcome" in got[1]
            assert welcomes <= 10

    asyncio.run(work())


def test_a_bug_in_reading_ends_one_session_and_is_in_the_crash_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: str) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("packetwave.server.hub.hub.decode", fail)

    async def work() -> None:
        async with a_hub(Office()) as (hub, url), connect(url, local_addr=(THERE, 0)) as good:
            client = await RawClient.session(url)
            client.send(TEXT, b"{}")
            await until(lambda: not hub.is_connected(HERE))
            hub.send("1002", CALL, perf_counter())
            assert "c1" in str(await good.recv())

    asyncio.run(work())
    assert [record.name for record in caplog.records if record.levelno >= logging.ERROR] == [
        "packetwave.crash"
    ]
    assert "a bug" in caplog.text


def test_rubbish_instead_of_a_handshake_leaves_one_line_and_no_session(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> None:
        async with a_hub(Office(), replace(Limits(), handshake_s=0.3)) as (hub, url):
            for rubbish in (
                b"\x16\x03\x01\x02\x00\x01" * 20,
                b"SSH-2.0-x\r\n\r\n",
                b"\r\n" * 5000,
                b"GET /\r\n\r\n",
            ):
                client = await RawClient.connect(url)
                client.writer.write(rubbish)
                with contextlib.suppress(ConnectionError):
                    await client.reader.read()
            assert hub.clients() == ()

    asyncio.run(work())
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
