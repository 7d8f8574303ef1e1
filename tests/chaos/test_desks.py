"""The judge of the twenty PCs."""

from typing import Any

import pytest

from tests.chaos.desks import Death, doubled


def line(event: str, call_id: str) -> dict[str, Any]:
    return {"event": event, "call_id": call_id}


RANG, MISSED, ENDED = line("incoming_call", "a"), line("missed", "a"), line("call_update", "a")
OTHER = line("incoming_call", "b")


@pytest.mark.parametrize(
    ("lines", "deaths"),
    [
        ([RANG, ENDED, OTHER, MISSED], []),
        ([RANG, RANG], [Death(frozenset(), 1)]),
        ([RANG, MISSED, OTHER], [Death(frozenset("a"), 1)]),
    ],
)
def test_what_is_as_it_must_be(lines: list[dict[str, Any]], deaths: list[Death]) -> None:
    assert doubled(lines, deaths) == []


@pytest.mark.parametrize(
    ("lines", "deaths", "words"),
    [
        ([MISSED, OTHER, MISSED], [], "a is missed 2 times"),
        ([MISSED, MISSED], [Death(frozenset(), 1)], "a is missed 2 times"),
        ([RANG, OTHER, RANG], [Death(frozenset(), 0)], "a popped up 2 times"),
        ([OTHER, RANG, RANG], [Death(frozenset("a"), 2)], "a popped up after it was on record"),
        ([MISSED, RANG], [Death(frozenset(), 1)], "a popped up after it was missed"),
    ],
)
def test_what_is_told_a_second_time_is_found(
    lines: list[dict[str, Any]], deaths: list[Death], words: str
) -> None:
    assert doubled(lines, deaths) == [words]
