"""Old and new together: what each release said is understood today, and nothing is said that it cannot read.

What a release said and reads lies in `released/VERSION/`; how it is recorded: transcript.py.
"""

import json
import queue
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from websockets.sync.client import connect

from packetwave.client.calls import CallChanged, CallRinging, CallState
from packetwave.client.engine import Engine, Notice
from packetwave.protocol import Hello, Message, ProtocolError, Unknown, Welcome, decode, encode
from packetwave.protocol.fields import parse_at
from packetwave.protocol.messages import Known
from packetwave.server.watch.states import Recording
from tests.client.loopback import WAIT_S, LoopbackServer
from tests.protocol.transcript import RELEASED
from tests.server.engine.test_engine import KIM, missed_call, running, with_members

VERSIONS = sorted(path.name for path in RELEASED.iterdir() if path.is_dir())
each_release = pytest.mark.parametrize("version", VERSIONS)

_OLD_READS = {
    "text": lambda value: isinstance(value, str),
    "whole number": lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    "true or false": lambda value: isinstance(value, bool),
    "list of texts": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "time with its zone": lambda value: isinstance(value, str) and parse_at(value) is not None,
}


def said(version: str, who: str) -> list[str]:
    """Its messages of one side, in order."""
    lines = (RELEASED / version / "session.jsonl").read_text("utf-8").splitlines()
    return [line["text"] for line in map(json.loads, lines) if line["from"] == who]


def understands(version: str) -> dict[str, dict[str, tuple[str, bool]]]:
    return dict(json.loads((RELEASED / version / "understands.json").read_text("utf-8")))


def refused(version: str, text: str) -> list[str]:
    """Why the release would not read this: none where it reads or ignores it."""
    message = json.loads(text)
    keys = understands(version).get(message["type"], {})
    wrong = [name for name, (_, is_required) in keys.items() if is_required and name not in message]
    for name, value in message.items():
        if name in keys and value is not None and not _OLD_READS[keys[name][0]](value):
            wrong.append(f"{name}={value!r}")
    return wrong


def test_there_are_releases() -> None:
    assert "0.1.0" in VERSIONS


@each_release
@pytest.mark.parametrize("who", ["server", "client"])
def test_each_message_of_a_release_is_one_that_is_known_today(version: str, who: str) -> None:
    messages = [decode(text) for text in said(version, who)]
    assert len(messages) > 5
    assert [message for message in messages if isinstance(message, Unknown)] == []
    for text, message in zip(said(version, who), messages, strict=True):
        assert json.loads(text).items() <= json.loads(encode(message)).items()


@each_release
@given(message=st.one_of(*(st.from_type(shape) for shape in Known.__args__)))
def test_nothing_is_said_that_a_release_would_not_read(version: str, message: Message) -> None:
    text = encode(message)
    try:
        decode(text)
    except ProtocolError:
        reject()  # a number that no program of ours says
    assert refused(version, text) == []


@each_release
def test_todays_server_takes_what_an_old_client_says(version: str, tmp_path: Path) -> None:
    with_members(tmp_path, KIM)
    source = Recording(missed_call(tmp_path), real_time=True)
    told: list[str] = []
    with (
        running(tmp_path, source=source, data_dir=tmp_path) as run,
        connect(run.url, proxy=None) as client,
    ):
        for text in said(version, "client"):
            client.send(text)
        while json.loads((told or ["{}"])[-1]).get("state") != "ended":
            told.append(str(client.recv(timeout=WAIT_S)))
    kinds = [json.loads(text)["type"] for text in told]
    assert {"welcome", "incoming_call", "call_update"} == set(kinds)
    assert [refused(version, text) for text in told] == [[]] * len(told)


@each_release
def test_todays_client_takes_what_an_old_server_says(version: str) -> None:
    notices: queue.Queue[Notice] = queue.Queue()
    server = LoopbackServer()
    engine = Engine(notices.put, server.url, language="ko", extension="1001")
    engine.start()
    try:
        hello = server.hellos.get(timeout=WAIT_S)
        assert refused(version, json.dumps(hello)) == []
        texts = said(version, "server")
        server.send_many(texts)
        wanted = _calls(texts)
        found: dict[str, Any] = {}
        while found != wanted:
            notice = notices.get(timeout=WAIT_S)
            if isinstance(notice, CallRinging):
                found[notice.call.call_id] = None
            elif isinstance(notice, CallChanged) and notice.call.state is CallState.ENDED:
                found[notice.call.call_id] = notice.call.outcome
            elif isinstance(notice, CallChanged) and notice.call.state is CallState.ANSWERED:
                found[notice.call.call_id] = "answered"
    finally:
        engine.stop()
        assert engine.join(WAIT_S)
        server.close()


def _calls(texts: list[str]) -> dict[str, str | None]:
    """What became of each call of a transcript."""
    became: dict[str, str | None] = {}
    for message in map(json.loads, texts):
        if message["type"] == "incoming_call":
            became[message["call_id"]] = None
        elif message["type"] == "call_update" and "outcome" in message:
            became[message["call_id"]] = message["outcome"]
    return became


def test_versions_are_compared_as_at_least_never_as_equal() -> None:
    """Both sides take whatever version the other one says."""
    for version in (0, 1, 2, 1000):
        assert decode(encode(Hello(version))) == Hello(version)
        assert decode(encode(Welcome(version))) == Welcome(version)
