"""The detector thread over files and a live interface."""

import contextlib
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from packetwave.server.calls.events import (
    Answered,
    CallEvent,
    Diagnosed,
    DiagnosisOver,
    Ended,
    Outcome,
    Ringing,
    Stopped,
)
from packetwave.server.calls.tracker import Tracker
from packetwave.server.capture import DoorKind, Doors
from packetwave.server.diagnosis import DiagnosisEvent
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.clock import SteadyClock
from packetwave.server.watch.detector import Detector
from packetwave.server.watch.states import CaptureState, Live, Recording, Seen, Source, WatchState
from packetwave.server.watch.thread import Watch
from tests.netns import Host, Office, needs_namespaces
from tests.server.capture.test_doors import free_port
from tests.server.diagnosis import mirror
from tests.server.frames.building import hep_3
from tests.server.wire import Leg, write_pcap

T0 = 1_700_000_000.0
STOP_S = 20.0  # far more than it takes, on a busy machine too; far less than the captures here last


class Room:
    """A watch and what it gave."""

    def __init__(self, source: Source) -> None:
        self.seen: queue.Queue[Seen] = queue.Queue()
        self.states: queue.Queue[WatchState] = queue.Queue()
        self.failures: list[tuple[str, BaseException]] = []
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
            on_failure=lambda what, error: self.failures.append((what, error)),
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
    path = write_pcap(tmp_path / "c.pcap", [leg.request(T0, "INVITE"), leg.response(T0 + 20, 200)])
    room = Room(Recording(path, real_time=False))
    room.watch.start()
    state = room.wait_for_state(CaptureState.REPLAYED)
    assert (state.code, state.detail) == (None, "c.pcap")
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


def test_what_time_decides_has_its_own_time_not_the_next_frames(tmp_path: Path) -> None:
    """A ring of which nothing more is heard is over after 300 s, whenever the next frame comes."""
    rings, later = Leg("01012345678", "1001"), Leg("025550100", "1001", number=2)
    frames = [
        rings.request(T0, "INVITE"),
        rings.response(T0 + 1, 180),
        later.request(T0 + 3600, "INVITE"),
        later.response(T0 + 3601, 486),
    ]
    room = Room(Recording(write_pcap(tmp_path / "c.pcap", frames), real_time=False))
    room.watch.start()
    room.wait_for_state(CaptureState.REPLAYED)
    events = room.events()
    assert [type(event) for event in events] == [Ringing, Ended, Ringing, Ended]
    assert [event.at.timestamp() - T0 for event in events] == [0, 1201, 3600, 3601]
    assert room.watch.join(STOP_S)


@pytest.mark.parametrize("real_time", [False, True])
def test_one_bad_timestamp_is_passed_over_not_waited_for(real_time: bool, tmp_path: Path) -> None:
    """Neither does it end the calls that ring: packet time is the clock."""
    leg, other = Leg("01012345678", "1001"), Leg("025550100", "1001", number=2)
    frames = [
        leg.request(T0, "INVITE"),
        other.request(T0 + 2_500_000_000, "INVITE"),
        leg.response(T0 + 0.1, 180),
        leg.response(T0 + 0.2, 200),
        other.response(T0 + 0.3, 486),
        leg.request(T0 + 0.4, "BYE"),
    ]
    path = write_pcap(tmp_path / "c.pcap", frames)
    room = Room(Recording(path, real_time=real_time))
    room.watch.start()
    state = room.wait_for_state(CaptureState.REPLAYED)
    assert "1 times that cannot be right were passed over" in state.reason
    ends = {event.outcome: event.at.timestamp() - T0 for event in room.events() if isinstance(event, Ended)}
    assert ends == {Outcome.BUSY: pytest.approx(0.3), Outcome.ANSWERED: pytest.approx(0.4)}
    assert room.watch.join(STOP_S)


def test_packets_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    path = tmp_path / "c.pcapng"
    head = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    path.write_bytes(head + struct.pack("<IIIIIIIII", 6, 36, 0, 0, 0, 4, 4, 0, 36))
    room = Room(Recording(path, real_time=False))
    room.watch.start()
    state = room.wait_for_state(CaptureState.FAILED)
    assert state.code == "no_interface_block" and "save it anew" in state.reason
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
    assert {type(error) for _, error in room.failures} == {ZeroDivisionError}
    assert room.watch.join(STOP_S)


def plug_in_adapter(host: Host) -> None:
    host.run("ip", "link", "add", "usb0", "type", "veth", "peer", "name", "usb1")
    for end in ("usb0", "usb1"):
        host.run("ip", "link", "set", end, "up")


@needs_namespaces
def test_an_interface_that_goes_away_and_comes_back() -> None:
    with Office() as office:
        probe = office.host("probe")
        with probe.inside():
            plug_in_adapter(probe)
            room = Room(Live("usb0", frozenset((5060,))))
            room.watch.start()  # its thread stays in this namespace
            room.wait_for_state(CaptureState.WATCHING)
            assert room.states.empty()
            probe.run("ip", "link", "del", "usb0")
            assert room.states.get(timeout=5).code in ("lost", "no_interface")
            plug_in_adapter(probe)
            back = time.monotonic()
            room.wait_for_state(CaptureState.WATCHING)
            assert time.monotonic() - back < 5
            room.watch.stop()
            assert room.watch.join(STOP_S)
    assert not [thread for thread in threading.enumerate() if thread.name == "detector"]


