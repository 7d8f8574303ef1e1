"""Where a new leg belongs: Call-ID, then transfer, then kinship."""

from packetwave.server.calls.events import Ringing
from tests.server.calls.conversation import Conversation

CALLER = "01012345678"


def ids(talk: Conversation) -> int:
    """How many calls the tracker knows of."""
    return len(talk.tracker.table)


def test_one_call_id_is_one_call() -> None:
    talk = Conversation()
    talk.leg("proxy", "p1", CALLER, "1001", call_id="c").invite()
    talk.leg("proxy", "p2", "somebody else", "1002", call_id="c").invite()
    assert ids(talk) == 1


def test_behind_a_b2bua_kinship_tells() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.leg("pbx", "p2", "0317654321", "1002").invite()
    assert ids(talk) == 2


def test_a_transfer_says_who_calls_whatever_the_leg_says() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    leg.within("REFER", extra="Refer-To: <sip:1002@pbx>\r\n", back=True)
    talk.leg("pbx", "p2", "1001", "1002").invite().ring()
    ringing = [event for event in talk.events if isinstance(event, Ringing)][-1]
    assert (ringing.called, ringing.caller) == ("1002", CALLER)
