"""What a paired PC is told when it comes back, over real sockets: each call once, before `welcome`."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from websockets.asyncio.client import connect

from packetwave.protocol import (
    PROTOCOL_VERSION,
    Ack,
    CallUpdate,
    Had,
    Hello,
    IncomingCall,
    Missed,
    Seen,
    encode,
)
from packetwave.server.hub import Hub
from packetwave.server.hub.limits import Limits
from packetwave.server.hub.outbox import MARGIN, Page, Past, Wanted
from packetwave.server.trust.pairings import Pairing
from tests.server.hub.office import BUSY, CALL, HERE, TEXT, Office, RawClient, make_hub, until
from tests.server.hub.test_session import WIDE, read_all

NOW = datetime.now(UTC)
PAIRING = Pairing("c0ffee1234567890", "", "KIM-PC", ("1001",), NOW - timedelta(days=300))


class Knowing(Past):
    """Has these calls, in pages of `size`; gives each page when it is told to, where `waits`."""

    def __init__(self, calls: list[Missed], size: int = 200, *, waits: bool = False) -> None:
        self.calls, self.size, self.waits = calls, size, waits
        self.wanted: list[Wanted] = []
        self.given: list[Callable[[], None]] = []
        self.heard: list[tuple[Had | Seen, tuple[str, ...]]] = []
        self.is_known = True

    def ask(self, wanted: Wanted, give: Callable[[Page], None]) -> None:
        self.wanted.append(wanted)
        began = 0 if wanted.after is None else int(wanted.after[1])
        page = tuple(self.calls[began : began + self.size])
        more = (NOW, str(began + self.size)) if began + self.size < len(self.calls) else None
        self.given.append(lambda: give(Page(page, more, self.is_known)))
        if not self.waits:
            self.given.pop()()

    def hear(self, said: Had | Seen, extensions: tuple[str, ...]) -> None:
        self.heard.append((said, extensions))


def missed_calls(number: int, name: str = "") -> list[Missed]:
    return [
        Missed("0101", "1001", f"m{each}", NOW, NOW, "missed", caller_name=name) for each in range(number)
    ]


class PairedOffice:
    """A context: a hub that takes each client with a pairing for the paired PC."""

    def __init__(self, past: Past, limits: Limits = BUSY) -> None:
        self.office = Office()
        self.hub: Hub = make_hub(self.office, limits, past=past)
        # The key is another test's matter.
        found = lambda _session, hello: (PAIRING if hello.pairing else None, "")  # noqa: E731
        setattr(self.hub, "_pairing_of", found)  # noqa: B010
        self.url = ""

    async def __aenter__(self) -> "PairedOffice":
        self.hub.use(self.office.directory, {PAIRING.id: PAIRING})
        self.url = f"ws://127.0.0.1:{await self.hub.open('127.0.0.1', 0)}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.hub.close()
        await asyncio.sleep(0)


def hello(**said: Any) -> str:
    return encode(Hello(PROTOCOL_VERSION, acks=True, pairing=PAIRING.id, key="k", **said))


async def told_until_welcome(client: Any) -> list[dict[str, Any]]:
    found = [json.loads(await client.recv())]
    while found[-1]["type"] != "welcome":
        found.append(json.loads(await client.recv()))
    return found


def test_what_rings_then_what_was_missed_then_welcome_all_numbered() -> None:
    async def work() -> None:
        past = Knowing(missed_calls(3), size=2)
        async with PairedOffice(past) as paired:
            paired.office.calls = [CALL]
            async with connect(paired.url) as client:
                said = NOW - timedelta(hours=5)
                await client.send(hello(until=said))
                told = await told_until_welcome(client)
        assert [each.get("call_id") for each in told] == ["c1", "m0", "m1", "m2", None]
        assert [each["type"] for each in told] == ["incoming_call", *["missed"] * 3, "welcome"]
        assert told[-1]["paired"] is True
        epochs = {each["epoch"] for each in told}
        assert epochs == {paired.hub.epoch}
        numbers = [each["seq"] for each in told[:-1]]
        assert numbers == sorted(set(numbers))
        (first, second) = past.wanted
        assert first.extensions == ("1001",) and first.after is None and second.after is not None
        assert abs(first.since - (said - MARGIN)) < timedelta(milliseconds=1), "times have milliseconds"

    asyncio.run(work())


def test_an_unpaired_client_is_told_of_nothing_that_was_before() -> None:
    async def work() -> None:
        past = Knowing(missed_calls(3))
        async with PairedOffice(past) as paired:
            paired.hub.use(paired.office.directory, {})
            async with connect(paired.url) as client:
                await client.send(encode(Hello(PROTOCOL_VERSION, acks=True)))
                assert [each["type"] for each in await told_until_welcome(client)] == ["welcome"]
                for message in (Seen(("m1",)), Had("0101", "1001", "m1")):
                    await client.send(encode(message))
                await client.send(encode(Hello(PROTOCOL_VERSION)))
                await told_until_welcome(client)
        assert (past.wanted, past.heard) == ([], [])

    asyncio.run(work())


def test_a_holiday_is_told_at_the_readers_pace_and_never_cuts_it() -> None:
    async def work() -> None:
        past = Knowing(missed_calls(2_000, WIDE))
        async with PairedOffice(past, replace(BUSY, queue=10)) as paired:
            client = await RawClient.session(paired.url)
            client.send(TEXT, hello().encode())
            await until(lambda: past.wanted)
            paired.hub.send("1001", CALL, perf_counter())  # rings meanwhile, and is not held up for all of it
            client.read_fast()
            told: list[dict[str, Any]] = []
            while not told or told[-1]["type"] != "welcome":
                told += await read_all(client, 1)
            ids = [each.get("call_id") for each in told]
            assert [each for each in ids if each and each.startswith("m")] == [f"m{n}" for n in range(2_000)]
            assert 0 <= ids.index("c1") < 500
            client.close()

    asyncio.run(work())


def test_live_calls_are_told_while_the_store_is_asked() -> None:
    async def work() -> None:
        past = Knowing(missed_calls(1), waits=True)
        async with PairedOffice(past) as paired, connect(paired.url) as client:
            await client.send(hello())
            await until(lambda: past.given)
            paired.hub.send("1001", CALL, perf_counter())
            assert json.loads(await client.recv())["call_id"] == "c1"
            past.given.pop()()
            assert [each.get("call_id") for each in await told_until_welcome(client)] == ["m0", None]

    asyncio.run(work())


def test_a_client_that_went_while_the_store_was_asked_costs_nothing() -> None:
    async def work() -> None:
        past = Knowing(missed_calls(1), waits=True)
        async with PairedOffice(past) as paired:
            async with connect(paired.url) as client:
                await client.send(hello())
                await until(lambda: past.given)
            await until(lambda: not paired.hub.clients())
            past.given.pop()()
            async with asyncio.timeout(5):
                await paired.hub.sent()

    asyncio.run(work())


def test_what_is_acknowledged_is_not_told_again_but_that_it_was_looked_at() -> None:
    async def work() -> None:
        past = Knowing(missed_calls(2))
        async with PairedOffice(past) as paired:
            async with connect(paired.url) as client:
                await client.send(hello())
                await told_until_welcome(client)
                await client.send(encode(Ack("m0")))
                await client.send(hello())
                assert [each.get("call_id") for each in await told_until_welcome(client)] == ["m1", None]
            past.calls[0] = replace(past.calls[0], is_seen=True)
            async with connect(paired.url) as client:
                await client.send(hello())
                told = await told_until_welcome(client)
                assert [(each.get("call_id"), each.get("seen")) for each in told] == [
                    ("m0", True),
                    ("m1", None),
                    (None, None),
                ]
            assert paired.office.acknowledged == [], "that it was shown ringing is another matter"

    asyncio.run(work())


def test_where_the_store_could_not_be_read_welcome_names_no_time() -> None:
    async def work() -> None:
        past = Knowing(missed_calls(1))
        past.is_known = False
        async with PairedOffice(past) as paired, connect(paired.url) as client:
            await client.send(hello())
            assert "at" not in (await told_until_welcome(client))[-1]

    asyncio.run(work())


def test_the_end_of_a_call_that_it_was_not_told_of_comes_as_a_missed_one() -> None:
    """Its phone had stopped when the PC came, and the verdict was not there yet."""

    async def work() -> None:
        async with PairedOffice(Knowing([])) as paired, connect(paired.url) as client:
            await client.send(hello())
            await told_until_welcome(client)
            instead = Missed("0101", "1001", "c0", NOW, NOW, "missed")
            paired.hub.send("1001", CallUpdate("c0", "ended", "missed"), perf_counter(), instead)
            paired.hub.send("1001", CALL, perf_counter())
            paired.hub.send(
                "1001", CallUpdate("c1", "ended", "missed"), perf_counter(), replace(instead, call_id="c1")
            )
            told = [json.loads(await client.recv()) for _ in range(3)]
            assert [(each["type"], each["call_id"]) for each in told] == [
                ("missed", "c0"),
                ("incoming_call", "c1"),
                ("call_update", "c1"),
            ]

    asyncio.run(work())


def test_what_a_paired_pc_says_goes_to_who_knows_and_what_was_looked_at_to_its_others() -> None:
    async def work() -> None:
        past = Knowing([])
        async with PairedOffice(past) as paired, connect(paired.url) as one, connect(paired.url) as other:
            for client in (one, other):
                await client.send(hello())
                await told_until_welcome(client)
            had, seen = Had("0101", "1001", "5f0c3a9be1d24c77"), Seen(("m0", "m1"))
            for message in (had, seen):
                await one.send(encode(message))
            await until(lambda: len(past.heard) == 2)
            assert past.heard == [(had, ("1001",)), (seen, ("1001",))]
            paired.hub.pass_on("1001", seen)
            assert json.loads(await other.recv()) == {"type": "seen", "call_ids": ["m0", "m1"]}

    asyncio.run(work())


def test_a_least_client_beside_is_told_as_ever() -> None:
    """It gets the plain update, whatever paired PCs get, and its alerts have numbers."""

    async def work() -> None:
        async with PairedOffice(Knowing([])) as paired:
            paired.hub.use(paired.office.directory, {})
            async with connect(paired.url) as client:
                await until(lambda: paired.hub.is_connected(HERE))
                update = CallUpdate("c9", "ended", "missed")
                paired.hub.send("1001", update, perf_counter(), Missed("0101", "1001", "c9"))
                paired.hub.send("1001", IncomingCall("0101", "1001", "c10"), perf_counter())
                told = [json.loads(await client.recv()) for _ in range(2)]
                assert told[0] == {
                    "type": "call_update",
                    "call_id": "c9",
                    "state": "ended",
                    "outcome": "missed",
                }
                assert (told[1]["seq"], told[1]["epoch"]) == (1, paired.hub.epoch)

    asyncio.run(work())
