"""The life of a call, as conversations on the mirror (signalling.md cases 13 to 37)."""

import pytest

from packetwave.server.calls.early import EARLY_S
from packetwave.server.calls.events import Direction, Ringing
from packetwave.server.calls.kinship import AGAIN_S, SWAPPED_S
from packetwave.server.calls.table import CHALLENGE_S, LINGER_S, RING_SILENCE_S, TALK_SILENCE_S
from packetwave.server.calls.tracker import OpenCall
from tests.server.calls.conversation import START_S, Conversation

CALLER = "01012345678"


@pytest.mark.case(24)
def test_answered_and_hung_up() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().reply(100).ring()
    assert talk.lines == ["01012345678 → 1001"]
    leg.answer()
    assert talk.lines[1:] == ["1001: answered"]
    leg.bye()
    assert talk.lines[2:] == ["1001: ended answered"]


@pytest.mark.case(24)
def test_hung_up_by_the_called_side() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite().answer().bye_back()
    assert talk.lines == ["01012345678 → 1001", "1001: answered", "1001: ended answered"]


@pytest.mark.case(24)
def test_cancelled_is_missed() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().ring().cancel()
    assert talk.lines[1:] == ["1001: stopped"]
    leg.reply(487)
    assert talk.lines[2:] == ["1001: ended missed"]


@pytest.mark.case(25)
def test_cancel_without_its_487_is_missed_after_half_a_second() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite().cancel()
    talk.wait(0.4)
    assert talk.recorded == ["01012345678 → 1001"]
    talk.wait(0.2)
    assert talk.recorded[1:] == ["1001: ended missed"]


@pytest.mark.case(24)
def test_487_without_a_cancel_is_missed() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite().reply(487)
    talk.wait(SWAPPED_S)
    assert talk.recorded[1:] == ["1001: ended missed"]


@pytest.mark.case(29)
def test_a_487_seen_before_its_cancel_hears_the_reason_in_it() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().ring().reply(487)
    talk.wait(0.003)
    leg.cancel(extra="Reason: SIP;cause=200\r\n")
    assert talk.recorded[1:] == ["1001: ended answered_elsewhere"]


@pytest.mark.case(25)
def test_a_200_that_crossed_the_cancel_wins() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().cancel().answer()
    assert talk.recorded[1:] == ["1001: answered"]
    leg.bye()
    assert talk.recorded[2:] == ["1001: ended answered"]


@pytest.mark.case(24)
def test_final_refusals() -> None:
    expected = {
        486: "busy",
        600: "busy",
        603: "declined",
        302: "forwarded",
        480: "failed",
        408: "failed",
        404: "failed",
        500: "failed",
    }
    for status, outcome in expected.items():
        talk = Conversation()
        talk.leg("pbx", "p1", CALLER, "1001").invite().reply(status)
        assert talk.recorded[1:] == [f"1001: ended {outcome}"], status


@pytest.mark.case(24)
def test_refusals_after_it_rang_are_missed() -> None:
    for status in (480, 408, 404, 500, 604):
        talk = Conversation()
        talk.leg("pbx", "p1", CALLER, "1001").invite().ring().reply(status)
        assert talk.recorded[1:] == ["1001: ended missed"], status


@pytest.mark.case(13, 14)
def test_copies_and_retransmissions_are_one_call() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().invite().invite().ring().ring()
    talk.wait(0.5)
    leg.invite().cancel().cancel().reply(487).reply(487).invite()
    assert talk.recorded == ["01012345678 → 1001", "1001: ended missed"]


@pytest.mark.case(15)
def test_two_callers_interleaved_with_their_copies() -> None:
    talk = Conversation()
    first = talk.leg("pbx", "p1", CALLER, "1001").invite()
    second = talk.leg("pbx", "p1", "025550100", "1001").invite()
    first.invite()
    second.invite()
    assert talk.lines == ["01012345678 → 1001", "025550100 → 1001"]


@pytest.mark.case(15)
def test_same_caller_twice_to_one_phone_are_two_calls() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", "anonymous", "1001").invite()
    talk.leg("pbx", "p1", "anonymous", "1001").invite()
    assert len([event for event in talk.events if isinstance(event, Ringing)]) == 2


@pytest.mark.case(16)
def test_authentication_does_not_alert_twice() -> None:
    talk = Conversation()
    first = talk.leg("p2", "pbx", "1002", "1001").invite().reply(407)
    first.retry().ring().answer().bye()
    assert talk.recorded == ["1002 → 1001 internal", "1001: answered", "1001: ended answered"]


