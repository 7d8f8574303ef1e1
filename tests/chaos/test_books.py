"""The judge of the chaos runs finds each kind of disagreement."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from packetwave.server.calls.events import Outcome
from packetwave.server.office.values import CallRecord
from tests.chaos.books import books
from tests.chaos.traffic import calls, schedule

AT = datetime(2026, 11, 23, tzinfo=UTC)
ROW = CallRecord("c1", AT, "010", "1001", ended_at=AT, outcome=Outcome.MISSED)
RINGS = json.dumps({"event": "ringing", "call_id": "c1"})
ENDS = json.dumps({"event": "ended", "call_id": "c1", "outcome": "missed"})
CORRECTED = json.dumps({"event": "corrected", "call_id": "c1", "outcome": "answered_elsewhere"})


def test_right_books() -> None:
    assert books([ROW], [RINGS, ENDS]).disagreements() == []
    taken = replace(ROW, outcome=Outcome.ANSWERED_ELSEWHERE)
    assert books([taken], [RINGS, ENDS, CORRECTED]).disagreements() == []
    assert books([ROW], [RINGS, ENDS]).doubled() == []
    assert books([ROW, replace(ROW, call_id="c2")], [RINGS, ENDS]).doubled() == ["010 to 1001 is in 2 rows"]


@pytest.mark.parametrize(
    ("rows", "lines", "words"),
    [
        ([ROW], [RINGS, RINGS, ENDS], "ring 2 times"),
        ([ROW], [RINGS, ENDS, ENDS], "end 2 times"),
        ([], [RINGS, ENDS], "in no row"),
        ([ROW], [RINGS], "never ends"),
        ([ROW], [ENDS], "never rang"),
        ([ROW], [], "never said to ring"),
        ([replace(ROW, outcome=None)], [RINGS, ENDS], "open"),
        ([ROW], [RINGS, ENDS, CORRECTED], "by its row"),
    ],
)
def test_each_disagreement_is_found(rows: list[CallRecord], lines: list[str], words: str) -> None:
    assert any(words in wrong for wrong in books(rows, lines).disagreements())


def test_traffic_follows_from_its_seed() -> None:
    one, again, other = (list(calls(seed, 50, ["1001", "1002"])) for seed in (1, 1, 2))
    assert one == again != other
    assert len({each.caller for each in one}) == 50
    planned = schedule(one, per_s=25)
    assert [at_s for at_s, _ in planned] == sorted(at_s for at_s, _ in planned)
    assert len(planned) == sum(len(step.frames) for each in one for step in each.steps)
