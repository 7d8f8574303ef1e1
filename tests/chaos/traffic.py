"""Calls as frames that are ready to be sent, each with its own plan; all of it from a seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from packetwave.server.calls.events import Outcome
from tests.server.wire import Leg, on_the_wire

RINGS = ("INVITE", "180")
"""Messages by which a call rings; the others end it, or its ringing."""

PBX, PHONE = "192.0.2.10", "192.0.2.21"


@dataclass(frozen=True)
class Step:
    """Frames that are sent together, so long after the call began. names: what they are, `INVITE`, `180`."""

    after_s: float
    frames: tuple[bytes, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """One call to an extension. outcome: how it ends where a server sees all of it."""

    caller: str
    called: str
    outcome: Outcome
    steps: tuple[Step, ...]


def call(
    number: int,
    called: str,
    outcome: Outcome,
    *,
    rings_s: float,
    talks_s: float = 0.0,
    shows_s: float = 0.0,
) -> Call:
    """A call that rings so long and, where it is answered, talks so long. shows_s: so long after the INVITE
    the phone says that it rings."""
    caller = f"010{number:08d}"
    leg = Leg(caller, called, number=number, source=PBX, phone=PHONE)

    def step(after_s: float, *names: str) -> Step:
        messages = [leg.response(0, int(name)) if name.isdigit() else leg.request(0, name) for name in names]
        return Step(after_s, tuple(on_the_wire(frame) for _, frame in messages), names)

    steps = [step(0.0, "INVITE"), step(shows_s, "180")] if shows_s else [step(0.0, "INVITE", "180")]
    if outcome is Outcome.MISSED:
        steps.append(step(shows_s + rings_s, "CANCEL", "487"))
    elif outcome is Outcome.BUSY:
        steps.append(step(shows_s + rings_s, "486"))
    else:
        steps.append(step(shows_s + rings_s, "200"))
        steps.append(step(shows_s + rings_s + talks_s, "BYE"))
    return Call(caller, called, outcome, tuple(steps))


def calls(seed: int, count: int, extensions: list[str], *, first: int = 0) -> Iterator[Call]:
    """So many calls; the same ones for the same seed."""
    chance = random.Random(seed)
    outcomes = (Outcome.MISSED, Outcome.MISSED, Outcome.ANSWERED, Outcome.BUSY)
    for number in range(first, first + count):
        yield call(
            number,
            chance.choice(extensions),
            chance.choice(outcomes),
            rings_s=chance.uniform(0.01, 1.5),
            talks_s=chance.uniform(0.05, 1.0),
            shows_s=chance.choice((0.0, 0.0, 0.02, 0.2)),
        )


def ends_of(call: Call) -> list[bytes]:
    """Its frames after those that make it ring."""
    return [
        frame
        for step in call.steps
        for name, frame in zip(step.names, step.frames, strict=True)
        if name not in RINGS
    ]


def schedule(of: list[Call], per_s: float) -> list[tuple[float, bytes]]:
    """When each frame is to be sent, in seconds from the beginning; calls begin at this rate."""
    planned = [
        (number / per_s + step.after_s, number, frame)
        for number, each in enumerate(of)
        for step in each.steps
        for frame in step.frames
    ]
    planned.sort(key=lambda item: (item[0], item[1]))
    return [(at_s, frame) for at_s, _, frame in planned]
