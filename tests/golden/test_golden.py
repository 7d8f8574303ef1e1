"""The golden set comes out as it must: every capture, and every recorded one as any mirror may carry it."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.golden import derive, made
from tests.golden.captures import DATA, FOLDERS, Capture, captures, frames, told
from tests.golden.mutate import MUTATIONS

ALL = [capture for folder in FOLDERS for capture in captures(folder)]
RECORDED = captures("recorded")


def check(capture: Capture, seen: list[list[str]]) -> None:
    if not capture.known_bug:
        assert seen == capture.events
        return
    assert seen != capture.events, f"mended: take known_bug out of {capture.name}.json"
    pytest.xfail(capture.known_bug)


def test_the_set_is_large_enough_and_small_enough() -> None:
    assert len(ALL) >= 120
    assert len(RECORDED) >= 40
    files = [file for folder in FOLDERS for file in (DATA / folder).iterdir()]
    assert max(file.stat().st_size for file in files) <= 61_000
    assert sum(file.stat().st_size for file in files) <= 6_000_000


@pytest.mark.parametrize("writer", [derive, made], ids=["derived", "made"])
def test_what_is_not_recorded_is_made_again_byte_for_byte(writer: ModuleType, tmp_path: Path) -> None:
    folder = DATA / writer.__name__.rpartition(".")[2].replace("derive", "derived")
    written = {path.name: path.read_bytes() for path in writer.write(tmp_path)}
    assert written == {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    "capture",
    [
        pytest.param(
            capture, marks=pytest.mark.case(*(() if capture.known_bug else capture.cases)), id=capture.name
        )
        for capture in ALL
    ],
)
def test_events_are_what_happened(capture: Capture) -> None:
    check(capture, told(frames(capture.path), capture.members))


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_events_are_the_same_however_the_mirror_carries_them(mutation: str) -> None:
    wrong = {}
    for capture in RECORDED:
        if not capture.known_bug:
            seen = told(MUTATIONS[mutation](frames(capture.path)), capture.members)
            if seen != capture.events:
                wrong[capture.path.stem] = seen
    assert wrong == {}
