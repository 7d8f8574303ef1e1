"""The outcome, from what the legs did; rarer mixtures than in test_tracker.py."""

import pytest

from packetwave.server.calls.events import Cause, Corrected, Ended
from packetwave.server.calls.kinship import SWAPPED_S
from packetwave.server.calls.table import NO_REPLY_S
from tests.server.calls.conversation import START_S, Conversation

CALLER = "01012345678"


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (603, 486, "declined"),
        (486, 487, "missed"),
        (486, 480, "busy"),
        (302, 404, "forwarded"),
        (486, 486, "busy"),
    ],
)
@pytest.mark.case(27)
def test_two_devices_that_refuse(first: int, second: int, outcome: str) -> None:
    talk = Conversation()
    one = talk.leg("proxy", "p1", CALLER, "1001", call_id="c").invite()
    two = talk.leg("proxy", "p9", CALLER, "1001", call_id="c").invite()
    one.reply(first)
    assert talk.recorded == ["01012345678 → 1001"]
    two.reply(second)
    talk.wait(SWAPPED_S)
    assert talk.recorded[1:] == [f"1001: ended {outcome}"]


@pytest.mark.case(24)
def test_a_phone_that_declined_did_so_whoever_answers_then() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, "600").invite()
    one = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    two = talk.leg("pbx", "p2", CALLER, "1002").invite().ring()
    talk.wait(1)
    one.reply(603)
    talk.wait(0.2)
    two.answer()
    assert talk.recorded[2:] == ["1001: ended declined", "1002: answered"]


@pytest.mark.case(27)
def test_voicemail_takes_nothing() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600").invite()
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(15)
    voicemail = talk.leg("pbx", "vm", CALLER, "vm1001").invite()
    phone.cancel().reply(487)
    talk.wait(0.01)
    voicemail.answer()
    trunk.answer()
    assert talk.recorded == ["01012345678 → 1001 dialled 600", "1001: ended missed"]


@pytest.mark.case(28)
def test_answered_by_somebody_who_is_no_member() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, "600").invite()
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    mobile = talk.leg("pbx", "gateway", CALLER, "01099998888").invite().ring()
    mobile.answer()
    phone.cancel().reply(487)
    assert talk.recorded[1:] == ["1001: ended answered_elsewhere by 01099998888"]


@pytest.mark.case(27)
def test_the_upstream_leg_does_not_answer_for_the_phone() -> None:
    talk = Conversation()
    before = talk.leg("p2", "pbx", "1002", "1001").invite()
    phone = talk.leg("pbx", "p1", "1002", "1001").invite().ring()
    talk.wait(20)
    phone.cancel().reply(487)
    before.answer()  # the PBX's voicemail
    before.bye()
    assert talk.recorded == ["1002 → 1001 internal", "1001: ended missed"]


@pytest.mark.case(24)
def test_a_phone_forwarded_by_its_pbx() -> None:
    talk = Conversation()
    before = talk.leg("p2", "pbx", "1002", "1001").invite()
    other = talk.leg("pbx", "p3", "1002", "1003").invite().ring().answer()
    before.answer().bye()
    other.bye()
    assert talk.recorded == [
        "1002 → 1001 internal",
        "1002 → 1003 internal dialled 1001",
        "1003: answered",
        "1001: ended answered_elsewhere by 1003",
        "1003: ended answered",
    ]


def causes(talk: Conversation) -> list[str]:
    return [
        event.cause.value for event in talk.events if isinstance(event, Ended | Corrected) and event.cause
    ]


LIE = 'Reason: SIP;cause=200;text="Call completed elsewhere"\r\n'


@pytest.mark.case(29)
def test_the_caller_who_gave_up_outranks_every_hint() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    trunk.cancel().reply(487)
    phone.cancel(extra=LIE).reply(487)
    assert talk.recorded[1:] == ["1001: ended missed"]
    assert causes(talk) == ["caller_gave_up"]


