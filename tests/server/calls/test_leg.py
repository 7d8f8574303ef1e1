"""The table of transitions, as a table."""

import pytest

from packetwave.server.calls.leg import OVER, TRANSITIONS, Leg, LegState, Place, Signal


def a_leg(state: LegState = LegState.CALLING) -> Leg:
    nowhere = Place("192.0.2.1", 5060)
    return Leg(
        key=("c", "b"),
        sip_call_id="c",
        from_tag="f",
        cseq=1,
        source=nowhere,
        destination=nowhere,
        caller="1",
        caller_name="",
        called="2",
        dialled="",
        via="",
        media="",
        started_s=0.0,
        state=state,
    )


@pytest.mark.parametrize("state", LegState)
@pytest.mark.parametrize("signal", Signal)
def test_what_is_not_in_the_table_changes_nothing(state: LegState, signal: Signal) -> None:
    leg = a_leg(state)
    changed = leg.take(signal, 5.0, 487)
    assert changed == ((state, signal) in TRANSITIONS)
    assert leg.state is TRANSITIONS.get((state, signal), state)


def test_nothing_leaves_the_states_that_are_over() -> None:
    # But for one that was given up too early.
    left = [key for key, after in TRANSITIONS.items() if key[0] in OVER and after is not key[0]]
    assert left == [(LegState.LOST, Signal.ACCEPTED)]


def test_what_a_leg_remembers() -> None:
    leg = a_leg()
    leg.take(Signal.ALERTING, 1.0)
    assert leg.rang_s == 1.0 and leg.is_pending and not leg.over_s
    leg.take(Signal.CANCEL, 2.0)
    assert leg.cancelled and leg.over_s == 2.0
    leg.take(Signal.ACCEPTED, 3.0, 200)
    assert (leg.was_answered, leg.answered_s, leg.status) == (True, 3.0, 200)
    refused = a_leg()
    refused.take(Signal.REFUSAL, 4.0, 486)
    assert (refused.status, refused.over_s, refused.was_answered) == (486, 4.0, False)


def test_places() -> None:
    assert Place("a", 5060).is_same(Place("a", 5060))
    assert not Place("a", 5060).is_same(Place("a", 5061))
    assert not Place("a", 5060).is_same(Place("b", 5060))
    # A stream's source port is any free one.
    assert Place("a", 5060, True).is_same(Place("a", 40123, True))
