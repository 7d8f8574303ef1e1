"""Callers, called and Call-IDs of every INVITE in captures made by others, as tshark reads them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from packetwave.server.capture import Replay
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.sip.address import parse_name_address, parse_uri
from packetwave.server.sip.faults import fault
from packetwave.server.sip.message import Message, parse
from tests.tshark import SHARED_CAPTURES, fields, needs_shared_captures, needs_tshark

pytestmark = [needs_shared_captures, needs_tshark]

CAPTURES = sorted(SHARED_CAPTURES.glob("*.pcap*"))

Invite = tuple[str, str, str, str, str]  # From user, To user, Request-URI user, Call-ID, CSeq number


def invites(capture: Path) -> Iterator[tuple[str, Message]]:
    decoder = FrameDecoder(ports=None)
    with Replay(capture) as frames:
        for at_s, link_type, frame in frames:
            for payload in decoder.decode(at_s, link_type, frame):
                message = parse(payload.data, cut=payload.transport != "udp")
                if isinstance(message, Message) and message.method == "INVITE" and not message.status:
                    yield payload.transport, message


def read_by_us(capture: Path) -> list[Invite]:
    return [
        (
            parse_name_address(message.header("from")).uri.user,
            parse_name_address(message.header("to")).uri.user,
            parse_uri(message.request_uri).user,
            message.call_id,
            str(message.cseq),
        )
        for _, message in invites(capture)
    ]


def read_by_tshark(capture: Path) -> list[Invite]:
    rows = fields(
        capture,
        "sip.from.user",
        "sip.to.user",
        "sip.r-uri.user",
        "sip.Call-ID",
        "sip.CSeq.seq",
        display_filter='sip.Method == "INVITE"',
    )
    # The first occurrence: a header given twice (To in sip-header-multi-value) is read from its first line.
    first = [["".join(cell[:1]) for cell in row] for row in rows]
    return [(row[0], row[1], row[2], row[3], row[4]) for row in first]


@pytest.mark.case(18)
@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
def test_every_invite_is_read_as_tshark_reads_it(capture: Path) -> None:
    assert read_by_us(capture) == read_by_tshark(capture)  # without a difference to be explained


def test_the_captures_hold_many_invites_over_udp_and_some_over_tcp() -> None:
    found = [transport for capture in CAPTURES for transport, _ in invites(capture)]
    assert found.count("udp") >= 1350
    assert found.count("tcp") >= 2


def test_no_invite_of_a_real_phone_is_found_at_fault() -> None:
    assert {
        reason for capture in CAPTURES for _, message in invites(capture) if (reason := fault(message))
    } == set()
