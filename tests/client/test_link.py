import asyncio
import json
import logging
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.utils import accept_key

from packetwave.client import address
from packetwave.client import link as link_module
from packetwave.client.line import Line, Open
from packetwave.client.link import (
    FIRST_CAP_S,
    GROWTH,
    LAST_CAP_S,
    STABLE_S,
    Backoff,
    Link,
    LinkState,
    Phase,
    Reason,
)
from packetwave.protocol import CallUpdate, Hello, IncomingCall, Message, Unknown, Welcome, encode
from tests.client.tls_servers import Certificate, certificate
from tests.ports import free_port

HELLO = Hello(1, "0.1.0", "ko")
CALL = IncomingCall("01012345678", "1001", call_id="a")
Talk = Callable[[ServerConnection], Awaitable[None]]


class Heard:
    """What a link says, to be awaited in turn."""

    def __init__(self) -> None:
        self.states: asyncio.Queue[LinkState] = asyncio.Queue()
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.failures: list[BaseException] = []

    async def phase(self, wanted: Phase) -> LinkState:
        async with asyncio.timeout(10):
            while (state := await self.states.get()).phase is not wanted:
                pass
        return state

    async def message(self) -> Message:
        async with asyncio.timeout(10):
            return await self.messages.get()


def at_once() -> Backoff:
    return Backoff(rng=lambda: 0.0)


@asynccontextmanager
async def linked(
    server: str, backoff: Backoff | None = None, line: Line | None = None
) -> AsyncIterator[tuple[Link, Heard]]:
    heard = Heard()
    link = Link(
        server,
        line=line or Open(HELLO),
        on_state=heard.states.put_nowait,
        on_message=heard.messages.put_nowait,
        on_failure=lambda _what, error: heard.failures.append(error),
        backoff=backoff or at_once(),
    )
    running = asyncio.create_task(link.run())
    try:
        yield link, heard
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@asynccontextmanager
async def serving(talk: Talk, port: int = 0) -> AsyncIterator[Server]:
    async with serve(talk, "127.0.0.1", port, close_timeout=1) as server:
        yield server


