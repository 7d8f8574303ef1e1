"""Case 8: where one message of a stream ends and the next begins."""

import re
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.frames.messages import HEAD_LIMIT, MessageCutter, StartSearch, find_start
from tests.server.frames.building import head_of, invite

FIRST, SECOND = invite("first"), invite("second", body=b"no line end")
RINGING = b"SIP/2.0 180 Ringing\r\nCall-ID: first\r\nl: 0\r\n\r\n"


def cut(stream: bytes, *places: int) -> list[bytes]:
    cutter = MessageCutter()
    edges = [0, *sorted(places), len(stream)]
    return [head for a, b in pairwise(edges) for head in cutter.feed(stream[a:b])]


@pytest.mark.parametrize("place", range(len(FIRST) + len(RINGING)))
@pytest.mark.case(8)
def test_cut_at_every_byte(place: int) -> None:
    assert cut(FIRST + RINGING + SECOND, place) == [head_of(FIRST), RINGING, head_of(SECOND)]


@given(st.lists(st.integers(0, 1200), max_size=30))
@pytest.mark.case(8)
def test_cut_at_any_bytes(places: list[int]) -> None:
    stream = FIRST + b"\r\n\r\n" + SECOND + RINGING + b"\r\n" + FIRST
    heads = cut(stream, *[place for place in places if place < len(stream)])
    assert heads == [head_of(FIRST), head_of(SECOND), RINGING, head_of(FIRST)]


@pytest.mark.parametrize(
    "length", [b"Content-Length: 5", b"l:5", b"CONTENT-LENGTH :\t 5 ", b"content-length:\r\n 5", b"L : 005"]
)
@pytest.mark.case(8)
def test_every_way_to_say_how_long_a_body_is(length: bytes) -> None:
    head = b"BYE sip:a SIP/2.0\r\n" + length + b"\r\nX: y\r\n\r\n"
    assert cut(head + b"12345" + RINGING) == [head, RINGING]


@pytest.mark.case(12)
def test_a_head_is_given_before_its_body_came() -> None:
    cutter = MessageCutter()
    head = head_of(invite("long", body=bytes(60_000)))
    assert cutter.feed(head) == [head]
    assert cutter.feed(bytes(59_999)) == []
    assert cutter.held_bytes == 0
    assert cutter.feed(b"\0" + RINGING) == [RINGING]


@pytest.mark.parametrize("body", [b"", b"v=0\r\n", b"SIP/2.0/UDP\r\n"])
@pytest.mark.case(8)
def test_without_a_length_what_follows_is_searched(body: bytes) -> None:
    head = b"NOTIFY sip:a SIP/2.0\r\nCall-ID: n\r\n\r\n"
    cutter = MessageCutter()
    heads = cutter.feed(head + body + RINGING)
    assert heads == ([head, RINGING] if not body else [head])
    assert cutter.lost == bool(body)
    assert bytes(cutter.rest) == (body + RINGING if body else b"")


@pytest.mark.parametrize("length", [b"-1", b"x", b"99999999", b"9" * 40])
def test_a_length_that_is_none_skips_nothing(length: bytes) -> None:
    head = b"BYE sip:a SIP/2.0\r\nContent-Length: " + length + b"\r\n\r\n"
    assert cut(head + RINGING) == [head, RINGING]


