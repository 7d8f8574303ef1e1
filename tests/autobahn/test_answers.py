"""Autobahn's verdicts are turned into the hub's own as docs/protocol.md has them."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.autobahn.answers import Case, judge, must_close_with

GOOD = Case("2.1", "OK", "OK", 1000, True)
PROTOCOL = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1.1.5", 1007),
        ("1.1.8", 1009),
        ("1.2.1", 1003),
        ("5.19", 1007),
        ("5.1", None),
        ("6.6.1", None),
        ("6.6.11", 1007),
        ("6.22.34", 1007),
        ("6.3.1", None),
        ("9.3.1", 1008),
        ("9.3.2", 1008),
        ("9.3.3", 1009),
        ("9.8.6", 1003),
        ("12.1.1", None),
    ],
)
def test_cases_about_echoes_end_with_the_code_of_a_rule(number: str, code: int | None) -> None:
    assert must_close_with(number) == code
    if code is None:
        return
    assert f"| {code} |" in PROTOCOL
    assert judge(Case(number, "FAILED", "FAILED", code, True)) == ""
    assert judge(Case(number, "OK", "OK", 1000, True)) != ""
    assert judge(Case(number, "FAILED", "FAILED", code, False)) != ""


def test_all_others_pass_as_autobahn_judges_them() -> None:
    assert judge(GOOD) == ""
    assert judge(replace(GOOD, behaviour="NON-STRICT")) == ""
    assert judge(replace(GOOD, behaviour="FAILED")) == "2.1: FAILED, OK (1000)"
    assert judge(replace(GOOD, close_behaviour="UNCLEAN")) != ""
    assert judge(replace(GOOD, number="12.3.4", behaviour="UNIMPLEMENTED")) == ""
    assert judge(replace(GOOD, number="13.1.1")) != ""
