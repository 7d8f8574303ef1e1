"""The rung desk is told who took its call (signalling.md case 34)."""

import pytest

from tests.server.calls.conversation import Conversation

CALLER = "01012345678"

pytestmark = pytest.mark.case(34)


@pytest.mark.parametrize("code", ["*8", "*81001", "**1001", "*78"])
def test_by_a_code(code: str) -> None:
    talk = Conversation()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(3)
    taker = talk.leg("p4", "pbx", "1004", code).invite()
    if "1001" in code or code == "*8":
        taker.answer()
        rung.cancel().reply(487)
        assert talk.recorded[-1] == "1001: ended answered_elsewhere by 1004"
    else:
        taker.reply(404)
        rung.cancel().reply(487)
        assert talk.recorded[-1] == "1001: ended missed"


def test_the_answer_may_come_just_behind_the_cancel() -> None:
    talk = Conversation()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    taker = talk.leg("p4", "pbx", "1004", "*8").invite()
    rung.cancel().reply(487)
    talk.wait(0.1)
    taker.answer()
    talk.wait(1)
    assert talk.recorded[-1] == "1001: ended answered_elsewhere by 1004"


def test_a_code_for_another_desk_took_nothing_here() -> None:
    talk = Conversation()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.leg("p4", "pbx", "1004", "*81002").invite().answer()
    rung.cancel().reply(487)
    assert talk.recorded[-1] == "1001: ended missed"


def test_a_code_long_before_took_nothing() -> None:
    talk = Conversation()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.leg("p4", "pbx", "1004", "*8").invite().answer()
    talk.wait(10)
    rung.cancel().reply(487)
    assert talk.recorded[-1] == "1001: ended missed"


def test_by_an_invite_that_replaces_the_ringing_dialog() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600").invite()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    taker = talk.leg("p4", "pbx", "1004", "600")
    tags = f"to-tag={trunk.to_tag};from-tag={trunk.from_tag};early-only"
    taker.headers = f"Replaces: {trunk.call_id};{tags}\r\n"
    taker.invite().answer()
    rung.cancel().reply(487)
    trunk.answer()
    assert talk.recorded == ["01012345678 → 1001 dialled 600", "1001: ended answered_elsewhere by 1004"]
