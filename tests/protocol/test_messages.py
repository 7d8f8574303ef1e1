import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.protocol.messages import (
    CallUpdate,
    Hello,
    IncomingCall,
    Message,
    ProtocolError,
    Unknown,
    Welcome,
    decode,
    encode,
    format_at,
    parse_at,
)

AT = datetime(2026, 11, 23, 9, 0, 0, 123000, UTC)

texts = st.text(max_size=512)
times = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the zone is given beside them
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Hello, st.integers(), texts, texts, texts),
    st.builds(Welcome, st.integers(), texts, st.lists(texts).map(tuple)),
    st.builds(
        IncomingCall, texts, texts, texts, st.none() | times, texts, texts, texts, texts, texts.filter(bool)
    ),
    st.builds(CallUpdate, texts.filter(bool), texts.filter(bool), texts, texts, texts, st.none() | times),
)


@given(messages)
def test_what_is_encoded_is_decoded(message: Message) -> None:
    assert decode(encode(message)) == message


def test_an_alert_on_the_wire() -> None:
    call = IncomingCall("01012345678", "1001", "a1", AT, from_name="홍길동")
    assert encode(call) == (
        '{"type":"incoming_call","from":"01012345678","to":"1001","call_id":"a1",'
        '"at":"2026-11-23T09:00:00.123Z","from_name":"홍길동","direction":"in"}'
    )


def test_the_least_alert_has_its_three_keys() -> None:
    keys = json.loads(encode(IncomingCall("", "")))
    assert (keys["type"], keys["from"], keys["to"]) == ("incoming_call", "", "")
    assert decode('{"type": "incoming_call", "from": "1", "to": "2"}') == IncomingCall("1", "2")


def test_unknown_types_and_keys_are_no_error() -> None:
    assert decode('{"type": "note", "text": "x"}') == Unknown("note", {"type": "note", "text": "x"})
    assert decode('{"type": "welcome", "protocol": 2, "version": "9", "colour": []}') == Welcome(2, "9")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "null",
        "1" * 5000,
        "[" * 100_000,
        "{}",
        '{"type": 1}',
        '{"type": "incoming_call", "from": "1"}',
        '{"type": "incoming_call", "from": 1010, "to": "1001"}',
        '{"type": "incoming_call", "from": "1", "to": "2", "at": "2026-11-23T09:00:00"}',
        '{"type": "incoming_call", "from": "1", "to": "2", "at": "0001-01-01T00:00:00+14:00"}',
        '{"type": "incoming_call", "from": "1", "to": "2", "at": 5}',
        '{"type": "hello", "protocol": true}',
        '{"type": "hello", "protocol": 1.5}',
        '{"type": "welcome", "protocol": 1, "extensions": "1001"}',
        '{"type": "welcome", "protocol": 1, "extensions": [1001]}',
        '{"type": "call_update", "state": "ended"}',
    ],
)
def test_what_is_no_message_is_a_protocol_error(text: str) -> None:
    with pytest.raises(ProtocolError):
        decode(text)


@given(
    st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_nothing_else_is_ever_raised(text: str) -> None:
    with contextlib.suppress(ProtocolError):
        decode(text)


def test_texts_from_the_wire_are_kept_short() -> None:
    call = decode(json.dumps({"type": "incoming_call", "from": "1" * 10_000, "to": "2"}))
    assert isinstance(call, IncomingCall)
    assert len(call.caller) == 512


def test_times_are_written_in_utc() -> None:
    korea = timezone(timedelta(hours=9))
    assert format_at(datetime(2026, 11, 23, 18, 0, 0, 123999, korea)) == "2026-11-23T09:00:00.123Z"
    assert format_at(None) == ""
    assert parse_at("2026-11-23T18:00:00.123+09:00") == AT
    with pytest.raises(ValueError, match="zone"):
        parse_at("2026-11-23T18:00:00")
