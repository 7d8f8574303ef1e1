"""The outcome, from what the legs did; rarer mixtures than in test_tracker.py."""

import pytest

from packetwave.server.calls.verdict import SWAPPED_S
from tests.server.calls.conversation import Conversation

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