def port_of(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


def test_says_hello_and_gives_the_messages_on() -> None:
    said: list[str | bytes] = []

    async def talk(connection: ServerConnection) -> None:
        said.append(await connection.recv())
        await connection.send(encode(Welcome(1, "0.1.0", ("1001",))))
        await connection.send(encode(CALL))
        await connection.wait_closed()

    async def scene() -> None:
        async with serving(talk) as server, linked(f"127.0.0.1:{port_of(server)}") as (_, heard):
            assert (await heard.phase(Phase.CONNECTED)).server == f"ws://127.0.0.1:{port_of(server)}"
            assert await heard.message() == Welcome(1, "0.1.0", ("1001",))
            assert await heard.message() == CALL

    asyncio.run(scene())
    assert json.loads(said[0]) == {"type": "hello", "protocol": 1, "version": "0.1.0", "language": "ko"}


def test_reconnects_after_the_connection_broke_and_after_the_server_was_away() -> None:
    port = free_port()

    async def cut(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.abort()

    async def tell(connection: ServerConnection) -> None:
        await connection.send(encode(CALL))
        await connection.wait_closed()

    async def scene() -> None:
        async with linked(f"127.0.0.1:{port}") as (_, heard):
            assert (await heard.phase(Phase.WAITING)).reason is Reason.REFUSED
            async with serving(cut, port):
                await heard.phase(Phase.CONNECTED)
                broken = await heard.phase(Phase.WAITING)
                assert (broken.reason, broken.close_code) == (Reason.CLOSED, None)
            async with serving(tell, port):
                while await heard.message() != CALL:
                    pass

    asyncio.run(scene())


def test_a_server_that_closes_is_quoted() -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close(1008)

    async def scene() -> None:
        async with serving(leave) as server, linked(f"127.0.0.1:{port_of(server)}") as (_, heard):
            state = await heard.phase(Phase.WAITING)
            assert (state.reason, state.close_code) == (Reason.CLOSED, 1008)

    asyncio.run(scene())


def test_stopping_tells_the_server_that_it_leaves() -> None:
    codes: list[int | None] = []

    async def talk(connection: ServerConnection) -> None:
        await connection.wait_closed()
        codes.append(connection.close_code)

    async def scene() -> None:
        async with serving(talk) as server, linked(f"127.0.0.1:{port_of(server)}") as (_, heard):
            await heard.phase(Phase.CONNECTED)

    asyncio.run(scene())
    assert codes == [1001]


GARBAGE: tuple[str | bytes, ...] = (
    b"\x00\xff", "", "no json", "[1]", '{"type": 1}', '{"type": "incoming_call", "from": 1, "to": "2"}',
    "[" * 100_000, '{"type": "call_update"}', '{"type": "incoming_call", "from": "1", "to": "2", "at": "x"}',
    "\x00", '"\\ud800"',
)  # fmt: skip


def test_malformed_messages_are_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    async def talk(connection: ServerConnection) -> None:
        for message in (*GARBAGE, '{"type": "of the future", "x": [1]}', encode(CALL)):
            await connection.send(message)
        await connection.wait_closed()

    async def scene() -> None:
        async with serving(talk) as server, linked(f"127.0.0.1:{port_of(server)}") as (_, heard):
            assert isinstance(await heard.message(), Unknown)
            assert await heard.message() == CALL

    with caplog.at_level(logging.WARNING):
        asyncio.run(scene())
    assert len([record for record in caplog.records if "ignored" in record.message]) == len(GARBAGE)


def test_a_message_beyond_all_size_costs_the_connection_not_the_client() -> None:
    first = True

    async def talk(connection: ServerConnection) -> None:
        nonlocal first
        if first:
            first = False
            with suppress(Exception):
                await connection.send("x" * 2_000_000)
        else:
            await connection.send(encode(CALL))
        await connection.wait_closed()

    async def scene() -> None:
        async with serving(talk) as server, linked(f"127.0.0.1:{port_of(server)}") as (_, heard):
            assert await heard.message() == CALL

    asyncio.run(scene())


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(st.text(), st.binary(), st.from_type(dict).map(str)), max_size=20))
def test_no_message_at_all_breaks_the_link(messages: list[str | bytes]) -> None:
    async def talk(connection: ServerConnection) -> None:
        for message in messages:
            await connection.send(
                message.encode("utf-8", "replace").decode() if isinstance(message, str) else message
            )
        await connection.send(encode(CallUpdate("the last", "ended")))
        await connection.wait_closed()

    async def scene() -> None:
        async with serving(talk) as server, linked(f"127.0.0.1:{port_of(server)}") as (_, heard):
            while not isinstance(await heard.message(), CallUpdate):
                pass
            assert [state.phase for state in list(heard.states._queue)] == [Phase.CONNECTING, Phase.CONNECTED]  # type: ignore[attr-defined]

    asyncio.run(scene())


def answering(answer: bytes) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(answer)
        with suppress(OSError):
            await writer.drain()
        writer.close()

    return talk


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"\x00" * 100,
    ],
    ids=["page", "not found", "ssh", "silence", "noise"],
)
def test_something_else_at_the_port_is_named(answer: bytes) -> None:
    async def scene() -> None:
        other = await asyncio.start_server(answering(answer), "127.0.0.1", 0)
        async with other, linked(f"127.0.0.1:{other.sockets[0].getsockname()[1]}") as (_, heard):
            assert (await heard.phase(Phase.WAITING)).reason is Reason.NOT_PACKETWAVE

    asyncio.run(scene())


