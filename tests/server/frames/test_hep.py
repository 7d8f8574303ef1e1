"""Case 50: what a HEP datagram reports. Bytes by hand; real senders' are in tests/golden/test_hep.py."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.frames import hep
from packetwave.server.frames.hep import INFLATED_LIMIT, NoReport, NotSip, Report, read
from tests.server.frames.building import A6, B6, A, B, hep_2, hep_3, hep_3_of, hep_chunk, invite

pytestmark = pytest.mark.case(50)

MESSAGE = invite("hep")
SENDER = "192.0.2.7"
SENT_S = 1_767_571_200.25


def report(data: bytes) -> Report:
    found = read(data, SENDER)
    assert isinstance(found, Report), found
    return found


@pytest.mark.parametrize(("src", "dst"), [(A, B), (A6, B6)])
def test_version_3(src: str, dst: str) -> None:
    more = (hep_chunk(0x0E, b"secret"), hep_chunk(0x11, b"call-1"), hep_chunk(0x12, b"\0\x07"))
    data = hep_3(MESSAGE, *more, src=src, dst=dst, src_port=5070)
    assert report(data) == Report("udp", src, 5070, dst, 5060, MESSAGE, SENT_S, 7, b"secret", b"call-1")


@pytest.mark.parametrize(("src", "dst"), [(A, B), (A6, B6)])
@pytest.mark.parametrize("with_time", [False, True])
def test_version_2(src: str, dst: str, with_time: bool) -> None:
    data = hep_2(MESSAGE, src=src, dst=dst, with_time=with_time)
    assert report(data) == Report("udp", src, 5060, dst, 5061, MESSAGE, SENT_S, 7)


@pytest.mark.parametrize(("src", "dst"), [(A, B), (A6, B6)])
def test_version_1_says_no_time(src: str, dst: str) -> None:
    assert report(hep_2(MESSAGE, version=1, src=src, dst=dst)) == Report("udp", src, 5060, dst, 5061, MESSAGE)


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress])
def test_a_compressed_message(pack: object) -> None:
    assert callable(pack)
    assert report(hep_3(pack(MESSAGE), payload=16)).data == MESSAGE


def test_of_two_chunks_of_a_kind_the_first_counts() -> None:
    assert report(hep_3(MESSAGE, hep_chunk(3, b"\x0a\0\0\x63"))).src == "10.0.0.99"


def test_chunks_of_vendors_are_passed_over_and_counted() -> None:
    more = (hep_chunk(3, b"anything", vendor=2), hep_chunk(1, b"", vendor=0x10), hep_chunk(0x7777, b"new"))
    found = report(hep_3(MESSAGE, *more))
    assert (found.src, found.vendor_chunks) == (A, 2)


@pytest.mark.parametrize(
    ("via", "protocol", "transport"),
    [
        (b"UDP", 17, "udp"),
        (b"TCP", 6, "tcp"),
        (b"TLS", 22, "tcp"),  # Kamailio, FreeSWITCH
        (b"TLS", 17, "tcp"),  # Asterisk
        (b"WSS", 17, "ws"),  # Asterisk, FreeSWITCH
        (b"ws", 22, "ws"),
        (b"ODD", 17, "udp"),
        (b"ODD", 6, "tcp"),
    ],
)
def test_how_a_message_travelled(via: bytes, protocol: int, transport: str) -> None:
    message = MESSAGE.replace(b"SIP/2.0/UDP", b"SIP / 2.0/ " + via)
    assert report(hep_3(message, protocol=protocol)).transport == transport
    compact = message.replace(b"Via:", b"v :\t")
    assert report(hep_3(compact, protocol=protocol)).transport == transport
    bare = message.replace(b"Via:", b"X-Via:")
    assert report(hep_3(bare, protocol=protocol)).transport == ("udp" if protocol == 17 else "tcp")


def test_a_server_that_listens_everywhere_is_its_sender() -> None:
    """Asterisk reports itself as 0.0.0.0; a socket for both families maps IPv4 into IPv6."""
    assert report(hep_3(MESSAGE, src="0.0.0.0")).src == SENDER
    assert report(hep_3(MESSAGE, src="::ffff:10.0.0.10", dst="::")).src == A
    assert report(hep_3(MESSAGE, src="::ffff:10.0.0.10", dst="::")).dst == SENDER


@pytest.mark.parametrize(("seconds", "micros", "sent_s"), [(0, 5, None), (100, 1_000_000, 100.0)])
def test_times_that_are_none(seconds: int, micros: int, sent_s: float | None) -> None:
    more = (hep_chunk(9, seconds.to_bytes(4)), hep_chunk(10, micros.to_bytes(4)))
    assert report(hep_3(MESSAGE, *more)).sent_s == sent_s


@pytest.mark.parametrize(
    ("kind", "name"),
    [(5, "rtcp"), (100, "log"), (34, "rtp-report"), (53, "dns"), (0, "type-0"), (66, "type-66")],
)
def test_reports_of_other_things_are_named(kind: int, name: str) -> None:
    assert read(hep_3(MESSAGE, kind=kind), SENDER) == NotSip(name)


@pytest.mark.parametrize("payload", [b"\r\n\r\n", b"\0\0"])
def test_a_reported_keep_alive_is_named(payload: bytes) -> None:
    assert read(hep_3(payload), SENDER) == NotSip("keep-alive")


def test_line_ends_before_the_start_line_are_skipped() -> None:
    assert report(hep_3(b"\r\n\r\n" + MESSAGE)).data == MESSAGE


WHOLE = hep_3(MESSAGE)
BAD = {
    "nothing": (b"", "version"),
    "a byte": (b"H", "version"),
    "SIP itself": (MESSAGE, "version"),
    "another magic": (b"HEP4" + WHOLE[4:], "version"),
    "version 3 of the other kind": (b"\3" + hep_2(MESSAGE)[1:], "version"),
    "version 2 of no family": (hep_2(MESSAGE)[:2] + b"\7" + hep_2(MESSAGE)[3:], "version"),
    "the magic alone": (b"HEP3", "length"),
    "cut": (WHOLE[:-1], "length"),
    "longer than it says": (WHOLE + b"x", "length"),
    "length 0": (b"HEP3\0\0" + WHOLE[6:], "length"),
    "version 2, wrong length": (b"\2\x11" + hep_2(MESSAGE)[2:], "length"),
    "version 2, cut in its time": (hep_2(MESSAGE)[:20], "length"),
    "version 1, cut in its addresses": (hep_2(MESSAGE, version=1)[:12], "length"),
    "a chunk shorter than its head": (hep_3_of([b"\0\0\0\1\0\5"]), "chunk"),
    "a chunk longer than the rest": (hep_3_of([b"\0\0\0\1\0\x09ab"]), "chunk"),
    "a piece of a chunk": (hep_3_of([hep_chunk(1, b"\2"), b"\0\0\0"]), "chunk"),
    "an address of three bytes": (hep_3(MESSAGE, hep_chunk(3, b"abc")), "chunk"),
    "a port of one byte": (hep_3(MESSAGE, hep_chunk(7, b"a")), "chunk"),
    "a thousand chunks": (hep_3(MESSAGE, *[hep_chunk(0x20, b"")] * 1000), "chunks"),
    "no address": (hep_3_of([hep_chunk(15, MESSAGE)]), "address"),
    "one address": (hep_3_of([hep_chunk(3, b"\x0a\0\0\1"), hep_chunk(15, MESSAGE)]), "address"),
    "addresses of two families": (
        hep_3_of([hep_chunk(3, b"\x0a\0\0\1"), hep_chunk(6, bytes(15) + b"\1"), hep_chunk(15, MESSAGE)]),
        "address",
    ),
    "to many": (hep_3(MESSAGE, dst="239.1.2.3"), "address"),
    "to all": (hep_3(MESSAGE, dst="255.255.255.255"), "address"),
    "from many, IPv6": (hep_3(MESSAGE, src="ff02::1", dst=B6), "address"),
    "version 2 to many": (hep_2(MESSAGE, dst="224.0.1.75"), "address"),
    "no payload": (hep_3(b""), "empty"),
    "version 1 without a payload": (hep_2(b"", version=1), "empty"),
    "something else": (hep_3(b"HTTP/1.1 200 OK\r\n\r\n"), "no_sip"),
    "itself inside": (hep_3(WHOLE), "nested"),
    "version 2 inside": (hep_3(hep_2(MESSAGE)), "nested"),
    "version 3 inside version 2": (hep_2(WHOLE), "nested"),
    "itself inside, compressed": (hep_3(zlib.compress(WHOLE), payload=16), "nested"),
    "compressed by nothing known": (hep_3(MESSAGE, payload=16), "compressed"),
    "compressed, cut": (hep_3(zlib.compress(MESSAGE)[:-5], payload=16), "compressed"),
    "compressed nothing": (hep_3(b"", payload=16), "compressed"),
    "a bomb": (hep_3(zlib.compress(MESSAGE + bytes(30_000_000), 9), payload=16), "compressed"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_report_is_refused_by_name(name: str) -> None:
    data, reason = BAD[name]
    assert len(data) < 65536
    assert read(data, SENDER) == NoReport(reason)


@pytest.mark.parametrize(("over", "found"), [(0, Report), (1, NoReport)])
def test_what_is_unpacked_is_bounded(over: int, found: type) -> None:
    message = MESSAGE + bytes(INFLATED_LIMIT - len(MESSAGE) + over)
    assert isinstance(read(hep_3(zlib.compress(message), payload=16), SENDER), found)


def test_cut_anywhere_it_is_refused() -> None:
    assert {type(read(WHOLE[:size], SENDER)) for size in range(len(WHOLE))} == {NoReport}


CHUNKS = st.tuples(st.integers(0, 40), st.binary(max_size=20), st.sampled_from([0, 0, 0, 2])).map(
    lambda chunk: hep_chunk(chunk[0], chunk[1], vendor=chunk[2])
)


@given(
    st.binary(max_size=100)
    | st.lists(CHUNKS | st.binary(max_size=8), max_size=8).map(hep_3_of)
    | st.lists(CHUNKS, max_size=4).map(lambda chunks: hep_3(MESSAGE, *chunks))
    | st.tuples(st.sampled_from([1, 2]), st.binary(max_size=80)).map(lambda two: bytes([two[0]]) + two[1])
)
def test_no_bytes_raise(data: bytes) -> None:
    found = read(data, SENDER)
    if isinstance(found, Report):
        assert found.data and found.src and found.dst and found.transport in ("udp", "tcp", "ws")
    else:
        assert isinstance(found, NotSip | NoReport)


def test_the_names_are_all_told() -> None:
    assert hep.NoReport.__doc__ is not None
    for _, reason in BAD.values():
        assert f"`{reason}`" in hep.NoReport.__doc__
