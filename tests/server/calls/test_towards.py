"""Whose phone a leg rings."""

import pytest

from packetwave.server.calls.events import Ringing
from tests.server.calls.conversation import Conversation

CALLER = "01012345678"


@pytest.mark.case(48)
@pytest.mark.parametrize("contact", ["8f2c1b3a-4d5e-4f6a-9b8c-7d6e5f4a3b2c", "pn_e3f9", "1001-0x55d5"])
def test_an_opaque_contact_before_its_register_was_seen(contact: str) -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, contact, dialled="1001").invite().ring().answer()
    assert talk.recorded == ["01012345678 → 1001", "1001: answered"]


@pytest.mark.case(31, 45)
def test_to_names_nobody_where_a_number_is_called() -> None:
    """A proxy forwards to a mobile: To still has the extension."""
    talk = Conversation()
    talk.leg("proxy", "trunk", CALLER, "01098765432", dialled="1001").invite().ring()
    assert talk.lines == []


@pytest.mark.case(31, 30)
@pytest.mark.parametrize("account", ["s", "83001", "0700000001"])
def test_the_number_dialled_where_the_carrier_calls_an_account(account: str) -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, account, dialled="0212345678").invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    assert talk.lines == ["01012345678 → 1001 dialled 0212345678"]


@pytest.mark.case(31)
def test_the_number_dialled_that_the_carrier_keeps_apart() -> None:
    talk = Conversation()
    headers = "P-Called-Party-ID: <sip:0212345678@carrier>\r\n"
    talk.leg("trunk", "pbx", CALLER, "s", headers=headers).invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    assert talk.lines == ["01012345678 → 1001 dialled 0212345678"]


@pytest.mark.case(30)
def test_a_number_that_is_the_extension_s_own_is_one_alert_on_any_number_of_hops() -> None:
    talk = Conversation(patience_s=0.01)
    talk.leg("carrier", "edge", "+821012345678", "1001").invite()
    talk.wait(0.02)
    talk.leg("inner", "pbx", "+821012345678", "1001").invite()
    talk.wait(0.04)
    talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(1)
    assert talk.lines == ["01012345678 → 1001"]


@pytest.mark.case(17, 30)
def test_a_replay_tells_the_phone_s_own_leg() -> None:
    """Its id is that of the first leg towards the phone, whatever came before."""
    talk = Conversation(patience_s=0.01)
    talk.leg("carrier", "pbx", CALLER, "1001").invite()
    talk.wait(0.04)
    phone = talk.leg("pbx", "p1", f"9{CALLER}", "1001").invite().ring()
    talk.wait(1)
    (ringing,) = talk.events
    assert isinstance(ringing, Ringing)
    assert (ringing.caller, ringing.sip_call_id) == (f"9{CALLER}", phone.call_id)


@pytest.mark.case(50)
def test_a_copy_heard_at_another_door_is_the_same_call() -> None:
    """A HEP sender may name other addresses of the same hop: Call-ID and branch say that it is one."""
    talk = Conversation()
    talk.register("p1", "1001")
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.send("10.0.0.1", "10.0.0.2", leg.text("INVITE sip:1001@p1 SIP/2.0", "INVITE"))
    leg.ring()
    talk.send("10.0.0.2", "10.0.0.1", leg.text("SIP/2.0 180 Ringing", "INVITE", to_tag=leg.to_tag))
    leg.cancel().reply(487)
    talk.send("10.0.0.1", "10.0.0.2", leg.text("CANCEL sip:1001@p1 SIP/2.0", "CANCEL"))
    assert talk.recorded == ["01012345678 → 1001", "1001: ended missed"]
