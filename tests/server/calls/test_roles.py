"""Who is who, learnt from what hosts do (signalling.md cases 41, 44, 49)."""

import pytest

from packetwave.server.calls import roles as module
from packetwave.server.calls.leg import Place
from packetwave.server.calls.registrations import Registrations
from packetwave.server.calls.roles import Known, Roles, is_inside
from tests.server.calls.conversation import Conversation

CALLER = "01012345678"
OTHER = "0255501000"


@pytest.mark.case(41)
def test_every_port_of_a_pbx_is_the_pbx() -> None:
    """The trunk comes in at 5080, phones are rung from any high port (FreeSWITCH, CUCM Express)."""
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    legs = [talk.leg("pbx", f"p{n}", CALLER, f"100{n}") for n in (1, 2)]
    for number, leg in enumerate(legs):
        leg.port = 51234 + number
        leg.invite().ring()
    legs[1].answer()
    legs[0].cancel().reply(487)
    trunk.answer()
    assert talk.recorded == [
        "01012345678 → 1001 dialled 0212345678",
        "01012345678 → 1002 dialled 0212345678",
        "1002: answered",
        "1001: ended answered_elsewhere by 1002",
    ]


@pytest.mark.case(41)
@pytest.mark.parametrize("shown", [CALLER, f"9{CALLER}"])
def test_a_pbx_with_two_network_cards_is_one(shown: str) -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    trunk = talk.leg("trunk", "public", CALLER, "0212345678").invite()
    phone = talk.leg("pbx", "p1", shown, "1001").invite().ring()
    trunk.cancel().reply(487)
    phone.cancel(extra="Reason: SIP;cause=200\r\n").reply(487)
    assert talk.recorded == [f"{shown} → 1001 dialled 0212345678", "1001: ended missed"]


@pytest.mark.case(41, 52)
def test_the_second_card_is_known_though_the_ringing_is_seen_before_the_phones_invite() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "public", CALLER, "0212345678").invite()
    talk.wait(0.002)
    trunk.ring()
    talk.leg("pbx", "p1", CALLER, "1001").invite().ring().answer()
    trunk.answer()
    assert talk.recorded == ["01012345678 → 1001 dialled 0212345678", "1001: answered"]


@pytest.mark.case(41)
def test_a_phone_is_no_second_address_of_the_pbx() -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    talk.register("p2", "1002")
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.leg("spare", "p2", CALLER, "1002").invite().ring()
    assert talk.lines == ["01012345678 → 1001", "01012345678 → 1002"]


@pytest.mark.case(44)
def test_an_old_registration_forbids_no_phone_that_rings_elsewhere() -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    moved = talk.leg("pbx", "p9", CALLER, "1001").invite().reply(100)
    assert talk.lines == []
    moved.ring().answer()
    assert talk.lines == ["01012345678 → 1001", "1001: answered"]


@pytest.mark.case(44, 49)
@pytest.mark.parametrize("status", [404, 480, 486])
def test_a_stranger_that_the_phone_refuses_rings_nobody(status: int) -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    talk.leg("stranger", "p1", CALLER, "1001").invite().reply(status)
    assert talk.lines == []


@pytest.mark.case(24, 49)
@pytest.mark.parametrize("status", [100, 180, 183, 200])
def test_a_stranger_alerts_at_the_phone_s_own_first_reply(status: int) -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    leg = talk.leg("stranger", "p1", CALLER, "1001").invite()
    talk.wait(5)
    assert talk.lines == []
    leg.reply(status)
    assert talk.lines[:1] == ["01012345678 → 1001"]


@pytest.mark.case(24)
def test_the_registrar_and_who_rings_for_several_callers_alert_at_once() -> None:
    talk = Conversation()
    talk.register("p1", "1001", registrar="registrar")
    talk.leg("registrar", "p1", CALLER, "1001").invite()
    assert talk.lines == ["01012345678 → 1001"]
    for caller in (CALLER, OTHER):
        talk.leg("pbx", "p1", caller, "1001").invite().ring().cancel().reply(487)
        talk.wait(40)
    known = len(talk.recorded)
    talk.leg("pbx", "p1", "01099990000", "1001").invite()
    assert talk.recorded[known:] == ["01099990000 → 1001"]


