"""Case 9: SIP over WebSocket (RFC 7118)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from packetwave.server.frames.messages import HEAD_LIMIT
from packetwave.server.frames.websocket import FrameCutter, begins_with_sip
from tests.server.frames.building import head_of, invite

SHORT = b"SIP/2.0 180 Ringing\r\nCall-ID: a\r\nl: 0\r\n\r\n"
ORDINARY, LONG = invite("a"), invite("b", body=bytes(70_000))

MASKED_X = b"\x81\x81\x01\x02\x03\x04y"  # one letter, with a mask that is the same in every run


def frame(data: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True, mask: bool = True) -> bytes:
    """As the websockets library sends it; a masked one has a random mask."""
    return Frame(opcode, data, fin).serialize(mask=mask)


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.BINARY])
@pytest.mark.parametrize(("message", "head_size"), [(SHORT, 2), (ORDINARY, 4), (LONG, 10)])
@pytest.mark.case(9)
def test_all_lengths_masked_or_not(message: bytes, head_size: int, opcode: Opcode, mask: bool) -> None:
    one = frame(message, opcode, mask=mask)
    assert len(one) == head_size + 4 * mask + len(message)
    assert begins_with_sip(one)
    assert FrameCutter().feed(one + frame(SHORT)) == [head_of(message), SHORT]


@given(st.data())
@pytest.mark.case(9)
def test_any_cut_of_any_frames(data: st.DataObject) -> None:
    messages = data.draw(st.lists(st.sampled_from([SHORT, ORDINARY]), min_size=1, max_size=4))
    stream = b""
    for message in messages:
        edges = [0, *sorted(data.draw(st.lists(st.integers(0, len(message)), max_size=3))), len(message)]
        for number, (a, b) in enumerate(pairwise(edges)):
            opcode = Opcode.TEXT if number == 0 else Opcode.CONT
            stream += frame(message[a:b], opcode, fin=b == len(message) and number == len(edges) - 2)
            stream += frame(b"still there", data.draw(st.sampled_from([Opcode.PING, Opcode.PONG])))
    cutter = FrameCutter()
    edges = [0, *sorted(data.draw(st.lists(st.integers(0, len(stream))))), len(stream)]
    heads = [head for a, b in pairwise(edges) for head in cutter.feed(stream[a:b])]
    assert heads == [head_of(message) for message in messages]
    assert (cutter.lost, cutter.held_bytes) == (False, 0)


def test_a_head_is_given_before_its_body_came() -> None:
    cutter = FrameCutter()
    one = frame(LONG)
    assert cutter.feed(one[:2000]) == [head_of(LONG)]
    assert cutter.feed(one[2000:-1]) == []
    assert cutter.held_bytes == 0
    assert cutter.feed(one[-1:] + frame(SHORT)) == [SHORT]


def test_a_message_without_an_empty_line_is_given_at_its_end() -> None:
    assert FrameCutter().feed(frame(b"SIP/2.0 200 OK\r\nl: 0")) == [b"SIP/2.0 200 OK\r\nl: 0"]


def test_keep_alives_and_other_messages_are_no_sip() -> None:
    stream = frame(b"\r\n\r\n") + frame(b"") + frame(b'{"a": 1}') + frame(b"bye", Opcode.CLOSE)
    assert FrameCutter().feed(stream + frame(SHORT)) == [SHORT]


def test_compressed_messages_are_named() -> None:
    compressed = bytes([0xC1]) + frame(b"squeezed")[1:]
    cutter = FrameCutter()
    assert cutter.feed(compressed + frame(SHORT)) == [SHORT]
    assert cutter.compressed == 1


def test_a_head_above_the_limit_is_dropped_alone() -> None:
    cutter = FrameCutter()
    assert cutter.feed(frame(invite("large", filler=2 * HEAD_LIMIT)) + frame(SHORT)) == [SHORT]
    assert cutter.oversized == 1


@pytest.mark.parametrize("data", [b"\x83\x01a", b"\x91\x01a", b"\x81\x7f" + b"\xff" * 8, b"\x09\x01a"])
def test_what_is_no_frame_is_said(data: bytes) -> None:
    cutter = FrameCutter()
    assert cutter.feed(data) == []
    assert cutter.lost


@pytest.mark.parametrize("data", [b"", b"\x81", b"\x81\x05GET /", b"\x89\x04SIP/", ORDINARY, MASKED_X])
def test_what_does_not_begin_with_sip(data: bytes) -> None:
    assert not begins_with_sip(data)


@given(st.lists(st.binary(max_size=100) | st.just(frame(SHORT))))
def test_no_bytes_raise(parts: list[bytes]) -> None:
    cutter = FrameCutter()
    for part in parts:
        begins_with_sip(part)
        cutter.feed(part)
