import pytest

from packetwave.server.capture import CaptureFaultCode, DoorFault, DoorKind, DoorState
from packetwave.server.console.capture import words
from packetwave.server.console.parts.cells import Tone
from packetwave.server.engine.notices import DoorStatus, Status
from packetwave.server.watch.states import CaptureState, InterfacesChanged

CAPTURE_CODES = tuple(CaptureFaultCode)


def failed(code: CaptureFaultCode, detail: str = "eth9") -> Status:
    return Status(capture=CaptureState.FAILED, capture_code=code, capture_detail=detail)


@pytest.mark.parametrize("code", CAPTURE_CODES)
def test_each_fault_has_a_sentence_and_a_next_step_of_its_own(code: CaptureFaultCode) -> None:
    matter = words.capture_matter(failed(code))
    assert matter is not None
    assert matter.what.endswith((".", "eth9"))
    assert matter.next_step.endswith(".")
    assert "_" not in matter.what + matter.next_step


def test_no_two_faults_say_the_same() -> None:
    said = [words.capture_matter(failed(code)) for code in CAPTURE_CODES]
    assert len({matter.what for matter in said if matter is not None}) == len(CAPTURE_CODES)


@pytest.mark.parametrize("code", CAPTURE_CODES)
def test_each_fault_is_said_in_korean(code: CaptureFaultCode, korean: None) -> None:
    matter = words.capture_matter(failed(code))
    assert matter is not None
    for sentence in (matter.what, matter.next_step):
        assert any("가" <= char <= "힣" for char in sentence)


def test_no_driver_links_to_npcap_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "WINDOWS", True)
    matter = words.capture_matter(failed(CaptureFaultCode.NO_DRIVER))
    assert matter is not None
    assert matter.link.startswith("https://npcap.com/")
    assert matter.can_retry
    assert "Npcap" in matter.what
    monkeypatch.setattr(words, "WINDOWS", False)
    elsewhere = words.capture_matter(failed(CaptureFaultCode.NO_DRIVER))
    assert elsewhere is not None
    assert "libpcap" in elsewhere.what
    assert elsewhere.link == ""


def test_why_no_interface_can_be_listed() -> None:
    assert words.listing_matter(InterfacesChanged(())) is None
    listed = InterfacesChanged((), CaptureFaultCode.NO_DRIVER, "not found")
    assert words.listing_matter(listed) == words.capture_matter(failed(CaptureFaultCode.NO_DRIVER))


def test_a_failure_without_a_code_says_what_there_is_to_say() -> None:
    status = Status(capture=CaptureState.FAILED, capture_detail="some text")
    matter = words.capture_matter(status)
    assert matter is not None
    assert matter.next_step == "some text"


def test_nothing_is_wrong_while_watching() -> None:
    status = Status(capture=CaptureState.WATCHING)
    assert words.capture_matter(status) is None


def test_an_interface_without_a_link_is_not_watched() -> None:
    status = Status(
        capture=CaptureState.NO_LINK, capture_code=CaptureFaultCode.NO_LINK, capture_detail="eth2"
    )
    tone, word = words.capture_state(status)
    assert (tone, word) == (Tone.BAD, "No link")
    matter = words.capture_matter(status)
    assert matter is not None and "eth2" in matter.what and "cable" in matter.next_step


def test_a_cut_file_is_said_also_after_its_replay() -> None:
    status = Status(
        capture=CaptureState.REPLAYED, capture_code=CaptureFaultCode.CUT_FILE, capture_detail="x.pcap"
    )
    matter = words.capture_matter(status)
    assert matter is not None
    assert "x.pcap" in matter.what


@pytest.mark.parametrize(("rate", "said"), [(0, "0"), (0.4, "0.4"), (12.2, "12"), (9812.0, "9,812")])
def test_rates(rate: float, said: str) -> None:
    assert words.rate_text(rate) == said


SHUT = DoorStatus(DoorState(DoorKind.HEP, 9060, DoorFault.TAKEN, "Address already in use"))


@pytest.mark.parametrize(
    "status",
    [
        Status(capture=CaptureState.WATCHING, doors=(SHUT, DoorStatus(DoorState(DoorKind.TZSP, 37008)))),
        Status(capture=CaptureState.FAILED, capture_code=CaptureFaultCode.NO_DOOR, doors=(SHUT,)),
    ],
    ids=["beside an interface", "alone"],
)
def test_a_door_that_cannot_be_opened_is_said_in_the_windows_own_words(status: Status) -> None:
    matter = words.capture_matter(status) or words.door_matter(status)
    assert matter is not None
    assert matter.what.endswith("HEP (UDP 9060): another program receives at this port")
    assert "TZSP" not in matter.what and "already in use" not in matter.what
    assert "another port" in matter.next_step


def test_open_doors_are_no_matter() -> None:
    assert words.door_matter(Status(doors=(DoorStatus(DoorState(DoorKind.HEP, 9060)),))) is None
