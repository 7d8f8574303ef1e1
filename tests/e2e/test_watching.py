"""What the running server makes of a stall and of a cable: real process, real wire."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import start_server
from tests.netns import Office, needs_namespaces
from tests.server.frames.building import invite, udp_frame

pytestmark = [needs_namespaces, pytest.mark.timeout(180)]


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


def test_a_server_that_was_stopped_tells_every_call_of_that_time(office: Office, tmp_path: Path) -> None:
    """Calls apart by more than libpcap's wait, as they come in an office: of 200 it kept 64."""
    sender, probe = office.host("sender"), office.host("probe")
    server = start_server(probe, tmp_path)
    server.process.send_signal(signal.SIGSTOP)
    with sender.frame_socket() as wire:
        for number in range(200):
            after = time.monotonic() + 0.003
            wire.send(udp_frame(invite(f"stopped-{number}").replace(b"01012345678", b"010%08d" % number)))
            while time.monotonic() < after:
                pass
    server.process.send_signal(signal.SIGCONT)
    callers = {server.out.wait_for_event("ringing")["from"] for _ in range(200)}
    assert callers == {f"010{number:08d}" for number in range(200)}
    assert server.stop() == 0


def test_a_cable_that_is_out_is_said_and_is_time_not_watched(office: Office, tmp_path: Path) -> None:
    sender, probe = office.host("sender"), office.host("probe")
    server = start_server(probe, tmp_path)
    office.plug(probe, False)
    server.err.wait_for_words("check its cable", timeout_s=5)
    unplugged = time.monotonic()
    while time.monotonic() < unplugged + 1.5:  # shorter stretches are not said
        server.process.poll()
    office.plug(probe, True)
    server.err.wait_for_words("watching 'eth0'", timeout_s=5)
    unwatched = server.out.wait_for_event("unwatched")
    assert unwatched["from_at"] < unwatched["to_at"]
    with sender.frame_socket() as wire:
        wire.send(udp_frame(invite("plugged-in")))
    assert server.out.wait_for_event("ringing")["from"] == "01012345678"
    assert server.stop() == 0
