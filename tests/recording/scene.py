"""A scene: something that happens in an office, told in words, played by programs, and what must come of it.

`events` is the truth about the scene, written by whoever wrote the scene: who called, whose phone rang, who
answered. It is never taken from what PacketWave says.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.recording.stage import Stage

Ringings = list[list[str]]
"""As `tests.events.ringings` gives them."""


@dataclass(frozen=True)
class Scene:
    """name: of the files. cases: of signalling.md that it shows. known_bug: "" for none."""

    name: str
    software: str
    says: str
    cases: tuple[int, ...]
    members: tuple[str, ...]
    events: Ringings
    play: Callable[[Stage], None]
    known_bug: str = ""


SCENES: dict[str, Scene] = {}


def scene(
    name: str,
    *,
    software: str,
    says: str,
    cases: tuple[int, ...],
    events: Ringings,
    members: tuple[str, ...] = ("1001",),
    known_bug: str = "",
) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    """Make a function that plays it into a scene."""

    def register(play: Callable[[Stage], None]) -> Callable[[Stage], None]:
        assert name not in SCENES, name
        SCENES[name] = Scene(name, software, says, cases, members, sorted(events), play, known_bug)
        return play

    return register
