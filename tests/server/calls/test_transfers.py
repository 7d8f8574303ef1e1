"""Who is really calling when a call is handed over (signalling.md case 33)."""

import pytest

from packetwave.server.calls.transfers import TRANSFER_S
from tests.server.calls.conversation import Conversation, Wire

CALLER = "01012345678"

pytestmark = pytest.mark.case(33)


def replaces(leg: Wire) -> str:
    return f"{leg.call_id}%3Bto-tag%3D{leg.to_tag}%3Bfrom-tag%3D{leg.from_tag}"


def test_blind_in_the_name_of_the_phone_that_transfers() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001", name="Hong").invite().answer()
    leg.within("REFER", extra="Refer-To: <sip:1002@pbx>\r\n", back=True)
    talk.leg("pbx", "p2", "1001", "1002").invite().ring()
    leg.bye_back()
    assert talk.recorded == [
        "01012345678 → 1001",
        "1001: answered",
        "01012345678 → 1002",
        "1001: ended answered",
    ]


def test_blind_by_the_caller_s_own_invite() -> None:
    talk = Conversation()
    leg = talk.leg("p2", "pbx", "1002", "1001").invite().answer()
    leg.within("REFER", extra="Refer-To: <sip:1003@pbx>\r\n", back=True)
    talk.wait(3)
    talk.leg("p2", "pbx", "1002", "1003").invite()
    assert talk.recorded[2:] == ["1002 → 1003 internal"]


def test_blind_that_nobody_answers_is_missed() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600").invite()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    trunk.answer()
    talk.wait(10)
    leg.within("REFER", extra="Refer-To: <sip:1002@pbx>\r\n", back=True)
    target = talk.leg("pbx", "p2", CALLER, "1002").invite().ring()
    leg.bye_back()
    talk.wait(20)
    target.cancel().reply(487)
    trunk.bye()
    assert talk.recorded[-1] == "1002: ended missed"


def test_a_refer_is_forgotten() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    leg.within("REFER", extra="Refer-To: <sip:1002@pbx>\r\n", back=True)
    talk.wait(TRANSFER_S + 1)
    talk.leg("pbx", "p2", "1001", "1002").invite()
    assert talk.recorded[-1] == "1001 → 1002 internal"


def test_attended_by_refer_with_replaces() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    consult = talk.leg("p1", "pbx", "1001", "1002").invite()
    target = talk.leg("pbx", "p2", "1001", "1002").invite().answer()
    consult.answer()
    extra = f"Refer-To: <sip:1002@pbx?Replaces={replaces(consult)}>\r\n"
    leg.within("REFER", extra=extra, back=True)
    assert talk.lines[2:] == ["1001 → 1002 internal", "1002: answered", "1002: caller 01012345678"]
    consult.bye()
    leg.bye_back()
    target.bye()
    assert talk.lines[-1] == "1002: ended answered"


def test_the_pbx_says_who_is_calling_now() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p2", "1001", "1002").invite().ring()
    leg.within("UPDATE", extra=f"P-Asserted-Identity: <sip:{CALLER}@pbx>\r\n")
    leg.within("UPDATE", extra=f"P-Asserted-Identity: <sip:{CALLER}@pbx>\r\n")
    # What the phone says of itself is no caller.
    leg.within("UPDATE", extra="P-Asserted-Identity: <sip:1002@p2>\r\n", back=True)
    assert talk.lines == ["1001 → 1002 internal", "1002: caller 01012345678"]


def test_an_invite_that_replaces_adds_no_ring() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p2", "1001", "1002").invite().answer()
    other = talk.leg("pbx", "p2", CALLER, "1002")
    other.headers = f"Replaces: {leg.call_id};to-tag={leg.to_tag};from-tag={leg.from_tag}\r\n"
    other.invite().answer()
    leg.bye()
    assert talk.lines == ["1001 → 1002 internal", "1002: answered", "1002: caller 01012345678"]
    other.bye()
    assert talk.lines[-1] == "1002: ended answered"


@pytest.mark.parametrize(
    "refer_to", ["", "<sip:>", "nonsense", "<sip:1002@pbx?Replaces=unknown>", "<sip:1002@pbx?x>"]
)
def test_a_refer_that_says_little_does_nothing(refer_to: str) -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    leg.within("REFER", extra=f"Refer-To: {refer_to}\r\n", back=True)
    talk.leg("p9", "pbx", "1009", "1003").within("REFER", extra="Refer-To: <sip:1002@pbx>\r\n")
    assert talk.lines == ["01012345678 → 1001", "1001: answered"]