@pytest.mark.case(29)
def test_the_caller_s_cancel_may_be_seen_after_the_phone_s() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    phone.cancel(extra=LIE).reply(487)
    talk.wait(0.004)
    trunk.cancel().reply(487)
    assert talk.recorded[1:] == ["1001: ended missed"]
    assert causes(talk) == ["caller_gave_up"]


@pytest.mark.case(29, 35)
def test_a_queue_that_marks_its_agents_answered_nothing() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600").invite().answer()
    talk.wait(1)
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(15)
    phone.cancel(extra="Reason: Q.850;cause=26\r\n").reply(487)
    talk.wait(5)
    trunk.bye()
    assert talk.recorded[1:] == ["1001: ended missed"]
    assert causes(talk) == ["timed_out"]


@pytest.mark.case(29)
def test_a_hint_is_believed_where_the_caller_was_put_through_at_that_moment() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    phone.cancel(extra=LIE).reply(487)
    trunk.answer()
    talk.wait(1)
    assert talk.recorded[1:] == ["1001: ended answered_elsewhere"]
    assert causes(talk) == ["said_elsewhere"]


@pytest.mark.case(28)
@pytest.mark.parametrize("later_s", [0.0, 0.02, 0.4])
def test_the_winner_answered_when_the_others_stopped(later_s: float) -> None:
    """A group to which a phone was added after ten seconds, without the trunk leg."""
    talk = Conversation()
    first = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(10)
    second = talk.leg("pbx", "p2", CALLER, "1002").invite().ring()
    talk.wait(4)
    second.answer()
    talk.wait(later_s)
    first.cancel().reply(487)
    assert talk.recorded[-1] == "1001: ended answered_elsewhere by 1002"
    assert causes(talk) == ["other_phone"]


@pytest.mark.case(28)
def test_an_answer_seconds_before_took_nothing() -> None:
    talk = Conversation()
    first = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(0.5)
    second = talk.leg("pbx", "p3", CALLER, "1003").invite().ring()
    talk.wait(4)
    first.answer()
    talk.wait(4)
    second.cancel().reply(487)
    talk.wait(1)
    assert talk.recorded[-1] == "1003: ended missed"


@pytest.mark.case(42)
def test_a_phone_that_never_replies_is_over_after_32_seconds() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.wait(NO_REPLY_S - 0.1)
    assert talk.recorded == ["01012345678 → 1001"]
    talk.wait(100)
    assert talk.recorded[1:] == ["1001: ended failed"]
    ended = talk.events[-1]
    assert isinstance(ended, Ended) and ended.cause is Cause.NO_REPLY
    assert ended.at.timestamp() == pytest.approx(START_S + NO_REPLY_S)  # not when it was noticed


@pytest.mark.case(42, 28)
@pytest.mark.parametrize("trunk_seen", [True, False])
@pytest.mark.parametrize("answered", [True, False])
def test_a_group_with_an_unplugged_phone(trunk_seen: bool, answered: bool) -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600")
    if trunk_seen:
        trunk.invite()
    dead = talk.leg("pbx", "p1", CALLER, "1001").invite()
    other = talk.leg("pbx", "p2", CALLER, "1002").invite().ring()
    talk.wait(6)
    dead.invite()
    if answered:
        other.answer()
    if trunk_seen:
        trunk.answer() if answered else trunk.cancel().reply(487)
    if not answered:
        other.cancel().reply(487)
    talk.wait(1)
    end = "answered_elsewhere by 1002" if answered else "missed"
    assert f"1001: ended {end}" in talk.recorded


@pytest.mark.case(42, 28)
def test_a_group_with_an_unplugged_phone_whose_winner_is_seen_behind_the_trunks_200() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600").invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    other = talk.leg("pbx", "p2", CALLER, "1002").invite().ring()
    talk.wait(6)
    trunk.answer()
    talk.wait(0.002)
    other.answer()
    assert talk.recorded[2:] == ["1002: answered", "1001: ended answered_elsewhere by 1002"]


