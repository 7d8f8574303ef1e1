"""Case 39: what people say and write to each other is never stored: MESSAGE bodies, SDP, RTP."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from packetwave.common.lines import Lines
from packetwave.server.calls.tracker import Tracker
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.office.values import Member
from packetwave.server.watch.detector import Detector
from packetwave.server.watch.states import Recording
from tests.server.engine.test_engine import T0, lines_of, missed_call, running, with_members
from tests.server.wire import Leg, frame, write_pcap

pytestmark = pytest.mark.case(39)

SECRET = "secret-4711"
PBX, PHONE = "192.0.2.10", "192.0.2.21"


def with_body(message: tuple[float, bytes], kind: str, body: str) -> tuple[float, bytes]:
    """The same message, of this wire's hosts, with a body."""
    at_s, data = message
    head = data[42:].decode().removesuffix("Content-Length: 0\r\n\r\n")
    text = f"{head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    return at_s, frame(PBX, PHONE, text.encode())


def secrets() -> list[tuple[float, bytes]]:
    """A call whose SDP holds a secret, RTP and a text message that do, and a call that goes on ringing."""
    call, talk = Leg("01012345678", "1001", number=7), Leg("01012345678", "1001", number=8)
    sdp = f"v=0\r\ns={SECRET}\r\nc=IN IP4 192.0.2.10\r\nm=audio 6000 RTP/AVP 8\r\na=crypto:1 {SECRET}\r\n"
    rtp = bytes((0x80, 8, 0, 1)) + bytes(8) + SECRET.encode()
    return [
        with_body(call.request(T0 - 3, "INVITE"), "application/sdp", sdp),
        call.response(T0 - 2.9, 180),
        with_body(talk.request(T0 - 2.8, "MESSAGE"), "text/plain", SECRET),
        (T0 - 2.7, frame(PBX, PHONE, rtp, port=6000)),
        (T0 - 2.6, frame(PBX, PHONE, SECRET.encode())),
    ]


def texts_within(root: object) -> Iterator[bytes]:
    """All text and bytes that can be reached from an object, but not by way of modules and classes."""
    seen: set[int] = set()
    waiting: list[object] = [root]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, type | type(gc)) or callable(thing):
            continue
        seen.add(id(thing))
        if isinstance(thing, str):
            yield thing.encode("utf-8", "surrogatepass")
        elif isinstance(thing, bytes | bytearray):
            yield bytes(thing)
        else:
            waiting += gc.get_referents(thing)


def test_nothing_of_it_is_kept_in_memory() -> None:
    detector = Detector(FrameDecoder(ports=None), Tracker(frozenset(("1001",))))
    for at_s, data in secrets():
        detector.frame(at_s, 1, data)
    kept = list(texts_within(detector))
    assert any(b"01012345678" in text for text in kept), "the call itself is known"
    assert not any(SECRET.encode() in text for text in kept)


def test_nothing_of_it_reaches_the_disk(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with_members(data, Member("1001", "127.0.0.1"))
    missed = write_pcap(tmp_path / "secret.pcap", secrets())
    missed.write_bytes(missed.read_bytes() + missed_call(tmp_path).read_bytes()[24:])
    events = Lines(str(tmp_path / "events"))
    with running(data, replay=False, source=Recording(missed, real_time=False), events=events) as run:
        assert run.ends.get(timeout=10) == 0
    lines = "\n".join(lines_of(events, tmp_path))
    assert lines.count('"event":"ringing"') == 2
    written = {path.name: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    assert any(b"01012345678" in content for content in written.values()), "the calls are in the history"
    assert SECRET not in lines
    assert not any(SECRET.encode() in content for content in written.values())
