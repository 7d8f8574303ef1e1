"""One office of a chaos run: its calls, its server, and what happened to both, for the judge.

Calls are sent on a thread of the lane's own while its faults go on; `runs` and `sent` say what a server can
have seen. A fault that leaves something to be mended waits here until it is.
"""

import contextlib
import heapq
import itertools
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from packetwave.server.office.values import CallRecord, Member, Put
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.sqlite import SqliteStore
from tests.chaos.books import Books, books
from tests.chaos.judge import CUT_OFF_S, Judgement, Run, Sent, judge
from tests.chaos.server import EXTENSIONS, Chaos
from tests.chaos.traffic import RINGS, Call
from tests.mongodb import MongoServer
from tests.small_disk import SmallDisk

MENDS_S = 40.0
"""So long is waited for what the server mends by itself; beyond, it is wrong."""


class Lane(Chaos):
    """A context. disk: where the server's data are. is_clocked: its clock can be set. with_mongodb: members
    and calls are in a MongoDB.

    Attributes: runs, for the judge; mongodb; kills; wrong, what went wrong besides; kept, records of before a
    fault destroyed the file; held_back, calls that a fault brings itself.
    """

    def __init__(
        self, folder: Path, disk: SmallDisk, *, with_mongodb: bool = False, is_clocked: bool = False
    ) -> None:
        folder.mkdir(exist_ok=True)
        self._clock_file = folder / "clock"
        program = (
            ("-m", "tests.chaos.clocked", str(self._clock_file))
            if is_clocked
            else ("-m", "packetwave.server")
        )
        super().__init__(folder, with_client=True, data=disk.folder / "data", program=program)
        # On the same disk, as on most machines.
        self.events = disk.folder / "events.jsonl"
        self.disk = disk
        self.mongodb: MongoServer | None = None
        self.runs: list[Run] = []
        self.kills = 0
        self.wrong: list[str] = []
        self.kept: dict[str, CallRecord] = {}
        self.ahead_s = 0.0
        self.held_back: Sequence[Call] = ()
        self._mongodb_folder = folder / "mongodb" if with_mongodb else None
        self._clock_file.write_text("0 0\n")
        self._sent: dict[str, Sent] = {}
        self._times: dict[str, list[tuple[str, float]]] = {}
        self._planned: list[tuple[float, int, str, str, bytes]] = []
        self._order = itertools.count()
        lock = threading.RLock()
        self._more = threading.Condition(lock)
        self._has_sent = threading.Condition(lock)
        self._is_over = False
        self._sender = threading.Thread(target=self._send_planned, daemon=True)

    def __enter__(self) -> Self:
        super().__enter__()
        self._sender.start()
        try:
            if self._mongodb_folder is not None:
                self.mongodb = self._begin_mongodb(self._mongodb_folder)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _begin_mongodb(self, folder: Path) -> MongoServer:
        mongodb = MongoServer(folder, self.probe)
        mongodb.start()
        with mongodb.inside(), contextlib.closing(MongoStore(mongodb.uri, wait_s=MENDS_S)) as store:
            store.change_members([Put(Member(each, "127.0.0.1")) for each in EXTENSIONS])
        return mongodb

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._more:
            self._is_over = True
            self._more.notify()
        self._sender.join()
        super().__exit__(kind, error, trace)

    # The server

    def arise(self) -> None:
        """Start the server; returned once it watches."""
        self.set_out()
        self.wait_until(lambda: self.said("watching 'eth0'"), "it watches")
        self.runs[-1].watches_s = time.monotonic()

    def set_out(self) -> None:
        """Start the server; returned at once."""
        self.runs.append(Run(time.monotonic()))
        mongodb = ("--mongodb", self.mongodb.uri) if self.mongodb is not None else ()
        self.begin("--events", str(self.events), *mongodb)

    def fell(self) -> None:
        """kill -9."""
        self.runs[-1].killed_s = time.monotonic()
        self.kills += 1
        self.kill()

    def stall(self, seconds: float) -> None:
        """Stop the server for so long, and let it go on."""
        assert self._process is not None
        since_s = time.monotonic()
        self._process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self._process.send_signal(signal.SIGCONT)
        self.runs[-1].stalls.append((since_s, time.monotonic()))

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    def set_clock(self, by_s: float) -> None:
        """Set the server's clock forward or back."""
        self.ahead_s += by_s
        with self._clock_file.open("a") as file:
            file.write(f"{time.monotonic()} {self.ahead_s}\n")

    # Calls

    def bring(self, calls: Iterable[Call], within_s: float, chance: Random) -> None:
        """Let these calls begin at random moments from now on."""
        now_s = time.monotonic()
        with self._more:
            for each in calls:
                self._times[each.caller] = []
                self._sent[each.caller] = Sent(each, self._times[each.caller])
                begins_s = now_s + chance.uniform(0, within_s)
                for step in each.steps:
                    self._plan(each, begins_s + step.after_s, zip(step.names, step.frames, strict=True))
            self._more.notify()

    def _plan(self, call: Call, at_s: float, messages: Iterable[tuple[str, bytes]]) -> None:
        for name, frame in messages:
            heapq.heappush(self._planned, (at_s, next(self._order), call.caller, name, frame))

    def _send_planned(self) -> None:
        while True:
            with self._more:
                while not self._is_over and (not self._planned or self._planned[0][0] > time.monotonic()):
                    left_s = self._planned[0][0] - time.monotonic() if self._planned else None
                    self._more.wait(left_s)
                if self._is_over:
                    return
                _, _, caller, name, frame = heapq.heappop(self._planned)
                self._times[caller].append((name, time.monotonic()))
                self.wire.send(frame)
                self._has_sent.notify_all()

    def wait_for_a_message(self) -> None:
        """Until the next one is on the wire; not long, if none is to come."""
        with self._more:
            self._has_sent.wait(1.0)

    def all_sent(self) -> bool:
        with self._more:
            return not self._planned

    # What is to be mended

    def expect(self, condition: Callable[[], object], what: str) -> bool:
        """Wait until it is so; wrong if it never is."""
        until_s = time.monotonic() + MENDS_S
        while not condition():
            if self._process is None or self._process.poll() is not None or time.monotonic() > until_s:
                self.wrong.append(f"waited in vain until {what}")
                return False
            time.sleep(0.05)
        return True

    def settle(self) -> None:
        """Wait until each call is over and what a server saw of it is in the file, not in memory only."""
        self.expect(self.all_sent, "all is sent")
        self.expect(self._writes_to_the_file, "the file is written")
        time.sleep(CUT_OFF_S)
        since_s = self.runs[-1].watches_s
        due = {
            caller for caller, sent in self._sent.items() if sent.messages and sent.messages[0][1] >= since_s
        }
        due -= self._lost_callers()
        self.expect(lambda: due <= self._closed_callers(), f"{len(due)} calls are in the file, and over")

    def _writes_to_the_file(self) -> bool:
        return self.said("calls are kept in memory until") <= self.said("the local file is written again")

    def _lost_callers(self) -> set[str]:
        return {row.caller for row in self.kept.values()}

    def _closed_callers(self) -> set[str]:
        try:
            return {caller for (caller,) in self.asked("SELECT caller FROM calls WHERE outcome IS NOT NULL")}
        except sqlite3.Error:  # while it is damaged, or another is put in its place
            return set()

    def rows_as_they_are(self) -> list[CallRecord]:
        """The records in the file, by a copy of it: the server is not to notice."""
        copied = self._log_path.with_name("copy.db")
        copied.unlink(missing_ok=True)
        with (
            contextlib.closing(self.reading()) as source,
            contextlib.closing(sqlite3.connect(copied)) as target,
        ):
            source.backup(target)
        with contextlib.closing(SqliteStore(copied)) as store:
            return store.load_calls(since=datetime.fromtimestamp(0, UTC), limit=1_000_000)

    # The end

    def end_all(self) -> None:
        """Tell the ends once more of calls that the server did not see end, or that it has lost."""
        self.expect(self.all_sent, "all is sent")
        known = {row.caller for row in self.rows_as_they_are()} | self._lost_callers()
        again = self.open_callers() | {caller for caller in self.alerted if caller not in known}
        with self._more:
            for number, caller in enumerate(sorted(again)):
                call = self._sent[caller].call
                ends = [
                    (name, frame)
                    for step in call.steps
                    for name, frame in zip(step.names, step.frames, strict=True)
                    if name not in RINGS
                ]
                self._plan(call, time.monotonic() + 0.01 * number, ends)
            self._more.notify()
        self.expect(self.all_sent, "all ends are sent")
        self.expect(lambda: not self.open_callers(), "all calls have ended")
        self.settle()

    def finish(self) -> None:
        """End all calls and the server."""
        self.end_all()
        if self.mongodb is not None:
            self.expect(lambda: not self.asked("SELECT * FROM unwritten"), "MongoDB has every call")
        if self.stop() != 0:
            self.wrong.append("it did not end well")
        self.runs[-1].killed_s = time.monotonic()

    def books(self) -> Books:
        rows = self.kept | {row.call_id: row for row in self.rows()}
        return books(list(rows.values()), self.lines())

    def judged(self) -> Judgement:
        """After `finish`."""
        result = judge(list(self._sent.values()), self.runs, self.books(), self.alerted)
        result.wrong += self.wrong
        if self.mongodb is not None:
            result.wrong += self._differences(self.mongodb)
        return result

    def _differences(self, mongodb: MongoServer) -> Sequence[str]:
        """Where MongoDB says something else than the file."""
        with mongodb.inside(), contextlib.closing(MongoStore(mongodb.uri, wait_s=MENDS_S)) as store:
            there = {
                row.call_id: row
                for row in store.load_calls(since=datetime.fromtimestamp(0, UTC), limit=1_000_000)
            }
        here = {row.call_id: row for row in self.rows()}
        return [
            f"{call_id} is not in MongoDB as in the file"
            for call_id in here
            if there.get(call_id) != here[call_id]
        ]
