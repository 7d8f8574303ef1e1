"""What is remembered, and for how long."""

import pytest

from packetwave.server.calls import crowd
from packetwave.server.calls.crowd import Rank
from packetwave.server.calls.events import Ended, Ringing
from packetwave.server.calls.table import CHALLENGE_S, LINGER_S, NO_REPLY_S, RING_SILENCE_S
from tests.server.calls.conversation import Conversation

CALLER = "01012345678"


@pytest.mark.case(24)
def test_an_ended_call_lingers_and_is_forgotten() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite().reply(486)
    talk.wait(LINGER_S - 1)
    assert not talk.tracker.is_empty
    talk.wait(2)
    assert talk.tracker.is_empty


@pytest.mark.case(14, 37)
def test_a_call_given_up_lingers_like_any_other() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.wait(NO_REPLY_S + 1)
    leg.invite()
    assert talk.lines == ["01012345678 → 1001", "1001: ended failed"]
    leg = talk.leg("pbx", "p2", CALLER, "1002").invite().reply(401)
    talk.wait(CHALLENGE_S + 1)
    leg.invite()
    assert talk.lines[2:] == ["01012345678 → 1002", "1002: ended failed"]


@pytest.mark.case(38)
def test_who_rings_nobody_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(crowd.PLACES, Rank.STRANGE, 10)
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    for number in range(50):
        talk.leg("scanner", "elsewhere", f"9{number}", "77").invite()
    talk.leg("pbx", "p2", "025550100", "1002").invite()
    assert len(talk.tracker.table) == 11
    assert talk.lines == ["01012345678 → 1001", "025550100 → 1002"]


@pytest.mark.case(38)
def test_replies_without_their_invite_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(crowd.PLACES, Rank.RINGS, 10)
    talk = Conversation()
    for number in range(50):
        talk.leg("pbx", "p1", f"010123400{number:02}", "1001").ring()
        talk.wait(0.1)
    assert len(talk.tracker.table) == 10


def test_a_full_table_ends_the_oldest_of_who_has_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(crowd.PLACES, Rank.RINGS, 5)
    talk = Conversation()
    first = talk.leg("pbx", "p2", CALLER, "1002").invite()
    legs = [talk.leg("pbx", "p1", f"0101234000{number}", "1001").invite() for number in range(8)]
    assert [text for text in talk.lines if "ended" in text] == ["1001: ended unknown"] * 4
    talk.wait(1)
    # What is heard of those that went begins nothing.
    legs[0].invite().ring()
    talk.wait(1)
    first.answer().bye()
    assert [text for text in talk.lines if text.startswith("1002")] == [
        "1002: answered",
        "1002: ended answered",
    ]
    rung = [event.call_id for event in talk.events if isinstance(event, Ringing)]
    assert len(rung) == len(set(rung)) == 9
    talk.wait(RING_SILENCE_S + 1)
    talk.wait(LINGER_S + 1)
    assert talk.tracker.is_empty
    ended = [event.call_id for event in talk.events if isinstance(event, Ended)]
    assert sorted(ended) == sorted(rung)


@pytest.mark.case(14)
def test_copies_after_the_end_begin_nothing() -> None:
    talk = Conversation()
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite().cancel().reply(487)
    talk.wait(LINGER_S / 2)
    leg.invite().ring()
    talk.wait(1)
    assert talk.recorded == ["01012345678 → 1001", "1001: ended missed"]
