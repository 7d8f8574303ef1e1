"""Lines that nobody reads, or that have no room, keep no call waiting. Real process, real wire."""

import json
import subprocess
import threading
from pathlib import Path

import pytest

from tests.chaos.server import EXTENSIONS, Chaos
from tests.chaos.traffic import calls, schedule
from tests.netns import needs_namespaces
from tests.small_disk import needs_mounts, small_disk

pytestmark = [needs_namespaces, pytest.mark.timeout(180)]

CALLS = 1500


def test_alerts_go_on_although_nobody_reads_the_events(tmp_path: Path) -> None:
    """The pipe holds 248 calls' lines; before, nothing was told after them."""
    with Chaos(tmp_path, with_client=True) as chaos:
        process = chaos.start("--events", "-", stdout=subprocess.PIPE)
        assert chaos.connected.wait(30)
        planned = list(calls(4, CALLS, EXTENSIONS))
        chaos.send(schedule(planned, per_s=150))
        chaos.wait_until(lambda: len(chaos.alerted) == CALLS, "the last call is told")
        chaos.wait_until(lambda: not chaos.open_callers(), "all calls have ended")
        # Read after all: nothing of it was lost.
        stream = process.stdout
        assert stream is not None
        lines: list[bytes] = []
        reader = threading.Thread(target=lambda: lines.extend(stream))
        reader.start()
        assert chaos.stop() == 0
        reader.join(30)
        kinds = [json.loads(line)["event"] for line in lines]
        assert (kinds.count("ringing"), kinds.count("ended")) == (CALLS, CALLS)


def test_a_reader_that_ends_costs_no_call(tmp_path: Path) -> None:
    with Chaos(tmp_path, with_client=True) as chaos:
        process = chaos.start("--events", "-", stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        assert chaos.connected.wait(30)
        planned = list(calls(5, 100, EXTENSIONS))
        chaos.send(schedule(planned, per_s=50))
        chaos.wait_until(lambda: len(chaos.alerted) == 100, "the last call is told")
        chaos.wait_until(lambda: not chaos.open_callers(), "all calls have ended")
        assert chaos.stop() == 0
        assert len(chaos.rows()) == 100
        assert "lines are not written any more" in chaos.stderr()


@needs_mounts
def test_lines_that_have_no_room_come_once_there_is(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, Chaos(tmp_path, with_client=True) as chaos:
        chaos.events = disk.folder / "events.jsonl"
        chaos.start()
        assert chaos.connected.wait(30)
        disk.fill()
        planned = list(calls(6, 200, EXTENSIONS))
        chaos.send(schedule(planned, per_s=50))
        chaos.wait_until(lambda: len(chaos.alerted) == 200, "the last call is told")
        chaos.wait_until(lambda: not chaos.open_callers(), "all calls have ended")
        assert chaos.lines() == []
        assert "No space left" in chaos.stderr()
        # Killed in this state, too: the next run has the lines.
        chaos.kill()
        chaos.start()
        disk.make_room()
        chaos.wait_until(lambda: len(chaos.books().rings) == 200, "the lines are there")
        assert chaos.stop() == 0
        assert chaos.books().disagreements() == []
