"""What the detector says reaches the loop: all of it, in order, a bounded turn at a time."""

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from packetwave.server.calls.events import Stopped
from packetwave.server.watch import handover as module
from packetwave.server.watch.handover import CROWDED, TURN, Handover
from packetwave.server.watch.states import Seen


class Loop:
    """A loop that takes a turn when it is told to; what it was given, in order."""

    def __init__(self) -> None:
        self.turns: deque[Callable[[], None]] = deque()
        self.taken: list[str] = []
        self.handover = Handover(self.post, self.take)

    def post(self, function: Callable[..., None]) -> None:
        self.turns.append(function)

    def take(self, seen: Seen) -> None:
        self.taken += [event.call_id for event in seen.events]

    def turn(self) -> None:
        self.turns.popleft()()


def seen(*numbers: int) -> Seen:
    return Seen(tuple(Stopped(str(number), datetime.now(UTC)) for number in numbers), 0.0)


def test_nothing_is_lost_and_all_comes_in_order() -> None:
    loop = Loop()
    loop.handover.give(seen(0))
    loop.handover.give(seen(*range(1, 100)))
    loop.handover.call(loop.taken.append, "a state")
    loop.handover.give(seen(100))
    assert len(loop.turns) == 1, "one call waits in the loop, however much was given"
    loop.turn()
    assert TURN <= len(loop.taken) < 3 * TURN, "others have their turn"
    while loop.turns:
        loop.turn()
    assert loop.taken == [*map(str, range(100)), "a state", "100"]
    loop.handover.give(seen(7))
    loop.turn()
    assert loop.taken[-1] == "7" and not loop.turns


def test_a_fault_met_by_one_costs_no_other() -> None:
    loop = Loop()

    def fails() -> None:
        raise LookupError

    loop.handover.call(fails)
    loop.handover.give(seen(1))
    with pytest.raises(LookupError):
        loop.turn()
    loop.turn()
    assert loop.taken == ["1"]


def test_the_detector_waits_while_the_loop_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 30.0)
    loop = Loop()
    loop.handover.give(seen(*range(CROWDED - 1)))
    assert not loop.handover.is_crowded()
    gave = threading.Event()

    def detector() -> None:
        loop.handover.give(seen(CROWDED))
        gave.set()

    thread = threading.Thread(target=detector)
    thread.start()
    while not loop.handover.is_crowded():
        assert not gave.is_set()
    loop.turn()
    assert gave.wait(10) and not loop.handover.is_crowded()
    thread.join()


def test_it_never_waits_long_for_a_loop_that_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.001)
    loop = Loop()
    for number in range(10):
        loop.handover.give(seen(*range(number * CROWDED, (number + 1) * CROWDED)))
    assert loop.handover.is_crowded()
    while loop.turns:
        loop.turn()
    assert loop.taken == list(map(str, range(10 * CROWDED)))