def test_addresses_that_need_somebody_to_type() -> None:
    async def scene() -> None:
        for typed, reason in (("http://x", Reason.BAD_ADDRESS), ("  ", Reason.NO_ADDRESS)):
            async with linked(typed) as (_, heard):
                state = await heard.phase(Phase.WAITING)
                assert (state.reason, state.retry_in_s, state.server) == (reason, None, typed.strip())

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(-2, "Name or service not known"), Reason.NAME_NOT_FOUND),
        (OSError(113, "No route to host"), Reason.UNREACHABLE),
        (TimeoutError(), Reason.UNREACHABLE),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 111] …"), Reason.REFUSED),
        (OSError("[WinError 1225] …"), Reason.REFUSED),
        (RuntimeError("a fault of ours"), Reason.UNREACHABLE),
    ],
)  # fmt: skip
def test_what_the_system_says_becomes_a_reason(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: Reason
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise error

    async def scene() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", fail)
        async with linked("ws://office-pc") as (_, heard):
            assert (await heard.phase(Phase.WAITING)).reason is reason
            assert heard.failures == ([error] if isinstance(error, RuntimeError) else [])

    asyncio.run(scene())


def test_retry_ends_a_wait() -> None:
    async def scene() -> None:
        async with linked(f"127.0.0.1:{free_port()}", Backoff(rng=lambda: 1e6)) as (link, heard):
            await heard.phase(Phase.WAITING)
            link.retry()
            await heard.phase(Phase.CONNECTING)

    asyncio.run(scene())


def test_back_off_grows_with_full_jitter_up_to_its_cap() -> None:
    full = Backoff(rng=lambda: 1.0)
    waits = [full.failed() for _ in range(60)]
    assert waits[0] == FIRST_CAP_S and waits[-1] == LAST_CAP_S
    assert all(later == pytest.approx(min(LAST_CAP_S, GROWTH * wait)) for wait, later in pairwise(waits))
    half = Backoff(rng=lambda: 0.5)
    assert [half.failed() for _ in range(60)] == pytest.approx([wait / 2 for wait in waits])


def test_a_server_that_was_away_for_some_seconds_is_found_within_two_more() -> None:
    """Whatever the jitter: a restarted server has all its clients back before the next ring."""
    for rng in (lambda: 1.0, lambda: 0.5, random.Random(7).random):
        backoff = Backoff(rng=rng)
        tried_s = [0.0]
        while tried_s[-1] < 4.0:
            tried_s.append(tried_s[-1] + backoff.failed())
        assert tried_s[-1] < 6.0


def test_only_a_connection_that_held_begins_anew() -> None:
    now = 0.0
    backoff = Backoff(rng=lambda: 1.0, clock=lambda: now)
    first = [backoff.failed() for _ in range(4)]
    backoff.connected()
    now += STABLE_S / 2
    assert backoff.failed() > first[-1]
    backoff.connected()
    now += STABLE_S
    assert [backoff.failed() for _ in range(4)] == first


@given(st.integers(0, 5000))
def test_no_number_of_failures_is_too_many(failures: int) -> None:
    backoff = Backoff(rng=lambda: 1.0)
    backoff._failures = failures
    assert 0 < backoff.failed() <= LAST_CAP_S


@asynccontextmanager
async def raw_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    over = asyncio.Event()

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, writer)
        await over.wait()
        writer.transport.abort()

    server = await asyncio.start_server(session, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        over.set()
        server.close()


def test_a_port_that_accepts_and_is_silent_is_told_from_one_that_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(link_module, "_OPEN_TIMEOUT_S", 0.2)

    async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)

    async def scene() -> None:
        async with raw_server(silence) as address, linked(address) as (_, heard):
            assert (await heard.phase(Phase.WAITING)).reason is Reason.SILENT

    asyncio.run(scene())


async def shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    request = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(line.split(": ")[1] for line in request.splitlines() if line.startswith("Sec-WebSocket-Key"))
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n\r\n"
    )


def test_who_sends_too_much_and_then_nothing_is_left_at_once() -> None:
    """The server does not answer the close either: the client does not call that connected."""

    async def too_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        await reader.read(10)  # its hello
        writer.write(b"\x81\x7f" + (2**40).to_bytes(8, "big") + b"x" * 1000)

    async def scene() -> None:
        async with raw_server(too_much) as address, linked(address, Backoff(rng=lambda: 1.0)) as (_, heard):
            await heard.phase(Phase.CONNECTED)
            state = await heard.phase(Phase.WAITING)
            assert state.reason is Reason.CLOSED

    asyncio.run(scene())