@needs_namespaces
def test_a_cable_that_is_out_is_said_until_it_is_in(hosts: tuple[Host, Host], office: Office) -> None:
    sender, probe = hosts
    office.plug(probe, False)
    with probe.inside():
        room = Room(Live(probe.interface, frozenset((5060,))))
        room.watch.start()
        state = room.states.get(timeout=5)
        assert (state.capture, state.code, state.detail) == (CaptureState.NO_LINK, "no_link", "eth0")
        assert "check its cable" in state.reason
        for plugged_in, expected in ((True, CaptureState.WATCHING), (False, CaptureState.NO_LINK)) * 2:
            office.plug(probe, plugged_in)
            assert room.states.get(timeout=5).capture is expected
        office.plug(probe, True)
        room.wait_for_state(CaptureState.WATCHING)
        with sender.frame_socket() as wire:
            wire.send(on_the_wire(Leg("01012345678", "1001").request(0, "INVITE")))
        room.wait_for_event(lambda event: isinstance(event, Ringing))
        room.watch.stop()
        assert room.watch.join(STOP_S)
    assert room.wait_for_state(CaptureState.STOPPED)


@needs_namespaces
@pytest.mark.case(25)
def test_after_a_stall_time_passes_no_faster_than_what_waited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped for ten seconds, it reads what came meanwhile: the 200 that crossed a CANCEL still wins,
    although more frames lie between the two than are read at once."""
    time_of_day = time.time
    monkeypatch.setattr(time, "time", lambda: time_of_day() + 10)
    leg = Leg("01012345678", "1001")
    with Office() as office:
        sender, probe = office.host("sender"), office.host("probe")
        with probe.inside(), sender.frame_socket() as wire:
            room = Room(Live(probe.interface, frozenset((5060,))))
            rings, goes_on = threading.Event(), threading.Event()

            def stall(seen: Seen) -> None:
                room.seen.put(seen)
                rings.set()
                assert goes_on.wait(20)

            room.watch.on_seen = stall
            room.watch.start()
            room.wait_for_state(CaptureState.WATCHING)
            wire.send(on_the_wire(leg.request(0, "INVITE")))
            assert rings.wait(20)
            wire.send(on_the_wire(leg.request(0, "CANCEL")))
            other = on_the_wire(Leg("025550100", "1002", number=2).request(0, "OPTIONS"))
            until = time.monotonic() + 0.2
            while time.monotonic() < until:
                for _ in range(600):
                    wire.send(other)
            wire.send(on_the_wire(leg.response(0, 200)))
            goes_on.set()
            stopped = room.wait_for_event(lambda event: not isinstance(event, Ringing | Stopped))
            assert isinstance(stopped, Answered)
            room.watch.stop()
            assert room.watch.join(STOP_S)


def on_the_wire(message: tuple[float, bytes]) -> bytes:
    """A frame that a bridge passes on: with a sender's address and a checksum."""
    frame = message[1]
    source, destination = str(ip_address(frame[26:30])), str(ip_address(frame[30:34]))
    return mirror.ethernet(mirror.packet(source, destination, 17, frame[34:]))


SWITCH, STRANGER, PROBE = "192.0.2.1", "192.0.2.77", "192.0.2.9"


def in_tunnel(kind: str, source: str, frame: bytes) -> bytes:
    protocol, carried = {
        "vxlan": (17, mirror.udp(5000, 4789, bytes.fromhex("0800000000000100") + frame)),
        "tzsp": (17, mirror.udp(37008, 37008, bytes.fromhex("0100000101") + frame)),
        "erspan": (47, bytes.fromhex("100088be00000001") + bytes(8) + frame),
    }[kind]
    return mirror.ethernet(mirror.packet(source, PROBE, protocol, carried))


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


@pytest.fixture
def hosts(office: Office) -> tuple[Host, Host]:
    return office.host("sender"), office.host("probe")


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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = Leg("01012345678", "1001")
    path = write_pcap(tmp_path / "c.pcap", [leg.request(T0, "INVITE"), leg.response(T0 + 0.3, 486)])
    room = Room(Recording(path, real_time=True))

    def stumbles(at_s: float) -> list[CallEvent]:
        raise ZeroDivisionError

    monkeypatch.setattr(room.watch.detector, "advance", stumbles)
    room.watch.start()
    room.wait_for_state(CaptureState.REPLAYED)
    assert [type(event).__name__ for event in room.events()] == ["Ringing", "Ended"]
    assert {type(error) for _, error in room.failures} == {ZeroDivisionError}
    assert room.watch.join(STOP_S)


