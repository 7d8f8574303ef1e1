"""Doors beside the mirror, with senders that are not ours: the real server hears what no mirror shows.

Mostly it watches no interface at all: what it knows comes by UDP.
"""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import Program, needs_sipp
from tests.netns import Office, needs_namespaces
from tests.recording.hep import HOMER, RECORDINGS
from tests.recording.scenes.proxy import MOBILE
from tests.recording.stage import PBX, Stage, phone_address
from tests.server.frames.building import scapy
from tests.server.frames.test_tunnels import in_tzsp
from tests.server.watch.test_thread import on_the_wire
from tests.server.wire import Leg

needs_kamailio = pytest.mark.skipif(
    shutil.which("kamailio") is None or shutil.which("baresip") is None,
    reason="Kamailio or baresip is not installed",
)
needs_sngrep = pytest.mark.skipif(shutil.which("sngrep") is None, reason="sngrep is not installed")

pytestmark = [needs_namespaces, needs_sipp]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Office() as office:
        made = Stage(office, tmp_path / "stage")
        made.folder.mkdir()
        try:
            yield made
        finally:
            made.stop()


def server_at_home(stage: Stage, folder: Path, **settings: object) -> Program:
    """The server, without a window, on the host to which reports are sent."""
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps({"version": 1, **settings}))
    program = Program(
        stage.at(HOMER),
        *(sys.executable, "-m", "packetwave.server", "--headless"),
        *("--data-dir", str(folder), "--events", "-"),
    )
    program.err.wait_for_words("watching '")
    return program


@needs_kamailio
@pytest.mark.case(11, 50)
def test_a_call_over_tls_that_kamailio_reports_is_told(stage: Stage, tmp_path: Path) -> None:
    """No mirror could show it. A sender that is not confirmed is named, and nothing of it is told."""
    server = server_at_home(stage, tmp_path / "data", hep_port=9060, tunnels=[PBX])
    RECORDINGS["kamailio_3_tls"].play(stage)
    stage.finish()
    ringing = server.out.wait_for_event("ringing", to="1001")
    assert ringing["from"] == MOBILE
    ended = server.out.wait_for_event("ended", call_id=ringing["call_id"])
    assert ended["outcome"] == "answered"
    assert server.stop() == 0
    told = [json.loads(line)["event"] for line in server.out.rest()]
    assert told.count("ringing") == 1


@needs_kamailio
@pytest.mark.case(50)
def test_a_call_that_mirror_and_pbx_both_show_is_one(stage: Stage, tmp_path: Path) -> None:
    """The mirror shows what the PBX reports: here every frame reaches every port."""
    server = server_at_home(stage, tmp_path / "data", interface="eth0", hep_port=9060, tunnels=[PBX])
    RECORDINGS["kamailio_3_udp"].play(stage)
    stage.finish()
    ringing = server.out.wait_for_event("ringing", to="1001")
    ended = server.out.wait_for_event("ended", call_id=ringing["call_id"])
    assert (ringing["from"], ended["outcome"]) == (MOBILE, "answered")
    assert server.stop() == 0
    told = [json.loads(line)["event"] for line in server.out.rest()]
    assert (told.count("ringing"), told.count("ended")) == (1, 1)


@needs_kamailio
@pytest.mark.case(11, 50)
@pytest.mark.parametrize("reports", [True, False], ids=["reported", "not reported"])
def test_encrypted_phones_are_a_finding_only_while_nobody_reports_them(
    stage: Stage, tmp_path: Path, reports: bool
) -> None:
    """The mirror shows their TLS either way."""
    doors = {"hep_port": 9060, "tunnels": [PBX]} if reports else {}
    server = server_at_home(stage, tmp_path / "data", interface="eth0", **doors)
    RECORDINGS["kamailio_3_tls"].play(stage)
    stage.finish()
    if reports:
        server.out.wait_for_event("ended", outcome="answered")
    else:
        found = server.out.wait_for_event("diagnosis", code="tls_only")
        assert found["phones"] == [phone_address("1001")]
    assert server.stop() == 0
    told = [json.loads(line) for line in server.out.rest()]
    rings = [event["to"] for event in told if event["event"] == "ringing"]
    named = [event["code"] for event in told if event["event"] == "diagnosis"]
    if reports:
        assert rings == ["1001"] and "tls_only" not in named
    else:
        assert "1001" not in rings  # of the trunk's leg alone nobody knows at whose phone it rings


