"""Questions, answers and scanners in the SIP that was read."""

import pytest

from packetwave.server.diagnosis.dialogue import REFUSED_TARGETS, SCANNERS, Dialogue
from packetwave.server.diagnosis.window import Window
from packetwave.server.frames.payload import Payload
from packetwave.server.sip.message import Message, parse
from tests.server.diagnosis.mirror import PBX, PHONES, sip

STRANGER = "198.51.100.66"


class Room:
    def __init__(self) -> None:
        self.window = Window()
        self.dialogue = Dialogue(self.window)

    def hear(self, at_s: float, src: str, dst: str, data: bytes) -> None:
        message = parse(data)
        assert isinstance(message, Message)
        self.dialogue.hear(Payload(at_s, "udp", src, 5060, dst, 5060, data), message)

    def counts(self) -> dict[str, int]:
        names = ("messages", "requests", "resent", "responses", "matched")
        return {name: self.window[name] for name in names if self.window[name]}


def test_an_answer_meets_its_question() -> None:
    room = Room()
    room.hear(0, PHONES[0], PBX, sip("REGISTER sip:x SIP/2.0", 1))
    room.hear(0.1, PBX, PHONES[0], sip("SIP/2.0 200 OK", 1))
    room.hear(0.2, PBX, PHONES[0], sip("SIP/2.0 200 OK", 2))
    assert room.counts() == {"messages": 3, "requests": 1, "responses": 2, "matched": 1}


def test_a_copy_is_no_question_said_again() -> None:
    room = Room()
    for at_s in (0, 0.001, 0.5, 1.5):
        room.hear(at_s, PHONES[0], PBX, sip("REGISTER sip:x SIP/2.0", 1))
    assert room.counts() == {"messages": 4, "requests": 1, "resent": 1}


def test_ack_needs_no_answer() -> None:
    room = Room()
    room.hear(0, PHONES[0], PBX, sip("ACK sip:x SIP/2.0", 1, cseq="ACK"))
    assert room.counts() == {"messages": 1}


@pytest.mark.case(38)
@pytest.mark.parametrize("agent", [*SCANNERS, "VaxSIPUserAgent/3.1", "sipcli/v1.8"])
def test_a_scanner_by_its_name(agent: str) -> None:
    room = Room()
    room.hear(0, STRANGER, PBX, sip("OPTIONS sip:x SIP/2.0", 1, cseq="OPTIONS", agent=agent))
    room.hear(0, PHONES[0], PBX, sip("OPTIONS sip:x SIP/2.0", 2, cseq="OPTIONS", agent="Yealink SIP-T46S"))
    assert room.dialogue.scanners.names(0) == [STRANGER]


@pytest.mark.case(38)
@pytest.mark.parametrize("status", [401, 403, 404, 407])
def test_a_scanner_by_what_it_is_refused(status: int) -> None:
    room = Room()
    for number in range(REFUSED_TARGETS):
        assert room.dialogue.scanners.names(0) == []
        room.hear(number, PBX, STRANGER, sip(f"SIP/2.0 {status} No", number, user=str(number)))
    assert room.dialogue.scanners.names(0) == [STRANGER]


@pytest.mark.case(38)
def test_many_phones_behind_one_address_are_no_scanner() -> None:
    """Each is challenged, then let in."""
    room = Room()
    for number in range(3 * REFUSED_TARGETS):
        room.hear(number, PBX, STRANGER, sip("SIP/2.0 401 No", number, user=str(number)))
        room.hear(number + 0.1, PBX, STRANGER, sip("SIP/2.0 200 OK", number, user=str(number)))
    assert room.dialogue.scanners.names(0) == []


@pytest.mark.case(38)
def test_wrong_numbers_over_a_day_are_no_scan() -> None:
    room = Room()
    for number in range(3 * REFUSED_TARGETS):
        room.hear(number * 60, PBX, STRANGER, sip("SIP/2.0 404 No", number, user=str(number), cseq="INVITE"))
    assert room.dialogue.scanners.names(0) == []