@pytest.mark.case(16)
def test_authentication_never_finished_fails() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite().reply(401)
    talk.wait(CHALLENGE_S + 1)
    assert talk.recorded[1:] == ["1001: ended failed"]


@pytest.mark.case(26)
def test_reinvite_does_not_alert() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    again = talk.leg("pbx", "p1", CALLER, "1001", call_id=leg.call_id, from_tag=leg.from_tag)
    again.cseq = 2
    again.invite(to_tag=leg.to_tag)
    assert talk.recorded == ["01012345678 → 1001", "1001: answered"]
    # In the middle of a call that began before the capture: not an alert either.
    talk.leg("pbx", "p2", CALLER, "1002").invite(to_tag="theirs")
    assert len(talk.recorded) == 2


@pytest.mark.case(36)
def test_internal_and_outgoing() -> None:
    talk = Conversation()
    talk.leg("p2", "pbx", "1002", "1001").invite()
    talk.wait(5)
    out = talk.leg("p2", "pbx", "1002", "01099998888").invite()
    trunk = talk.leg("pbx", "trunk", "1002", "01099998888").invite()
    # It alerts nobody, so it can wait until it rings somewhere.
    assert talk.lines == ["1002 → 1001 internal"]
    trunk.ring()
    assert talk.lines[1:] == ["1002 → 01099998888 out"]
    trunk.answer()
    out.answer()
    assert talk.lines[2:] == ["01099998888: answered"]
    out.bye()
    trunk.bye()
    assert talk.lines[3:] == ["01099998888: ended answered"]


@pytest.mark.case(36)
def test_outgoing_call_refused_at_once() -> None:
    talk = Conversation()
    talk.leg("p2", "pbx", "1002", "01099998888").invite().reply(404)
    assert talk.lines == ["1002 → 01099998888 out", "01099998888: ended failed"]


@pytest.mark.case(36)
def test_a_hunt_group_called_from_inside_is_no_outgoing_call() -> None:
    talk = Conversation()
    group = talk.leg("p3", "pbx", "1003", "600").invite()
    phone = talk.leg("pbx", "p1", "1003", "1001").invite().ring()
    group.ring()
    phone.answer()
    group.answer().bye()
    phone.bye()
    assert talk.recorded == ["1003 → 1001 internal dialled 600", "1001: answered", "1001: ended answered"]


@pytest.mark.case(30)
def test_trunk_leg_alone_is_nothing_and_with_the_phone_leg_one_alert() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    assert talk.lines == []
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite()
    assert talk.lines == ["01012345678 → 1001 dialled 0212345678"]
    phone.answer()
    trunk.answer().bye()
    phone.bye()
    assert talk.lines[1:] == ["1001: answered", "1001: ended answered"]


@pytest.mark.case(30)
def test_proxy_legs_of_one_call_are_one_alert() -> None:
    talk = Conversation()
    before = talk.leg("p2", "proxy", "1002", "1001", call_id="c").invite()
    after = talk.leg("proxy", "p1", "1002", "1001", call_id="c").invite()
    after.answer()
    before.answer().bye()
    after.bye()
    assert talk.lines == ["1002 → 1001 internal", "1001: answered", "1001: ended answered"]


@pytest.mark.case(27)
def test_ring_group_by_forking() -> None:
    talk = Conversation()
    talk.leg("trunk", "proxy", CALLER, "600", call_id="c").invite()
    first = talk.leg("proxy", "p1", CALLER, "1001", call_id="c").invite().ring()
    second = talk.leg("proxy", "p2", CALLER, "1002", call_id="c").invite().ring()
    first.answer()
    second.cancel().reply(487)
    assert talk.recorded == [
        "01012345678 → 1001 dialled 600",
        "01012345678 → 1002 dialled 600",
        "1001: answered",
        "1002: ended answered_elsewhere by 1001",
    ]


@pytest.mark.case(25, 28)
def test_ring_group_of_a_b2bua_with_the_cancel_before_the_winner() -> None:
    talk = Conversation()
    legs = [talk.leg("pbx", f"p{n}", CALLER, f"100{n}").invite().ring() for n in (1, 2, 3)]
    legs[0].cancel().reply(487)
    talk.wait(0.003)
    legs[1].answer()
    legs[2].cancel().reply(487)
    assert talk.recorded[3:] == [
        "1002: answered",
        "1001: ended answered_elsewhere by 1002",
        "1003: ended answered_elsewhere by 1002",
    ]


