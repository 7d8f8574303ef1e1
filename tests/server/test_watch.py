"""The detector thread over files and a live interface."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packetwave.server.calls.events import CallEvent, Ended, Outcome, Ringing
from packetwave.server.calls.tracker import Tracker
from packetwave.server.detector import Detector
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.notices import CaptureState
from packetwave.server.watch import Live, Recording, Seen, Source, Watch, WatchState
from tests.netns import Office, needs_namespaces
from tests.server.wire import Leg, write_pcap

T0 = 1_700_000_000.0


class Room:
    """A watch and what it gave."""

    def __init__(self, source: Source) -> None:
        self.seen: queue.Queue[Seen] = queue.Queue()
        self.states: queue.Queue[WatchState] = queue.Queue()
        detector = Detector(FrameDecoder(ports=None), Tracker())
        self.watch = Watch(source, detector, frozenset(("1001",)), self.seen.put, self.states.put)

    def events(self) -> list[CallEvent]:
        found: list[CallEvent] = []
        while not self.seen.empty():
            found += self.seen.get().events
        return found

    def wait_for_state(self, capture: CaptureState) -> WatchState:
        while (state := self.states.get(timeout=20)).capture is not capture:
            pass
        return state

    def wait_for_event(self, passes: Callable[[CallEvent], bool]) -> Any:
        while True:
            for event in self.seen.get(timeout=20).events:
                if passes(event):
                    return event


def test_a_recording_to_its_end(tmp_path: Path) -> None:
    leg = Leg("01012345678", "1001")
    path = write_pcap(tmp_path / "c.pcap", [leg.request(T0, "INVITE"), leg.response(T0 + 60, 200)])
    room = Room(Recording(path, real_time=False))
    room.watch.start()
    state = room.wait_for_state(CaptureState.REPLAYED)
    assert (state.code, state.detail) == ("", "c.pcap")
    events = room.events()
    # The call was not over when the file was: it is ended as far as it is known.
    assert isinstance(events[-1], Ended) and events[-1].outcome is Outcome.ANSWERED
    assert room.watch.join(5)
    assert room.watch.counts.sip_messages == 2


def test_a_recording_in_its_own_time_stops_at_once(tmp_path: Path) -> None:
    leg = Leg("01012345678", "1001")
    path = write_pcap(tmp_path / "c.pcap", [leg.request(T0, "INVITE"), leg.response(T0 + 3600, 486)])
    room = Room(Recording(path, real_time=True))
    room.watch.start()
    room.wait_for_event(lambda event: isinstance(event, Ringing))
    room.watch.stop()
    assert room.watch.join(2)
    assert room.wait_for_state(CaptureState.STOPPED)


def test_time_passes_between_the_frames_of_a_recording(tmp_path: Path) -> None:
    leg = Leg("01012345678", "1001")
    frames = [leg.request(T0, "INVITE"), leg.request(T0 + 0.1, "CANCEL"), leg.request(T0 + 3600, "CANCEL")]
    room = Room(Recording(write_pcap(tmp_path / "c.pcap", frames), real_time=True))
    room.watch.start()
    ended = room.wait_for_event(lambda event: isinstance(event, Ended))
    assert ended.outcome is Outcome.MISSED
    room.watch.stop()
    assert room.watch.join(2)


def test_no_such_file(tmp_path: Path) -> None:
    room = Room(Recording(tmp_path / "absent.pcap", real_time=False))
    room.watch.start()
    state = room.wait_for_state(CaptureState.FAILED)
    assert state.code == "bad_file" and "absent.pcap" in state.reason
    assert room.watch.join(5)


def test_a_bug_met_by_one_frame_costs_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one, two = Leg("01012345678", "1001", number=1), Leg("025550100", "1001", number=2)
    path = write_pcap(tmp_path / "c.pcap", [one.request(T0, "INVITE"), two.request(T0 + 1, "INVITE")])
    room = Room(Recording(path, real_time=False))
    whole = room.watch.detector.frame

    def stumbles(at_s: float, link_type: int, frame: bytes) -> list[CallEvent]:
        if at_s == T0:
            raise ZeroDivisionError
        return whole(at_s, link_type, frame)

    room.watch.detector.frame = stumbles  # type: ignore[method-assign]
    room.watch.start()
    room.wait_for_state(CaptureState.REPLAYED)
    assert [event.caller for event in room.events() if isinstance(event, Ringing)] == ["025550100"]
    assert "ZeroDivisionError" in caplog.text
    assert room.watch.join(5)


@needs_namespaces
def test_an_interface_that_goes_away_and_comes_back() -> None:
    with Office() as office:
        probe = office.host("probe")
        with probe.inside():
            probe.run("ip", "link", "add", "usb0", "type", "veth", "peer", "name", "usb1")
            probe.run("ip", "link", "set", "usb0", "up")
            room = Room(Live("usb0", frozenset((5060,))))
            room.watch.start()  # its thread stays in this namespace
            room.wait_for_state(CaptureState.WATCHING)
            probe.run("ip", "link", "del", "usb0")
            assert room.wait_for_state(CaptureState.FAILED).code in ("lost", "no_interface")
            probe.run("ip", "link", "add", "usb0", "type", "veth", "peer", "name", "usb1")
            probe.run("ip", "link", "set", "usb0", "up")
            room.wait_for_state(CaptureState.WATCHING)
            room.watch.stop()
            assert room.watch.join(2)
    assert not [thread for thread in threading.enumerate() if thread.name == "detector"]
