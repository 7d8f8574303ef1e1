"""The faults of a chaos run, each a function that is given the lane and its chance, and does it.

To add one is to write it and to put it into FAULTS. A fault leaves a server that watches and a file that can
be written, mended by the server itself; only a kill cuts off what was not written yet.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from packetwave.server.store.sqlite import FILE_NAME
from tests.chaos.lane import Lane

HOUR_S, DAY_S = 3600.0, 86_400.0
PAGE_BYTES = 4096
NOTICED_S = 5.0


def crash(lane: Lane, chance: Random) -> None:
    """kill -9 at any moment; of a half, while a message is just being read or written down."""
    time.sleep(chance.uniform(0.05, 2.0))
    if chance.random() < 0.5:
        lane.wait_for_a_message()
        time.sleep(chance.uniform(0.0, 0.008))
    lane.fell()
    lane.arise()


def crash_in_the_start(lane: Lane, chance: Random) -> None:
    """kill -9, and again before it watches, or just then."""
    time.sleep(chance.uniform(0.05, 1.0))
    lane.fell()
    lane.set_out()
    time.sleep(chance.uniform(0.0, 1.5))
    lane.fell()
    lane.arise()


def stop(lane: Lane, chance: Random) -> None:
    """SIGSTOP for 1 to 10 seconds."""
    time.sleep(chance.uniform(0.0, 0.5))
    lane.stall(chance.uniform(1.0, 10.0))


def database_locked(lane: Lane, chance: Random) -> None:
    """Another program writes to the file, and does not end for seconds."""
    connection = sqlite3.connect(lane.folder / FILE_NAME, isolation_level=None, timeout=10)
    with contextlib.closing(connection):
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(chance.uniform(1.0, 5.0))
    lane.settle()


def database_removed(lane: Lane, chance: Random) -> None:
    time.sleep(chance.uniform(0.0, 1.0))
    (lane.folder / FILE_NAME).unlink()
    lane.expect(lambda: lane.said("the local file was removed; it is written anew"), "the removal is noticed")
    lane.settle()


def database_replaced(lane: Lane, chance: Random) -> None:
    """By one that knows no call."""
    time.sleep(chance.uniform(0.0, 1.0))
    other = lane.folder.parent / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE other (content)")
    other.replace(lane.folder / FILE_NAME)
    lane.expect(lambda: lane.said("the local file was replaced; it is written anew"), "it is noticed")
    lane.settle()


def database_damaged(lane: Lane, chance: Random) -> None:
    """Pages of the file are written over."""
    with _damage(lane, chance) as handle:
        pages = max(2, os.fstat(handle).st_size // PAGE_BYTES)
        for _ in range(max(3, pages // 10)):
            os.pwrite(handle, b"\xff" * PAGE_BYTES, chance.randrange(1, pages) * PAGE_BYTES)


def database_truncated(lane: Lane, chance: Random) -> None:
    with _damage(lane, chance) as handle:
        os.ftruncate(handle, int(os.fstat(handle).st_size * chance.uniform(0.1, 0.9)))


@contextlib.contextmanager
def _damage(lane: Lane, chance: Random) -> Iterator[int]:
    """Noticed when what is damaged is read, at the next start at the latest. What it destroys is past:
    a call that is only in a page that nobody can read has no end."""
    lane.end_all()
    lane.kept.update((row.call_id, row) for row in lane.rows_as_they_are() if row.outcome is not None)
    handle = os.open(lane.folder / FILE_NAME, os.O_RDWR)
    try:
        yield handle
    finally:
        os.close(handle)
    until_s = time.monotonic() + NOTICED_S
    while time.monotonic() < until_s and not lane.said("it was put aside as"):
        time.sleep(0.05)
    if not lane.said("it was put aside as"):
        lane.fell()
        lane.arise()
    lane.bring(lane.held_back, 1.0, chance)
    lane.settle()


def database_read_only(lane: Lane, chance: Random) -> None:
    """The disk may only be read. Before the server starts: of one that writes, only a kernel can take it."""
    lane.settle()
    lane.fell()
    lane.disk.protect()
    lane.arise()
    lane.bring(lane.held_back, 2.0, chance)
    time.sleep(chance.uniform(1.0, 4.0))
    lane.disk.protect(False, process=lane.process_id)
    lane.settle()


def mongodb_killed(lane: Lane, chance: Random) -> None:
    assert lane.mongodb is not None
    time.sleep(chance.uniform(0.0, 1.0))
    lane.mongodb.kill()
    time.sleep(chance.uniform(0.5, 4.0))
    lane.mongodb.restart()


def mongodb_stopped(lane: Lane, chance: Random) -> None:
    """It takes connections and answers none."""
    assert lane.mongodb is not None
    time.sleep(chance.uniform(0.0, 1.0))
    lane.mongodb.hang()
    time.sleep(chance.uniform(1.0, 6.0))
    lane.mongodb.resume()


def disk_fills_up(lane: Lane, chance: Random) -> None:
    time.sleep(chance.uniform(0.0, 1.0))
    lane.disk.fill()
    time.sleep(chance.uniform(1.0, 5.0))
    lane.disk.make_room()
    lane.settle()


def start_on_a_full_disk(lane: Lane, chance: Random) -> None:
    lane.settle()
    lane.fell()
    lane.disk.fill()
    lane.arise()
    lane.bring(lane.held_back, 2.0, chance)
    time.sleep(chance.uniform(1.0, 4.0))
    lane.disk.make_room()
    lane.settle()


def _set_clock(by_s: float) -> "Do":
    def do(lane: Lane, chance: Random) -> None:
        time.sleep(chance.uniform(0.5, 2.0))
        lane.set_clock(by_s)
        time.sleep(chance.uniform(0.5, 2.0))

    return do


Do = Callable[[Lane, Random], None]


@dataclass(frozen=True)
class Fault:
    """kind: what it counts as. times: how often it comes in a whole run. seconds: about how long it takes.
    needs: what its lane must have, `clock`, `mongodb`, "" for nothing. brings: it lets half of its calls
    come itself."""

    kind: str
    do: Do
    times: int
    seconds: float
    needs: str = ""
    brings: bool = False


CRASHES, STOPS, DATABASE, DISKS, CLOCK = (
    "server crashes", "stops of 1-10 s", "database faults", "full disks", "clock steps"
)  # fmt: skip

FAULTS: dict[str, Fault] = {
    "killed": Fault(CRASHES, crash, 460, 2.5),
    "killed, and killed in the start": Fault(CRASHES, crash_in_the_start, 40, 3.5),
    "stopped": Fault(STOPS, stop, 100, 6.0),
    "database locked": Fault(DATABASE, database_locked, 7, 7.0),
    "database removed": Fault(DATABASE, database_removed, 7, 6.0),
    "database replaced": Fault(DATABASE, database_replaced, 6, 6.0),
    "database damaged": Fault(DATABASE, database_damaged, 6, 10.0, brings=True),
    "database truncated": Fault(DATABASE, database_truncated, 6, 10.0, brings=True),
    "database read-only": Fault(DATABASE, database_read_only, 6, 12.0, brings=True),
    "MongoDB killed": Fault(DATABASE, mongodb_killed, 6, 5.0, "mongodb"),
    "MongoDB stopped": Fault(DATABASE, mongodb_stopped, 6, 4.0, "mongodb"),
    "disk full": Fault(DISKS, disk_fills_up, 10, 10.0),
    "started on a full disk": Fault(DISKS, start_on_a_full_disk, 10, 12.0, brings=True),
    "clock 1 h forward": Fault(CLOCK, _set_clock(HOUR_S), 5, 2.5, "clock"),
    "clock 1 h back": Fault(CLOCK, _set_clock(-HOUR_S), 5, 2.5, "clock"),
    "clock 1 day forward": Fault(CLOCK, _set_clock(DAY_S), 5, 2.5, "clock"),
    "clock 1 day back": Fault(CLOCK, _set_clock(-DAY_S), 5, 2.5, "clock"),
}