@pytest.mark.case(29)
def test_caller_hangs_up_on_a_ring_group() -> None:
    talk = Conversation()
    legs = [talk.leg("pbx", f"p{n}", CALLER, f"100{n}").invite().ring() for n in (1, 2)]
    for leg in legs:
        leg.cancel(extra='Reason: SIP;cause=200;text="Call completed elsewhere"\r\n').reply(487)
    talk.wait(1)
    assert sorted(talk.recorded[2:]) == ["1001: ended missed", "1002: ended missed"]


@pytest.mark.case(29)
def test_reason_decides_only_where_it_is_all_there_is() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    leg.cancel(extra='Reason: SIP;cause=200;text="Call completed elsewhere"\r\n').reply(487)
    assert talk.recorded[1:] == ["1001: ended answered_elsewhere"]


@pytest.mark.case(27)
def test_two_devices_of_one_extension_are_one_alert() -> None:
    talk = Conversation()
    first = talk.leg("proxy", "p1", CALLER, "1001", call_id="c").invite().ring()
    second = talk.leg("proxy", "p9", CALLER, "1001", call_id="c").invite().ring()
    second.answer()
    first.cancel().reply(487)
    second.bye()
    assert talk.recorded == ["01012345678 → 1001", "1001: answered", "1001: ended answered"]


@pytest.mark.case(27)
def test_hunt_group_that_goes_on_is_missed() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, "600").invite()
    first = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(15)
    first.cancel().reply(487)
    talk.wait(1)
    talk.leg("pbx", "p2", CALLER, "1002").invite().ring().answer()
    assert talk.recorded == [
        "01012345678 → 1001 dialled 600",
        "01012345678 → 1002 dialled 600",
        "1002: answered",
        "1001: ended missed",
    ]


@pytest.mark.case(35)
def test_queue_that_rings_the_same_phone_again_is_one_entry() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600").invite().answer()
    for _ in range(3):
        leg = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
        talk.wait(10)
        leg.cancel().reply(487)
        talk.wait(5)
    trunk.bye()
    assert talk.recorded == ["01012345678 → 1001 dialled 600", "1001: ended missed"]
    assert talk.lines.count("1001: rings again") == 2


@pytest.mark.case(37)
def test_ring_of_which_nothing_more_is_heard_ends_unknown() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(RING_SILENCE_S + 1)
    assert talk.recorded[1:] == ["1001: ended unknown"]


@pytest.mark.case(25)
def test_talk_of_which_nothing_more_is_heard_ends_as_answered() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    talk.wait(TALK_SILENCE_S + 1)
    assert talk.recorded[2:] == ["1001: ended answered"]


def test_end_of_a_file_ends_every_ring_once() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite().answer()
    talk.leg("pbx", "p2", "025550100", "1002").invite()
    talk.leg("pbx", "p3", "025550101", "1003").invite().cancel()
    talk.finish()
    ended = sorted(text for text in talk.recorded if "ended" in text)
    assert ended == ["1001: ended answered", "1002: ended unknown", "1003: ended missed"]
    assert len(talk.tracker.table) == 0


def test_a_180_alone_alerts_after_waiting_for_its_invite() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").ring()
    assert talk.lines == []
    talk.wait(EARLY_S)
    assert talk.lines == ["01012345678 → 1001"]
    leg.answer().bye()
    assert talk.lines[1:] == ["1001: answered", "1001: ended answered"]


@pytest.mark.case(25)
def test_replies_swapped_with_their_invite() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001")
    leg.ring()
    talk.wait(0.002)
    leg.answer()
    talk.wait(0.002)
    leg.invite()
    assert talk.lines == ["01012345678 → 1001", "1001: answered"]


@pytest.mark.case(25)
def test_bye_swapped_with_its_200() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite()
    leg.bye()
    talk.wait(0.002)
    leg.answer()
    assert talk.recorded == ["01012345678 → 1001", "1001: answered", "1001: ended answered"]


def test_no_known_extension_means_every_target_counts() -> None:
    talk = Conversation(known=())
    talk.leg("a", "b", "alice", "bob").invite()
    assert talk.lines == ["alice → bob"]


@pytest.mark.case(38)
def test_unknown_target_is_nobodys_call() -> None:
    talk = Conversation()
    talk.leg("scanner", "pbx", "100", "9999").invite().reply(404)
    assert talk.lines == []


