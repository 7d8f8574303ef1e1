"""Thousands of made office flows come out as they were made."""

from tests.offices.kinds import KINDS
from tests.offices.run import flows, table, wrong_of

SEED = 1
FLOWS = 2000
RIGHT = 0.99
"""At least this part of all flows has to come out right."""

SHOWN = 40
"""So many differences stand in the message of a failing test."""


def test_made_flows_come_out_right() -> None:
    totals, wrong = wrong_of(flows(SEED, FLOWS, list(KINDS)))
    differences = [said for of_kind in wrong.values() for said in of_kind]
    assert totals.total() == FLOWS
    assert 1 - len(differences) / FLOWS >= RIGHT, "\n".join(
        ["", *differences[:SHOWN], "", table(totals, wrong)]
    )
