"""Linux' own queue of frames: its bounds and its rights. How it reads is tested in test_live.py."""

import shutil
import sys
from collections.abc import Iterator

import pytest

from packetwave.server.capture.packet_queue import Frame, PacketQueue
from tests.netns import Host, Office, needs_namespaces
from tests.server.frames.building import invite, udp_frame

pytestmark = needs_namespaces

FRAME = udp_frame(invite("queue", filler=430))


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


def opened(host: Host) -> PacketQueue:
    with host.inside():
        return PacketQueue(host.interface, [])


def test_beyond_its_bound_frames_are_lost_and_counted(office: Office) -> None:
    sender, probe = office.host("sender"), office.host("probe")
    queue = opened(probe)
    with sender.frame_socket() as wire:
        for _ in range(80_000):
            wire.send(FRAME)
    kept: list[Frame] = []
    queue.take(kept, 100_000)
    received, dropped = queue.stats()
    assert queue.stats() == (received, dropped)
    queue.close()
    queue.close()
    assert received == 80_000
    assert dropped > 0
    assert len(kept) == received - dropped > 20_000


def test_no_more_is_taken_than_asked_for(office: Office) -> None:
    sender, probe = office.host("sender"), office.host("probe")
    queue = opened(probe)
    with sender.frame_socket() as wire:
        for _ in range(100):
            wire.send(FRAME)
    frames: list[Frame] = []
    queue.take(frames, 70)
    assert len(frames) == 70
    queue.take(frames, 512)
    queue.close()
    assert [frame for _, _, frame in frames] == [FRAME] * 100


def test_a_loopback_is_none_of_its_interfaces(office: Office) -> None:
    """It shows each frame twice, and libpcap knows which to leave out."""
    probe = office.host("probe")
    with probe.inside(), pytest.raises(OSError, match="no Ethernet"):
        PacketQueue("lo", [])


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not installed")
def test_without_the_right_to_a_long_queue_a_ring_has_to_do(office: Office) -> None:
    probe = office.host("probe")
    program = (
        "import packetwave.server.capture as capture\n"
        "try: capture.packet_queue.PacketQueue('eth0', [])\n"
        "except PermissionError: print('no queue')\n"
        "with capture.LiveCapture('eth0', 'udp') as live: print(live.link_type, live.read(0))\n"
    )
    done = probe.run("setpriv", "--bounding-set=-net_admin", sys.executable, "-c", program)
    assert done.stdout.split("\n") == ["no queue", "1 []", ""]
