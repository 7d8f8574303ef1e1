"""Which legs with different Call-IDs are one call."""

import pytest

from packetwave.server.calls.kinship import ANONYMOUS_TOGETHER_S, TOGETHER_S, likeness, media_of
from tests.server.calls.conversation import Conversation

CALLER = "01012345678"
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"


def calls(talk: Conversation) -> int:
    return len(talk.tracker.table)


@pytest.mark.case(30)
def test_a_pbx_behind_a_proxy_that_gets_its_calls_from_it_and_rings_through_it() -> None:
    talk = Conversation(patience_s=0.01)
    talk.register("p1", "1001", registrar="proxy")
    talk.leg("proxy", "pbx", CALLER, "0212345678").invite().reply(100)
    talk.wait(0.002)
    talk.leg("pbx", "proxy", CALLER, "1001").invite().reply(100)
    talk.wait(0.002)
    talk.leg("proxy", "p1", CALLER, "1001").invite().ring().answer()
    assert talk.recorded == ["01012345678 → 1001 dialled 0212345678", "1001: answered"]


@pytest.mark.case(28)
def test_siblings_of_one_group() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001").invite()
    talk.wait(TOGETHER_S / 2)
    talk.leg("pbx", "p2", CALLER, "1002").invite()
    assert calls(talk) == 1
    talk.wait(TOGETHER_S * 20)
    # A group to which phones are added one by one, while the first still ring.
    talk.leg("pbx", "p3", CALLER, "1003").invite()
    assert calls(talk) == 1


@pytest.mark.case(28)
def test_withheld_callers_prove_little() -> None:
    talk = Conversation()
    talk.leg("pbx", "p1", "anonymous", "1001").invite()
    talk.wait(ANONYMOUS_TOGETHER_S * 2)
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


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (CALLER, CALLER, 2),
        ("anonymous", "anonymous", 1),
        (f"9{CALLER}", CALLER, 1),
        (f"0{CALLER}", CALLER, 1),
        ("07040001001", "1001", 1),
        ("+14155550100", "90014155550100", 1),
        ("91012345678", CALLER, 1),
        ("0212345678", CALLER, 0),
        ("01", CALLER, 0),
        ("s", "asterisk", 0),
        ("alice", "malice", 0),
    ],
)
@pytest.mark.case(43)
def test_one_caller_in_two_spellings(one: str, other: str, expected: int) -> None:
    assert likeness(one, other) == likeness(other, one) == expected


@pytest.mark.case(43)
def test_an_access_code_before_the_caller() -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    trunk = talk.leg("trunk", "pbx", CALLER, "0212345678").invite().answer()
    for _ in range(2):
        phone = talk.leg("pbx", "p1", f"9{CALLER}", "1001").invite().ring()
        talk.wait(10)
        phone.cancel().reply(487)
        talk.wait(20)
    trunk.bye()
    assert talk.recorded == [f"9{CALLER} → 1001 dialled 0212345678", "1001: ended missed"]


@pytest.mark.case(43)
@pytest.mark.parametrize("shown", ["07040001002", "0212345678"])
def test_an_extension_shown_by_another_number(shown: str) -> None:
    """The long form of itself, or the number of the company that was dialled."""
    talk = Conversation()
    talk.register("p1", "1001")
    dialled = shown if shown.startswith("02") else "1001"
    before = talk.leg("p2", "pbx", "1002", dialled).invite()
    phone = talk.leg("pbx", "p1", shown, "1001").invite().ring()
    assert calls(talk) == 1
    phone.answer()
    before.answer()
    assert len([text for text in talk.recorded if "→ 1001" in text]) == 1


@pytest.mark.case(43)
def test_a_name_instead_of_the_number() -> None:
    talk = Conversation()
    talk.register("p1", "1001")
    talk.leg("trunk", "pbx", CALLER, "0212345678").invite()
    talk.leg("pbx", "p1", "s", "1001").invite()
    assert calls(talk) == 1
    assert talk.lines == ["s → 1001 dialled 0212345678"]