@needs_namespaces
@pytest.mark.parametrize("step_s", [3600.0, -3600.0])
def test_a_clock_that_is_set_while_a_phone_rings_ends_no_call(step_s: float) -> None:
    """An hour on or back: the phone still rings, its CANCEL is heard, the times said are the new ones."""
    set_by_s = 0.0
    leg = Leg("01012345678", "1001")
    with Office() as office:
        sender, probe = office.host("sender"), office.host("probe")
        with probe.inside(), sender.frame_socket() as wire:
            room = Room(Live(probe.interface, frozenset((5060,))))
            room.watch.clock = SteadyClock(lambda: time.time() + set_by_s)
            room.watch.start()
            room.wait_for_state(CaptureState.WATCHING)
            wire.send(on_the_wire(leg.request(0, "INVITE")))
            ringing = room.wait_for_event(lambda event: isinstance(event, Ringing))
            set_by_s = step_s
            told = room.diagnosed.get(timeout=20)
            assert isinstance(told, Diagnosed) and told.code == "clock_set"
            assert dict(told.figures)["seconds"] == step_s
            wire.send(on_the_wire(leg.request(0, "CANCEL")))
            wire.send(on_the_wire(leg.response(0, 487)))
            ended = room.wait_for_event(lambda event: isinstance(event, Ended))
            assert ended.outcome is Outcome.MISSED
            passed_s = (ended.at - ringing.at).total_seconds()
            assert 0 <= passed_s - step_s < 60
            room.watch.stop()
            assert room.watch.join(STOP_S)


def hep_of(leg: Leg, *steps: int | str) -> list[bytes]:
    """What a PBX reports of these messages: a method, or the status of a reply."""
    frames = [leg.request(0, step) if isinstance(step, str) else leg.response(0, step) for step in steps]
    return [
        hep_3(
            bytes(payload.data),
            src=payload.src,
            dst=payload.dst,
            src_port=payload.src_port,
            dst_port=payload.dst_port,
        )
        for frame in frames
        for payload in FrameDecoder(ports=None).decode(0, 1, on_the_wire(frame))
    ]


def test_doors_alone_are_watched_without_any_interface() -> None:
    """No capture library, no rights: what a PBX reports by HEP is told, what a stranger sends is named."""
    leg = Leg("01012345678", "1001")
    room = Room(Live("", frozenset((5060,)), frozenset(("127.0.0.1",))))
    ports = {DoorKind.HEP: free_port()}
    room.watch.doors = doors = Doors(ports, frozenset(("127.0.0.1",)), room.watch.wake)
    doors.open()
    room.watch.start()
    assert room.wait_for_state(CaptureState.WATCHING)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pbx:
        for data in hep_of(leg, "INVITE", 180, "CANCEL", 487):
            pbx.sendto(data, ("127.0.0.1", ports[DoorKind.HEP]))
        ended = room.wait_for_event(lambda event: isinstance(event, Ended))
    assert ended.outcome is Outcome.MISSED
    room.watch.stop()
    assert room.watch.join(STOP_S)
    doors.close()


def test_bad_reports_at_a_door_are_counted_and_cost_no_call() -> None:
    """Of wrong length, of another version, nested, of a forged sender: nothing is told, a genuine call is."""
    leg = Leg("01012345678", "1001")
    (good, rings) = hep_of(leg, "INVITE", 180)
    bad = [good[:40], b"HEP9" + good[4:], good + b"x", hep_3(good), b"HEP3\x00\x06", b"", b"noise"]
    room = Room(Live("", frozenset((5060,)), frozenset(("127.0.0.1",))))
    ports = {DoorKind.HEP: free_port()}
    room.watch.doors = doors = Doors(ports, frozenset(("127.0.0.1",)), room.watch.wake)
    doors.open()
    room.watch.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pbx:
        for number in range(2000):
            pbx.sendto(bad[number % len(bad)], ("127.0.0.1", ports[DoorKind.HEP]))
        for data in (good, rings):
            pbx.sendto(data, ("127.0.0.1", ports[DoorKind.HEP]))
        ringing = room.wait_for_event(lambda event: isinstance(event, Ringing))
    assert ringing.caller == "01012345678"
    room.watch.stop()
    assert room.watch.join(STOP_S)
    doors.close()
    assert room.failures == []
    assert len([event for event in room.events() if isinstance(event, Ringing)]) == 0


def test_a_stranger_at_a_door_is_a_finding() -> None:
    room = Room(Live("", frozenset((5060,)), frozenset()))
    ports = {DoorKind.HEP: free_port()}
    room.watch.doors = doors = Doors(ports, frozenset(), room.watch.wake)
    doors.open()
    room.watch.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pbx:
        for data in hep_of(Leg("01012345678", "1001"), "INVITE", 180):
            pbx.sendto(data, ("127.0.0.1", ports[DoorKind.HEP]))
        said = room.diagnosed.get(timeout=20)
    assert isinstance(said, Diagnosed) and said.code == "tunnel_not_trusted"
    assert dict(said.figures)["sources"] == ("127.0.0.1",)
    room.watch.stop()
    assert room.watch.join(STOP_S)
    doors.close()
    assert not any(isinstance(event, Ringing) for event in room.events())
