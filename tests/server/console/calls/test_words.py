from dataclasses import replace
from datetime import UTC, datetime

import pytest

from packetwave.server.calls.events import Cause, Direction, Outcome
from packetwave.server.console.calls import words as call_words
from tests.server.console.conftest import Clock, answered, call, missed


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (48, "0:48"), (725, "12:05"), (3600, "1:00:00"), (3723, "1:02:03")]
)
def test_durations(seconds: int, said: str) -> None:
    assert call_words.duration(seconds) == said


def test_a_time_has_its_date_where_it_is_not_of_today() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).replace(tzinfo=None).astimezone()
    assert call_words.time(now, now) == now.strftime("%H:%M:%S")
    assert call_words.time(now.replace(day=20), now).startswith("11-20 ")
    assert call_words.time(now.replace(year=2024), now).startswith("2024-11-23 ")


def test_each_outcome_has_a_symbol_and_a_tone_beside_its_words(clock: Clock) -> None:
    said = set()
    for outcome in Outcome:
        cell = call_words.state(call("a", clock.at, outcome=outcome), 0)
        assert cell.symbol
        assert cell.tone is not None
        said.add(cell.text)
    assert len(said) == len(Outcome)


def test_each_direction_has_a_word_for_its_arrow() -> None:
    assert {call_words.direction(way).text for way in Direction} == {"incoming", "internal", "outgoing"}


def test_a_withheld_number_is_found_by_its_words(clock: Clock, korean: None) -> None:
    _, names = call_words.findable(call("a", clock.at, caller="anonymous"))
    assert "발신번호표시제한" in names


def test_figures_have_a_heading_each_and_numbers_where_numbers_are(clock: Clock) -> None:
    for record in (answered("a", clock.at), missed("b", clock.at), call("c", clock.at)):
        assert len(call_words.figures(record)) == len(call_words.figure_columns())
    assert call_words.figures(answered("a", clock.at, talked_s=48))[10] == "48"
    assert call_words.figures(call("c", clock.at))[8] == ""


def test_the_company_stands_beside_the_name(clock: Clock) -> None:
    record = call("a", clock.at, caller_name="김영희", caller_company="한빛\n상사")
    assert call_words.caller(record).faint == "김영희 · 한빛 상사"
    assert call_words.caller(call("b", clock.at, caller_company="한빛상사")).faint == "한빛상사"
    assert call_words.caller(call("c", clock.at, caller_name="김영희")).faint == "김영희"
    assert "한빛\n상사" in call_words.findable(record)[1]
    assert call_words.figures(record)[3:5] == ("김영희", "한빛 상사")


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_is_said_in_words_of_its_own(cause: Cause, clock: Clock, korean: None) -> None:
    record = replace(missed("a", clock.at), cause=cause)
    said = call_words.state_hint(record)
    assert said.endswith((".", "?"))
    assert any("가" <= char <= "힣" for char in said)
    others = [call_words.state_hint(replace(record, cause=other)) for other in Cause if other is not cause]
    assert said not in others


def test_an_answered_call_needs_no_reason(clock: Clock) -> None:
    record = replace(missed("a", clock.at), cause=Cause.ANSWERED, outcome=Outcome.ANSWERED)
    assert call_words.state_hint(record) == ""


def test_a_flood_is_said_with_its_number_and_where_it_came_from(clock: Clock, korean: None) -> None:
    flood = call("f", clock.at, caller="192.168.0.10", called="1001", outcome=Outcome.UNKNOWN, calls=48_211)
    assert call_words.state(flood, 0).text == "폭주: 전화 48,211건"
    assert call_words.caller(flood).strong == "192.168.0.10"
    assert call_words.state_hint(flood)
    several = replace(flood, caller="", called="")
    assert call_words.caller(several).strong and call_words.called(several).faint
