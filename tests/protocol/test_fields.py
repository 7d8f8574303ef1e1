from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.protocol.fields import (
    ProtocolError,
    format_at,
    from_wire,
    parse_at,
    sendable,
    to_wire,
    wire_key,
    wire_names,
)

AT = datetime(2026, 11, 23, 9, 0, 0, 123000, UTC)


@dataclass(frozen=True, slots=True)
class Note:
    author: str = field(metadata=wire_key("from"))
    size: int
    text: str = "empty"
    at: datetime | None = field(default=None, metadata=wire_key("written_at"))
    words: tuple[str, ...] = ()
    is_short: bool = False


NOTE = Note("1001", 3, "hey", AT, ("h", "ey"), True)
SAID = {
    "from": "1001",
    "size": 3,
    "text": "hey",
    "written_at": "2026-11-23T09:00:00.123Z",
    "words": ["h", "ey"],
    "is_short": True,
}


def test_a_shape_stands_under_its_declared_names_in_the_declared_order() -> None:
    assert to_wire(NOTE) == SAID
    assert list(to_wire(NOTE)) == list(SAID)
    assert from_wire(Note, SAID) == NOTE
    assert wire_names(Note)["author"] == "from"


def test_what_says_nothing_is_left_out_unless_it_is_always_there() -> None:
    assert to_wire(Note("", 0, "")) == {"from": "", "size": 0, "words": []}


@pytest.mark.parametrize(
    "nothing", [{}, dict.fromkeys(("text", "written_at", "words", "is_short")), {"text": ""}]
)
def test_what_is_not_said_is_as_declared(nothing: dict[str, object]) -> None:
    assert from_wire(Note, {"from": "", "size": 0, "of a later version": [], **nothing}) == Note("", 0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"from": None}, "no text under 'from'"),
        ({"size": None}, "no whole number under 'size'"),
        ({"size": True}, "no whole number under 'size'"),
        ({"size": 2**31}, "no whole number under 'size'"),
        ({"text": 1}, "no text under 'text'"),
        ({"written_at": "2026-11-23"}, "no time with its zone under 'written_at'"),
        ({"written_at": 1}, "no time with its zone under 'written_at'"),
        ({"words": "hey"}, "no list of texts under 'words'"),
        ({"is_short": "true"}, "no true or false under 'is_short'"),
        ({"is_short": 0}, "no true or false under 'is_short'"),
        ({"words": ["hey", 1]}, "no list of texts under 'words'"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        from_wire(Note, {**SAID, **wrong})


@given(st.builds(Note, st.text(), st.integers(0, 9), st.text(), st.none(), st.lists(st.text()).map(tuple)))
def test_whatever_is_written_is_read_again_the_same(note: Note) -> None:
    read = from_wire(Note, to_wire(note))
    assert from_wire(Note, to_wire(read)) == read
    assert read.author == note.author[:512]


@given(st.text())
def test_what_utf8_can_carry_stays(text: str) -> None:
    assert sendable(text) == text
    assert sendable(f"{text}\ud800").encode() == f"{text}?".encode()


def test_times_are_written_in_utc() -> None:
    korea = timezone(timedelta(hours=9))
    assert format_at(datetime(2026, 11, 23, 18, 0, 0, 123999, korea)) == "2026-11-23T09:00:00.123Z"
    assert format_at(None) == ""
    assert parse_at("2026-11-23T18:00:00.123+09:00") == AT
    with pytest.raises(ValueError, match="zone"):
        parse_at("2026-11-23T18:00:00")
