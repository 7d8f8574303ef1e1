"""The register of kinds: a name, the function that writes such a flow, and what it asks of its office."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.offices.office import Wishes
from tests.offices.script import Script
from tests.offices.truth import Flow

Story = Callable[[Script], None]


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    story: Story
    cases: tuple[int, ...]
    wishes: dict[str, Any]


KINDS: dict[str, Kind] = {}
"""All kinds by name, in the order in which they were written."""


def kind(*cases: int, **wishes: Any) -> Callable[[Story], Story]:
    """Registers a story under its function's name. cases: those of docs/signalling.md it stands on; wishes:
    as `Wishes`."""

    def registered(story: Story) -> Story:
        name = story.__name__
        assert name not in KINDS, name
        KINDS[name] = Kind(name, story, cases, wishes)
        return story

    return registered


def make(name: str, seed: int) -> Flow:
    """The flow of this kind and seed: always the same."""
    made = KINDS[name]
    script = Script(name, seed, Wishes(Random(f"{name}-{seed}"), **made.wishes))
    script.cases = made.cases
    script.why = (made.story.__doc__ or "").strip()
    made.story(script)
    return script.flow()
