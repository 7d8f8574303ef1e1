"""The golden set comes out as it must: every capture, and every recorded one as any mirror may carry it."""

import pytest

from tests.golden.captures import FOLDERS, Capture, captures, frames, told

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
