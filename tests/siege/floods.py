"""Who floods the server's ports: `python -m tests.siege.floods KIND HOST:PORT COUNT SECONDS ADDRESS …`.

A program of its own, so that it can run in an attacker's host and take its time from nobody it is compared
with. Speaks WebSocket by hand and reads as little as it must. Bounded in count and time; prints what it got.
"""

import asyncio
import contextlib
import itertools
import socket
import ssl
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
AT_ONCE = 256  # connections being made by one program
HELLOS = 118  # a session's, just within what it may say in a minute: 58 at once, the others one by one

got: Counter[str] = Counter()


def frame(opcode: int, data: bytes) -> bytes:
    """A short frame, masked with zeros."""
    assert len(data) < 126
    return bytes([0x80 | opcode, 0x80 | len(data)]) + bytes(4) + data


HELLO = frame(1, b'{"type":"hello","protocol":1,"version":"siege"}')
PINGS = frame(9, b"x" * 100) * 500

HEP_PORT = 9060
REPORTS_PER_S = 100_000
REPORTS = (b"HEP3\x01\x90" + bytes(394), b"\x02\x10 no report " + bytes(300))

Target = tuple[str, int]
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def dial(target: Target, address: str, *, handshake: bool = True) -> Connection | None:
    """A connection from this address, its handshake done; None where it was refused."""
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(*target, local_addr=(address, 0))
            if not handshake:
                got["connected"] += 1
                return reader, writer
            writer.write(REQUEST)
            status = await reader.readuntil(b"\r\n\r\n")
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        got[type(error).__name__] += 1
        return None
    got[status[9:12].decode()] += 1
    if b" 101 " in status[:14]:
        return reader, writer
    writer.transport.abort()
    return None


async def insist(target: Target, address: str, until: float) -> Connection | None:
    """A connection from this address, tried again while it is refused; None when the time is over."""
    while time.monotonic() < until:
        connection = await dial(target, address)
        if connection is not None:
            return connection
        await asyncio.sleep(0.2)
    return None


async def swallow(connection: Connection, *, answers: bool = True) -> None:
    """Read what comes, and answer pings, until the connection ends."""
    reader, writer = connection
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            first, size = await reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await reader.readexactly(2), "big")
            data = await reader.readexactly(size)
            if first & 15 == 9 and answers:
                writer.write(frame(10, data))
            elif first & 15 == 8:
                got[f"closed {int.from_bytes(data[:2], 'big')}"] += 1
    writer.transport.abort()


async def crowd(target: Target, address: str, until: float) -> None:
    """A client that connects, says hello and stays."""
    connection = await insist(target, address, until)
    if connection is not None:
        connection[1].write(HELLO)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(until - time.monotonic()):
                await swallow(connection)
        connection[1].transport.abort()


async def talk(target: Target, address: str, until: float) -> None:
    """A session that says hello as often as it may, as fast as it may."""
    connection = await insist(target, address, until)
    if connection is None:
        return
    connection[1].write(HELLO * (HELLOS // 2 - 1))
    listening = asyncio.create_task(swallow(connection))
    for _ in range(HELLOS // 2):
        await asyncio.sleep(0.51)
        if time.monotonic() > until or listening.done():
            break
        connection[1].write(HELLO)
    connection[1].transport.abort()
    await listening


async def churn(target: Target, address: str, until: float) -> None:
    """Connects, says hello and goes, again and again."""
    while time.monotonic() < until:
        connection = await dial(target, address)
        if connection is None:
            await asyncio.sleep(0.01)
            continue
        connection[1].write(HELLO)
        with contextlib.suppress(OSError):
            await connection[0].read(1)
        connection[1].transport.abort()


async def half_open(target: Target, address: str, until: float) -> None:
    """Begins a handshake and never ends it; comes again when it is closed."""
    while time.monotonic() < until:
        connection = await dial(target, address, handshake=False)
        if connection is None:
            await asyncio.sleep(0.1)
            continue
        connection[1].write(REQUEST[:40])
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(until - time.monotonic()):
                await connection[0].read()
        connection[1].transport.abort()
        await asyncio.sleep(0.1)


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _client_hello() -> bytes:
    """What begins a TLS handshake: to answer it costs the server all that a handshake costs."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        _tls().wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()


async def tls_half_open(target: Target, address: str, until: float) -> None:
    """Begins a TLS handshake, lets it be answered and never ends it; comes again when it is closed."""
    hello = _client_hello()
    while time.monotonic() < until:
        connection = await dial((target[0], target[1] + 1), address, handshake=False)
        if connection is None:
            await asyncio.sleep(0.1)
            continue
        connection[1].write(hello)
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(until - time.monotonic()):
                while await connection[0].read(65536):
                    got["answered"] += 1
        connection[1].transport.abort()
        await asyncio.sleep(0.1)


async def tls_churn(target: Target, address: str, until: float) -> None:
    """Ends a TLS handshake and goes, again and again."""
    context = _tls()
    while time.monotonic() < until:
        try:
            async with asyncio.timeout(10):
                _, writer = await asyncio.open_connection(
                    target[0], target[1] + 1, local_addr=(address, 0), ssl=context
                )
        except (OSError, TimeoutError) as error:
            got[type(error).__name__] += 1
            await asyncio.sleep(0.01)
            continue
        got["shaken"] += 1
        writer.transport.abort()


async def deaf(target: Target, address: str, until: float) -> None:
    """Sends pings as fast as they are taken and reads nothing; comes again when it is cut."""
    while time.monotonic() < until:
        connection = await dial(target, address)
        if connection is None:
            await asyncio.sleep(0.1)
            continue
        writer = connection[1]
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(until - time.monotonic()):
                while not writer.transport.is_closing():
                    writer.write(PINGS)
                    got["pings"] += 500
                    await writer.drain()
                    await asyncio.sleep(0)
        writer.transport.abort()


async def reports(target: Target, address: str, until: float) -> None:
    """Sends forged HEP reports, a hundred thousand a second, half of them no report at all."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setblocking(False)
        wire.bind((address, 0))
        wire.connect((target[0], HEP_PORT))
        begin, sent = time.monotonic(), 0
        while time.monotonic() < until:
            for _ in range(int((time.monotonic() - begin) * REPORTS_PER_S) - sent):
                sent += 1
                with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
                    wire.send(REPORTS[sent % 2])
                    got["reports"] += 1
            await asyncio.sleep(0.001)


KINDS: dict[str, Callable[[Target, str, float], Coroutine[None, None, None]]] = {
    "crowd": crowd,
    "talk": talk,
    "churn": churn,
    "half_open": half_open,
    "tls_half_open": tls_half_open,
    "tls_churn": tls_churn,
    "deaf": deaf,
    "reports": reports,
}


async def flood(kind: str, target: Target, count: int, seconds: float, addresses: Sequence[str]) -> None:
    until = time.monotonic() + seconds
    tasks: list[asyncio.Task[None]] = []
    for number, address in zip(range(count), itertools.cycle(addresses), strict=False):
        tasks.append(asyncio.create_task(KINDS[kind](target, address, until)))
        if number % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds + 5):
            await asyncio.gather(*tasks)


def main() -> int:
    kind, target, count, seconds, *addresses = sys.argv[1:]
    host, _, port = target.rpartition(":")
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(flood(kind, (host, int(port)), int(count), float(seconds), addresses))
    print(*(f"{what}: {number:,}" for what, number in sorted(got.items())), sep=", ", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