@pytest.mark.case(30, 31, 32)
def test_registrations_tell_whose_phone_rings() -> None:
    talk = Conversation(known=("1001",))
    register = talk.leg("p1", "pbx", "1001", "1001")
    text = register.text(
        "SIP/2.0 200 OK", "REGISTER", extra="Contact: <sip:x7f@p1:5060>;expires=600\r\n"
    ).replace(b"Contact: <sip:1001@p1>\r\n", b"")
    talk.send("p1", "pbx", register.text("REGISTER sip:pbx SIP/2.0", "REGISTER"))
    talk.send("pbx", "p1", text)
    # On its way to the PBX the call has not reached the phone.
    talk.leg("p2", "pbx", "1002", "1001").invite()
    assert talk.lines == []
    talk.leg("pbx", "p1", "1002", "x7f", dialled="1001").invite()
    assert talk.lines == ["1002 → 1001"]


@pytest.mark.case(17)
def test_restored_ringing_call_is_announced_again_under_the_same_id() -> None:
    before = Conversation()
    leg = before.leg("pbx", "p1", CALLER, "1001").invite().ring()
    ringing = before.events[0]
    assert isinstance(ringing, Ringing)
    for shows in ("invite", "ring"):
        talk = Conversation()
        talk.tracker.restore(
            [
                OpenCall(
                    ringing.call_id,
                    ringing.sip_call_id,
                    ringing.from_tag,
                    "1001",
                    CALLER,
                    Direction.IN,
                    START_S,
                    None,
                )
            ]
        )
        leg.talk = talk
        getattr(leg, shows)()
        assert talk.lines == ["01012345678 → 1001"], shows
        assert talk.events[0].call_id == ringing.call_id
        getattr(leg, shows)()
        leg.cancel().reply(487)
        assert talk.recorded == ["01012345678 → 1001", "1001: ended missed"], shows


def test_restored_call_that_was_answered_meanwhile() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001")
    call = OpenCall("id", leg.call_id, leg.from_tag, "1001", CALLER, Direction.IN, START_S, None)
    talk.tracker.restore([call])
    leg.answer().bye()
    assert [type(event).__name__ for event in talk.events] == ["Answered", "Ended"]


def test_restored_call_never_heard_of_again_ends_unknown() -> None:
    talk = Conversation()
    talk.tracker.restore([OpenCall("id", "c", "t", "1001", CALLER, Direction.IN, START_S, None)])
    talk.wait(RING_SILENCE_S + 1)
    assert talk.lines == ["?: ended unknown"]


@pytest.mark.case(17)
def test_call_ids_are_the_same_in_two_probes() -> None:
    one, two = Conversation(), Conversation()
    leg = one.leg("pbx", "p1", CALLER, "1001").invite()
    leg.talk = two
    leg.invite()
    assert one.events[0].call_id == two.events[0].call_id


@pytest.mark.case(24)
def test_ten_thousand_calls_of_each_kind_leave_nothing() -> None:
    talk = Conversation()
    for number in range(2000):
        caller = f"010{number:08d}"
        talk.leg("pbx", "p1", caller, "1001").invite().ring().answer().bye()
        talk.leg("pbx", "p2", caller, "1002").invite().ring().cancel().reply(487)
        talk.leg("pbx", "p3", caller, "1003").invite().reply(486)
        talk.leg("pbx", "p4", caller, "1004").invite()
        talk.leg("scanner", "pbx", caller, "77").invite().reply(404)
        talk.now_s += 0.2
    talk.wait(RING_SILENCE_S + 1)
    talk.wait(LINGER_S + 1)
    assert talk.tracker.is_empty
    ended = [text for text in talk.lines if "ended" in text]
    assert len(ended) == 8000


def test_called_anew_under_the_same_call_id() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().reply(500)
    # At once it is the same ring, whose end was said too early;
    again = leg.retry().ring().cancel().reply(487)
    assert talk.recorded == ["01012345678 → 1001", "1001: ended failed", "1001: corrected missed"]
    assert len({event.call_id for event in talk.events}) == 1
    # after half a minute it is a new one, with an id of its own.
    talk.wait(AGAIN_S + 1)
    again.retry().reply(486)
    assert talk.recorded[3:] == ["01012345678 → 1001", "1001: ended busy"]
    assert len({event.call_id for event in talk.events}) == 2
