"""Each fuzz target runs without a fuzzer over its own seeds; `make fuzz` goes on from there."""

import pytest

from tests.fuzz.run import ROOT
from tests.fuzz.run import TARGETS as NAMES
from tests.fuzz.targets import TARGETS, seeds


def test_all_targets_are_run() -> None:
    assert set(NAMES) == set(TARGETS)


@pytest.mark.parametrize("name", NAMES)
def test_its_seeds_are_taken(name: str) -> None:
    inputs = seeds(name, ROOT)
    assert len(inputs) >= 5
    for data in inputs:
        TARGETS[name](data)
        TARGETS[name](data[: len(data) // 2])
