"""What came in at doors, on its way through the detector: turns, times, what it means for the diagnosis."""

from collections.abc import Iterator, Sequence

import pytest

from packetwave.server.calls.tracker import Tracker
from packetwave.server.capture import BATCH, CaptureFaultCode, DoorFault, DoorKind, Doors, DoorState
from packetwave.server.capture.doors import Datagram
from packetwave.server.diagnosis import Diagnosis, Gauges
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.clock import SteadyClock
from packetwave.server.watch.detector import Detector, DoorCounts
from packetwave.server.watch.doorstep import Doorstep, diagnosis_of, state_of
from packetwave.server.watch.states import CaptureState, Live
from tests.server.diagnosis import mirror as m
from tests.server.frames.building import hep_3

T0 = m.T0
PBX = m.PBX


@pytest.fixture
def doors() -> Iterator[Doors]:
    made = Doors({}, frozenset((PBX,)))
    yield made
    made.close()


def a_detector() -> Detector:
    return Detector(FrameDecoder(ports=frozenset((5060,)), trusted_tunnels=frozenset((PBX,))), Tracker())


def a_doorstep(doors: Doors | None, detector: Detector) -> tuple[Doorstep, list[str]]:
    failures: list[str] = []
    clock = SteadyClock(lambda: T0, lambda: 5.0)
    return Doorstep(doors, detector, clock, lambda what, _error: failures.append(what)), failures


def put(doors: Doors, at_s: float, data: bytes) -> None:
    doors._waiting.append(Datagram(at_s, DoorKind.HEP, PBX, data))


def register(number: int, phone: str = m.PHONES[0]) -> bytes:
    """A REGISTER that came over TLS, as the PBX reports it."""
    message = m.sip("REGISTER sip:pbx SIP/2.0", number).replace(b"SIP/2.0/UDP", b"SIP/2.0/TLS")
    return hep_3(message, src=phone, dst=PBX, src_port=40_000, dst_port=5061)


def test_a_turn_is_bounded_and_says_how_far_behind_it_is(doors: Doors) -> None:
    doorstep, failures = a_doorstep(doors, a_detector())
    for number in range(BATCH + 10):
        put(doors, T0 - 9 + number * 0.01, register(number))
    assert doorstep.has_mail
    doorstep.take()
    assert doorstep.behind_s == pytest.approx(T0 - 9 + (BATCH - 1) * 0.01)
    doorstep.take()
    assert (doorstep.has_mail, doorstep.behind_s, failures) == (False, None, [])


def test_a_bug_met_by_one_datagram_costs_no_other(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    detector = a_detector()
    read = detector.datagram

    def faulty(at_s: float, kind: str, source: str, data: bytes) -> object:
        if data == b"bug":
            raise RuntimeError("a bug")
        return read(at_s, kind, source, data)

    monkeypatch.setattr(detector, "datagram", faulty)
    doorstep, failures = a_doorstep(doors, detector)
    put(doors, T0, b"bug")
    put(doors, T0, register(1))
    doorstep.take()
    assert failures == ["reading a datagram of hep"]
    assert detector.door_counts() == {"hep": DoorCounts(sip=1)}


def test_without_doors_there_is_nothing() -> None:
    doorstep, _ = a_doorstep(None, a_detector())
    assert (doorstep.take(), doorstep.has_mail, doorstep.lost) == ([], False, 0)
    assert doorstep.state().capture is CaptureState.FAILED


@pytest.mark.case(11, 50)
def test_encrypted_phones_are_no_finding_any_more_once_their_pbx_reports_them(doors: Doors) -> None:
    """What a mirror shows of them is TLS as before."""
    detector = a_detector()
    diagnosis = Diagnosis(ports=(5060,), trusted_tunnels=(PBX,))
    detector.on_read = diagnosis.hear
    clock_s = T0
    doorstep = Doorstep(doors, detector, SteadyClock(lambda: clock_s, lambda: clock_s), lambda *_: None)
    said: list[str] = []

    def watch(begin_s: float, minutes: int, phones: Sequence[str]) -> None:
        nonlocal clock_s
        for number, (at_s, frame) in enumerate(
            pair for phone in phones for pair in m.encrypted(begin_s, minutes, phone=phone)
        ):
            diagnosis.frame(at_s, 1, frame, len(frame))
            clock_s = max(clock_s, at_s)
            if number % 12 == 0:
                said.extend(event.code for event in diagnosis.advance(clock_s, Gauges()))
        said.extend(event.code for event in diagnosis.advance(clock_s + 10, Gauges()))

    phones = m.PHONES[:2]
    watch(T0, 2, phones)
    assert set(said) == {"tls_only"}
    (finding,) = [found for found in diagnosis.findings if found.code == "tls_only"]
    assert finding.figure("phones") == tuple(phones)
    put(doors, clock_s, register(1, phones[0]))
    doorstep.take()
    watch(clock_s + 1, 1, phones)
    (finding,) = [found for found in diagnosis.findings if found.code == "tls_only"]
    assert finding.figure("phones") == (phones[1],)
    put(doors, clock_s, register(2, phones[1]))
    doorstep.take()
    watch(clock_s + 1, 1, phones)
    assert [found for found in diagnosis.findings if found.code == "tls_only"] == []


def test_who_is_turned_away_is_named(doors: Doors) -> None:
    doorstep, _ = a_doorstep(doors, a_detector())
    diagnosis = diagnosis_of(Live("", frozenset((5060,)), frozenset((PBX,))))
    diagnosis.advance(T0, Gauges())
    doors._name(DoorKind.HEP, "192.0.2.66", b"HEP3")
    doorstep.tell_strangers(T0, diagnosis)
    (said,) = diagnosis.advance(T0 + 2, Gauges())
    assert said.code == "tunnel_not_trusted"


def test_what_is_watched_is_what_is_open() -> None:
    hep = DoorState(DoorKind.HEP, 9060)
    shut = DoorState(DoorKind.TZSP, 37008, DoorFault.TAKEN, "Address already in use")
    both = state_of((hep, shut))
    assert (both.capture, both.detail) == (CaptureState.WATCHING, "HEP (UDP 9060)")
    none = state_of((shut,))
    assert (none.capture, none.code) == (CaptureState.FAILED, CaptureFaultCode.NO_DOOR)
    assert none.detail == "TZSP (UDP 37008): Address already in use"
    assert none.detail in none.reason
