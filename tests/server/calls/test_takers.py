"""The rung desk is told who took its call (signalling.md case 34)."""

import pytest

from packetwave.server.calls.takers import NEAR_S, names
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
        talk.wait(NEAR_S)
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


@pytest.mark.case(34, 52)
def test_by_an_invite_that_replaces_and_is_seen_behind_the_cancel_it_caused() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "600").invite()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    taker = talk.leg("p4", "pbx", "1004", "1001")
    taker.headers = f"Replaces: {rung.call_id};to-tag={rung.from_tag};from-tag={rung.to_tag}\r\n"
    rung.cancel()
    talk.wait(0.002)
    taker.invite().answer()
    rung.reply(487)
    trunk.answer()
    assert talk.recorded == ["01012345678 → 1001 dialled 600", "1001: ended answered_elsewhere by 1004"]


CODES = ["*8", "**1001", "*20*", "*40", "*32*1001#", "566", "*81001"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("trunk_seen", [True, False])
@pytest.mark.parametrize("cancel_first", [True, False])
def test_whatever_the_code(code: str, trunk_seen: bool, cancel_first: bool) -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678")
    if trunk_seen:
        trunk.invite()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(6)
    taker = talk.leg("p4", "pbx", "1004", code).invite().reply(401).retry()
    if cancel_first:
        rung.cancel().reply(487)
        talk.wait(0.05)
        taker.answer()
    else:
        taker.answer()
        talk.wait(0.05)
        rung.cancel().reply(487)
    if trunk_seen:
        trunk.answer()
    talk.wait(1)
    assert talk.recorded[-1] == "1001: ended answered_elsewhere by 1004"


@pytest.mark.parametrize("proxied", [True, False])
def test_through_an_sbc_or_proxy(proxied: bool) -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    before = talk.leg("pbx", "sbc", CALLER, "1001", call_id="a").invite()
    rung = talk.leg("sbc", "p1", CALLER, "1001", call_id="a" if proxied else "b").invite().ring()
    talk.wait(6)
    taker = talk.leg("p4", "sbc", "1004", "*20*", call_id="c").invite()
    behind = talk.leg("sbc", "pbx", "1004", "*20*", call_id="c" if proxied else "d").invite()
    behind.answer()
    taker.answer()
    before.cancel().reply(487)
    rung.cancel().reply(487)
    trunk.answer()
    talk.wait(1)
    assert talk.recorded[-1] == "1001: ended answered_elsewhere by 1004"


def test_by_a_key_whose_dialog_nobody_saw() -> None:
    """Asterisk offers `pickup-…` of the lamp's own subscription: it takes the call, and rings nobody."""
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    taker = talk.leg("p2", "pbx", "1002", "1001", headers="Replaces: pickup-x;to-tag=1;from-tag=2\r\n")
    taker.invite().answer()
    rung.cancel().reply(487)
    trunk.answer()
    talk.wait(1)
    assert talk.recorded == [
        "01012345678 → 1001 dialled 0212345678",
        "1001: ended answered_elsewhere by 1002",
    ]


def test_never_where_the_caller_had_given_up() -> None:
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.leg("p4", "pbx", "1004", "*8").invite().answer()
    talk.wait(0.2)
    trunk.cancel().reply(487)
    rung.cancel().reply(487)
    talk.wait(1)
    assert talk.recorded[-1] == "1001: ended missed"


def test_never_where_the_caller_still_waits() -> None:
    """A caller who is put through is answered: this one rings on, at nobody's phone."""
    talk = Conversation()
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.leg("p4", "pbx", "1004", "*97").invite().answer()
    rung.cancel().reply(487)
    talk.wait(5)
    trunk.reply(480)
    talk.wait(1)
    assert talk.recorded[-1] == "1001: ended missed"


def test_one_code_takes_one_call() -> None:
    talk = Conversation()
    first = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    second = talk.leg("pbx", "p3", "0255501000", "1003").invite().ring()
    talk.leg("p4", "pbx", "1004", "*8").invite().answer()
    second.cancel().reply(487)
    talk.wait(0.3)
    first.cancel().reply(487)
    talk.wait(1)
    ends = sorted(text for text in talk.recorded if "ended" in text)
    assert ends == ["1001: ended missed", "1003: ended answered_elsewhere by 1004"]


@pytest.mark.parametrize("called", ["1002", "01098765432", "0212345678"])
def test_a_call_to_somebody_is_no_pickup(called: str) -> None:
    talk = Conversation()
    rung = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.leg("p4", "pbx", "1004", called).invite().answer()
    rung.cancel().reply(487)
    talk.wait(1)
    assert [text for text in talk.recorded if text.startswith("1001: ended")] == ["1001: ended missed"]


@pytest.mark.parametrize(
    ("code", "named"),
    [("**1001", "1001"), ("*81001", "1001"), ("*32*1001#", "1001"), ("*8", ""), ("566", ""), ("*40", "")],
)
def test_the_extension_that_a_code_names(code: str, named: str) -> None:
    assert names(code, frozenset({"1001", "1002"})) == named
