"""Cases 8 and 9: the beginning of SIP in a stream, found at once, at a cost that does not grow."""

import random
from collections.abc import Iterable

import pytest

from packetwave.server.frames import beginning, websocket
from packetwave.server.frames.beginning import UNREAD_LIMIT, Unread
from packetwave.server.frames.counters import Counters
from packetwave.server.frames.messages import MessageCutter
from packetwave.server.frames.streams import Streams
from packetwave.server.frames.websocket import FrameCutter
from tests.server.frames.building import head_of, invite

MESSAGE = invite("a")
UPGRADE = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\n\r\n"


def begin(*segments: bytes) -> list[tuple[type, bytes] | None]:
    """What begins with each segment."""
    unread = Unread()
    found: list[tuple[type, bytes] | None] = []
    for segment in segments:
        unread.add(segment)
        begun = unread.begin(len(segment))
        found.append(begun and (type(begun[0]), begun[1]))
    return found


@pytest.mark.case(8)
def test_a_message_behind_anything() -> None:
    noise = random.Random(1).randbytes(3000)
    assert begin(noise, MESSAGE[:30], MESSAGE[30:]) == [None, None, (MessageCutter, MESSAGE)]


@pytest.mark.case(9)
def test_frames_behind_an_upgrade() -> None:
    assert begin(UPGRADE[:-2], UPGRADE[-2:] + b"\x81\x00") == [None, (FrameCutter, b"\x81\x00")]


def test_only_the_first_head_of_http_upgrades() -> None:
    plain = b"GET /websocket HTTP/1.1\r\n\r\n"
    assert begin(b"GET / HTTP/1.1\r\n\r\n", b"x websocket\r\n\r\n", plain) == [None, None, None]


def test_what_was_dropped_is_not_found_and_what_follows_is() -> None:
    unread = Unread()
    for segment in (b"x" * 50 + MESSAGE[:20], MESSAGE[20:33]):
        unread.add(segment)
        assert unread.begin(len(segment)) is None
    unread.drop(50)
    unread.add(MESSAGE[33:])
    begun = unread.begin(len(MESSAGE) - 33)
    assert begun is not None and begun[1] == MESSAGE and len(unread) == 0
    unread.add(MESSAGE[:60])
    unread.drop()
    unread.add(MESSAGE[60:])
    assert unread.begin(len(MESSAGE) - 60) is None
    assert unread.taken() == MESSAGE[60:]


@pytest.mark.case(11)
def test_tls_shows_in_the_first_bytes_only() -> None:
    unread = Unread()
    unread.add(b"\x16")
    assert not unread.is_tls(1)
    unread.add(b"\x03\x01")
    assert unread.is_tls(2)
    unread.add(b"\x16\x03")
    assert not unread.is_tls(2)


class Counting(bytearray):
    """Counts the bytes that are looked through or copied."""

    looked_at = 0

    def find(self, *arguments: object) -> int:
        found: int = super().find(*arguments)  # type: ignore[arg-type]
        begin = arguments[1] if len(arguments) > 1 else 0
        assert isinstance(begin, int)
        Counting.looked_at += (found if found >= 0 else len(self)) - begin
        return found

    def rfind(self, *arguments: object) -> int:
        found: int = super().rfind(*arguments)  # type: ignore[arg-type]
        _, begin, end = arguments
        assert isinstance(begin, int) and isinstance(end, int)
        Counting.looked_at += end - max(found, begin)
        return found

    def __getitem__(self, place: object) -> object:  # type: ignore[override]
        taken: object = super().__getitem__(place)  # type: ignore[call-overload]
        Counting.looked_at += len(taken) if isinstance(taken, bytearray) else 1
        return taken


def streams_that_are_no_sip() -> dict[str, bytes]:
    some = random.Random(7)
    lines = b"".join(b"%032x\r\n" % some.getrandbits(128) for _ in range(8000))
    return {
        "zeros": bytes(300_000),
        "random": some.randbytes(300_000),
        "one line": b"QUJD" * 75_000,
        "lines": lines,
        "empty lines": b"\r\n" * 150_000,
        "a page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        + b"<p>websocket</p>\r\n\r\n" * 15_000,
        "a request": b"GET / HTTP/1.1\r\n" + b"X: websocket\r\n" * 20_000,
        "frames of other things": b"\x82\x7e\x01\x00" * 75_000,
        "the version alone": b"SIP/2.0" * 43_000,
        "the version in a line without an end": b"SIP/2.0 " + bytes(300_000),
        "methods without a version": b"INVITE sip:" * 27_000,
        "methods, then a version, in lines": (b"INVITE sip:" * 100 + b"SIP/2.0\r\n") * 270,
    }


NO_SIP = streams_that_are_no_sip()


@pytest.mark.parametrize("size", [100, 1460])
@pytest.mark.parametrize("name", NO_SIP)
@pytest.mark.case(8, 9)
def test_a_stream_that_is_no_sip_costs_the_same_in_each_segment(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much of it came before. An unread part of 16 kB was searched with each segment."""
    monkeypatch.setattr(beginning, "bytearray", Counting, raising=False)
    streams = Streams(Counters())
    costs = []
    for offset in range(0, len(NO_SIP[name]), size):
        before = Counting.looked_at
        segment = NO_SIP[name][offset : offset + size]
        assert streams.segment(offset / 1e6, b"key", offset, False, segment) == []
        costs.append(Counting.looked_at - before)
    settled = costs[UNREAD_LIMIT // size + 1 :]
    assert len(settled) > 100
    line = 1110 if "in lines" in name else 0  # a line with a version in it is looked at when it is whole
    assert max(settled) <= 4 * (size + line) + line + 100
    assert max(costs) <= 4 * (size + line) + line + 2 * websocket.LOOKED_AT + 100


@pytest.mark.parametrize("name", NO_SIP)
@pytest.mark.case(8)
def test_sip_behind_a_long_stream_of_other_things_is_found(name: str) -> None:
    streams = Streams(Counters())
    stream = NO_SIP[name] + b"\r\n" + MESSAGE
    found = list(heads(streams, stream, 1460))
    assert found == [head_of(MESSAGE)]


def heads(streams: Streams, stream: bytes, size: int) -> Iterable[bytes]:
    for offset in range(0, len(stream), size):
        for _, head in streams.segment(offset / 1e6, b"key", offset, False, stream[offset : offset + size]):
            yield head
