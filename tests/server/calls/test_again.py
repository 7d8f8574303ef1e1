"""After a restart the end of a call may be all that is seen of it; at no other time does an end begin one."""

import pytest

from packetwave.server.calls.again import RINGS_S
from packetwave.server.calls.events import Direction, Ringing
from packetwave.server.calls.reading import OpenCall
from packetwave.server.calls.ring import call_id_of
from tests.server.calls.conversation import START_S, Conversation, Wire

CALLER = "01012345678"
KILLED_S = START_S - 5.0


def restarted(*, over: tuple[str, ...] = (), calls: tuple[OpenCall, ...] = ()) -> Conversation:
    talk = Conversation()
    talk.tracker.restore(calls, watched_until_s=KILLED_S, over=over)
    return talk


def ended(talk: Conversation, leg: Wire, how: str) -> list[str]:
    """The call's end comes, twice; what is on the record then."""
    for _ in range(2):
        if how == "CANCEL":
            leg.cancel()
        else:
            leg.reply(int(how))
        talk.wait(1)
    return talk.recorded


@pytest.mark.parametrize(
    ("how", "lines"),
    [
        ("CANCEL", ["1001: ended missed"]),
        ("487", ["1001: ended missed"]),
        ("480", ["1001: ended missed"]),
        ("486", ["1001: ended busy"]),
        ("603", ["1001: ended declined"]),
        ("200", ["1001: answered"]),
    ],
)
def test_a_call_is_begun_by_its_end_once(how: str, lines: list[str]) -> None:
    talk = restarted()
    leg = talk.leg("pbx", "p1", CALLER, "1001")
    assert ended(talk, leg, how) == [f"{CALLER} → 1001", *lines]
    (ringing,) = (event for event in talk.events if isinstance(event, Ringing))
    assert ringing.is_over
    assert ringing.call_id == call_id_of(leg.call_id, leg.from_tag, "1001"), "as the run before said it"
    leg.bye()
    talk.wait(1)
    assert talk.recorded[-1] == (lines[0] if how != "200" else "1001: ended answered")


@pytest.mark.parametrize("how", ["CANCEL", "487", "486", "200"])
def test_a_capture_that_begins_invents_no_call(how: str) -> None:
    talk = Conversation()
    assert ended(talk, talk.leg("pbx", "p1", CALLER, "1001"), how) == []
    later = restarted()
    later.wait(KILLED_S + RINGS_S - START_S)
    assert ended(later, later.leg("pbx", "p1", CALLER, "1001"), how) == []


@pytest.mark.parametrize("how", ["CANCEL", "487", "200"])
def test_what_ended_lately_is_not_begun_again(how: str) -> None:
    leg = Conversation().leg("pbx", "p1", CALLER, "1001")
    leg.talk = talk = restarted(over=(call_id_of(leg.call_id, leg.from_tag, "1001"),))
    assert ended(talk, leg, how) == []


@pytest.mark.parametrize("how", ["401", "407", "100"])
def test_what_is_no_end_begins_nothing(how: str) -> None:
    talk = restarted()
    assert ended(talk, talk.leg("pbx", "p1", CALLER, "1001"), how) == []


@pytest.mark.parametrize("how", ["CANCEL", "487", "200"])
def test_only_members_phones_ring(how: str) -> None:
    talk = restarted()
    assert ended(talk, talk.leg("pbx", "trunk", "1002", "025550100"), how) == []
    assert ended(talk, talk.leg("trunk", "pbx", CALLER, "0212345678"), how) == []


def test_who_answers_is_no_stranger_once_the_pbx_is_known() -> None:
    talk = restarted()
    talk.register("p1", "1001")
    assert ended(talk, talk.leg("stranger", "p1", CALLER, "1001"), "487") == []
    assert ended(talk, talk.leg("pbx", "elsewhere", CALLER, "1001"), "487") == []
    assert ended(talk, talk.leg("pbx", "p1", CALLER, "1001"), "487")[1:] == ["1001: ended missed"]


def test_a_re_invite_of_a_talk_is_no_call() -> None:
    """The talk began before the restart and is in no row: a 200 to a hold looks as one to a call."""
    talk = restarted()
    leg = talk.leg("pbx", "p1", CALLER, "1001")
    leg.invite(to_tag=leg.to_tag)
    assert ended(talk, leg, "200") == []


def test_a_talk_that_was_taken_up_goes_on() -> None:
    leg = Conversation().leg("pbx", "p1", CALLER, "1001")
    known = OpenCall(
        "id", leg.call_id, leg.from_tag, "1001", CALLER, Direction.IN, START_S - 60, START_S - 50
    )
    leg.talk = talk = restarted(calls=(known,))
    assert ended(talk, leg, "200") == []
    leg.bye()
    talk.wait(1)
    assert talk.recorded == ["?: ended answered"]


def test_all_phones_of_a_group_end() -> None:
    talk = restarted()
    first = talk.leg("pbx", "p1", CALLER, "1001", call_id="group@pbx")
    second = talk.leg("pbx", "p2", CALLER, "1002", call_id="group@pbx", from_tag=first.from_tag)
    first.reply(200)
    second.cancel().reply(487)
    talk.wait(1)
    assert sorted(talk.recorded) == [
        "01012345678 → 1001",
        "01012345678 → 1002",
        "1001: answered",
        "1002: ended answered_elsewhere by 1001",
    ]
