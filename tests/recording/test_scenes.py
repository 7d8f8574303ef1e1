"""What is recorded is what the scenes tell, so that neither can change without the other."""

import pytest

from tests.golden.captures import captures
from tests.recording.golden import RECORDED, identifying, media_flow, write_description
from tests.recording.scene import SCENES, Scene
from tests.recording.sipp import Caller, Phone


def test_every_scene_is_recorded_and_nothing_else() -> None:
    assert {file.name for file in RECORDED.iterdir()} == {
        f"{name}.{kind}" for name in SCENES for kind in ("pcap", "json")
    }


@pytest.mark.parametrize("scene", SCENES.values(), ids=lambda scene: scene.name)
def test_the_description_beside_a_capture_is_the_scenes(
    scene: Scene, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / f"{scene.name}.json"
    write_description(file, scene)
    assert file.read_text(encoding="utf-8") == (RECORDED / file.name).read_text(encoding="utf-8")


def test_every_ringing_of_a_scene_is_at_a_member_or_outgoing() -> None:
    for capture in captures("recorded"):
        for first, *_ in capture.events:
            called = first.partition(" → ")[2].split()
            assert called[0] in capture.members or "out" in called, capture.name


def test_a_scripts_steps_stand_in_order_and_bytes_that_are_no_text_get_through() -> None:
    name = "홍길동".encode("cp949")
    caller = Caller("01012345678", "1001", name=name.decode("utf-8", "surrogateescape"))
    text = caller.invite().receive(180).pause(300).cancel().text()
    places = [text.index(part) for part in (b"INVITE sip:1001", name, b'"180"', b'"300"', b"CANCEL sip:1001")]
    assert places == sorted(places)
    assert b"transport=tcp" in Phone().ring().text(tcp=True)
    assert b"transport" not in Phone().ring().text().replace(b"[transport]", b"")


def test_only_rtp_is_thinned_out() -> None:
    def datagram(source_port: int, destination_port: int, data: bytes) -> bytes:
        ip = bytes.fromhex("4500 0000 0000 0000 4011 0000 0a4d0001 0a4d0002")
        udp = source_port.to_bytes(2) + destination_port.to_bytes(2) + (8 + len(data)).to_bytes(2) + b"\0\0"
        return bytes(12) + b"\x08\x00" + ip + udp + data

    assert media_flow(datagram(16000, 16002, b"\x80\x08rtp"))
    assert not media_flow(datagram(16000, 16002, b"INVITE sip:x SIP/2.0\r\n"))
    assert not media_flow(datagram(5060, 16002, b"\x80"))
    assert not media_flow(b"\xff" * 60)


def test_a_capture_that_names_the_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "gildong")
    assert identifying(b"o=gildong 1 1 IN IP4 10.77.0.1\r\n") == ["gildong"]
    assert identifying(b"o=- 1 1 IN IP4 10.77.0.1\r\n") == []
