"""A paired PC at another address gets in while strangers flood."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

from packetwave.protocol import PROTOCOL_VERSION, Hello, Welcome
from packetwave.server.hub.limits import Limits, Rate
from tests.server.hub.office import (
    HERE,
    REQUEST,
    Protected,
    RawClient,
    a_protected_hub,
    client_context,
    until,
)

OFTEN = Rate(1_000_000, 1_000_000)
LIMITS = replace(
    Limits(),
    sessions=40,
    strangers=0.25,
    newcomers=0.1,
    handshakes=8,
    tls_handshakes=2,
    handshake_s=60,
    connects_of_address=OFTEN,
    connects_of_strangers=OFTEN,
    tls_connects_of_strangers=OFTEN,
)
MOVED = "127.0.9.9"


async def hears_welcome(server: Protected, pairing: str, key: str) -> Welcome:
    async with server.client(MOVED) as client:
        await client.say(Hello(PROTOCOL_VERSION, pairing=pairing, key=key))
        answer = await client.hear()
        assert isinstance(answer, Welcome)
        return answer


def test_strangers_who_hold_all_places_make_room_for_who_has_a_key(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_protected_hub(tmp_path, LIMITS) as server:
            plain = await server.hub.open("127.0.0.1", 0)
            pairing, key = server.pair("KIM-PC", "1001", address=HERE)
            for number in range(10):  # all that there is for strangers without TLS
                await RawClient.session(f"ws://127.0.0.1:{plain}", f"127.0.1.{number + 1}")
            refused = await RawClient.connect(f"ws://127.0.0.1:{plain}", "127.0.1.100")
            assert (await refused.reader.read()).startswith(b"HTTP/1.1 503 ")
            idle = []
            for number in range(4):  # and with TLS
                idle.append(
                    await asyncio.open_connection(
                        "127.0.0.1",
                        server.port,
                        ssl=client_context(),
                        local_addr=(f"127.0.2.{number + 1}", 0),
                    )
                )
                idle[-1][1].write(REQUEST)
                await idle[-1][0].readuntil(b"\r\n\r\n")
            await until(lambda: len(server.hub._newcomers) == 4)
            answer = await hears_welcome(server, pairing.id, key)
            assert answer.is_paired
            # It is no stranger from now on, and no newcomer takes its place.
            assert server.hub._door.is_kept(MOVED)
            assert len(server.hub._newcomers) == 3
            assert await idle[0][0].read() == b""
            for _, writer in idle:
                writer.transport.abort()

    asyncio.run(work())


def test_unfinished_handshakes_make_room_too(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_protected_hub(tmp_path, LIMITS) as server:
            pairing, key = server.pair("KIM-PC", "1001", address=HERE)
            silent = [
                await RawClient.connect(f"wss://127.0.0.1:{server.port}", f"127.0.1.{number + 1}")
                for number in range(10)
            ]
            await until(lambda: len(server.hub._newcomers) == 10)
            assert (await hears_welcome(server, pairing.id, key)).is_paired
            with contextlib.suppress(ConnectionError):
                assert await silent[0].reader.read() == b""
            assert len(server.hub._newcomers) == 9

    asyncio.run(work())


def test_a_flood_of_tls_connects_leaves_the_members_theirs(tmp_path: Path) -> None:
    """A small siege: strangers from many addresses who begin handshakes and never end them."""

    async def work() -> None:
        async with a_protected_hub(tmp_path, replace(Limits(), sessions=200)) as server:
            server.hub.keep(frozenset({HERE}))
            flood = [
                await RawClient.connect(f"wss://127.0.0.1:{server.port}", f"127.0.{number % 50 + 1}.7")
                for number in range(400)
            ]
            for number in range(5):
                async with server.client(HERE) as client:
                    await client.say(Hello(PROTOCOL_VERSION, version=f"{number}"))
                    assert isinstance(await client.hear(), Welcome)
            assert server.hub._door.taken <= 200
            assert len(flood) == 400

    asyncio.run(work())
