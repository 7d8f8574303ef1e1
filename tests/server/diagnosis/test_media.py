"""RTP by what it does."""

import struct

import pytest

from packetwave.server.diagnosis.media import NEW_AFTER_S, Media
from packetwave.server.diagnosis.window import Window


def rtp(sequence: int, source: int = 7, first: int = 0x80, kind: int = 8) -> bytes:
    return struct.pack(">BBHII", first, kind, sequence, sequence * 160, source) + bytes(20)


def test_three_packets_of_one_source_are_a_stream() -> None:
    window = Window()
    media = Media(window)
    assert [media.see(b"flow", rtp(n), 0) for n in range(5)] == [False, False, True, True, True]
    assert (window["rtp"], window["new_streams"]) == (5, 0)


def test_a_stream_that_begins_later_is_new() -> None:
    window = Window()
    media = Media(window)
    for n in range(5):
        media.see(b"flow", rtp(n), NEW_AFTER_S + 1)
    assert window["new_streams"] == 1
    for n in range(5):  # on the same ports another source: the same call goes on
        media.see(b"flow", rtp(n, source=8), NEW_AFTER_S + 9)
    assert window["new_streams"] == 1


@pytest.mark.parametrize(
    "datagrams",
    [
        [rtp(n, first=0x00) for n in range(9)],
        [rtp(n, kind=72) for n in range(9)],
        [rtp(5) for _ in range(9)],
        [rtp(n, source=n) for n in range(9)],
        [rtp(n)[:11] for n in range(9)],
        [b""] * 9,
    ],
    ids=["version 0", "RTCP", "no new sequence number", "no source of its own", "short", "empty"],
)
def test_what_is_no_rtp(datagrams: list[bytes]) -> None:
    window = Window()
    media = Media(window)
    assert not any(media.see(b"flow", datagram, 0) for datagram in datagrams)
    assert window["rtp"] == 0