def test_a_line_that_carries_nothing_any_more_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "_PING_S", 0.1)

    async def half_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        await reader.read(-1)

    async def scene() -> None:
        async with raw_server(half_open) as address, linked(address) as (_, heard):
            await heard.phase(Phase.CONNECTED)
            assert (await heard.phase(Phase.WAITING)).reason is Reason.CLOSED

    asyncio.run(scene())


@dataclass
class Pinned:
    """A line to one server. asked: the certificates it was asked about."""

    fingerprint: bytes
    is_protected: bool = True
    tls_port: int = 0
    asked: list[bytes] = field(default_factory=list)

    def accepts(self, fingerprint: bytes) -> bool:
        self.asked.append(fingerprint)
        return fingerprint == self.fingerprint

    def hello(self, fingerprint: bytes | None) -> Hello | None:
        return replace(HELLO, pairing="id", key="key")


@asynccontextmanager
async def tls_serving(talk: Talk, identity: Certificate, port: int = 0) -> AsyncIterator[Server]:
    async with serve(talk, "127.0.0.1", port, ssl=identity.context(), close_timeout=1) as server:
        yield server


async def silent(connection: ServerConnection) -> None:
    await connection.wait_closed()


def test_a_protected_connection_to_the_server_that_is_known() -> None:
    async def scene() -> None:
        line = Pinned(certificate().fingerprint)
        async with tls_serving(silent, certificate()) as server:
            url = f"wss://127.0.0.1:{port_of(server)}"
            async with linked(url, line=line) as (link, heard):
                state = await heard.phase(Phase.CONNECTED)
                assert (state.server, state.is_tls, state.is_paired) == (url, True, True)
                assert link.fingerprint == certificate().fingerprint
                assert link.peer == ("127.0.0.1", port_of(server))

    asyncio.run(scene())


def test_to_another_certificate_nothing_is_said() -> None:
    """Not even that here is a WebSocket client: the request would be the first bytes."""
    heard_bytes: asyncio.Queue[bytes] = asyncio.Queue()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = b""
        with suppress(OSError):  # it is left without a farewell
            while more := await reader.read(1000):
                data += more
        heard_bytes.put_nowait(data)
        writer.close()

    async def scene() -> None:
        other = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=certificate("other").context())
        line = Pinned(certificate().fingerprint)
        url = f"wss://127.0.0.1:{other.sockets[0].getsockname()[1]}"
        async with other, linked(url, Backoff(rng=lambda: 0.0), line=line) as (_, heard):
            state = await heard.phase(Phase.WAITING)
            assert state.reason is Reason.CERTIFICATE_CHANGED
            assert state.retry_in_s is not None and state.retry_in_s >= 30
            assert await heard_bytes.get() == b""
            assert line.asked == [certificate("other").fingerprint]

    asyncio.run(scene())


def test_a_hard_stop_ends_once_the_right_server_is_back_and_somebody_asks() -> None:
    port = free_port()

    async def scene() -> None:
        async with linked(f"wss://127.0.0.1:{port}", line=Pinned(certificate().fingerprint)) as (link, heard):
            async with tls_serving(silent, certificate("other"), port):
                link.retry()
                while (await heard.phase(Phase.WAITING)).reason is not Reason.CERTIFICATE_CHANGED:
                    pass
            async with tls_serving(silent, certificate(), port):
                link.retry()
                await heard.phase(Phase.CONNECTED)

    asyncio.run(scene())


