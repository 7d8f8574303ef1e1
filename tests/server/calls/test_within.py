"""Requests inside a call that change who calls."""

from tests.server.calls.conversation import Conversation

CALLER = "01012345678"


def test_the_calling_side_is_somebody_else_now() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    leg.within("UPDATE", extra="P-Asserted-Identity: <sip:0317654321@pbx>\r\n")
    assert talk.lines[1:] == ["1001: caller 0317654321"]


def test_what_the_called_side_says_of_itself_is_no_caller() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    leg.within("UPDATE", extra="P-Asserted-Identity: <sip:0317654321@pbx>\r\n", back=True)
    assert talk.lines[1:] == []


def test_a_phone_hands_its_call_to_one_that_rings() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    first = talk.leg("pbx", "p1", CALLER, "1001", call_id="first@pbx").invite().answer()
    talk.leg("pbx", "p2", "1001", "1002", call_id="second@pbx").invite().ring()
    first.within("REFER", extra="Refer-To: <sip:1002@pbx?Replaces=second%40pbx%3Bto-tag%3Dx>\r\n", back=True)
    assert talk.lines[-1] == f"1002: caller {CALLER}"
