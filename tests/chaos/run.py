"""`make chaos`: a server that is killed, stopped and starved while calls come, and what its books say after.

A whole run: 10,000 calls, 500 crashes (some in the middle of a start), 100 stops of 1 to 10 s, 50 database
faults, 20 full disks, 20 steps of the clock; SCALE=0.1 is the first tenth of the same sequence. Three offices
share it, side by side, each with a wire, a server and a client of its own: one has a clock that can be set,
one a MongoDB. Every ringing must have one row and one end, none doubled, rows and lines must agree, and every
call that was on the wire while a server watched or was merely stalled must be there. Judged by counts alone.

Exit 1 if anything is not as it must be. Needs root (network namespaces, mounts).
"""

import argparse
import contextlib
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests import netns, small_disk
from tests.chaos.faults import FAULTS
from tests.chaos.judge import Judgement
from tests.chaos.lane import Lane
from tests.chaos.plan import Planned, dealt, plan

SEED = 316
DISK_KB = 65_536
LANES: Sequence[tuple[str, ...]] = (("clock",), (), ("mongodb",))
SHOWN = 40
CALLS_COME = 0.6  # of the time that a fault takes


class Driver:
    """One lane's faults, one after the other, on a thread. Attributes: done, judgement, wrong."""

    def __init__(self, lane: Lane, share: Sequence[Planned], *, keeps: bool) -> None:
        self.done: Counter[str] = Counter()
        self.judgement = Judgement()
        self.lane = lane
        self._share = share
        self._keeps = keeps
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            with self.lane:
                self.lane.arise()
                for each in self._share:
                    self._one(each)
                self.lane.settle()
                self.lane.finish()
                self.judgement = self.lane.judged()
                if self._keeps:
                    shutil.copytree(self.lane.disk.folder, self.lane.disk.folder.with_name("left"))
        except Exception:  # noqa: BLE001 - told with the others
            print(traceback.format_exc(), flush=True)
            self.judgement.wrong += [*self.lane.wrong, traceback.format_exc()]

    def _one(self, each: Planned) -> None:
        fault, chance = FAULTS[each.name], Random(each.chance)
        known = len(self.lane.wrong)
        half = len(each.calls) // 2 if fault.brings else len(each.calls)
        self.lane.held_back = each.calls[half:]
        self.lane.bring(each.calls[:half], CALLS_COME * (1.0 if fault.brings else fault.seconds), chance)
        fault.do(self.lane, chance)
        self.done[each.name] += 1
        for line in self.lane.wrong[known:]:
            print(f"{each.name} ({each.chance}): {line}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="how much of a whole run")
    parser.add_argument("--only", default="", help="faults whose name has this in it")
    parser.add_argument("--keep", type=Path, help="leave all files in this folder")
    options = parser.parse_args()
    why_not = netns.why_not() or small_disk.why_not()
    if why_not:
        print(f"chaos: {why_not}", file=sys.stderr)
        return 1
    planned = [each for each in plan(SEED, options.scale) if options.only in each.name]
    shares = dealt(planned, LANES)
    seconds = max(sum(FAULTS[each.name].seconds for each in share) for share in shares)
    print(f"chaos: {len(planned)} faults, about {seconds / 60 + 0.5:.0f} min", flush=True)
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        drivers = []
        for number, (has, share) in enumerate(zip(LANES, shares, strict=True)):
            own = folder / f"lane-{number}"
            own.mkdir()
            disk = stack.enter_context(small_disk.small_disk(own / "disk", DISK_KB))
            lane = Lane(own, disk, with_mongodb="mongodb" in has, is_clocked="clock" in has)
            drivers.append(Driver(lane, share, keeps=options.keep is not None))
        for driver in drivers:
            driver.thread.start()
        _wait(drivers, len(planned), began)
    return _tell(drivers, time.monotonic() - began)


def _wait(drivers: Sequence[Driver], count: int, began: float) -> None:
    said = 0
    for driver in drivers:
        while driver.thread.is_alive():
            driver.thread.join(5.0)
            done = sum(each.done.total() for each in drivers)
            if done * 10 // count > said:
                said = done * 10 // count
                print(f"{done} of {count} faults after {time.monotonic() - began:.0f} s", flush=True)


def _tell(drivers: Sequence[Driver], took_s: float) -> int:
    done, counts, kinds = Counter[str](), Counter[str](), Counter[str]()
    wrong: list[str] = []
    for number, driver in enumerate(drivers):
        done += driver.done
        counts += driver.judgement.counts
        wrong += [f"lane {number}: {line}" for line in driver.judgement.wrong]
    for name, times in done.items():
        kinds[FAULTS[name].kind] += times
        print(f"{name:<36} {times:>6}")
    print()
    for name, times in [
        *kinds.items(),
        ("kill -9 in all", sum(each.lane.kills for each in drivers)),
        *counts.items(),
    ]:
        print(f"{name:<60} {times:>6}")
    for line in wrong[:SHOWN]:
        print(f"WRONG: {line}")
    words = (
        f"FAILED: {len(wrong)} are wrong"
        if wrong
        else "every ringing has one row and one end, and none is missing"
    )
    print(f"chaos: {words}; {took_s:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
