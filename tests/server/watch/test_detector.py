"""Frames in, call events out."""

import pytest

from packetwave.server.calls.events import Ringing
from packetwave.server.calls.tracker import Tracker
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Counts, Detector
from tests.server.wire import Leg, frame

ETHERNET = 1


def a_detector() -> Detector:
    return Detector(FrameDecoder(ports=None), Tracker(frozenset(("1001",))))


def test_a_call() -> None:
    detector = a_detector()
    leg = Leg("01012345678", "1001", name="홍길동")
    events = [
        event
        for at_s, data in (leg.request(1.0, "INVITE"), leg.response(1.1, 180), leg.response(2.0, 486))
        for event in detector.frame(at_s, ETHERNET, data)
    ]
    assert [type(event).__name__ for event in events] == ["Ringing", "Ended"]
    assert isinstance(events[0], Ringing) and events[0].caller_name == "홍길동"
    assert detector.counts() == Counts(frames=3, sip_messages=3, rejected=0)


def test_what_cannot_be_used_is_counted() -> None:
    detector = a_detector()
    assert detector.frame(1.0, ETHERNET, b"") == []
    assert detector.frame(1.0, 9999, b"whatever") == []
    text = b"INVITE sip:1001@192.0.2.21 SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\r\n"
    assert detector.frame(1.0, ETHERNET, frame("192.0.2.1", "192.0.2.2", text)) == []
    assert detector.rejected() == {"no from": 1}
    assert detector.counts() == Counts(frames=3, sip_messages=0, rejected=1)


@pytest.mark.case(12)
def test_a_datagram_cut_by_a_short_snaplen_still_alerts() -> None:
    at_s, data = Leg("01012345678", "1001").request(1.0, "INVITE")
    sdp = b"v=0\r\n" * 50
    text = data[42:].replace(b"Content-Length: 0", b"Content-Length: 300") + sdp
    whole = frame("192.0.2.10", "192.0.2.21", text)
    for kept in (len(whole) - 10, len(whole) - len(sdp)):
        (event,) = a_detector().frame(at_s, ETHERNET, whole[:kept])
        assert isinstance(event, Ringing)