@pytest.mark.case(42)
def test_an_unplugged_phone_whose_callers_cancel_is_seen_behind_its_487() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600").invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.wait(6)
    trunk.reply(487)
    talk.wait(0.002)
    trunk.cancel()
    assert talk.recorded[1:] == ["1001: ended missed"]


@pytest.mark.case(42)
def test_an_unplugged_phone_is_given_up_where_no_winner_shows() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600").invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.leg("pbx", "p2", CALLER, "1002").invite().ring()
    talk.wait(6)
    trunk.answer()
    talk.wait(1)
    assert "1001: ended failed" in talk.recorded


@pytest.mark.case(47)
def test_a_phone_rings_for_ten_minutes_on_one_180() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(600)
    assert talk.recorded == ["01012345678 → 1001"]
    leg.answer()
    assert talk.recorded[1:] == ["1001: answered"]


@pytest.mark.case(46)
@pytest.mark.parametrize("rings_first", [False, True])
def test_a_mailbox_on_another_host_under_the_extension_s_own_name(rings_first: bool) -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(20)
    phone.cancel().reply(487)
    mailbox = talk.leg("pbx", "vm", CALLER, "1001").invite()
    if rings_first:
        mailbox.ring()
    talk.wait(0.1)
    mailbox.answer()
    trunk.answer()
    talk.wait(30)
    mailbox.bye()
    trunk.bye()
    assert talk.recorded[1:] == ["1001: ended missed"]
    assert causes(talk) == ["went_on"]


@pytest.mark.case(45)
@pytest.mark.parametrize("shown", [CALLER, "0212345678", "07012340000"])
@pytest.mark.parametrize("trunk_seen", [True, False])
def test_the_mobile_answers(shown: str, trunk_seen: bool) -> None:
    """With the caller's number, the company's, or one that says nothing."""
    talk = Conversation()
    talk.register("p1", "1001")
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678")
    if trunk_seen:
        trunk.invite()
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    mobile = talk.leg("pbx", "trunk", shown, "01098765432").invite().ring()
    talk.wait(7)
    mobile.answer()
    phone.cancel().reply(487)
    if trunk_seen:
        trunk.answer()
    talk.wait(1)
    assert talk.recorded[-1] == "1001: ended answered_elsewhere by 01098765432"


@pytest.mark.case(45)
def test_an_outgoing_call_answered_elsewhere_took_nothing() -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    phone = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    out = talk.leg("p2", "pbx", "1002", "01098765432").invite()
    line = talk.leg("pbx", "trunk", "0212345678", "01098765432").invite().ring()
    talk.wait(7)
    line.answer()
    out.answer()
    trunk.cancel().reply(487)
    phone.cancel().reply(487)
    talk.wait(1)
    assert talk.recorded[-1] == "1001: ended missed"


@pytest.mark.case(52, 25)
def test_replies_that_come_before_their_invite() -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    leg = talk.leg("pbx", "p1", CALLER, "1001")
    leg.reply(100)
    leg.ring()
    talk.wait(0.04)
    leg.invite()
    assert talk.recorded == ["01012345678 → 1001"]
    refused = talk.leg("pbx", "p2", CALLER, "1002")
    refused.reply(486)
    talk.wait(0.04)
    refused.invite()
    assert talk.recorded[1:] == ["01012345678 → 1002", "1002: ended busy"]


@pytest.mark.case(25, 42)
def test_an_answer_after_the_end_was_said_corrects_it() -> None:
    talk = Conversation()
    silent = talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.wait(NO_REPLY_S + 1)
    silent.answer()
    crossed = talk.leg("pbx", "p2", CALLER, "1002").invite().ring().cancel()
    talk.wait(1)
    crossed.answer()
    silent.bye()
    crossed.bye()
    assert [text for text in talk.recorded if "→" not in text] == [
        "1001: ended failed",
        "1002: ended missed",
        "1001: corrected answered",
        "1002: corrected answered",
    ]
