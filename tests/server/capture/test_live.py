"""Live capture on a real interface of a namespace."""

import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from packetwave.server.capture import CaptureFault, LiveCapture, handle, kernel_filter, packet_queue
from tests.netns import Host, Office, needs_namespaces
from tests.server.frames.building import invite, udp_frame

pytestmark = needs_namespaces

FRAMES = [udp_frame(invite(f"call-{number}", filler=number)) for number in range(300)]


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


@pytest.fixture
def sender(office: Office) -> Host:
    return office.host("sender")


@pytest.fixture
def probe(office: Office) -> Host:
    return office.host("probe")


@pytest.fixture(params=["queue", "ring", "pauses"])
def way_of_waiting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With Linux' own queue, with libpcap's ring, or with libpcap and pauses as on Windows."""
    monkeypatch.setattr(packet_queue, "is_possible", lambda: request.param == "queue")
    monkeypatch.setattr(handle, "WINDOWS", request.param == "pauses")


def opened(host: Host, text: str = "", **options: int) -> LiveCapture:
    with host.inside():
        return LiveCapture(host.interface, text, **options)


def read_until(capture: LiveCapture, count: int) -> list[tuple[float, int, bytes]]:
    frames: list[tuple[float, int, bytes]] = []
    deadline = time.monotonic() + 20
    while len(frames) < count and time.monotonic() < deadline:
        frames += capture.read(1.0)
    return frames


@pytest.mark.usefixtures("way_of_waiting")
def test_every_frame_with_its_time_in_order(sender: Host, probe: Host) -> None:
    """Three hundred frames sent while nobody reads: the buffer keeps them."""
    with (
        opened(probe, kernel_filter({5060})) as capture,
        sender.frame_socket() as wire,
    ):
        before = time.time()
        for frame in FRAMES:
            wire.send(frame)
        frames = read_until(capture, len(FRAMES))
        assert capture.link_type == 1
        assert [frame for _, _, frame in frames] == FRAMES
        assert [length for _, length, _ in frames] == [len(frame) for frame in FRAMES]
        times = [at_s for at_s, _, _ in frames]
        assert times == sorted(times)
        assert before - 1 < times[0] and times[-1] < time.time() + 1
        assert capture.stats() == (len(FRAMES), 0)


def counted(capture: LiveCapture) -> int:
    """How many frames can be read."""
    count = 0
    while frames := capture.read(0.2):
        count += len(frames)
    return count


@pytest.mark.usefixtures("way_of_waiting")
def test_a_stall_of_seconds_in_a_flood_loses_nothing(sender: Host, probe: Host) -> None:
    """As many frames as come in ten seconds at 2,000 a second, while nobody reads."""
    frame = udp_frame(invite("stall", filler=430))
    with opened(probe, kernel_filter({5060})) as capture, sender.frame_socket() as wire:
        for _ in range(20_000):
            wire.send(frame)
        assert counted(capture) == 20_000
        assert capture.stats() == (20_000, 0)


def test_a_stall_between_single_frames_loses_nothing(sender: Host, probe: Host) -> None:
    """Apart by more than libpcap waits: each took a block of its ring, and the 65th was lost."""
    with opened(probe, kernel_filter({5060})) as capture, sender.frame_socket() as wire:
        for number in range(300):
            after = time.monotonic() + 0.003
            wire.send(FRAMES[number])
            while time.monotonic() < after:
                capture.stats()
        assert [frame for _, _, frame in read_until(capture, 300)] == FRAMES


@pytest.mark.usefixtures("way_of_waiting")
@pytest.mark.parametrize("tags", [[(0x8100, 0)], [(0x8100, 100)], [(0x88A8, 7), (0x8100, 100)]])
@pytest.mark.case(1)
def test_tags_are_where_they_were_on_the_wire(tags: list[tuple[int, int]], sender: Host, probe: Host) -> None:
    """The kernel takes the outer one off before anybody sees the frame."""
    inside = b"".join(struct.pack(">HH", kind, number) for kind, number in tags)
    tagged = FRAMES[0][:12] + inside + FRAMES[0][12:]
    with opened(probe, kernel_filter({5060})) as capture, sender.frame_socket() as wire:
        wire.send(tagged)
        wire.send(FRAMES[1])
        seen = read_until(capture, 2)
    assert [frame for _, _, frame in seen] == [tagged, FRAMES[1]]
    assert [length for _, length, _ in seen] == [len(tagged), len(FRAMES[1])]


@pytest.mark.usefixtures("way_of_waiting")
def test_tcp_segments_merged_by_the_card_come_whole(office: Office, probe: Host) -> None:
    pbx, phone = office.host("pbx", "10.0.0.10/24"), office.host("phone", "10.0.0.21/24")
    with phone.inside():
        listening = socket.create_server(("10.0.0.21", 5060))
    with listening, opened(probe, kernel_filter({5060})) as capture:
        with pbx.inside():
            caller = socket.create_connection(("10.0.0.21", 5060))
        called, _ = listening.accept()
        with caller, called:
            caller.sendall(bytes(40_000))
            frames: list[bytes] = []
            deadline = time.monotonic() + 20
            while sum(map(tcp_payload, frames)) < 40_000 and time.monotonic() < deadline:
                frames += [frame for _, _, frame in capture.read(1.0)]
    assert sum(map(tcp_payload, frames)) == 40_000
    assert max(map(len, frames)) > 1_514


def tcp_payload(frame: bytes) -> int:
    """How many bytes of the stream a plain frame carries, as its headers and its end say."""
    length = int.from_bytes(frame[16:18])
    assert len(frame) >= 14 + length
    return length - 20 - (frame[46] >> 4) * 4


@pytest.mark.usefixtures("way_of_waiting")
def test_a_frame_is_given_without_waiting_for_the_next(sender: Host, probe: Host) -> None:
    with opened(probe, kernel_filter({5060})) as capture, sender.frame_socket() as wire:
        for frame in FRAMES[:5]:
            wire.send(frame)
            assert [seen for _, _, seen in capture.read(60)] == [frame]


def test_frames_for_others_are_seen(sender: Host, probe: Host) -> None:
    """Promiscuous: the frames' MAC addresses are nobody's here."""
    with opened(probe) as capture, sender.frame_socket() as wire:
        wire.send(FRAMES[0])
        assert [frame for _, _, frame in read_until(capture, 1)] == FRAMES[:1]


@pytest.mark.usefixtures("way_of_waiting")
def test_nothing_comes_in_time(probe: Host) -> None:
    with opened(probe, kernel_filter({5060})) as capture:
        assert capture.read(0) == []
        assert capture.read(0.01) == []


def test_frames_lost_for_want_of_buffer_are_counted(sender: Host, probe: Host) -> None:
    with opened(probe, buffer_bytes=512 * 1024) as capture, sender.frame_socket() as wire:
        for _ in range(20):
            for frame in FRAMES:
                wire.send(frame)
        received, dropped = capture.stats()
        kept = 0
        while frames := capture.read(0.1):
            kept += len(frames)
        assert received >= 5000
        assert dropped > 0
        assert kept + dropped == received


@pytest.mark.usefixtures("way_of_waiting")
def test_reading_ends_when_another_thread_says_so(probe: Host) -> None:
    with opened(probe) as capture:
        threading.Timer(0.05, capture.interrupt).start()
        assert capture.read(60) == []
        capture.interrupt()
        assert capture.read(60) == []


@pytest.mark.usefixtures("way_of_waiting")
def test_an_interface_that_goes_away_is_said(probe: Host) -> None:
    with opened(probe) as capture:
        probe.run("ip", "link", "del", "eth0")
        with pytest.raises(CaptureFault) as fault:
            read_until(capture, 1)
        assert (fault.value.code, fault.value.detail) == ("lost", "eth0")


def test_an_interface_switched_off_and_on_goes_on(sender: Host, probe: Host) -> None:
    with opened(probe, kernel_filter({5060})) as capture, sender.frame_socket() as wire:
        probe.run("ip", "link", "set", "eth0", "down")
        assert capture.read(0.05) == []
        probe.run("ip", "link", "set", "eth0", "up")
        assert capture.read(0) == []
        seen: list[tuple[float, int, bytes]] = []
        deadline = time.monotonic() + 20
        while not seen and time.monotonic() < deadline:  # the bridge's port takes a moment as well
            wire.send(FRAMES[0])
            seen = capture.read(0.05)
        assert seen[0][2] == FRAMES[0]


def test_what_cannot_be_captured_on_is_said(probe: Host) -> None:
    with probe.inside(), pytest.raises(CaptureFault) as fault:
        LiveCapture("eth7")
    assert (fault.value.code, fault.value.detail) == ("no_interface", "eth7")


def test_without_rights_it_is_said(probe: Host) -> None:
    program = (
        "import os, packetwave.server.capture as c\n"
        "c.list_interfaces()\n"  # so that all is imported that nobody else may read
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: c.LiveCapture('eth0')\nexcept c.CaptureFault as fault: print(fault.code, fault)"
    )
    done = probe.run(sys.executable, "-c", program)
    assert done.stdout.startswith("no_rights No rights to capture on 'eth0': start the program as root")


def test_a_wrong_filter_is_refused(probe: Host) -> None:
    with pytest.raises(ValueError, match="no capture filter: 'nonsense'"):
        opened(probe, "nonsense")
    with pytest.raises(ValueError, match="no capture filter: 'vlan and'"):
        opened(probe, "udp\nvlan and")


@pytest.mark.parametrize(("interface", "link_type"), [("lo", 1), ("any", 113), ("tun0", 12)])
def test_other_link_types_take_the_same_filter(interface: str, link_type: int, probe: Host) -> None:
    """Where tags mean nothing the filter goes without them."""
    if interface == "tun0":
        probe.run("ip", "tuntap", "add", "tun0", "mode", "tun")
        probe.run("ip", "link", "set", "tun0", "up")
    with probe.inside():
        capture = LiveCapture(interface, kernel_filter({5060}, {"10.0.0.1"}))
    with capture:
        assert capture.link_type == link_type


def test_closing_twice_is_fine(probe: Host) -> None:
    capture = opened(probe)
    capture.close()
    capture.close()
