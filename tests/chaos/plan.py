"""Which faults a chaos run has, in which order, with which calls, in which lane. Pure; all of it from a seed.

A whole run is ten tenths; a smaller one is the beginning of the same sequence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.chaos.faults import FAULTS
from tests.chaos.server import EXTENSIONS
from tests.chaos.traffic import Call, calls

TENTHS = 10
CALLS = 10_000


@dataclass(frozen=True)
class Planned:
    """A fault, by its name, and the calls that come meanwhile. chance: what its own chance begins with."""

    name: str
    chance: str
    calls: Sequence[Call]


def sequence(seed: int) -> list[str]:
    """The names of all faults in their order; each tenth has a tenth of each kind."""
    decks: dict[str, list[str]] = {}
    for name, fault in FAULTS.items():
        decks.setdefault(fault.kind, []).extend([name] * fault.times)
    for kind, deck in decks.items():
        Random(f"{seed} {kind}").shuffle(deck)
    names: list[str] = []
    for tenth in range(TENTHS):
        part = [
            name
            for deck in decks.values()
            for name in deck[len(deck) * tenth // TENTHS : len(deck) * (tenth + 1) // TENTHS]
        ]
        Random(f"{seed} {tenth}").shuffle(part)
        names += part
    return names


def plan(seed: int, scale: float) -> list[Planned]:
    """The first faults of a whole run, and their calls."""
    names = sequence(seed)
    all_calls = list(calls(seed, CALLS, EXTENSIONS))
    count = max(1, round(len(names) * scale))
    planned: list[Planned] = []
    for number, name in enumerate(names[:count]):
        since, until = (CALLS * each // len(names) for each in (number, number + 1))
        planned.append(Planned(name, f"{seed} {name} {number}", all_calls[since:until]))
    return planned


def dealt(planned: Sequence[Planned], lanes: Sequence[Sequence[str]]) -> list[list[Planned]]:
    """A share for each lane, about as long as the others. lanes: what each of them has (`Fault.needs`)."""
    shares: list[list[Planned]] = [[] for _ in lanes]
    seconds = [0.0] * len(lanes)
    for each in planned:
        fault = FAULTS[each.name]
        able = [number for number, has in enumerate(lanes) if not fault.needs or fault.needs in has]
        chosen = min(able, key=lambda number: seconds[number])
        shares[chosen].append(each)
        seconds[chosen] += fault.seconds
    return shares