@pytest.mark.case(30)
def test_a_call_id_made_of_another() -> None:
    talk = Conversation()
    talk.leg("edge", "outside", "alice", "1001", call_id="rikcl@127.0.0.1").invite()
    talk.wait(1.5)
    talk.leg("inside", "p1", "+14155550100", "1001", call_id="rikcl@127.0.0.1_b2b-1").invite()
    assert calls(talk) == 1
    talk.leg("inside", "p1", "+14155550100", "1001", call_id="rikcl@127.0.0.100").invite()
    assert calls(talk) == 2


@pytest.mark.case(28, 30)
@pytest.mark.parametrize("apart_s", [0.05, 0.3, 3.0])
def test_two_trunk_legs_of_one_company_number_are_two_calls(apart_s: float) -> None:
    talk = Conversation()
    first_trunk = talk.leg("trunk", "pbx", CALLER, "0212345601").invite()
    first = talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(apart_s)
    second_trunk = talk.leg("trunk", "pbx", CALLER, "0212345602").invite()
    second = talk.leg("pbx", "p2", CALLER, "1002").invite().ring()
    assert calls(talk) == 2
    talk.wait(4)
    first.answer()
    first_trunk.answer()
    talk.wait(0.3)
    second_trunk.cancel().reply(487)
    second.cancel().reply(487)
    assert talk.recorded == [
        "01012345678 → 1001 dialled 0212345601",
        "01012345678 → 1002 dialled 0212345602",
        "1001: answered",
        "1002: ended missed",
    ]


@pytest.mark.case(28, 30)
def test_two_callers_of_one_company_in_the_menu() -> None:
    talk = Conversation()
    first = talk.leg("trunk", "pbx", CALLER, "0212345601").invite().answer()
    talk.wait(1)
    second = talk.leg("trunk", "pbx", CALLER, "0212345602").invite().answer()
    talk.wait(7)
    talk.leg("pbx", "p1", CALLER, "1001").invite().ring()
    talk.wait(3)
    talk.leg("pbx", "p2", CALLER, "1002").invite().ring()
    assert talk.lines == ["01012345678 → 1001 dialled 0212345601", "01012345678 → 1002 dialled 0212345602"]
    assert (first.call_id != second.call_id) and calls(talk) == 2


@pytest.mark.case(15, 28)
@pytest.mark.parametrize("via", ["pbx", "proxy"])
def test_one_number_twice_at_one_phone(via: str) -> None:
    talk = Conversation()
    legs, before = [], []
    for number in range(2):
        if via == "proxy":
            before.append(talk.leg("pbx", "proxy", CALLER, "1001", call_id=f"c{number}").invite())
        legs.append(talk.leg(via, "p1", CALLER, "1001", call_id=f"c{number}").invite().ring())
        talk.wait(0.2)
    legs[0].answer()
    talk.wait(5)
    for leg in [*before[1:], legs[1]]:
        leg.cancel().reply(487)
    talk.wait(1)
    assert calls(talk) == 2
    assert [text for text in talk.recorded if "ended" in text] == ["1001: ended missed"]


@pytest.mark.case(15)
@pytest.mark.parametrize("media", ["0.0.0.0:9", "192.0.2.10:40000"])
def test_media_that_all_calls_share_joins_none(media: str) -> None:
    host, _, port = media.rpartition(":")
    body = SDP.replace("192.0.2.10", host).replace("40000", port)
    talk = Conversation()
    talk.leg("pbx", "p1", CALLER, "1001", body=body).invite().ring()
    talk.wait(0.3)
    talk.leg("pbx", "p2", "025550100", "1002", body=body).invite().ring()
    assert calls(talk) == 2


@pytest.mark.case(45, 30)
def test_an_extension_s_digits_at_the_end_of_a_caller_prove_nothing() -> None:
    talk = Conversation()
    talk.leg("p2", "pbx", "1002", "01099998888").invite()
    talk.leg("pbx", "trunk", "1002", "01099998888").invite().ring()
    talk.leg("trunk", "pbx", "01055551002", "0212345678").invite()
    assert calls(talk) == 2
