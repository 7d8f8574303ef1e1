from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from packetwave.client.calls import (
    MOST_RINGING,
    REPEAT_S,
    RING_LIMIT_S,
    Call,
    CallChanged,
    CallNotice,
    CallRinging,
    Calls,
    CallState,
)
from packetwave.protocol import CallUpdate, IncomingCall

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
INCOMING = IncomingCall("01012345678", "1001", call_id="a", rang_at=AT, caller_name="홍길동")


def states(notices: list[CallNotice]) -> list[tuple[str, str, CallState, bool]]:
    return [
        (type(notice).__name__, notice.call.call_id, notice.call.state, notice.call.doubtful)
        for notice in notices
    ]


RINGS = [("CallRinging", "a", CallState.RINGING, False)]
DOUBTFUL = [("CallChanged", "a", CallState.RINGING, True)]
SURE = [("CallChanged", "a", CallState.RINGING, False)]
LAPSED = [("CallChanged", "a", CallState.LAPSED, False)]


def test_a_call_rings_and_says_all_it_knows() -> None:
    message = IncomingCall(
        "01012345678",
        "1001",
        "a",
        AT,
        "홍길동",
        "한빛상사",
        "김영희",
        dialled="0212345678",
        via="1003",
        direction="in",
    )
    assert Calls().incoming(message, 0) == [CallRinging(Call(message))]


def test_the_same_call_again_is_no_second_one() -> None:
    calls = Calls()
    assert states(calls.incoming(INCOMING, 0)) == RINGS
    assert calls.incoming(INCOMING, 1) == []


def test_a_repeated_call_may_know_more() -> None:
    calls = Calls()
    calls.incoming(IncomingCall("01012345678", "1001", call_id="a"), 0)
    [notice] = calls.incoming(INCOMING, 1)
    assert isinstance(notice, CallChanged)
    assert notice.call.incoming.caller_name == "홍길동"


def test_answered_is_told_once_and_what_follows_is_silent() -> None:
    calls = Calls()
    calls.incoming(INCOMING, 0)
    answered = CallUpdate("a", "answered", at=AT)
    assert states(calls.update(answered)) == [("CallChanged", "a", CallState.ANSWERED, False)]
    assert calls.update(answered) == []
    assert calls.update(CallUpdate("a", "ended", "answered")) == []
    assert calls.incoming(INCOMING, 5) == []


def test_the_end_says_how() -> None:
    calls = Calls()
    calls.incoming(INCOMING, 0)
    ended = CallUpdate("a", "ended", "answered_elsewhere", "1004", "최지우", AT)
    [notice] = calls.update(ended)
    call = notice.call
    assert call == Call(INCOMING, ended)
    assert (call.state, call.outcome, call.ended_at) == (CallState.ENDED, "answered_elsewhere", AT)


def test_a_phone_that_stops_and_rings_again_is_the_same_call() -> None:
    calls = Calls()
    calls.incoming(INCOMING, 0)
    stopped = CallUpdate("a", "stopped", at=AT)
    assert states(calls.update(stopped)) == [("CallChanged", "a", CallState.STOPPED, False)]
    assert calls.update(stopped) == []
    assert states(calls.incoming(INCOMING, 5)) == SURE
    calls.update(stopped)
    assert states(calls.update(CallUpdate("a", "ended", "missed"))) == [
        ("CallChanged", "a", CallState.ENDED, False)
    ]
    assert calls.update(stopped) == []


def test_updates_that_mean_nothing_here() -> None:
    calls = Calls()
    assert calls.update(CallUpdate("never heard of", "ended", "missed")) == []
    calls.incoming(INCOMING, 0)
    assert calls.update(CallUpdate("a", "on_hold")) == []
    assert states(calls.update(CallUpdate("a", "ended", "missed"))) != []


def test_a_broken_link_makes_calls_doubtful_and_the_repetition_sure_again() -> None:
    calls = Calls()
    calls.incoming(INCOMING, 0)
    assert states(calls.link_lost()) == DOUBTFUL
    assert calls.link_lost() == []
    calls.welcomed(10)
    assert states(calls.incoming(INCOMING, 10.1)) == SURE
    assert calls.expire(10 + REPEAT_S) == []


def test_what_the_server_does_not_repeat_has_ended() -> None:
    calls = Calls()
    calls.incoming(INCOMING, 0)
    calls.link_lost()
    calls.welcomed(10)
    assert calls.next_due_s == 10 + REPEAT_S
    assert calls.expire(9 + REPEAT_S) == []
    assert states(calls.expire(10 + REPEAT_S)) == LAPSED
    assert calls.next_due_s is None


def test_a_lapsed_call_rings_anew_when_the_server_learns_of_it_again() -> None:
    calls = Calls()
    calls.incoming(INCOMING, 0)
    calls.link_lost()
    calls.welcomed(10)
    calls.expire(20)
    assert states(calls.incoming(INCOMING, 21)) == RINGS


def test_a_link_that_breaks_again_waits_for_the_next_welcome() -> None:
    calls = Calls()
    calls.incoming(INCOMING, 0)
    calls.link_lost()
    calls.welcomed(10)
    calls.link_lost()
    assert calls.expire(20) == []
    assert states(calls.update(CallUpdate("a", "ended", "missed"))) == [
        ("CallChanged", "a", CallState.ENDED, False)
    ]


