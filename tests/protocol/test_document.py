"""docs/protocol.md says what the programs do: examples are read, its client is run, its numbers compared."""

import asyncio
import json
import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from packetwave.protocol import (
    DEFAULT_PLAIN_PORT,
    MAX_FROM_CLIENT_BYTES,
    MAX_FROM_SERVER_BYTES,
    PROTOCOL_VERSION,
    IncomingCall,
    Message,
    Unknown,
    decode,
    encode,
    rules,
)
from packetwave.protocol.fields import parse_at
from packetwave.server.calls.events import (
    Answered,
    Cause,
    Corrected,
    Diagnosed,
    DiagnosisOver,
    Direction,
    Ended,
    Flooded,
    Outcome,
    RecordedEvent,
    Ringing,
    Unwatched,
)
from packetwave.server.calls.lines import to_json
from packetwave.server.hub.hub import Hub
from packetwave.server.hub.limits import Limits

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def section(title: str) -> str:
    """From a heading to the next of its level."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^\1 |^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found[2]


def rows(text: str) -> dict[str, str]:
    """First cell: the whole row, of every table in a text."""
    found = re.findall(r"^\| ?(.+?) ?\|(.*)\|$", text, re.MULTILINE)
    return {first: rest for first, rest in found if not first.startswith("---")}


KNOWN = set(get_args(Message)) - {Unknown}
MESSAGES = [json.loads(block) for block in blocks("json")]
LINES = [json.loads(line) for block in blocks("jsonl") for line in block.splitlines()]


@pytest.mark.parametrize("keys", MESSAGES, ids=lambda keys: keys["type"])
def test_every_message_is_one_that_the_programs_know(keys: dict[str, Any]) -> None:
    message = decode(json.dumps(keys))
    assert not isinstance(message, Unknown)
    written = json.loads(encode(message))
    # Nothing in the example is unknown or said otherwise; the least message lacks what has a default.
    assert {key: written[key] for key in keys} == keys
    assert set(written) - set(keys) <= {"direction"}


def test_every_type_has_its_example() -> None:
    assert {type(decode(json.dumps(keys))) for keys in MESSAGES} == KNOWN


def full(shape: Any) -> Any:
    """A message that says something under each of its keys."""
    something = {
        str: "1",
        int: 1,
        bool: True,
        tuple[str, ...]: ("1",),
        datetime | None: parse_at("2026-11-23T09:00:00Z"),
    }
    return shape(**{name: something[kind] for name, kind in get_type_hints(shape).items()})


@pytest.mark.parametrize("shape", sorted(KNOWN, key=str), ids=lambda shape: shape.__name__)
def test_every_key_is_in_its_table_and_no_other(shape: Any) -> None:
    keys = json.loads(encode(full(shape)))
    table = rows(section(f"`{keys['type']}`"))
    described = {
        name
        for names, rest in table.items()
        if re.match(r" (text|time|whole|list|true)", rest)
        for name in re.findall(r"`(\w+)`", names)
    }
    assert described == set(keys)


def test_states_and_outcomes() -> None:
    text = section("`call_update`")
    assert re.findall(r"`(\w+)`:", rows(text)["`state`"]) == ["stopped", "answered", "ended"]
    named = [
        name.strip("`") for name in rows(text) if name.strip("`") in {outcome.value for outcome in Outcome}
    ]
    assert named == [outcome.value for outcome in Outcome]


def event(keys: dict[str, Any]) -> RecordedEvent:
    """The event that a line tells of."""
    match keys["event"]:
        case "ringing":
            return Ringing(
                keys["call_id"],
                parse_at(keys["at"]),
                keys["from"],
                keys["to"],
                keys["from_name"],
                keys["dialled"],
                keys.get("via", ""),
                Direction(keys["direction"]),
            )
        case "answered":
            return Answered(keys["call_id"], parse_at(keys["at"]))
        case "ended" | "corrected" as kind:
            made = Ended if kind == "ended" else Corrected
            return made(
                keys["call_id"],
                parse_at(keys["at"]),
                Outcome(keys["outcome"]),
                keys.get("by", ""),
                keys.get("via", ""),
                Cause(keys["cause"]) if "cause" in keys else None,
            )
        case "diagnosis":
            said = ("event", "code", "severity", "at")
            figures = tuple(
                (name, tuple(value) if isinstance(value, list) else value)
                for name, value in keys.items()
                if name not in said
            )
            return Diagnosed(keys["code"], keys["severity"], parse_at(keys["at"]), figures)
        case "flood":
            return Flooded(
                keys["call_id"],
                parse_at(keys["from_at"]),
                keys.get("source", ""),
                keys["to"],
                keys["count"],
                keys.get("over", False),
                parse_at(keys["at"]),
            )
        case "diagnosis_over":
            return DiagnosisOver(keys["code"], parse_at(keys["at"]))
    assert keys["event"] == "unwatched"
    return Unwatched(parse_at(keys["from_at"]), parse_at(keys["to_at"]))


@pytest.mark.parametrize("keys", LINES, ids=lambda keys: keys["event"])
def test_event_lines_are_as_the_server_writes_them(keys: dict[str, Any]) -> None:
    line = json.dumps(keys, ensure_ascii=False, separators=(",", ":"))
    assert to_json(event(keys)) == line
    table = rows(section("Event lines of the server"))
    described = {name for first in table for name in re.findall(r"`(\w+)`", first)}
    figures = {"phones", "count"} if keys["event"] == "diagnosis" else set()
    assert set(keys) - figures <= described


def test_every_event_has_its_line() -> None:
    kinds = {type(event(keys)) for keys in LINES}
    assert kinds == {Ringing, Answered, Ended, Corrected, Flooded, Unwatched, Diagnosed, DiagnosisOver}
    for name in {keys["event"] for keys in LINES}:
        assert f"`{name}`" in rows(section("Event lines of the server"))["`event`"]


def test_numbers() -> None:
    limits = rows(section("Limits and refusals"))

    def number(first: str, position: int = 0) -> int:
        return int(re.findall(r"\d[\d ]*", limits[first])[position].replace(" ", ""))

    assert number("Largest message from a client") == MAX_FROM_CLIENT_BYTES
    assert number("Largest message from a server") == MAX_FROM_SERVER_BYTES
    hub = Limits()
    frames = "Frames from a client, of any kind"
    assert (number(frames), number(frames, 1)) == (hub.frames.burst, hub.frames.per_s)
    assert number("Messages of all sessions of an address together") == hub.messages_of_address.burst
    assert number("Messages of all sessions of an address together", 1) == hub.messages_of_address.per_s
    assert number("Messages waiting for a client that does not read") == hub.queue
    assert number("Sessions") == hub.sessions_of_address
    assert number("Sessions", 1) == hub.sessions
    assert number("Sessions", 2) == hub.kept_of_member
    assert number("Sessions", 3) == hub.strangers * hub.sessions
    assert number("Connections of an address") == hub.connects_of_address.burst
    assert number("Connections of an address", 1) == hub.connects_of_address.per_s
    assert number("Time for the handshake") == hub.handshake_s
    transport = re.sub(r"\s+", " ", section("Transport"))
    assert f"silent for {hub.ping_beats * hub.beat_s:.0f} s" in transport
    assert f"for {hub.silent_beats * hub.beat_s:.0f} s" in transport
    codes = {getattr(rules, name) for name in vars(rules) if name.startswith("CLOSE_")}
    assert codes <= {int(first) for first in limits if first.isdecimal()}
    assert f"**{DEFAULT_PLAIN_PORT}**" in section("Transport")
    assert f"the server: {PROTOCOL_VERSION}" in rows(section("`welcome`"))["`protocol`"]


@pytest.mark.parametrize(
    ("request_lines", "status"),
    [
        ("GET / HTTP/1.1", 426),
        ("GET / HTTP/1.1\r\nOrigin: https://example.com\r\nConnection: Upgrade\r\nUpgrade: websocket", 403),
    ],
)
def test_what_is_no_client_is_refused_by_http(request_lines: str, status: int) -> None:
    handshake = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="

    async def work() -> bytes:
        hub = Hub(
            ringing=lambda *_: [],
            on_told=lambda *_: None,
            on_change=lambda: None,
        )
        port = await hub.open("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"{request_lines}\r\nHost: x\r\n{handshake}\r\n\r\n".encode())
            async with asyncio.timeout(10):
                return await reader.readline()
        finally:
            writer.close()
            await writer.wait_closed()
            await hub.close()

    assert asyncio.run(work()).startswith(f"HTTP/1.1 {status} ".encode())
    assert f"**{status}**" in section("Limits and refusals")


def test_the_least_client_runs_as_it_stands() -> None:
    (code,) = blocks("python")
    alert = IncomingCall("01012345678", "1001", "5f0c3a9be1d24c77")

    async def work() -> str:
        hub = Hub(
            ringing=lambda _extensions, after, _number: [(1, alert)][after:],
            on_told=lambda *_: told.set(),
            on_change=lambda: None,
        )
        told = asyncio.Event()
        port = await hub.open("127.0.0.1", 0)
        assert f"ws://192.168.0.10:{DEFAULT_PLAIN_PORT}" in code
        client = await asyncio.create_subprocess_exec(
            sys.executable,
            "-X",
            "utf8",
            "-c",
            code.replace(f"192.168.0.10:{DEFAULT_PLAIN_PORT}", f"127.0.0.1:{port}"),
            stdout=asyncio.subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        )
        try:
            async with asyncio.timeout(30):
                await told.wait()
                assert client.stdout is not None
                line = (await client.stdout.readline()).decode()
                await hub.close()
                assert await client.wait() == 0  # a server that stops ends the session in order
                return line.strip()
        finally:
            if client.returncode is None:
                client.kill()
                await client.wait()
            await hub.close()

    assert asyncio.run(work()) == "01012345678 → 1001"
