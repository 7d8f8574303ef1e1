"""Calls, rings and their ids."""

from packetwave.server.calls.call import call_id_of
from tests.server.calls.conversation import Conversation


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


def test_upstream_legs_are_those_that_others_continue() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", "01012345678", "600").invite()
    talk.leg("pbx", "p1", "01012345678", "1001").invite()
    (call,) = talk.tracker.table
    assert [leg.target for leg in call.upstream()] == ["600"]
