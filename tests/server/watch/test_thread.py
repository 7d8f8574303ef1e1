"""The detector thread over files and a live interface."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from packetwave.server.calls.events import CallEvent, Diagnosed, DiagnosisOver, Ended, Outcome, Ringing
from packetwave.server.calls.tracker import Tracker
from packetwave.server.diagnosis import DiagnosisEvent
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Detector
from packetwave.server.watch.states import CaptureState, Live, Recording, Seen, Source, WatchState
from packetwave.server.watch.thread import Watch
from tests.netns import Host, Office, needs_namespaces
from tests.server.diagnosis import mirror
from tests.server.wire import Leg, write_pcap

T0 = 1_700_000_000.0
STOP_S = 20.0  # far more than it takes, on a busy machine too; far less than the captures here last


class Room:
    """A watch and what it gave."""

    def __init__(self, source: Source) -> None:
        self.seen: queue.Queue[Seen] = queue.Queue()
        self.states: queue.Queue[WatchState] = queue.Queue()
        self.diagnosed: queue.Queue[DiagnosisEvent] = queue.Queue()
        detector = Detector(
            FrameDecoder(
                ports=source.ports if isinstance(source, Live) else None,
                trusted_tunnels=source.tunnels if isinstance(source, Live) else None,
            ),
            Tracker(),
        )
        self.watch = Watch(
            source,
            detector,
            frozenset(("1001",)),
            self.seen.put,
            self.states.put,
            self._diagnosed,
        )

    def _diagnosed(self, said: list[DiagnosisEvent]) -> None:
        for event in said:
            self.diagnosed.put(event)

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
    assert room.watch.join(STOP_S)
    assert room.watch.counts.sip_messages == 2


def test_a_recording_in_its_own_time_stops_at_once(tmp_path: Path) -> None:
    leg = Leg("01012345678", "1001")
    path = write_pcap(tmp_path / "c.pcap", [leg.request(T0, "INVITE"), leg.response(T0 + 3600, 486)])
    room = Room(Recording(path, real_time=True))
    room.watch.start()
    room.wait_for_event(lambda event: isinstance(event, Ringing))
    room.watch.stop()
    assert room.watch.join(STOP_S)
    assert room.wait_for_state(CaptureState.STOPPED)


def test_time_passes_between_the_frames_of_a_recording(tmp_path: Path) -> None:
    leg = Leg("01012345678", "1001")
    frames = [leg.request(T0, "INVITE"), leg.request(T0 + 0.1, "CANCEL"), leg.request(T0 + 3600, "CANCEL")]
    room = Room(Recording(write_pcap(tmp_path / "c.pcap", frames), real_time=True))
    room.watch.start()
    ended = room.wait_for_event(lambda event: isinstance(event, Ended))
    assert ended.outcome is Outcome.MISSED
    room.watch.stop()
    assert room.watch.join(STOP_S)


def test_no_such_file(tmp_path: Path) -> None:
    room = Room(Recording(tmp_path / "absent.pcap", real_time=False))
    room.watch.start()
    state = room.wait_for_state(CaptureState.FAILED)
    assert state.code == "bad_file" and "absent.pcap" in state.reason
    assert room.watch.join(STOP_S)


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
    assert room.watch.join(STOP_S)


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
            assert room.watch.join(STOP_S)
    assert not [thread for thread in threading.enumerate() if thread.name == "detector"]


SWITCH, STRANGER, PROBE = "192.0.2.1", "192.0.2.77", "192.0.2.9"


def in_tunnel(kind: str, source: str, frame: bytes) -> bytes:
    protocol, carried = {
        "vxlan": (17, mirror.udp(5000, 4789, bytes.fromhex("0800000000000100") + frame)),
        "tzsp": (17, mirror.udp(37008, 37008, bytes.fromhex("0100000101") + frame)),
        "erspan": (47, bytes.fromhex("100088be00000001") + bytes(8) + frame),
    }[kind]
    return mirror.ethernet(mirror.packet(source, PROBE, protocol, carried))


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    with Office() as office:
        yield office.host("sender"), office.host("probe")


@contextlib.contextmanager
def watching(probe: Host) -> Iterator[Room]:
    with probe.inside():
        room = Room(Live(probe.interface, frozenset((5060,)), frozenset((SWITCH,))))
        room.watch.start()
        room.wait_for_state(CaptureState.WATCHING)
        try:
            yield room
        finally:
            room.watch.stop()
            assert room.watch.join(STOP_S)


@needs_namespaces
@pytest.mark.case(4)
@pytest.mark.case(40)
@pytest.mark.parametrize("kind", ["vxlan", "tzsp", "erspan"])
def test_a_tunnel_rings_from_a_confirmed_source_and_is_diagnosed_from_another(
    kind: str, hosts: tuple[Host, Host]
) -> None:
    sender, probe = hosts
    with watching(probe) as room, sender.frame_socket() as wire:
        forged = Leg("01066666666", "1001", number=1).request(T0, "INVITE")[1]
        wire.send(in_tunnel(kind, STRANGER, forged))
        said = room.diagnosed.get(timeout=20)
        assert isinstance(said, Diagnosed) and said.code == "tunnel_not_trusted"
        assert dict(said.figures) == {"kinds": (kind,), "sources": (STRANGER,), "count": 1}
        assert [finding.code for finding in room.watch.findings] == ["tunnel_not_trusted"]
        wire.send(in_tunnel(kind, SWITCH, Leg("01012345678", "1001", number=2).request(T0, "INVITE")[1]))
        ringing = room.wait_for_event(lambda event: isinstance(event, Ringing))
        assert ringing.caller == "01012345678"
    assert not any(isinstance(event, Ringing) for event in room.events())
    over = room.diagnosed.get(timeout=20)
    assert isinstance(over, DiagnosisOver) and over.code == "tunnel_not_trusted"
    assert room.watch.findings == ()


@needs_namespaces
@pytest.mark.case(40)
def test_speech_reaches_the_sample_alone(hosts: tuple[Host, Host]) -> None:
    """Hundreds of RTP packets: the detector sees none of them, the diagnosis knows their rate."""
    sender, probe = hosts
    packets = [frame for _, frame in mirror.speech(0, 5)]
    with watching(probe) as room, sender.frame_socket() as wire:
        deadline = time.monotonic() + 30
        sent = 0
        while not room.watch.rtp_per_s and time.monotonic() < deadline:
            wire.send(packets[sent % len(packets)])
            sent += 1
            time.sleep(0.001)  # about as a few calls are
        assert room.watch.rtp_per_s > 50
        assert sent > 200
        assert room.watch.counts.frames == 0


def test_a_bug_met_as_time_passes_does_not_end_the_watch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = Leg("01012345678", "1001")
    path = write_pcap(tmp_path / "c.pcap", [leg.request(T0, "INVITE"), leg.response(T0 + 0.3, 486)])
    room = Room(Recording(path, real_time=True))

    def stumbles(at_s: float) -> list[CallEvent]:
        raise ZeroDivisionError

    monkeypatch.setattr(room.watch.detector.tracker, "advance", stumbles)
    room.watch.start()
    room.wait_for_state(CaptureState.REPLAYED)
    assert [type(event).__name__ for event in room.events()] == ["Ringing", "Ended"]
    assert "ZeroDivisionError" in caplog.text
    assert room.watch.join(STOP_S)
