"""Whose phone rings, and when it is said again."""

import pytest

from packetwave.server.calls.events import RangAgain, Ringing, Stopped
from tests.server.calls.conversation import Conversation

CALLER = "01012345678"


def test_members_may_change_while_calls_go_on() -> None:
    talk = Conversation(known=("1001",))
    talk.leg("pbx", "p5", CALLER, "1005").invite()
    assert talk.lines == []
    talk.tracker.use_members(frozenset(("1001", "1005")))
    talk.wait(5)
    talk.leg("pbx", "p5", CALLER, "1005").invite()
    assert talk.lines == ["01012345678 → 1005"]


@pytest.mark.case(23)
def test_forwarder_is_named_and_never_the_caller() -> None:
    talk = Conversation()
    headers = "Diversion: <sip:1004@pbx>;reason=no-answer\r\n"
    talk.leg("pbx", "p1", CALLER, "1001", headers=headers).invite()
    assert talk.lines == ["01012345678 → 1001 via 1004"]


@pytest.mark.case(35)
def test_stop_and_ring_again_are_one_entry() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, "600").invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite().ring().cancel().reply(487)
    talk.wait(2)
    talk.leg("pbx", "p1", CALLER, "1001").invite().ring().answer()
    kinds = [type(event) for event in talk.events]
    assert kinds[:3] == [Ringing, Stopped, RangAgain]
    assert len({event.call_id for event in talk.events}) == 1
    assert talk.recorded == ["01012345678 → 1001 dialled 600", "1001: answered"]


def test_patience_lets_the_leg_a_ring_came_from_be_seen_first() -> None:
    for patience_s, line in ((0.0, "01012345678 → 1001"), (0.01, "01012345678 → 1001 dialled 600")):
        talk = Conversation(patience_s=patience_s)
        phone = talk.leg("pbx", "p1", CALLER, "1001").invite()
        talk.wait(0.003)
        talk.leg("trunk", "pbx", CALLER, "600").invite()
        phone.answer()
        assert talk.lines == [line, "1001: answered"]


def test_patience_ends() -> None:
    talk = Conversation(patience_s=0.01)
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    assert talk.lines == []
    talk.wait(0.01)
    assert talk.lines == ["01012345678 → 1001", "1001: answered"]
    phone.bye()
    talk.leg("pbx", "p2", CALLER, "1002").invite()
    talk.finish()
    assert talk.recorded[2:] == ["1001: ended answered", "01012345678 → 1002", "1002: ended unknown"]


def test_who_calls_out_is_said_once_it_rings() -> None:
    talk = Conversation()
    leg = talk.leg("p2", "pbx", "1002", "01099998888").invite()
    leg.within("UPDATE", extra="P-Asserted-Identity: <sip:1003@pbx>\r\n")
    assert talk.lines == []
    leg.ring()
    talk.wait(1)
    assert talk.lines == ["1002 → 01099998888 out"]


def test_a_scanner_that_guessed_an_extension_makes_no_outgoing_call() -> None:
    talk = Conversation()
    register = talk.leg("p2", "pbx", "1002", "1002")
    text = register.text("SIP/2.0 200 OK", "REGISTER")
    talk.send("p2", "pbx", register.text("REGISTER sip:pbx SIP/2.0", "REGISTER"))
    talk.send("pbx", "p2", text.replace(b"sip:1002@p2>\r\nMax", b"sip:1002@p2>;expires=600\r\nMax"))
    talk.leg("scanner", "pbx", "1002", "00441234567890").invite().reply(403)
    assert talk.lines == []
    talk.leg("p2", "pbx", "1002", "01099998888").invite().ring()
    assert talk.lines == ["1002 → 01099998888 out"]


@pytest.mark.case(30, 52)
def test_a_replay_waits_for_the_trunk_though_the_phone_has_said_that_it_rings() -> None:
    talk = Conversation(patience_s=0.01)
    talk.register("p1", "1001")
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(0.002)
    talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    phone.answer()
    assert talk.recorded == ["01012345678 → 1001 dialled 0212345678", "1001: answered"]
