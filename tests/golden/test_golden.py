"""The golden set comes out as it must: every capture, and every recorded one as any mirror may carry it."""

import pytest

from tests.golden.captures import FOLDERS, Capture, captures, frames, told
from tests.golden.mutate import MUTATIONS

ALL = [capture for folder in FOLDERS for capture in captures(folder)]
RECORDED = captures("recorded")


def check(capture: Capture, seen: list[list[str]]) -> None:
    if not capture.known_bug:
        assert seen == capture.events
        return
    assert seen != capture.events, f"mended: take known_bug out of {capture.name}.json"
    pytest.xfail(capture.known_bug)


@pytest.mark.parametrize("capture", ALL, ids=lambda capture: capture.name)
def test_events_are_what_happened(capture: Capture) -> None:
    check(capture, told(frames(capture.path), capture.members))


KNOWN_BUGS: dict[str, tuple[str | None, str]] = {}
"""Mutation: the captures that do not survive it yet (None: several), and why."""


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_events_are_the_same_however_the_mirror_carries_them(mutation: str) -> None:
    wrong = {}
    for capture in RECORDED:
        if not capture.known_bug:
            seen = told(MUTATIONS[mutation](frames(capture.path)), capture.members)
            if seen != capture.events:
                wrong[capture.path.stem] = seen
    if mutation in KNOWN_BUGS:
        name, reason = KNOWN_BUGS[mutation]
        assert wrong, f"mended: take {mutation} out of KNOWN_BUGS"
        assert name is None or set(wrong) == {name}
        pytest.xfail(reason)
    assert not wrong
