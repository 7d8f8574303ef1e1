"""The judge knows what a server must have of each call, and what it cannot have."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from packetwave.server.calls.events import Outcome
from packetwave.server.office.values import CallRecord
from tests.chaos.books import books
from tests.chaos.judge import Judgement, Run, Sent, Sight, judge
from tests.chaos.traffic import call

AT = datetime(2026, 11, 23, tzinfo=UTC)
CALL = call(1, "1001", Outcome.MISSED, rings_s=1.0)
ROW = CallRecord("c1", AT, CALL.caller, "1001", ended_at=AT, outcome=Outcome.MISSED)
LINES = ['{"event": "ringing", "call_id": "c1"}', '{"event": "ended", "call_id": "c1", "outcome": "missed"}']
Messages = Sequence[tuple[str, float]]


def judged(messages: Messages, runs: list[Run], *rows: CallRecord, told_s: float | None = None) -> Judgement:
    alerted = {} if told_s is None else {CALL.caller: told_s}
    return judge([Sent(CALL, messages)], runs, books(rows, LINES if rows else []), alerted)


@pytest.mark.parametrize(
    ("at_s", "sight"),
    [
        (0.5, Sight.UNSEEN),
        (1.5, Sight.UNKNOWN),
        (2.0, Sight.SEEN),
        (2.96, Sight.SEEN),
        # It was stopped while it might still have been read.
        (2.999, Sight.SEEN),
        (5.0, Sight.SEEN),
        (9.0, Sight.SEEN),
        (9.96, Sight.CUT_OFF),
        (10.0, Sight.UNSEEN),
    ],
)
def test_what_a_run_sees(at_s: float, sight: Sight) -> None:
    run = Run(begun_s=1.0, watches_s=2.0, killed_s=10.0, stalls=[(3.0, 8.0)])
    assert run.sight(at_s, 0.05) is sight


def test_what_passed_in_a_stall_is_cut_off_by_a_kill_right_after_it() -> None:
    run = Run(begun_s=1.0, watches_s=2.0, killed_s=8.3, stalls=[(3.0, 8.0)])
    assert run.sight(5.0, 0.05) is Sight.CUT_OFF
    assert run.sight(2.5, 0.05) is Sight.SEEN


WHOLE: Messages = [("INVITE", 1.0), ("180", 1.1), ("CANCEL", 2.0), ("487", 2.0)]
WATCHED = Run(0.0, 0.5)


def test_a_call_that_a_server_saw_is_in_a_row_with_its_outcome() -> None:
    assert judged(WHOLE, [WATCHED], ROW).wrong == []
    assert "rang while a server watched" in judged(WHOLE, [WATCHED]).wrong[0]
    other = replace(ROW, outcome=Outcome.ANSWERED)
    assert f"{CALL.caller} was missed, and is answered" in judged(WHOLE, [WATCHED], other).wrong[0]


def test_two_rows_of_one_call_are_wrong() -> None:
    assert any(
        "is in 2 rows" in wrong for wrong in judged(WHOLE, [WATCHED], ROW, replace(ROW, call_id="c2")).wrong
    )


def test_a_row_of_a_call_that_was_never_made_is_wrong() -> None:
    assert any(
        "never called" in wrong for wrong in judged(WHOLE, [WATCHED], replace(ROW, caller="010")).wrong
    )


@pytest.mark.parametrize(
    ("runs", "became"),
    [
        ([Run(0.0, 1.5)], "rang while no server watched"),
        ([Run(0.0, 0.5, 1.12)], "cut off, not told"),
        ([Run(0.0, 0.5, 0.9), Run(0.9, 1.15)], "rang while no server watched"),
    ],
)
def test_a_call_that_no_server_can_have_is_counted(runs: list[Run], became: str) -> None:
    result = judged(WHOLE, runs)
    assert result.wrong == []
    assert result.counts[became] == 1


def test_the_phones_own_180_alone_begins_a_call() -> None:
    assert judged(WHOLE, [Run(0.0, 1.05)]).wrong
    # But not at once: its INVITE is waited for.
    assert not judged(WHOLE, [Run(0.0, 1.05, 1.3)]).wrong
    assert judged([*WHOLE[:2], ("180", 1.6), *WHOLE[2:]], [Run(0.0, 0.5, 1.12), Run(1.12, 1.5)]).wrong


def test_a_call_that_a_client_was_told_of_is_there_once_another_message_shows_it() -> None:
    runs = [Run(0.0, 0.5, 1.12), Run(1.12, 1.5)]
    assert len(judged(WHOLE, runs, told_s=1.11).wrong) == 1
    never = judged(WHOLE, [Run(0.0, 0.5, 1.12)], told_s=1.11)
    assert (never.wrong, never.counts["cut off, told, never shown again"]) == ([], 1)
