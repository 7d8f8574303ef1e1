"""What is read out of a message."""

import pytest

from packetwave.server.calls.early import Early
from packetwave.server.calls.leg import Place, Signal
from packetwave.server.calls.reading import key_of, leg_of, says_elsewhere, signal_of
from packetwave.server.sip.identity import Caller
from packetwave.server.sip.message import Message, parse

HERE, THERE = Place("192.0.2.1", 5060), Place("192.0.2.2", 5060)


def invite(*headers: str, via: str = "SIP/2.0/UDP h;branch=z9hG4bK1") -> Message:
    lines = [
        "INVITE sip:1001@192.0.2.2 SIP/2.0",
        f"Via: {via}",
        "From: <sip:a@h>;tag=1",
        "To: <sip:0212345678@192.0.2.2>",
        "Call-ID: c",
        "CSeq: 7 INVITE",
        *headers,
    ]
    message = parse("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
    assert isinstance(message, Message)
    return message


def test_a_transaction_without_a_branch_is_known_by_its_number_and_its_server() -> None:
    assert key_of(invite(), THERE) == ("c", "z9hG4bK1")
    assert key_of(invite(via="SIP/2.0/UDP h"), THERE) == ("c", "7@192.0.2.2:5060")


@pytest.mark.parametrize(
    ("status", "signal"),
    [
        (100, Signal.TRYING),
        (183, Signal.ALERTING),
        (200, Signal.ACCEPTED),
        (407, Signal.CHALLENGE),
        (486, Signal.REFUSAL),
    ],
)
def test_what_a_response_says(status: int, signal: Signal) -> None:
    assert signal_of(status) is signal


@pytest.mark.case(29)
@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("SIP;cause=200;text=x", True),
        ("Q.850; cause=26", True),
        ("Q.850;cause=16, SIP ;cause=200", True),
        ("Q.850;cause=16", False),
        ("SIP;cause=2001", False),
    ],
)
def test_a_reason_that_says_that_somebody_answered(reason: str, says: bool) -> None:
    assert says_elsewhere(invite(f"Reason: {reason}")) is says


@pytest.mark.case(31)
def test_a_leg_knows_what_was_dialled_and_the_leg_a_proxy_made_it_of() -> None:
    vias = "SIP/2.0/UDP p;branch=z9hG4bK2, SIP/2.0/UDP h;branch=z9hG4bK1"
    leg = leg_of(Early(1.0, HERE, THERE, invite(via=vias)), Caller("a", ""), "1001")
    assert (leg.called, leg.dialled, leg.behind) == ("1001", "0212345678", "z9hG4bK1")
    asserted = invite("P-Called-Party-ID: <sip:07012345678@h>")
    assert leg_of(Early(1.0, HERE, THERE, asserted), Caller("a", ""), "1001").dialled == "07012345678"
