"""The frames of a siege are calls as the server sees them; `make siege` is the whole."""

import struct

from packetwave.server.calls.events import Ended, Ringing
from packetwave.server.calls.tracker import Tracker
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Detector
from tests.siege.building import Call, extension


def test_a_call_rings_and_ends() -> None:
    tracker = Tracker(frozenset({extension(3)}))
    detector = Detector(FrameDecoder(ports=None), tracker)
    call = Call(7, "01012345678", extension(3))
    seen = [event for data in call.begins for event in detector.frame(1.0, 1, data)]
    assert [(event.caller, event.called) for event in seen if isinstance(event, Ringing)] == [
        ("01012345678", extension(3))
    ]
    seen = [event for data in call.ends for event in detector.frame(2.0, 1, data)]
    seen += tracker.advance(60.0)
    assert any(isinstance(event, Ended) for event in seen)


def test_frames_are_such_as_a_bridge_passes_on() -> None:
    for data in (*Call(1, "1", "2").begins, *Call(1, "1", "2").ends):
        assert data[:6] != bytes(6) and data[6:12] != bytes(6)
        total = sum(struct.unpack(">10H", data[14:34]))
        assert (total & 0xFFFF) + (total >> 16) == 0xFFFF
