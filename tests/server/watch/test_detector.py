"""Frames in, call events out."""

from ipaddress import IPv4Address

import pytest

from packetwave.server.calls.events import Ringing
from packetwave.server.calls.tracker import Tracker
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Counts, Detector
from tests.events import line
from tests.server.frames.building import hep_3
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


def a_call(offset_s: float = 0.0) -> list[tuple[float, bytes]]:
    """A call that is taken and talked: frames with their times."""
    leg = Leg("01012345678", "1001")
    return [
        (at_s + offset_s, data)
        for at_s, data in (
            leg.request(1.0, "INVITE"),
            leg.response(1.02, 100),
            leg.response(1.1, 180),
            leg.response(4.0, 200),
            leg.request(4.02, "ACK"),
            leg.request(9.0, "BYE"),
        )
    ]


def reported(at_s: float, data: bytes, *, clock_s: float) -> bytes:
    """What the PBX reports of the message in this frame. clock_s: how far its clock is off."""
    src, dst = (str(IPv4Address(data[begin : begin + 4])) for begin in (26, 30))
    return hep_3(data[42:], src=src, dst=dst, sent_s=1e9 + at_s + clock_s)


@pytest.mark.parametrize("late_s", [-0.02, 0.0, 0.0004, 0.02, 0.3], ids=lambda late_s: f"{late_s:+} s")
@pytest.mark.parametrize("clock_s", [0.0, -7200.0, 40.0], ids=lambda clock_s: f"clock {clock_s:+} s")
@pytest.mark.case(50)
def test_a_call_by_mirror_and_by_report_is_one_call(late_s: float, clock_s: float) -> None:
    """late_s: how much later the report comes than the mirror's copy."""
    detector = a_detector()
    pbx = "192.0.2.10"
    seen = [(at_s, False, data) for at_s, data in a_call()]
    seen += [(at_s + late_s, True, reported(at_s, data, clock_s=clock_s)) for at_s, data in a_call()]
    events = [
        event
        for at_s, is_report, data in sorted(seen, key=lambda one: one[0])
        for event in (
            detector.datagram(at_s, "hep", pbx, data) if is_report else detector.frame(at_s, ETHERNET, data)
        )
    ]
    events += detector.finish(10.0)
    assert [line(event) for event in events] == ["01012345678 → 1001", "answered", "ended answered"]
    assert detector.counts() == Counts(frames=12, sip_messages=12, rejected=0)


@pytest.mark.case(50)
def test_a_call_by_report_alone() -> None:
    detector = a_detector()
    events = [
        event
        for at_s, data in a_call()
        for event in detector.datagram(at_s, "hep", "192.0.2.10", reported(at_s, data, clock_s=5.0))
    ]
    assert [line(event) for event in events] == ["01012345678 → 1001", "answered", "ended answered"]


@pytest.mark.case(51)
def test_a_call_by_a_socket_for_mirrored_frames() -> None:
    detector = a_detector()
    tzsp, vxlan = bytes.fromhex("0100000101"), bytes.fromhex("0800000000000100")
    events = [
        event
        for at_s, data in a_call()
        for kind, head in (("tzsp", tzsp), ("vxlan", vxlan))
        for event in detector.datagram(at_s, kind, "192.0.2.1", head + data)
    ]
    assert [line(event) for event in events] == ["01012345678 → 1001", "answered", "ended answered"]


@pytest.mark.case(12)
def test_a_datagram_cut_by_a_short_snaplen_still_alerts() -> None:
    at_s, data = Leg("01012345678", "1001").request(1.0, "INVITE")
    sdp = b"v=0\r\n" * 50
    text = data[42:].replace(b"Content-Length: 0", b"Content-Length: 300") + sdp
    whole = frame("192.0.2.10", "192.0.2.21", text)
    for kept in (len(whole) - 10, len(whole) - len(sdp)):
        (event,) = a_detector().frame(at_s, ETHERNET, whole[:kept])
        assert isinstance(event, Ringing)
