"""Bars for coming and for staying."""

import pytest

from packetwave.server.diagnosis import Code, Gauges, rules
from packetwave.server.diagnosis.evidence import Evidence
from packetwave.server.diagnosis.finding import OF_THE_DATABASE
from packetwave.server.diagnosis.rules import RULES, UNKNOWN


def evidence(**counts: int) -> Evidence:
    made = Evidence({5060}, (), ())
    made.begin(1_000_000.0, Gauges())
    for name, count in counts.items():
        made.window.add(name, count)
    return made


def test_each_code_has_its_one_rule() -> None:
    assert sorted(rule.code for rule in RULES) == sorted(set(Code) - OF_THE_DATABASE)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_at_the_start_nothing_is_the_matter(rule: rules.Rule) -> None:
    assert rule.answer(evidence(), False) in (None, UNKNOWN)


@pytest.mark.parametrize(
    ("once", "twice", "comes", "stays"),
    [(30, 70, True, True), (50, 50, False, True), (70, 30, False, False)],
)
def test_copies_come_and_stay(once: int, twice: int, comes: bool, stays: bool) -> None:
    seen = evidence(once=once, copied_2=twice)
    assert (isinstance(rules.copies(seen, False), tuple), isinstance(rules.copies(seen, True), tuple)) == (
        comes,
        stays,
    )


def test_too_little_to_tell_is_neither() -> None:
    assert rules.copies(evidence(copied_2=5), True) is UNKNOWN
    assert rules.unreadable(evidence(rejected=5), True) is UNKNOWN
    assert rules.only_requests(evidence(requests=3), True) is UNKNOWN
    assert rules.fragments_missing(evidence(fragments_later=3), True) is UNKNOWN


def test_questions_said_again_were_not_answered_and_show_no_missing_side() -> None:
    assert rules.only_requests(evidence(requests=20, resent=18), False) is UNKNOWN
    assert rules.only_requests(evidence(requests=20, resent=2), False) == (("requests", 18),)


def test_answers_that_meet_their_questions_are_both_sides() -> None:
    seen = evidence(requests=20, responses=25, matched=24, messages=45)
    assert rules.only_requests(seen, True) is None
    assert rules.one_direction(seen, True) is None


def test_a_share_of_one_in_five_cannot_be_read() -> None:
    assert rules.unreadable(evidence(rejected=19, messages=19), False) is None
    assert rules.unreadable(evidence(rejected=20, messages=81), False) is None
    answer = rules.unreadable(evidence(rejected=25, messages=75), False)
    assert isinstance(answer, tuple) and dict(answer)["percent"] == 25
    assert isinstance(rules.unreadable(evidence(rejected=20, messages=81), True), tuple)
