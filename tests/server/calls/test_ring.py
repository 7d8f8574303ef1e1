"""A ring's table of transitions, as a table; and the ids of rings."""

import pytest

from packetwave.server.calls.events import Direction
from packetwave.server.calls.ring import LIVE, TRANSITIONS, UNTOLD, Ring, RingSignal, RingState, call_id_of


def a_ring(state: RingState = RingState.HELD) -> Ring:
    return Ring("id", "1001", Direction.IN, 0.0, state=state)


@pytest.mark.parametrize("state", RingState)
@pytest.mark.parametrize("signal", RingSignal)
def test_what_is_not_in_the_table_changes_nothing(state: RingState, signal: RingSignal) -> None:
    ring = a_ring(state)
    assert ring.take(signal, 5.0) == ((state, signal) in TRANSITIONS)
    assert ring.state is TRANSITIONS.get((state, signal), state)


def test_nobody_hears_the_end_of_what_was_never_told() -> None:
    assert not LIVE & UNTOLD
    told = (RingSignal.STOP, RingSignal.ANSWER, RingSignal.END, RingSignal.AGAIN)
    assert not [signal for state, signal in TRANSITIONS if state in UNTOLD and signal in told]


def test_what_a_ring_remembers_of_its_stop() -> None:
    ring = a_ring(RingState.RINGING)
    ring.take(RingSignal.STOP, 7.0)
    assert ring.stopped_s == 7.0
    ring.take(RingSignal.AGAIN, 9.0)
    assert (ring.state, ring.stopped_s) == (RingState.RINGING, 0.0)


def test_ids_differ_by_each_part() -> None:
    ids = {
        call_id_of("a", "b", "c"),
        call_id_of("ab", "", "c"),
        call_id_of("a", "b", "d"),
        call_id_of("a", "x", "c"),
        call_id_of("a", "b", "c", 1),
    }
    assert len(ids) == 5
    assert all(len(one) == 16 for one in ids)


def test_the_id_never_changes_between_versions() -> None:
    # Histories and several probes rely on it.
    assert call_id_of("a84b4c76e66710@192.0.2.1", "1928301774", "1001") == "8faa2d893ef6d88b"
