import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.protocol.fields import ProtocolError
from packetwave.protocol.messages import (
    Ack,
    CallUpdate,
    Hello,
    IncomingCall,
    Message,
    Unknown,
    Welcome,
    decode,
    encode,
)

AT = datetime(2026, 11, 23, 9, 0, 0, 123000, UTC)

texts = st.text(max_size=512)
numbers = st.integers(0, 2**31 - 1)
times = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the zone is given beside them
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Hello, numbers, texts, texts, texts, st.booleans()),
    st.builds(Welcome, numbers, texts, st.lists(texts).map(tuple)),
    st.builds(IncomingCall, texts, texts, texts, st.none() | times, *[texts] * 5, texts.filter(bool)),
    st.builds(Ack, texts.filter(bool)),
    st.builds(CallUpdate, texts.filter(bool), texts.filter(bool), texts, texts, texts, st.none() | times),
)


@given(messages)
def test_what_is_encoded_is_decoded(message: Message) -> None:
    assert decode(encode(message)) == message


@given(messages)
def test_no_key_says_nothing_but_the_three_that_stay(message: Message) -> None:
    keys = json.loads(encode(message))
    assert keys["type"] in ("hello", "welcome", "incoming_call", "call_update", "ack")
    assert {"from", "to"} <= set(keys) or not isinstance(message, IncomingCall)
    assert all(value != "" or key in ("from", "to") for key, value in keys.items())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(texts.filter(lambda key: key != "type"), json_values.filter(lambda v: v != "")))
def test_unknown_messages_are_kept_whole(keys: dict[str, object]) -> None:
    message = decode(json.dumps({**keys, "type": "note"}))
    assert message == Unknown("note", {**keys, "type": "note"})
    assert json.loads(encode(message)) == {**keys, "type": "note"}


@given(messages, st.dictionaries(texts, json_values, max_size=4))
def test_keys_of_later_versions_change_nothing(message: Message, more: dict[str, object]) -> None:
    known = set(Hello.__slots__) | set(Welcome.__slots__) | set(IncomingCall.__slots__)
    known |= set(CallUpdate.__slots__) | {"type", "from", "to"}
    later = {key: value for key, value in more.items() if key not in known}
    assert decode(json.dumps({**json.loads(encode(message)), **later})) == message


def test_an_alert_on_the_wire() -> None:
    call = IncomingCall("01012345678", "1001", "a1", AT, caller_name="홍길동")
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
        '{"type": "call_update", "call_id": "a"}',
        '{"type": "call_update", "call_id": null, "state": "ended"}',
        '{"type": "incoming_call", "from": null, "to": "1001"}',
        '{"type": "incoming_call", "from": "1", "to": ["1001"]}',
        '{"type": "incoming_call", "from": "1", "to": "2", "from_name": {}}',
        '{"type": "incoming_call", "from": "1", "to": "2", "at": "yesterday"}',
        '{"type": "hello"}',
        '{"type": "hello", "protocol": 1, "acks": 1}',
        '{"type": "ack"}',
        '{"type": "ack", "call_id": 5}',
        '{"type": "hello", "protocol": -1}',
        '{"type": "hello", "protocol": 2147483648}',
        '{"type": "hello", "protocol": ' + "9" * 4000 + "}",
        '{"type": "hello", "protocol": ' + "9" * 5000 + "}",
        '{"type": "hello", "protocol": NaN}',
        '{"type": "note", "x": NaN}',
        '{"type": "note", "x": -Infinity}',
        '{"type": "note", "x": 1e999}',
        '{"type": "note", "x": ' + "[" * 100_000 + "}",
        '{"type": "note", "x": ' + '{"a":' * 100_000 + "}",
        '{"type": "note"} {}',
        '"\ud800"',
        "\ufeff{}",
    ],
)
def test_what_is_no_message_is_a_protocol_error(text: str) -> None:
    with pytest.raises(ProtocolError):
        decode(text)


KNOWN = [
    "type",
    "from",
    "to",
    "call_id",
    "at",
    "state",
    "protocol",
    "version",
    "extensions",
    "by",
    "via",
    "acks",
]
KINDS = st.sampled_from(["hello", "welcome", "incoming_call", "call_update", "ack"])


@given(KINDS, st.dictionaries(st.sampled_from(KNOWN), json_values))
def test_any_values_are_a_message_or_a_protocol_error(kind: str, keys: dict[str, object]) -> None:
    try:
        message = decode(json.dumps({**keys, "type": kind}))
    except ProtocolError as error:
        assert 0 < len(str(error).encode()) <= 123  # fits a WebSocket close frame's reason
    else:
        assert decode(encode(message)) == message


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "incoming_call", "from": "\\ud800", "to": "a\\udfffb", "from_name": "\\ud83d"}',
        '{"type": "welcome", "protocol": 1, "extensions": ["\\udc00"]}',
        '{"type": "hello", "protocol": 1, "version": "\\udead\\ud800"}',
        '{"type": "\\ud800", "\\udbff": ["\\ud801"]}',
    ],
)
def test_half_a_character_never_breaks_what_is_sent_on(text: str) -> None:
    message = decode(text)
    assert encode(message).encode("utf-8")
    if not isinstance(message, Unknown):
        assert repr(message).isascii()
        assert "?" in encode(message)
        assert decode(encode(message)) == message


@given(st.text(st.characters(categories=["Cs", "L", "N"]), max_size=20))
def test_whatever_a_call_carries_can_be_sent(text: str) -> None:
    encoded = encode(IncomingCall(text, text, caller_name=text, via=text))
    assert isinstance(decode(encoded.encode("utf-8").decode("utf-8")), IncomingCall)


def test_characters_beyond_the_first_plane_stay() -> None:
    call = decode('{"type": "incoming_call", "from": "1", "to": "2", "from_name": "\\ud83d\\ude00 홍"}')
    assert call == IncomingCall("1", "2", caller_name="😀 홍")


def test_null_is_nothing_said() -> None:
    text = (
        '{"type": "incoming_call", "from": "1", "to": "2", "from_name": null, "at": null, "direction": null}'
    )
    assert decode(text) == IncomingCall("1", "2")


def test_the_owners_least_message() -> None:
    text = '{"type": "incoming_call", "from": "01012345678", "to": "1001"}'
    assert decode(text) == IncomingCall(caller="01012345678", called="1001")


@given(
    st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_nothing_else_is_ever_raised(text: str) -> None:
    with contextlib.suppress(ProtocolError):
        decode(text)


def test_texts_from_the_wire_are_kept_short() -> None:
    assert decode(json.dumps({"type": "x" * 1000})) == Unknown("x" * 512, {"type": "x" * 1000})
    call = decode(json.dumps({"type": "incoming_call", "from": "1" * 10_000, "to": "2"}))
    assert isinstance(call, IncomingCall)
    assert len(call.caller) == 512


@given(st.sampled_from([IncomingCall, CallUpdate]), st.text(min_size=500, max_size=700))
def test_texts_are_short_where_they_are_written(kind: type[IncomingCall | CallUpdate], text: str) -> None:
    message = kind(text, text, text)
    assert all(len(value) <= 512 for value in json.loads(encode(message)).values())
    read = decode(encode(message))
    assert isinstance(read, kind)
    assert decode(encode(read)) == read


def test_texts_in_a_list_are_short_where_they_are_written() -> None:
    assert json.loads(encode(Welcome(1, "1", ("1" * 600, "2"))))["extensions"] == ["1" * 512, "2"]
