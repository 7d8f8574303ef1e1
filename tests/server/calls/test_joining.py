"""Which legs with different Call-IDs are one call."""

import pytest

from packetwave.server.calls.joining import ANONYMOUS_SIBLING_S, SIBLING_S, media_of
from tests.server.calls.conversation import Conversation

CALLER = "01012345678"
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"


def calls(talk: Conversation) -> int:
    return len(talk.tracker.table)


@pytest.mark.case(28)
def test_siblings_of_one_group() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.wait(SIBLING_S / 2)
    talk.leg("pbx", "p2", CALLER, "1002").invite()
    assert calls(talk) == 1
    talk.wait(SIBLING_S * 2)
    talk.leg("pbx", "p3", CALLER, "1003").invite()
    assert calls(talk) == 2


@pytest.mark.case(28)
def test_withheld_callers_prove_little() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", "anonymous", "1001").invite()
    talk.wait(ANONYMOUS_SIBLING_S * 2)
    talk.leg("pbx", "p2", "anonymous", "1002").invite()
    assert calls(talk) == 2


@pytest.mark.case(15)
def test_different_callers_are_different_calls() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, "600").invite()
    talk.leg("pbx", "p1", "025550100", "1001").invite()
    assert calls(talk) == 2


@pytest.mark.case(30)
def test_the_phone_leg_goes_on_from_the_trunk_leg_however_late() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, "600").invite().answer()
    talk.wait(60)
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    assert calls(talk) == 1
    assert talk.lines == ["01012345678 → 1001 dialled 600"]


def test_a_trunk_leg_that_is_over_has_no_more_phone_legs() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, "600").invite().answer().bye()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    assert calls(talk) == 2


@pytest.mark.case(30)
def test_legs_swapped_by_the_mirror() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.wait(0.004)
    talk.leg("trunk", "pbx", CALLER, "600").invite()
    assert calls(talk) == 1


def test_the_same_media_is_the_same_call_whoever_it_says_calls() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", "0212345678", "600", body=SDP).invite()
    talk.leg("pbx", "p1", CALLER, "1001", body=SDP).invite()
    assert calls(talk) == 1


def test_of_two_calls_of_one_caller_the_one_without_a_phone_is_continued() -> None:
    talk = Conversation()
    talk.leg("trunk", "pbx", CALLER, "600").invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.wait(5)
    talk.leg("trunk", "pbx", CALLER, "601").invite()
    talk.leg("pbx", "p2", CALLER, "1002").invite()
    assert talk.lines[1] == "01012345678 → 1002 dialled 601"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (SDP.encode(), "192.0.2.10:40000"),
        (SDP.replace("IP4 192.0.2.10\r\nt", "IP6 2001:db8::1\r\nt").encode(), "2001:db8::1:40000"),
        (SDP.replace("40000", "0").encode(), ""),
        (b"", ""),
        (b"c=IN IP4 x\r\nm=audio y", ""),
    ],
)
def test_media(body: bytes, expected: str) -> None:
    assert media_of(body) == expected


@pytest.mark.case(35)
def test_rings_again_only_for_the_same_caller() -> None:
    """A PBX uses one RTP port for one call after the other."""
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001", body=SDP).invite().ring().cancel().reply(487)
    talk.wait(10)
    talk.leg("pbx", "p1", "025550100", "1001", body=SDP).invite()
    assert talk.recorded[-1] == "025550100 → 1001"
    talk.wait(10)
    talk.leg("pbx", "p1", CALLER, "1001", body=SDP).invite()
    assert talk.lines[-1] == "1001: rings again"


@pytest.mark.case(15)
def test_a_second_caller_just_behind_an_internal_one_is_another_call() -> None:
    talk = Conversation()
    talk.leg("p2", "pbx", "1002", "1001").invite().ring()
    talk.leg("pbx", "p1", "1002", "1001").invite().ring()
    talk.wait(0.2)
    talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    assert talk.lines == ["1002 → 1001 internal", "01012345678 → 1001"]


@pytest.mark.case(15)
def test_another_caller_before_the_call_s_own_leg_comes() -> None:
    talk = Conversation()
    talk.leg("p2", "pbx", "1002", "1001").invite()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.leg("pbx", "p1", "1002", "1001").invite()
    assert talk.lines == ["1002 → 1001 internal", "01012345678 → 1001"]