@pytest.mark.case(38, 49)
def test_a_scanner_rings_nobody_until_the_phone_says_so() -> None:
    talk = Conversation()
    agent = "User-Agent: friendly-scanner\r\n"
    refused = talk.leg("scanner", "p1", "100", "1001", headers=agent).invite().reply(100)
    talk.wait(1)
    refused.reply(486)
    assert talk.lines == []
    talk.leg("scanner", "p1", "100", "1001", headers=agent).invite().ring()
    assert talk.lines == ["100 → 1001"]


@pytest.mark.case(38)
def test_a_200_that_nobody_asked_for_teaches_nothing() -> None:
    """One forged packet would silence an extension."""
    talk = Conversation()
    talk.register("p1", "1001")
    talk.register("thief", "1001", asked=False)
    talk.wait(1)
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    assert talk.lines == ["01012345678 → 1001"]


@pytest.mark.case(38, 44)
def test_a_forged_registration_delays_an_alert_and_drops_none() -> None:
    talk = Conversation()
    talk.register("thief", "1001")
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite()
    assert talk.lines == []
    leg.ring()
    assert talk.lines == ["01012345678 → 1001"]


@pytest.mark.case(32, 44)
def test_phones_behind_an_sbc_ring_where_they_are() -> None:
    """Both hops of each registration are on the mirror, in any order."""
    for first, second in (("sbc", "pbx"), ("pbx", "sbc")):
        talk = Conversation()
        hops = {"sbc": ("p1", "sbc"), "pbx": ("sbc", "pbx")}
        for hop in (first, second):
            phone, registrar = hops[hop]
            talk.register(phone, "1001", registrar=registrar)
        before = talk.leg("pbx", "sbc", CALLER, "1001").invite()
        phone_leg = talk.leg("sbc", "p1", CALLER, "1001").invite().ring()
        before.ring()
        phone_leg.answer()
        before.answer()
        assert talk.lines == ["01012345678 → 1001", "1001: answered"]


@pytest.mark.case(30)
def test_the_account_of_the_pbx_at_its_carrier_is_no_phone() -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    talk.register("pbx", "0212345678", registrar="carrier")
    talk.leg("carrier", "pbx", CALLER, "0212345678").invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    assert talk.lines == ["01012345678 → 1001 dialled 0212345678"]


def test_programs_on_one_host_are_told_apart_by_their_ports() -> None:
    roles = Roles(Registrations())
    talk = Conversation()
    leg = talk.leg("127.0.0.1", "127.0.0.1", CALLER, "1001")
    leg.invite()
    (call,) = talk.tracker.table
    roles.saw_leg(call.legs[0])
    assert roles.is_same(Place("127.0.0.1", 5060), Place("127.0.0.1", 5060))
    assert not roles.is_same(Place("127.0.0.1", 5060), Place("127.0.0.1", 5080))
    assert roles.is_same(Place("192.0.2.1", 5060), Place("192.0.2.1", 5080))


@pytest.mark.case(38)
def test_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Known(3)
    for number in range(10):
        known.add(number)
        known.add(0)
    assert len(known) == 3 and 0 in known and 9 in known and 1 not in known
    monkeypatch.setattr(module, "MAX_HOSTS", 4)
    talk = Conversation(known=())
    for number in range(20):
        talk.leg(f"host{number}", f"phone{number}", CALLER, f"2{number:03}").invite().ring()
    assert len([text for text in talk.lines if "→" in text]) == 20


def test_addresses_of_the_office_s_own_network() -> None:
    assert is_inside("192.168.0.10") and is_inside("10.1.2.3") and is_inside("fd00::1")
    assert not is_inside("203.0.113.5") and not is_inside("2001:db8::1") and not is_inside("pbx")
