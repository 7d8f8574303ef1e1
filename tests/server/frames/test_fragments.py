"""Case 7: fragments in any order, overlapping or repeated; never completed ones cost bounded memory."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.frames.counters import Counters
from packetwave.server.frames.fragments import HELD_BYTES, REPEAT_S, WAIT_S, Key, Reassembler
from tests.server.frames.building import A6, B6, A, B, decode_all, ethernet, invite, scapy, udp_packet

KEY: Key = (b"\x0a\0\0\1", b"\x0a\0\0\2", b"\0\1", 17)
Piece = tuple[int, bool, bytes]  # offset, more follow, data


def pieces_of(whole: bytes, cuts: list[int]) -> list[Piece]:
    edges = [0, *sorted({cut * 8 for cut in cuts if 0 < cut * 8 < len(whole)}), len(whole)]
    return [(a, b < len(whole), whole[a:b]) for a, b in pairwise(edges)]


def put(pieces: list[Piece], key: Key = KEY) -> tuple[list[bytes], Counters]:
    counters = Counters()
    reassembler = Reassembler(counters)
    wholes = [reassembler.add(i / 1e4, key, *piece) for i, piece in enumerate(pieces)]
    return [whole for whole in wholes if whole is not None], counters


@given(st.data())
@pytest.mark.case(7)
def test_any_cut_any_order_any_repetition_gives_the_packet_once(data: st.DataObject) -> None:
    whole = data.draw(st.binary(min_size=9, max_size=600))
    most = (len(whole) - 1) // 8
    pieces = pieces_of(whole, data.draw(st.lists(st.integers(1, most), min_size=1)))
    # overlapping ones: cut the same packet in another way too; each piece once more at any place
    pieces += pieces_of(whole, data.draw(st.lists(st.integers(1, most))))
    pieces += data.draw(st.lists(st.sampled_from(pieces)))
    wholes, counters = put(data.draw(st.permutations(pieces)))
    assert wholes == [whole]
    assert counters.fragments == len(pieces)
    assert counters.fragments_held == 0


@given(st.lists(st.tuples(st.integers(0, 8191), st.booleans(), st.binary(max_size=64)), max_size=60))
def test_no_fragments_raise_or_make_a_packet_above_its_size(pieces: list[Piece]) -> None:
    wholes, _ = put([(offset * 8, more, data) for offset, more, data in pieces])
    assert all(len(whole) <= 65535 for whole in wholes)


@pytest.mark.case(7)
def test_where_bytes_differ_the_first_ones_count() -> None:
    wholes, _ = put([(0, True, b"A" * 16), (8, True, b"B" * 16), (24, False, b"C")])
    assert wholes == [b"A" * 16 + b"B" * 8 + b"C"]


def test_a_packet_that_goes_on_behind_its_end_is_dropped() -> None:
    wholes, counters = put([(16, True, b"x" * 8), (8, False, b"x" * 4), (0, True, b"x" * 8)])
    assert wholes == []
    assert counters.fragments_dropped == 2


def test_another_packet_with_the_same_identification_is_not_taken_for_a_repetition() -> None:
    first, second = bytes(range(40)), bytes(range(100, 140))
    wholes, counters = put([*pieces_of(first, [2]), *pieces_of(second, [2])])
    assert wholes == [first, second]
    assert counters.fragments_repeated == 0


def test_rests_of_a_repetition_never_meet_a_later_packet() -> None:
    """A mirror's copies come interleaved; two seconds later the identification is used again."""
    reassembler = Reassembler(Counters())
    whole, later = bytes(40), bytes([1]) * 40
    one, two = pieces_of(whole, [2])
    given_at_once = [reassembler.add(0.0, KEY, *piece) for piece in (one, one, two, two, two)]
    assert given_at_once == [None, None, whole, None, None]
    at_s = REPEAT_S + 0.1
    assert [reassembler.add(at_s, KEY, *piece) for piece in reversed(pieces_of(later, [2]))] == [None, later]


@pytest.mark.case(7)
def test_an_incomplete_packet_is_given_up_in_time() -> None:
    counters = Counters()
    reassembler = Reassembler(counters)
    reassembler.add(100.0, KEY, 0, True, bytes(8))
    assert counters.fragments_held == 1
    reassembler.expire(100.0 + WAIT_S)
    assert counters.fragments_held == 1
    reassembler.expire(100.1 + WAIT_S)
    assert (counters.fragments_held, counters.fragments_dropped) == (0, 1)
    assert reassembler.add(106.0, KEY, 8, False, bytes(8)) is None


@pytest.mark.case(7)
def test_a_million_orphans_cost_bounded_memory_and_hold_up_nobody() -> None:
    counters = Counters()
    reassembler = Reassembler(counters)
    most = 0
    for number in range(1_000_000):
        orphan = (b"\x0a\0\0\1", b"\x0a\0\0\2", number.to_bytes(4), 17)
        reassembler.add(number / 1e6, orphan, 8, True, b"12345678")
        if number % 100_000 == 0:
            most = max(most, counters.fragments_held)
            real = (b"\x0a\0\0\3", *orphan[1:])
            assert reassembler.add(number / 1e6, real, 0, True, bytes(8)) is None
            assert reassembler.add(number / 1e6, real, 8, False, bytes(8)) == bytes(16)
    assert 1000 < most <= HELD_BYTES // 160
    reassembler.expire(1000.0)
    assert counters.fragments_held == 0


@pytest.mark.case(7)
def test_a_datagram_in_pieces_of_eight_bytes() -> None:
    whole = random.Random(7).randbytes(65528)
    pieces = pieces_of(whole, list(range(1, 8191)))
    random.Random(8).shuffle(pieces)
    assert put(pieces)[0] == [whole]


@pytest.mark.parametrize("size", [8, 512, 1480])
@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.case(7)
def test_a_large_invite_in_real_fragments(version: int, size: int) -> None:
    """Case 12: a 9 kB INVITE, cut by scapy; the order is turned round, then everything comes again."""
    s = scapy()
    message = invite("large@a", filler=9000)
    if version == 4:
        parts = s.fragment(udp_packet(message, id=4711), fragsize=size)
    else:
        packet = s.IPv6(src=A6, dst=B6) / s.IPv6ExtHdrFragment(id=4711) / udp_packet(message)[s.UDP]
        parts = s.fragment6(packet, size + 48)
    frames = [bytes(ethernet(part)) for part in parts]
    assert len(frames) >= 7
    payloads = decode_all([*reversed(frames), *frames])
    assert [payload.data for payload in payloads] == [message]
    ends = (A6, B6) if version == 6 else (A, B)
    assert (payloads[0].src, payloads[0].src_port, payloads[0].dst, payloads[0].dst_port) == (
        ends[0],
        5060,
        ends[1],
        5060,
    )
