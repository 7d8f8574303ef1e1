"""libpcap's ring: what it cannot keep it counts. How it reads is tested in test_live.py, beside the queue."""

from packetwave.server.capture.packet_queue import Frame
from packetwave.server.capture.ring import KernelRing
from tests.netns import Office, needs_namespaces
from tests.server.frames.building import invite, udp_frame


@needs_namespaces
def test_frames_that_found_no_room_are_counted() -> None:
    frame = udp_frame(invite("ring"))
    with Office() as office:
        sender, probe = office.host("sender"), office.host("probe")
        with probe.inside():
            ring = KernelRing(probe.interface, "udp", snaplen=65_535, buffer_bytes=512 * 1024, wait_ms=1)
        with sender.frame_socket() as wire:
            for _ in range(6_000):
                wire.send(frame)
        kept: list[Frame] = []
        ring.take(kept, 6_000)
        received, dropped = ring.stats()
        ring.close()
        ring.close()
    assert (ring.link_type, received) == (1, 6_000)
    assert dropped > 0
    assert len(kept) + dropped == received
