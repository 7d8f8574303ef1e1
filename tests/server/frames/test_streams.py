"""Cases 8, 9, 11: TCP streams as a mirror shows them: cut, repeated, out of order, with holes."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from packetwave.server.frames.counters import Counters
from packetwave.server.frames.streams import DIRECTIONS, HELD_BYTES, IDLE_S, Found, Streams
from tests.server.frames.building import head_of, invite

KEY = b"one direction"
A, B, C = invite("a"), invite("b", body=b"no line end"), invite("c", filler=700)
PRACK = invite("p", method="PRACK", body=b"")
RINGING = b"SIP/2.0 180 Ringing\r\nCall-ID: a\r\nl: 0\r\n\r\n"
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Protocol: sip\r\n\r\n"
)
Segment = tuple[int, bytes]  # offset in the stream, data


class Wire:
    """Segments of one direction, by their offset in the stream."""

    def __init__(self, first: int = 1000) -> None:
        self.counters = Counters()
        self.streams = Streams(self.counters)
        self.first = first
        self.at_s = 0.0

    def syn(self, key: bytes = KEY) -> None:
        assert self.streams.segment(self.at_s, key, (self.first - 1) % 2**32, True, b"") == []

    def send(self, offset: int, data: bytes, key: bytes = KEY) -> list[bytes]:
        self.at_s += 0.001
        return [head for _, head in self.found(offset, data, key)]

    def found(self, offset: int, data: bytes, key: bytes = KEY) -> list[Found]:
        return self.streams.segment(self.at_s, key, (self.first + offset) % 2**32, False, data)

    def send_all(self, segments: list[Segment]) -> list[bytes]:
        return [head for offset, data in segments for head in self.send(offset, data)]


def cut(stream: bytes, places: list[int]) -> list[Segment]:
    edges = [0, *sorted({place for place in places if 0 < place < len(stream)}), len(stream)]
    return [(a, stream[a:b]) for a, b in pairwise(edges)]


FIRST_NUMBERS = st.sampled_from([0, 1000, 2**31 - 300, 2**32 - 300, 2**32 - 1])
MESSAGES = st.lists(st.sampled_from([A, B, C, PRACK, RINGING, b"\r\n\r\n"]), min_size=1, max_size=5)


@given(st.data(), FIRST_NUMBERS, MESSAGES)
@pytest.mark.case(8)
def test_in_order_any_cut_gives_the_messages_in_order(
    data: st.DataObject, first: int, messages: list[bytes]
) -> None:
    stream = b"".join(messages)
    wire = Wire(first)
    if data.draw(st.booleans()):
        wire.syn()
    segments = cut(stream, data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    repeated = [
        segment for segment in segments for _ in range(data.draw(st.integers(1, 3)))
    ]  # mirrored in and out
    assert wire.send_all(repeated) == [head_of(message) for message in messages if message.strip()]


@given(st.data(), FIRST_NUMBERS, MESSAGES)
@pytest.mark.case(8)
def test_any_cut_any_order_any_repetition_gives_each_message_once(
    data: st.DataObject, first: int, messages: list[bytes]
) -> None:
    stream = b"".join(messages)
    wire = Wire(first)
    segments = cut(stream, data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    segments += cut(stream, data.draw(st.lists(st.integers(0, len(stream)), max_size=3)))
    segments = data.draw(st.permutations(segments))
    syn_before = data.draw(st.integers(0, len(segments)))
    heads = wire.send_all(segments[:syn_before])
    wire.syn()
    heads += wire.send_all(segments[syn_before:])
    assert Counter(heads) == Counter(head_of(message) for message in messages if message.strip())
    assert wire.counters.tcp_held_bytes < 4096


@pytest.mark.parametrize("begin", range(1, len(A)))
@pytest.mark.case(8)
def test_a_capture_that_begins_anywhere_reads_the_next_message(begin: int) -> None:
    wire = Wire()
    stream = A + B + RINGING
    assert wire.send_all([(begin, stream[begin:])]) == [head_of(B), RINGING]


@pytest.mark.parametrize("lost", range(6))
@pytest.mark.case(8)
def test_a_hole_never_holds_back_the_next_message(lost: int) -> None:
    """Every segment of 250 bytes but one: all messages that it did not touch are given, at once."""
    messages = [A, C, B, RINGING]
    stream = b"".join(messages)
    wire = Wire()
    wire.syn()
    segments = cut(stream, list(range(250, len(stream), 250)))
    a, b = segments[lost][0], segments[lost][0] + 250
    heads = wire.send_all(segments[:lost] + segments[lost + 1 :])
    place, wanted = 0, []
    for message in messages:
        end = place + len(message)
        if end <= a or place >= b:
            wanted.append(head_of(message))
        place = end
    assert [head for head in heads if head in wanted] == wanted
    assert len(wanted) >= 2


@pytest.mark.case(8)
def test_a_message_behind_a_hole_waits_for_nothing() -> None:
    wire = Wire()
    wire.syn()
    assert wire.send(0, A[:100]) == []
    assert wire.send(len(A), B) == [head_of(B)]
    assert wire.send(100, A[100:]) == [head_of(A)]
    assert wire.send(len(A + B), RINGING) == [RINGING]
    assert wire.counters.tcp_holes == 1


def test_a_keep_alive_probe_changes_nothing() -> None:
    wire = Wire()
    assert wire.send(0, A) == [head_of(A)]
    assert wire.send(len(A) - 1, b"\0") == []
    assert wire.send(len(A), B) == [head_of(B)]


def test_a_port_used_again_is_a_new_connection() -> None:
    wire = Wire(5000)
    wire.syn()
    assert wire.send_all([(0, A), (len(A), C[:300])]) == [head_of(A)]
    wire.first = 5200  # within what the old one has sent
    wire.syn()
    wire.syn()
    assert wire.send_all([(0, B), (len(B), RINGING)]) == [head_of(B), RINGING]


def test_a_jump_without_a_syn_is_a_new_connection() -> None:
    wire = Wire()
    assert wire.send(0, A + B[:50]) == [head_of(A)]
    assert wire.send(2**31, B) == [head_of(B)]
    assert wire.send(0, C) == [head_of(C)]


def test_a_connection_of_many_gigabytes() -> None:
    wire = Wire()
    for part in range(0, 5 * 2**30, 2**19):
        if part % 2**29 == 0:
            assert wire.send(part, A.ljust(600, b"\r")) == [head_of(A)]
        wire.send(part + 600, b"")
    assert wire.send(5 * 2**30, RINGING) == [RINGING]


def test_a_body_cut_out_by_a_wrong_length_costs_no_later_message() -> None:
    wire = Wire()
    wrong = b"BYE sip:a SIP/2.0\r\nContent-Length: 2\r\n\r\nv=0\r\no=- 0 0 IN IP4 0.0.0.0\r\n"
    assert wire.send(0, wrong + A + B) == [head_of(wrong), head_of(A), head_of(B)]


@pytest.mark.case(11)
def test_tls_is_named() -> None:
    """Case 11."""
    wire = Wire()
    wire.syn()
    assert wire.send(0, b"\x16\x03\x01\x02\x00" + bytes(512)) == []
    assert wire.counters.not_decoded == {"tls": 1}
    assert wire.counters.tcp_held_bytes < 2048


def ws(data: bytes) -> bytes:
    return Frame(Opcode.TEXT, data, True).serialize(mask=True)


@pytest.mark.parametrize("place", range(0, len(UPGRADE) + 60, 7))
@pytest.mark.case(9)
def test_websocket_from_its_upgrade(place: int) -> None:
    """Case 9."""
    wire = Wire()
    wire.syn()
    stream = UPGRADE + ws(A) + ws(RINGING)
    assert wire.send_all(cut(stream, [place])) == [head_of(A), RINGING]
    assert wire.found(len(stream), ws(B)) == [("ws", head_of(B))]


@pytest.mark.case(9)
def test_websocket_entered_in_the_middle() -> None:
    """Case 9: the end of a frame nobody saw the beginning of, then a segment with a frame."""
    wire = Wire()
    rest = ws(B)[90:]
    assert wire.send_all([(0, rest), (len(rest), ws(A))]) == [head_of(A)]
    assert wire.found(len(rest) + len(ws(A)), ws(C)) == [("ws", head_of(C))]


@pytest.mark.case(9)
def test_websocket_with_a_hole() -> None:
    wire = Wire()
    assert wire.send(0, UPGRADE + ws(A)[:50]) == []
    assert wire.send(5000, ws(B)) == [head_of(B)]


def test_plain_http_gives_nothing() -> None:
    wire = Wire()
    wire.syn()
    assert wire.send(0, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") == []
    assert wire.send(5000, b"HTTP/1.1 200 OK\r\n\r\n" + b"<html>" * 10_000) == []


def test_half_open_streams_cost_bounded_memory_and_expire() -> None:
    wire = Wire()
    half = head_of(A)[:-2].ljust(1400, b"x")
    for number in range(20_000):
        assert wire.send(0, half, number.to_bytes(12)) == []
        assert wire.counters.tcp_held_bytes <= HELD_BYTES
    assert wire.counters.tcp_held_bytes > DIRECTIONS * 1000
    assert wire.send(0, A, b"a real one") == [head_of(A)]
    wire.streams.expire(wire.at_s + IDLE_S + 1)
    assert wire.counters.tcp_held_bytes == 0


def test_a_stream_of_anything_is_not_kept() -> None:
    wire = Wire()
    for number in range(2000):
        wire.send(number * 1400, bytes(1400))
        wire.send(number * 1400 + 700 * 1400, b"\r\n" * 700)
    assert wire.counters.tcp_held_bytes < 200_000


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2**32 - 1) | st.integers(0, 600),
            st.booleans(),
            st.binary(max_size=60) | st.sampled_from([A[:200], A[200:], ws(A), UPGRADE]),
        ),
        max_size=30,
    )
)
@example([(0, True, A), (0, True, A)])
def test_no_segments_raise(segments: list[tuple[int, bool, bytes]]) -> None:
    streams = Streams(Counters())
    for at, (sequence, opens, data) in enumerate(segments):
        streams.segment(at / 10, KEY, sequence, opens, data)