@needs_kamailio
def test_who_is_not_confirmed_is_named_and_nothing_of_it_is_told(stage: Stage, tmp_path: Path) -> None:
    server = server_at_home(stage, tmp_path / "data", hep_port=9060)
    RECORDINGS["kamailio_3_udp"].play(stage)
    stage.finish()
    named = server.out.wait_for_event("diagnosis", code="tunnel_not_trusted")
    assert named["sources"] == [PBX] and named["kinds"] == ["hep"]
    assert server.stop() == 0
    assert not [line for line in server.out.rest() if json.loads(line)["event"] == "ringing"]


@needs_sngrep
def test_a_probe_that_reports_by_hep_is_understood(stage: Stage, tmp_path: Path) -> None:
    server = server_at_home(stage, tmp_path / "data", hep_port=9060, tunnels=[PBX])
    RECORDINGS["sngrep_udp"].play(stage)
    ringing = server.out.wait_for_event("ringing", to="1001")
    assert server.out.wait_for_event("ended", call_id=ringing["call_id"])["outcome"] == "answered"
    assert server.stop() == 0


@pytest.mark.case(51)
def test_a_mirror_that_a_switch_sends_in_tzsp_is_read(stage: Stage, tmp_path: Path) -> None:
    """Datagrams as a MikroTik sends them, with the mirror's own copy of the call beside them."""
    folder = tmp_path / "data"
    server = server_at_home(stage, folder, interface="eth0", tzsp_port=37008, tunnels=[PBX])
    leg = Leg("01012345678", "1001")
    frames = [on_the_wire(data) for data in (leg.request(0, "INVITE"), leg.response(0, 180))]
    ends = [on_the_wire(data) for data in (leg.request(0, "CANCEL"), leg.response(0, 487))]
    switch = stage.at(PBX)
    with switch.frame_socket() as wire, switch.inside(), socket.socket(type=socket.SOCK_DGRAM) as udp:

        def show(data: bytes) -> None:
            udp.sendto(bytes(in_tzsp(scapy().Raw(data)).payload), (HOMER, 37008))
            wire.send(data)

        for data in frames:
            show(data)
        ringing = server.out.wait_for_event("ringing", to="1001")
        for data in ends:
            show(data)
        ended = server.out.wait_for_event("ended", call_id=ringing["call_id"])
    assert (ringing["from"], ended["outcome"]) == ("01012345678", "missed")
    assert server.stop() == 0
    told = [json.loads(line)["event"] for line in server.out.rest()]
    assert told.count("ringing") == 1


@pytest.mark.case(51)
def test_a_mirror_that_the_kernel_sends_in_vxlan_is_read(stage: Stage, tmp_path: Path) -> None:
    server = server_at_home(stage, tmp_path / "data", vxlan_port=4789, tunnels=[PBX])
    switch = stage.at(PBX)
    try:
        switch.run(
            *("ip", "link", "add", "vx0", "type", "vxlan", "id", "7", "remote", HOMER),
            *("dstport", "4789", "dev", "eth0"),
        )
    except subprocess.CalledProcessError as error:
        pytest.skip(f"this kernel has no VXLAN: {error.stderr}")
    switch.run("ip", "link", "set", "vx0", "up")
    leg = Leg("01012345678", "1001")
    switch.interface = "vx0"
    with switch.frame_socket() as wire:
        for message in (leg.request(0, "INVITE"), leg.response(0, 180), leg.request(0, "CANCEL")):
            wire.send(on_the_wire(message))
        ringing = server.out.wait_for_event("ringing", to="1001")
        wire.send(on_the_wire(leg.response(0, 487)))
        ended = server.out.wait_for_event("ended", call_id=ringing["call_id"])
    assert (ringing["from"], ended["outcome"]) == ("01012345678", "missed")
    assert server.stop() == 0
