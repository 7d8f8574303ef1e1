"""What a registrar's 200 OK teaches (signalling.md case 32)."""

import pytest

from packetwave.server.calls import registrations as module
from packetwave.server.calls.leg import Place
from packetwave.server.calls.registrations import Registrations
from packetwave.server.sip.message import Message, parse

PHONE = Place("192.0.2.21", 5060)
OTHER = Place("192.0.2.22", 5060)


def accepted(extension: str, *contacts: str, expires: str = "") -> Message:
    head = (
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.21;branch=z9hG4bK1\r\n"
        f"From: <sip:{extension}@pbx>;tag=1\r\nTo: <sip:{extension}@pbx>;tag=2\r\n"
        "Call-ID: r\r\nCSeq: 1 REGISTER\r\n"
    )
    head += "".join(f"Contact: {contact}\r\n" for contact in contacts)
    head += f"Expires: {expires}\r\n" if expires else ""
    message = parse((head + "\r\n").encode())
    assert isinstance(message, Message)
    return message


REGISTRAR = Place("192.0.2.2", 5060)


def register(call_id: str = "r", cseq: int = 1) -> Message:
    message = parse(
        (
            "REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.21;branch=z9hG4bK1\r\n"
            "From: <sip:1001@pbx>;tag=1\r\nTo: <sip:1001@pbx>\r\n"
            f"Call-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\n\r\n"
        ).encode()
    )
    assert isinstance(message, Message)
    return message


@pytest.mark.case(32, 38)
def test_a_200_counts_only_as_the_answer_to_a_register_that_went_there() -> None:
    known = Registrations()
    answer = accepted("1001", "<sip:1001@192.0.2.21>")
    assert not known.was_asked(answer, 100.0, REGISTRAR, PHONE)
    known.ask(register(), 100.0, PHONE, REGISTRAR)
    assert known.was_asked(answer, 100.1, REGISTRAR, PHONE)
    assert not known.was_asked(answer, 100.1, OTHER, PHONE)
    assert not known.was_asked(answer, 100.1, REGISTRAR, OTHER)
    assert not known.was_asked(answer, 100.0 + module.ASKED_S + 1, REGISTRAR, PHONE)


@pytest.mark.case(38)
def test_registers_that_nobody_answers_are_bounded() -> None:
    known = Registrations()
    for number in range(module.MAX_ASKED + 10):
        known.ask(register(f"r{number}"), 100.0, PHONE, REGISTRAR)
    assert not known.was_asked(accepted("1001"), 100.0, REGISTRAR, PHONE)
    known.ask(register("r", 1), 100.0, PHONE, REGISTRAR)
    assert known.was_asked(accepted("1001"), 100.0, REGISTRAR, PHONE)


@pytest.mark.case(38, 44)
def test_no_binding_is_believed_for_ever() -> None:
    known = Registrations()
    known.learn(accepted("1001", "<sip:1001@192.0.2.21>;expires=999999999"), 0.0, REGISTRAR, PHONE)
    assert known.places("1001", module.MAX_EXPIRY_S - 1) == [PHONE]
    assert known.places("1001", module.MAX_EXPIRY_S + 1) == []


@pytest.mark.case(32, 44)
def test_two_registrars_of_one_extension_say_each_its_own() -> None:
    sbc = Place("192.0.2.9", 5060)
    known = Registrations()
    known.learn(accepted("1001", "<sip:1001@192.0.2.21>"), 0.0, sbc, PHONE)
    known.learn(accepted("1001", "<sip:1001@192.0.2.9>"), 1.0, REGISTRAR, sbc)
    assert set(known.places("1001", 2.0)) == {PHONE, sbc}


@pytest.mark.case(32)
def test_a_contact_whose_user_is_not_the_extension() -> None:
    known = Registrations()
    known.learn(accepted("1001", "<sip:x7f@192.0.2.21:5060>;expires=60"), 100.0, REGISTRAR, PHONE)
    assert known.places("1001", 150.0) == [PHONE]
    assert known.extension_at("x7f", PHONE, 150.0) == "1001"
    assert known.extension_at("anything", PHONE, 150.0) == "1001"
    assert known.extension_at("x7f", OTHER, 150.0) == ""
    assert known.extensions() == {"1001"}


@pytest.mark.case(32)
def test_bindings_expire_in_packet_time() -> None:
    known = Registrations()
    known.learn(accepted("1001", "<sip:1001@192.0.2.21>;expires=60"), 100.0, REGISTRAR, PHONE)
    assert known.places("1001", 161.0) == []
    known.learn(accepted("1002", "<sip:1002@192.0.2.22>", expires="30"), 100.0, REGISTRAR, OTHER)
    assert known.places("1002", 129.0) == [OTHER]
    assert known.places("1002", 131.0) == []


@pytest.mark.case(32)
def test_a_200_replaces_all_that_was_known() -> None:
    known = Registrations()
    known.learn(accepted("1001", "<sip:a@192.0.2.21>"), 0.0, REGISTRAR, PHONE)
    known.learn(accepted("1001", "<sip:b@192.0.2.22>"), 1.0, REGISTRAR, OTHER)
    assert known.places("1001", 2.0) == [OTHER]
    assert known.extension_at("a", PHONE, 2.0) == ""
    known.learn(accepted("1001"), 3.0, REGISTRAR, OTHER)
    assert known.places("1001", 4.0) == []
    assert known.extensions() == frozenset()


@pytest.mark.case(32)
def test_expires_0_is_no_binding() -> None:
    known = Registrations()
    known.learn(accepted("1001", "<sip:1001@192.0.2.21>;expires=0"), 0.0, REGISTRAR, PHONE)
    assert known.extensions() == frozenset()


@pytest.mark.case(32)
def test_two_phones_of_an_extension_and_two_extensions_at_a_place() -> None:
    known = Registrations()
    known.learn(accepted("1001", "<sip:a@192.0.2.21>", "<sip:b@192.0.2.22>"), 0.0, REGISTRAR, PHONE)
    assert set(known.places("1001", 1.0)) == {PHONE, OTHER}
    known.learn(accepted("1002", "<sip:c@192.0.2.21>"), 0.0, REGISTRAR, PHONE)
    assert known.extension_at("c", PHONE, 1.0) == "1002"
    assert known.extension_at("unknown", PHONE, 1.0) == ""


@pytest.mark.case(32, 38)
def test_bounded() -> None:
    known = Registrations()
    for number in range(module.MAX_EXTENSIONS + 5):
        known.learn(accepted(f"e{number}", f"<sip:e{number}@192.0.2.21>"), 0.0, REGISTRAR, PHONE)
    assert len(known.extensions()) == module.MAX_EXTENSIONS
    assert "e0" not in known.extensions()