@pytest.mark.case(12)
def test_a_head_without_end_is_given_up() -> None:
    cutter = MessageCutter()
    assert cutter.feed(b"BYE sip:a SIP/2.0\r\n") == []
    for _ in range(HEAD_LIMIT // 1000 + 1):
        assert cutter.feed(b"X: " + b"y" * 995 + b"\r\n") == []
    assert (cutter.lost, cutter.oversized) == (True, 1)


def test_a_head_of_nearly_the_limit_is_given() -> None:
    message = invite("large", filler=HEAD_LIMIT - 600)
    assert cut(message, 100, 9000) == [head_of(message)]


@pytest.mark.case(12)
def test_a_head_above_the_limit_in_one_piece_is_dropped_alone() -> None:
    cutter = MessageCutter()
    assert cutter.feed(invite("large", filler=HEAD_LIMIT) + RINGING) == [RINGING]
    assert cutter.oversized == 1


def test_a_response_in_a_body_is_not_taken_for_the_next_head() -> None:
    """The body of a NOTIFY (message/sipfrag) in which a capture began has no empty line of its own."""
    cutter = MessageCutter()
    assert cutter.feed(b"SIP/2.0 200 OK\r\n" + FIRST) == [head_of(FIRST)]


@pytest.mark.parametrize(
    ("stream", "start"),
    [
        (b"ere\r\nINVITE sip:a SIP/2.0\r\n", 5),
        (b"INVITE sip:a SIP/2.0\r\n", 0),
        (b"x\r\nSIP/2.0 180 Ringing\r\n", 3),
        (b"CSeq: 1 INVITE\r\nVia: SIP/2.0/TCP a\r\n", -1),
        (b"NVITE sip:a SIP/2.0\r\n", -1),
        (b"no line endBYE sip:a SIP/2.0\r\n", 11),
        (b"PRACK sip:a SIP/2.0\r\n", 0),
        (b"ACK sip:a SIP/2.0\r\n", -1),
        (b"\nACK sip:a SIP/2.0\r\n", 1),
        (b"INVITE sip:a SIP/2.0", -1),
        (b"SIP/2.0/UDP 1.2.3.4\r\n", -1),
        (b"", -1),
    ],
)
def test_where_a_stream_is_entered(stream: bytes, start: int) -> None:
    assert find_start(stream) == start


@given(st.lists(st.binary(max_size=200) | st.sampled_from([b"\r\n\r\n", b"SIP/2.0 200 OK\r\n", FIRST[:60]])))
def test_no_bytes_raise(parts: list[bytes]) -> None:
    cutter = MessageCutter()
    for part in parts:
        cutter.feed(part)
        assert cutter.held_bytes <= HEAD_LIMIT + 300


# What a start-line in the middle of a stream is, as one expression; to look for it anew in all bytes is dear.
START_LINE = re.compile(
    rb"(?:SIP/2\.0 [1-6]\d\d |(?:(?<=\n)ACK|INVITE|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|"
    rb"PUBLISH|INFO|REFER|MESSAGE|UPDATE) [A-Za-z][A-Za-z0-9+.\-]*:[^\r\n]+ SIP/2\.0)[^\r\n]*\r\n"
)
BITS = st.sampled_from(
    b"SIP/2.0| SIP/2.0|SIP/2.0 200 |INVITE| sip:|BYE tel:1|PR|ACK| |a:|\r|\n|\r\n|\r\n\r\n|1|SIP|/2.0|"
    b"INVITE INVITE:|\0".split(b"|")
)


@given(st.lists(st.lists(BITS, max_size=8).map(b"".join), max_size=12), st.integers(0, 3), st.data())
@pytest.mark.case(8)
def test_a_start_line_is_found_as_soon_as_it_is_whole_and_where_it_stands(
    segments: list[bytes], begin: int, data: st.DataObject
) -> None:
    """Searched from where the last search ended, over bytes of which the front is given up now and then."""
    for stream in accumulate(segments):
        expected = START_LINE.search(stream, begin)
        assert find_start(bytearray(stream), begin) == (expected.start() if expected else -1)
    search, held = StartSearch(), bytearray()
    for segment in segments:
        held += segment
        expected = START_LINE.search(held)
        assert search.find(held) == (expected.start() if expected else -1)
        if expected:
            break
        if data.draw(st.booleans()) and b"\n" in held:
            count = held.rindex(b"\n") + 1 - data.draw(st.integers(0, 1))
            del held[:count]
            search.dropped(count)


def test_a_line_that_never_ends_is_waited_for_in_vain_once() -> None:
    search = StartSearch()
    held = bytearray(b"INVITE sip:a SIP/2.0 " + bytes(20_000))
    assert search.find(held) == -1
    held += b"\r\nINVITE sip:b SIP/2.0\r\n"
    assert search.find(held) == held.index(b"INVITE sip:b")
