"""Office flows made by others, with their right answers: who is alerted, and how each ringing ends.

Read from where they lie, beside the project; never copied into it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from packetwave.server.calls.events import CallEvent, Corrected, Direction, Ended, Ringing
from packetwave.server.calls.tracker import REPLAY_PATIENCE_S, Tracker
from packetwave.server.capture import Replay
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Detector

FIELD = Path(__file__).parents[3] / "shared" / "data" / "field"
FLOWS = sorted(path.stem for path in FIELD.glob("*.json")) if FIELD.is_dir() else []

pytestmark = pytest.mark.skipif(not FLOWS, reason="the office flows are not here (../shared/data/field)")


def events_of(path: Path, members: frozenset[str]) -> list[CallEvent]:
    detector = Detector(FrameDecoder(ports=None), Tracker(members, patience_s=REPLAY_PATIENCE_S))
    events: list[CallEvent] = []
    at_s = 0.0
    with Replay(path) as replay:
        for at_s, link_type, frame in replay:
            events += detector.frame(at_s, link_type, frame)
    return events + detector.finish(at_s)


def alerts_of(events: list[CallEvent]) -> list[Ringing]:
    return [event for event in events if isinstance(event, Ringing) and event.direction is not Direction.OUT]


def ends_of(events: list[CallEvent]) -> dict[str, Ended | Corrected]:
    """The last end said of each ringing."""
    return {event.call_id: event for event in events if isinstance(event, Ended | Corrected)}


def told(alert: Ringing, end: Ended | Corrected, wanted: dict[str, Any]) -> dict[str, Any]:
    """What was said of an alert, of those things that are asked for."""
    said = {"from": alert.caller, "to": alert.called, "outcome": end.outcome.value, "by": end.by}
    return {key: said[key] for key in wanted}


@pytest.mark.parametrize("name", FLOWS)
def test_office_flows_come_out_right(name: str) -> None:
    flow = json.loads((FIELD / f"{name}.json").read_text(encoding="utf-8"))
    members = frozenset(member["extension_num"] for member in flow["members"])
    events = events_of(FIELD / f"{name}.pcap", members)
    alerts, ends = alerts_of(events), ends_of(events)
    assert [{"from": alert.caller, "to": alert.called} for alert in alerts] == flow["alerts"], flow["why"]
    ended = [
        told(alert, ends[alert.call_id], wanted) for alert, wanted in zip(alerts, flow["ended"], strict=True)
    ]
    assert ended == flow["ended"], flow["why"]
    for alert, extra in zip(alerts, flow.get("extra", []), strict=False):
        assert extra.get("dialled", alert.dialled) == alert.dialled, flow["why"]
        assert extra.get("direction", alert.direction) == alert.direction, flow["why"]


@pytest.mark.case(30, 43)
@pytest.mark.parametrize("members", [frozenset({"114"}), frozenset[str]()])
def test_a_b2bua_of_four_hops_is_one_call(members: frozenset[str]) -> None:
    events = events_of(FIELD / "hepgen__b2bcall.pcap", members)
    assert [(alert.caller, alert.called) for alert in alerts_of(events)] == [("hepgenjs", "114")]
    assert [end.outcome.value for end in ends_of(events).values()] == ["answered"]
