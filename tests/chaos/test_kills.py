"""Kill -9 at any moment: every call that was said to ring has one row and one end, and both agree."""

import random
import threading
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.server import EXTENSIONS, Chaos
from tests.chaos.traffic import Call, calls, ends_of, schedule
from tests.netns import needs_namespaces

pytestmark = [needs_namespaces, pytest.mark.timeout(300)]

BATCH, KILLS, PER_S = 60, 10, 25.0


def _has_said(chaos: Chaos, lines: int) -> bool:
    return len(chaos.lines()) >= lines


def test_no_kill_lets_rows_and_lines_disagree(tmp_path: Path) -> None:
    chance = random.Random(11)
    with Chaos(tmp_path) as chaos:
        planned: list[Call] = []
        are_over = threading.Event()

        def send() -> None:
            """Calls for as long as the kills take, which is the machine's affair."""
            while not are_over.is_set():
                batch = list(calls(11 + len(planned), BATCH, EXTENSIONS, first=len(planned)))
                planned.extend(batch)
                chaos.send(schedule(batch, PER_S))

        chaos.start()
        sender = threading.Thread(target=send)
        sender.start()
        try:
            for _ in range(KILLS):
                wanted = len(chaos.lines()) + 4
                chaos.wait_until(partial(_has_said, chaos, wanted), "it says something")
                threading.Event().wait(chance.uniform(0, 0.3))
                chaos.kill()
                chaos.start()
        finally:
            are_over.set()
            sender.join()
        # Calls whose end came while no server watched: their ends once more.
        still_open = chaos.open_callers()
        ends = [frame for call in planned if call.caller in still_open for frame in ends_of(call)]
        chaos.send((0.002 * number, frame) for number, frame in enumerate(ends))
        chaos.wait_until(lambda: not chaos.open_callers(), "all calls have ended")
        assert chaos.stop() == 0
        books = chaos.books()
        assert books.disagreements() == []
        assert len(books.rows) > KILLS * 3
