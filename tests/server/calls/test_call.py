"""What belongs to a call."""

from tests.server.calls.conversation import Conversation


def test_upstream_legs_are_those_that_others_continue() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", "01012345678", "600").invite()
    talk.leg("pbx", "p1", "01012345678", "1001").invite()
    (call,) = talk.tracker.table
    assert [leg.called for leg in call.upstream()] == ["600"]


def test_a_leg_dropped_is_of_no_ring() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", "01012345678", "1001").invite()
    (call,) = talk.tracker.table
    (leg,) = call.legs
    ring = call.ring_of(leg)
    assert ring is not None and ring.legs == [leg]
    call.drop(leg)
    assert (call.legs, ring.legs, call.ring_of(leg)) == ([], [], None)