def test_a_server_without_welcome_keeps_the_call_until_its_limit() -> None:
    calls = Calls(ring_limit_s=60)
    calls.incoming(INCOMING, 5)
    calls.link_lost()
    assert calls.next_due_s == 65
    assert calls.expire(64.9) == []
    assert states(calls.expire(65)) == LAPSED


def test_calls_of_a_least_server_are_each_their_own() -> None:
    calls = Calls()
    least = IncomingCall("01012345678", "1001")
    first, second = calls.incoming(least, 0) + calls.incoming(least, 1)
    assert isinstance(first, CallRinging)
    assert isinstance(second, CallRinging)
    assert first.call.call_id != second.call.call_id


ids = st.sampled_from(["", "a", "b", "c"])
steps = st.one_of(
    st.tuples(st.just("incoming"), st.builds(IncomingCall, st.just("1"), st.just("2"), call_id=ids)),
    st.tuples(st.just("update"), st.builds(CallUpdate, ids, st.sampled_from(["answered", "ended", "x"]))),
    st.tuples(st.sampled_from(["link_lost", "welcomed", "expire"]), st.none()),
)


@given(st.lists(steps, max_size=40))
def test_every_popup_that_opens_is_closed_once(script: list[tuple[str, object]]) -> None:
    """However the messages come: a call never rings twice at a time, and in the end nothing rings."""
    calls, now, open_ids = Calls(), 0.0, set[str]()
    for name, message in script:
        now += 0.7
        match name:
            case "incoming":
                notices = calls.incoming(message, now)  # type: ignore[arg-type]
            case "update":
                notices = calls.update(message)  # type: ignore[arg-type]
            case "link_lost":
                notices = calls.link_lost()
            case "welcomed":
                calls.welcomed(now)
                notices = []
            case _:
                notices = calls.expire(now)
        _follow(open_ids, notices)
    _follow(open_ids, calls.expire(now + 1000))
    assert open_ids == set()
    assert calls.next_due_s is None


def _follow(open_ids: set[str], notices: list[CallNotice]) -> None:
    for notice in notices:
        call_id = notice.call.call_id
        if isinstance(notice, CallRinging):
            assert call_id not in open_ids
            open_ids.add(call_id)
        else:
            assert call_id in open_ids
            if notice.call.state is not CallState.RINGING:
                open_ids.remove(call_id)


def incoming(number: int) -> IncomingCall:
    return IncomingCall("01012345678", "1001", call_id=str(number))


def test_a_flood_is_bounded_and_the_oldest_go() -> None:
    calls = Calls()
    for number in range(MOST_RINGING):
        assert states(calls.incoming(incoming(number), number)) == [
            ("CallRinging", str(number), CallState.RINGING, False)
        ]
    one_more = MOST_RINGING
    assert states(calls.incoming(incoming(one_more), one_more)) == [
        ("CallChanged", "0", CallState.LAPSED, False),
        ("CallRinging", str(one_more), CallState.RINGING, False),
    ]
    assert calls.next_due_s == 1 + RING_LIMIT_S
    assert len(calls.link_lost()) == MOST_RINGING
    assert len(calls.expire(one_more + RING_LIMIT_S)) == MOST_RINGING


def test_what_is_due_next_costs_the_same_however_many_ring() -> None:
    """Looked at calls are counted, not seconds."""

    class Counted(OrderedDict[str, object]):
        looked_at = 0

        def values(self) -> Any:
            for value in super().values():
                Counted.looked_at += 1
                yield value

    calls = Calls()
    calls._ringing = Counted()  # type: ignore[assignment]
    for number in range(1_000):
        calls.incoming(incoming(number), number)
        assert calls.next_due_s == RING_LIMIT_S
    for number in range(500):
        calls.update(CallUpdate(str(number), "ended"))
        assert calls.next_due_s == number + 1 + RING_LIMIT_S
    assert calls.expire(499 + RING_LIMIT_S) == []
    assert Counted.looked_at <= 1_501


def test_a_long_repetition_is_waited_for_because_welcome_comes_after_it() -> None:
    calls = Calls()
    calls.incoming(INCOMING, 0)
    calls.link_lost()
    assert calls.expire(30) == []
    assert states(calls.incoming(INCOMING, 31)) == SURE
    calls.welcomed(31)
    assert calls.expire(31 + REPEAT_S) == []


def test_what_was_shown_is_known_until_it_is_over() -> None:
    calls = Calls()
    assert not calls.shown("a")
    calls.incoming(INCOMING, 0)
    assert not calls.was_shown("a")
    assert calls.shown("a")
    assert calls.was_shown("a")
    calls.update(CallUpdate("a", "ended"))
    assert not calls.was_shown("a")
    assert not calls.shown("a")


def test_a_call_without_an_id_is_not_acknowledged() -> None:
    calls = Calls()
    [notice] = calls.incoming(IncomingCall("1", "2"), 0)
    assert not calls.shown(notice.call.call_id)
