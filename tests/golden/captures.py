"""The golden set: captures in tests/data, what must come of each, and what the program makes of it.

recorded/  from real SIP programs (tests/recording)      made/  written by hand, frame by frame (made.py)
derived/   recorded ones as other mirrors carry them (derive.py)
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packetwave.server.calls.events import CallEvent
from packetwave.server.calls.tracker import REPLAY_PATIENCE_S, Tracker
from packetwave.server.capture import Replay
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Detector
from tests.events import ringings

DATA = Path(__file__).parents[1] / "data"
FOLDERS = ("recorded", "made", "derived")

Frame = tuple[float, int, bytes]
"""Packet time in seconds, link type, bytes."""


@dataclass(frozen=True)
class Capture:
    """A file of the set. events: as `tests.events.ringings`. known_bug: why it cannot come out right yet."""

    path: Path
    members: frozenset[str]
    events: list[list[str]]
    cases: tuple[int, ...] = ()
    known_bug: str = ""

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"


def captures(folder: str) -> list[Capture]:
    """Those of a folder, by name."""
    return [_described(path) for path in sorted((DATA / folder).glob("*.pcap"))]


def _described(path: Path) -> Capture:
    description = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if "of" in description:  # a derived one: all but the frames is the original's
        description = json.loads((DATA / description["of"]).with_suffix(".json").read_text(encoding="utf-8"))
    return Capture(
        path,
        frozenset(description["members"]),
        description["events"],
        tuple(description["cases"]),
        description.get("known_bug", ""),
    )


@cache
def frames(path: Path) -> tuple[Frame, ...]:
    """All frames of a file, read once."""
    with Replay(path) as replay:
        whole = tuple(replay)
    assert not replay.cut, path
    return whole


def told(records: Iterable[Frame], members: frozenset[str]) -> list[list[str]]:
    """What the program says about these frames."""
    detector = Detector(FrameDecoder(ports=None), Tracker(members, patience_s=REPLAY_PATIENCE_S))
    events: list[CallEvent] = []
    at_s = 0.0
    for at_s, link_type, frame in records:
        events += detector.frame(at_s, link_type, frame)
    events += detector.finish(at_s)
    return ringings(events)