def test_who_knows_the_server_never_speaks_plain_to_it() -> None:
    """Whatever was typed, and although a plain server waits there."""
    met: list[ServerConnection] = []

    async def meet(connection: ServerConnection) -> None:
        met.append(connection)

    async def scene() -> None:
        async with serving(meet) as plain:
            line = Pinned(certificate().fingerprint, tls_port=free_port())
            for typed in (f"127.0.0.1:{port_of(plain)}", f"ws://127.0.0.1:{port_of(plain)}"):
                async with linked(typed, line=line) as (_, heard):
                    for _ in range(3):
                        assert (await heard.phase(Phase.WAITING)).reason is Reason.REFUSED
            line.tls_port = port_of(plain)
            async with linked("127.0.0.1", line=line) as (_, heard):
                assert (await heard.phase(Phase.WAITING)).reason in (Reason.NOT_PACKETWAVE, Reason.SILENT)
        assert met == []

    asyncio.run(scene())


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Of TLS and plain, where a bare host is tried."""
    found = free_port(), free_port()
    monkeypatch.setattr(address, "_PORTS", {"wss": found[0], "ws": found[1]})
    return found


def test_a_bare_host_is_tried_by_tls_first(ports: tuple[int, int]) -> None:
    async def scene() -> None:
        async with (
            tls_serving(silent, certificate(), ports[0]),
            serving(silent, ports[1]),
            linked("127.0.0.1") as (_, heard),
        ):
            assert (await heard.phase(Phase.CONNECTED)).is_tls

    asyncio.run(scene())


@pytest.mark.parametrize("at_tls", ["nothing", "a plain server", "a silent one"])
def test_and_plain_where_there_is_no_tls(
    ports: tuple[int, int], at_tls: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "_OPEN_TIMEOUT_S", 0.3)

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    async def scene() -> None:
        async with AsyncExitStack() as stack:
            if at_tls == "a plain server":
                await stack.enter_async_context(serving(silent, ports[0]))
            elif at_tls == "a silent one":
                await stack.enter_async_context(await asyncio.start_server(silence, "127.0.0.1", ports[0]))
            await stack.enter_async_context(serving(silent, ports[1]))
            _, heard = await stack.enter_async_context(linked("127.0.0.1"))
            state = await heard.phase(Phase.CONNECTED)
            assert (state.is_tls, state.server) == (False, f"ws://127.0.0.1:{ports[1]}")

    asyncio.run(scene())


def test_a_reconnect_costs_one_attempt_however_it_was_connected(ports: tuple[int, int]) -> None:
    async def cut(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.abort()

    async def scene() -> None:
        async with serving(cut, ports[1]), linked("127.0.0.1") as (_, heard):
            await heard.phase(Phase.CONNECTED)
            for _ in range(3):
                await heard.phase(Phase.WAITING)
                tried = [(await heard.states.get()) for _ in range(2)]
                assert [state.phase for state in tried] == [Phase.CONNECTING, Phase.CONNECTED]

    asyncio.run(scene())


def test_anew_leaves_the_connection_and_makes_another_without_a_pause() -> None:
    async def scene() -> None:
        async with serving(silent) as server:
            address_typed = f"127.0.0.1:{port_of(server)}"
            async with linked(address_typed, Backoff(rng=lambda: 1e6)) as (link, heard):
                await heard.phase(Phase.CONNECTED)
                link.anew()
                assert (await heard.states.get()).phase is Phase.CONNECTING
                assert (await heard.states.get()).phase is Phase.CONNECTED

    asyncio.run(scene())


def test_a_server_that_is_refused_is_left_and_looked_for_slowly() -> None:
    async def scene() -> None:
        async with serving(silent) as server, linked(f"127.0.0.1:{port_of(server)}") as (link, heard):
            await heard.phase(Phase.CONNECTED)
            link.refuse(Reason.NOT_PROVEN)
            state = await heard.phase(Phase.WAITING)
            assert state.reason is Reason.NOT_PROVEN
            assert state.retry_in_s is not None and state.retry_in_s >= 30
            link.retry()
            await heard.phase(Phase.CONNECTED)

    asyncio.run(scene())


def test_a_redirect_leads_to_no_other_certificate() -> None:
    """The library would follow it."""

    async def scene() -> None:
        async with tls_serving(silent, certificate("other")) as other:
            there = f"wss://127.0.0.1:{port_of(other)}/".encode()
            answer = b"HTTP/1.1 302 Found\r\nLocation: " + there + b"\r\nContent-Length: 0\r\n\r\n"
            right = await asyncio.start_server(answering(answer), "127.0.0.1", 0, ssl=certificate().context())
            line = Pinned(certificate().fingerprint)
            url = f"wss://127.0.0.1:{right.sockets[0].getsockname()[1]}"
            async with right, linked(url, line=line) as (_, heard):
                state = await heard.phase(Phase.WAITING)
                assert state.reason in (Reason.CERTIFICATE_CHANGED, Reason.NOT_PACKETWAVE)

    asyncio.run(scene())
