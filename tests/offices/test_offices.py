"""Thousands of made office flows come out as they were made; and the flows themselves are what they say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.offices import tape
from tests.offices.judge import difference
from tests.offices.kinds import KINDS, make
from tests.offices.run import flows, save, table, wrong_of
from tests.offices.truth import Alert, Flow
from tests.tshark import fields, needs_tshark

SEED = 1
FLOWS = 2000
RIGHT = 0.99
"""At least this part of all flows has to come out right."""

SHOWN = 40
"""So many differences stand in the message of a failing test."""


def test_made_flows_come_out_right() -> None:
    totals, wrong = wrong_of(flows(SEED, FLOWS, list(KINDS)))
    differences = [said for of_kind in wrong.values() for said in of_kind]
    assert totals.total() == FLOWS
    assert 1 - len(differences) / FLOWS >= RIGHT, "\n".join(
        ["", *differences[:SHOWN], "", table(totals, wrong)]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_flow_is_the_same_each_time_and_its_truth_is_on_the_wire(kind: str) -> None:
    for seed in range(900, 906):
        flow = make(kind, seed)
        assert flow == make(kind, seed) and flow != make(kind, seed + 1000)
        assert flow.frames == tuple(sorted(flow.frames, key=lambda frame: frame[0]))
        assert all(alert.called in flow.members and alert.outcomes for alert in flow.alerts)
        for alert in flow.alerts:
            assert _invited(flow, alert), f"{flow.name}: nothing calls {alert.called}"
            if alert.outcomes == ("answered",):
                assert _answered(flow, alert), f"{flow.name}: nobody answers at {alert.called}"


def _invited(flow: Flow, alert: Alert) -> set[str]:
    """The Call-IDs of the INVITEs on the mirror that name the extension in Request-URI or To."""
    called = re.escape(alert.called)
    named = re.compile(rf"^INVITE sip:{called}@|^INVITE [^\0]*\r\nTo: [^\r]*<sip:{called}@")
    texts = (frame.decode("utf-8", "replace") for _, frame in flow.frames)
    starts = (text[text.find("INVITE sip:") :] for text in texts if "INVITE sip:" in text)
    return {_call_id(text) for text in starts if named.match(text)}


def _answered(flow: Flow, alert: Alert) -> bool:
    calls = _invited(flow, alert)
    texts = (frame.decode("utf-8", "replace") for _, frame in flow.frames)
    answers = (text for text in texts if "SIP/2.0 200 OK" in text and re.search(r"CSeq: \d+ INVITE", text))
    return any(_call_id(text) in calls for text in answers)


def _call_id(text: str) -> str:
    found = re.search(r"\r\nCall-ID: ([^\r]+)", text)
    assert found, text
    return found[1]


def test_the_judge_sees_every_kind_of_difference() -> None:
    flow = make("group_given_up", 901)
    seen = difference(flow)
    assert not seen or seen.startswith("group_given_up-901: ")
    first = flow.alerts[0]
    for wrong in (
        replace(first, called="none"),
        replace(first, callers=("0000",)),
        replace(first, outcomes=("busy",)),
        replace(first, dialled="0000"),
        replace(first, direction="internal"),
        replace(first, handed_over=("0000",)),
        replace(first, by=("0000",)),
        replace(first, gone_s=0.0),
    ):
        said = difference(replace(flow, alerts=(wrong, *flow.alerts[1:])))
        assert f"  - {wrong}" in said
    assert "  + " in difference(replace(flow, alerts=flow.alerts[1:]))


@needs_tshark
def test_tshark_reads_the_flows_without_complaint(tmp_path: Path) -> None:
    """Every frame is SIP, and none is malformed."""
    for kind in list(KINDS)[::4]:
        path = save(make(kind, 907), tmp_path)
        bad = fields(path, "frame.number", display_filter="_ws.malformed || _ws.expert.severity == error")
        assert bad == [], path
        # All but keep-alives and TCP segments that came twice.
        other = "!sip && !tcp.analysis.retransmission && !tcp.analysis.out_of_order && !(udp.length == 12)"
        assert fields(path, "frame.number", display_filter=other) == [], path


def test_a_place_of_ipv6_stands_in_brackets() -> None:
    assert str(tape.Place("fd00::1", 5060)) == "[fd00::1]:5060"
