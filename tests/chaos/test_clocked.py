"""A server whose clock a test sets: what it asks for the time, and the frames, have the time that is set."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from packetwave.server.calls.events import Outcome
from tests.chaos.lane import Lane
from tests.chaos.traffic import call
from tests.netns import needs_namespaces
from tests.small_disk import needs_mounts, small_disk

ASK = """
import sys, time, json
from pathlib import Path
from tests.chaos.clocked import set_by
real = time.time()
set_by(Path(sys.argv[1]))
from datetime import UTC, datetime, timedelta
from datetime import datetime as again
at = datetime.now(UTC)
print(json.dumps({
    "time": time.time() - real, "nanoseconds": time.time_ns() / 1e9 - real, "now": at.timestamp() - real,
    "monotonic": time.clock_gettime(time.CLOCK_MONOTONIC) - time.monotonic(),
    "is_one": isinstance(datetime.fromtimestamp(0, UTC) + timedelta(days=1), again),
}))
"""


def test_whatever_asks_for_the_time_is_given_it(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("0 0\n1 5\n2 -86400\n")
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path / "clock")], capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout)
    assert said.pop("is_one")
    assert abs(said.pop("monotonic")) < 1
    for ahead_s in said.values():
        assert -86_400 <= ahead_s < -86_300


@needs_namespaces
@needs_mounts
@pytest.mark.timeout(120)
def test_a_servers_clock_is_set_while_a_phone_rings(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", 16_384) as disk,
        Lane(tmp_path / "lane", disk, is_clocked=True) as lane,
    ):
        lane.arise()
        first, second = (call(n, "1001", Outcome.MISSED, rings_s=1.0) for n in (1, 2))
        lane.send((0.0, frame) for frame in first.steps[0].frames)
        lane.wait_until(lambda: lane.open_callers() == {first.caller}, "it rings")
        lane.set_clock(86_400)
        lane.wait_until(lambda: lane.said("clock"), "it is said that the clock was set")
        lane.send((0.0, frame) for each in (second, first) for step in each.steps for frame in step.frames)
        lane.wait_until(
            lambda: not lane.open_callers() and len(lane.rows_as_they_are()) == 2, "both are over"
        )
        assert lane.stop() == 0
        rows = {row.caller: row for row in lane.rows()}
        assert lane.books().disagreements() == []
    assert {row.outcome for row in rows.values()} == {Outcome.MISSED}
    ahead = rows[second.caller].rang_at - rows[first.caller].rang_at
    assert timedelta(hours=23) < ahead < timedelta(hours=25)
    ended_at = rows[first.caller].ended_at
    assert isinstance(ended_at, datetime)
    assert ended_at >= rows[first.caller].rang_at
