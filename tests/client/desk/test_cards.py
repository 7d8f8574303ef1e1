from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from packetwave.client.calls import Call
from packetwave.client.desk.cards import ELSEWHERE_S, MOST_OVER, MOST_SEEN, Cards, Kind, kind_of
from packetwave.protocol import CallUpdate, IncomingCall
from tests.client.desk.conftest import CALL, ELSEWHERE, MISSED, became, saying


def numbered(number: int) -> Call:
    return saying(CALL, call_id=str(number))


def ended(number: int, outcome: str) -> Call:
    return became(numbered(number), "ended", outcome)


def ringing(*numbers: int, keep_missed: bool = True) -> Cards:
    cards = Cards(keep_missed=keep_missed)
    for number in numbers:
        cards.ring(numbered(number), float(number))
    return cards


def first(cards: Cards, most: int = MOST_SEEN) -> list[str]:
    return [card.call.call_id for card in cards.first(most)]


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (CALL, Kind.RINGING),
        (replace(CALL, doubtful=True), Kind.DOUBTFUL),
        (ELSEWHERE, Kind.ELSEWHERE),
        (MISSED, Kind.MISSED),
        (became(CALL, "answered"), None),
        (became(CALL, "lapsed"), None),
        (became(CALL, "stopped"), None),
        (became(CALL, "ended", "declined"), None),
        (became(CALL, "ended", "of the future"), None),
        (became(CALL, "ended"), None),
    ],
)
def test_what_there_is_to_say(call: Call, kind: Kind | None) -> None:
    assert kind_of(call) is kind


def test_three_are_seen_and_the_rest_is_a_number() -> None:
    cards = ringing(*range(5_000))
    assert first(cards) == ["4999", "4998", "4997"]
    assert (cards.wanted, cards.over, cards.missed) == (5_000, 0, 0)


def test_what_rings_comes_before_what_is_over_the_newest_first() -> None:
    cards = ringing(0, 1, 2, 3, 4)
    for number in (2, 3, 4):
        cards.change(ended(number, "missed"), 9)
    assert first(cards) == ["1", "0", "4"]
    assert first(cards, 4) == ["1", "0", "4", "3"]
    assert (cards.wanted, cards.over, cards.missed) == (5, 3, 3)
    cards.close_over()
    assert first(cards) == ["1", "0"]
    assert (cards.wanted, cards.over, cards.missed) == (2, 0, 0)


def test_doubt_moves_nothing() -> None:
    cards = ringing(0, 1)
    cards.change(replace(numbered(0), doubtful=True), 2)
    assert first(cards) == ["1", "0"]
    assert cards.first()[1].kind is Kind.DOUBTFUL
    cards.change(numbered(0), 3)
    assert cards.first()[1].kind is Kind.RINGING


def test_a_phone_that_stopped_is_not_seen_until_it_is_known_why() -> None:
    cards = ringing(0, 1)
    cards.change(became(numbered(0), "stopped"), 2)
    assert (first(cards), cards.wanted, len(cards)) == (["1"], 1, 2)
    cards.change(numbered(0), 3)
    assert first(cards) == ["0", "1"]  # a queue rings it anew
    assert cards.first()[0].since_s == 0
    cards.change(became(numbered(0), "stopped"), 4)
    cards.change(ended(0, "missed"), 5)
    assert (first(cards), cards.missed) == (["1", "0"], 1)


def test_who_answered_elsewhere_is_said_for_a_while_seen_or_not() -> None:
    cards = ringing(0, 1, 2)
    cards.change(ended(0, "answered_elsewhere"), 10)
    cards.change(ended(1, "answered_elsewhere"), 11)
    assert cards.next_due_s == 10 + ELSEWHERE_S
    cards.expire(9 + ELSEWHERE_S)
    assert len(cards) == 3
    cards.expire(10 + ELSEWHERE_S)
    assert first(cards) == ["2", "1"]
    assert cards.next_due_s == 11 + ELSEWHERE_S
    cards.close("1")
    assert cards.next_due_s is None


def test_how_long_a_missed_call_rang() -> None:
    cards = ringing(0)
    cards.change(ended(0, "missed"), 100)
    assert cards.first()[0].rang_s == 23  # by the server's times
    cards.ring(Call(IncomingCall("1", "2", call_id="b")), 10)
    cards.change(Call(IncomingCall("1", "2", call_id="b"), CallUpdate("b", "ended", "missed")), 17.6)
    assert cards.first()[0].rang_s == 8


def test_a_missed_call_goes_where_that_is_set() -> None:
    cards = ringing(0, keep_missed=False)
    cards.change(ended(0, "missed"), 1)
    assert (len(cards), cards.missed) == (0, 0)


def test_what_was_closed_does_not_come_back() -> None:
    cards = ringing(0, 1)
    cards.change(became(numbered(1), "stopped"), 2)
    cards.close_all()
    for call in (numbered(0), ended(1, "missed"), became(numbered(1), "stopped")):
        cards.change(call, 3)
    cards.close("0")
    assert (len(cards), cards.wanted, cards.missed, cards.next_due_s) == (0, 0, 0, None)


def test_what_is_over_is_bounded() -> None:
    cards = Cards()
    for number in range(MOST_OVER + 10):
        cards.ring(numbered(number), 0)
        cards.change(ended(number, "missed"), 1)
    assert len(cards) == cards.over == cards.missed == MOST_OVER
    cards.change(ended(0, "declined"), 2)
    assert len(cards) == MOST_OVER


steps = st.tuples(
    st.sampled_from(["ring", "doubt", "stop", "missed", "answered_elsewhere", "declined", "close", "wait"]),
    st.integers(0, 2),
)


@given(st.lists(steps, max_size=30))
@example([("ring", 0), ("missed", 0), ("stop", 0), ("close", 0)])
@example([("ring", 0), ("missed", 0), ("doubt", 0)])
def test_counts_are_what_there_is(script: list[tuple[str, int]]) -> None:
    """However calls go: what is kept as a number is what counting anew would say."""
    cards, now_s = Cards(), 0.0
    for what, number in script:
        now_s += 0.7
        match what:
            case "ring":
                cards.ring(numbered(number), now_s)
            case "doubt":
                cards.change(replace(numbered(number), doubtful=True), now_s)
            case "stop":
                cards.change(became(numbered(number), "stopped"), now_s)
            case "close":
                cards.close(str(number))
            case "wait":
                cards.expire(now_s)
            case outcome:
                cards.change(ended(number, outcome), now_s)
        every = cards.first(100)
        kinds = [card.kind for card in every]
        assert cards.wanted == len(every) == len({card.call.call_id for card in every})
        assert cards.missed == kinds.count(Kind.MISSED)
        assert cards.over == sum(kind in (Kind.MISSED, Kind.ELSEWHERE) for kind in kinds)
        going = [card.goes_s for card in every if card.goes_s is not None]
        assert cards.next_due_s == min(going, default=None)
        assert all(card.kind is kind_of(card.call) for card in every)
