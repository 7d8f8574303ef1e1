import json
from datetime import UTC, datetime

import pytest

from packetwave.server.store.base import EventLine
from packetwave.server.store.forgetting import forms, lines_before, lines_of, pieces, searchable

WRITTEN = {"01012345678", "010-1234-5678", "+821012345678", "821012345678"}


@pytest.mark.parametrize(
    "who",
    [
        "010-1234-5678",
        "01012345678",
        " +82 10 1234 5678 ",
        "821012345678",
        "+82-10-1234-5678",
        "0082 1012345678",
    ],
)
def test_a_number_is_found_in_each_notation(who: str) -> None:
    assert set(forms(who)) >= WRITTEN


def test_other_numbers_extensions_and_names() -> None:
    assert set(forms("1588-0000")) >= {"15880000", "1588-0000", "+8215880000"}
    assert forms("+1 (415) 555-0100")[0] == "+14155550100"
    assert forms("1001") == ("1001",)
    assert forms("홍길동") == ("홍길동",)


@pytest.mark.parametrize("who", ["", "  ", "anonymous"])
def test_who_is_nobody(who: str) -> None:
    assert forms(who) == ()


def test_what_can_be_looked_for_in_bytes() -> None:
    assert b"01012345678" in searchable(forms("010-1234-5678"))
    assert searchable(forms("1001")) == []
    assert set(searchable(["홍길동"])) == {"홍길동".encode(), b"\\ud64d\\uae38\\ub3d9"}


LINES = [
    EventLine(
        1,
        json.dumps(
            {"event": "ringing", "from": "01012345678", "to": "1001", "at": "2026-01-01T00:00:00.000Z"}
        ),
    ),
    EventLine(
        2, json.dumps({"event": "ended", "call_id": "x", "by": "1002", "at": "2026-03-01T00:00:00.000Z"})
    ),
    EventLine(
        3,
        json.dumps(
            {"event": "unwatched", "from_at": "2026-01-01T00:00:00Z", "to_at": "2026-03-02T00:00:00Z"}
        ),
    ),
    EventLine(4, "no event"),
    EventLine(5, "[1]"),
]


def test_lines_of_a_person() -> None:
    assert lines_of(LINES, forms("010-1234-5678")) == [1]
    assert lines_of(LINES, forms("1002")) == [2]
    assert lines_of(LINES, ()) == []


def test_lines_of_before_a_time() -> None:
    assert lines_before(LINES, datetime(2026, 2, 1, tzinfo=UTC)) == [1, 4, 5]


def test_pieces() -> None:
    assert list(pieces("abcde", 2)) == ["ab", "cd", "e"]
