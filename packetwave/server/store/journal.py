"""The journal: what is said of calls, written behind them in one place, so that no two writes can disagree.

A call's record and the event line of the same moment are one write of the local file (see `JournalStore`).
Only then does the line go to whoever reads the events; it is forgotten once it is out, and after a kill the
next run takes up those that are left. On the loop thread; the writes run on the journal's own thread. What
comes during one write is the next.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from packetwave.common.lines import Lines, LinesTrouble, complete
from packetwave.server.calls.events import RecordedEvent
from packetwave.server.calls.lines import to_json
from packetwave.server.office.values import CallRecord
from packetwave.server.store.base import EventLine, JournalStore, StoreError
from packetwave.server.store.thread import StoreThread

log = logging.getLogger(__name__)

RETRY_S = 2.0

LIMIT = 50_000
"""Entries that may wait while the store takes none; the oldest are lost, and counted."""

_FLUSH_S = 0.3
_LOOK_S = 0.005


class Entry(NamedTuple):
    """A call's record as it is from now on, and the line that says why. Either may be missing."""

    record: CallRecord | None
    line: str


class Journal:
    """Writes what is said of calls.

    lines: where event lines go, None for nowhere: then none is stored. on_written: called after each write.
    Attributes: lost, how many entries were given up because too many waited; writes, how many writes there
    were.
    """

    def __init__(
        self,
        calls: JournalStore,
        lines: Lines | None,
        on_written: Callable[[], None] = lambda: None,
    ) -> None:
        self.lost = 0
        self.writes = 0
        self._thread = StoreThread("journal")
        self._calls = calls
        self._lines = lines
        self._on_written = on_written
        self._waiting: deque[Entry] = deque()
        self._work = asyncio.Event()
        self._being_written: list[Entry] = []
        self._is_refused = False
        self._next = 1
        self._stored: list[int] = []
        """Numbers of lines that the store has, in order."""
        self._given_up: set[int] = set()
        self._out_elsewhere: set[int] = set()
        """Numbers of lines of an earlier run that the file has for which they were."""

    @property
    def unwritten(self) -> int:
        """How many calls wait to be written."""
        return _count_calls(self._waiting)

    @property
    def held(self) -> int:
        """How many calls are not written, with those that are just being."""
        return _count_calls((*self._waiting, *self._being_written))

    @property
    def has_work(self) -> bool:
        """Whether something is to be written."""
        return bool(self._waiting or self._being_written)

    @property
    def thread(self) -> threading.Thread:
        """The journal's own."""
        return self._thread.thread

    @property
    def lines_lost(self) -> int:
        return 0 if self._lines is None else self._lines.lost + self.lost

    @property
    def lines_trouble(self) -> LinesTrouble | None:
        return None if self._lines is None else self._lines.state

    async def open(self) -> None:
        """Take up the lines that an earlier run left: each belongs to the file that it was meant
        for, whatever is asked for now. Before the first `put`."""
        try:
            left = await self._thread.run(self._calls.lines_left)
        except StoreError as error:
            log.warning("event lines of before the restart are not known: %s", error)
            left = []
        self._next = max((line.number for line in left), default=0) + 1
        here = self._lines.file if self._lines is not None else None
        for file in {line.file for line in left if line.file != here}:
            await self._complete(file, [line for line in left if line.file == file])
        if self._lines is not None:
            own = [(line.number, line.text) for line in left if line.file == here]
            self._stored.extend(number for number, _ in own)
            self._lines.take_up(own)

    async def _complete(self, file: str, left: list[EventLine]) -> None:
        """Write lines that are for another file. Who read standard output then is another now."""
        try:
            if file:
                await self._thread.run(complete, Path(file), [line.text for line in left])
        except OSError as error:
            log.warning("%d event lines of before the restart wait for %s: %s", len(left), file, error)
        else:
            self._out_elsewhere.update(line.number for line in left)

    def put(self, record: CallRecord | None, event: RecordedEvent | None = None) -> None:
        """Write this soon. Never blocks."""
        line = to_json(event) if event is not None and self._lines is not None else ""
        if record is None and not line:
            return
        self._waiting.append(Entry(record, line))
        if self._is_refused and len(self._waiting) > LIMIT:
            self._waiting.popleft()
            self.lost += 1
        self._work.set()

    async def run(self) -> None:
        """Write what comes, for ever."""
        while True:
            await self._work.wait()
            if not await self.write():
                await asyncio.sleep(RETRY_S)

    async def write(self) -> bool:
        """Write everything that waits; False where the store did not take it. Whatever goes wrong, what was
        not written still waits. Raises what is no StoreError, but not before all others are written: one
        entry with which nobody reckoned costs no other."""
        batch = list(self._waiting)
        self._waiting.clear()
        self._work.clear()
        self._being_written = batch
        try:
            await self._write(batch)
        except StoreError as error:
            log.warning("%d entries of the journal are not written yet: %s", len(batch), error)
        finally:
            self._being_written = []
            self._is_refused = bool(batch)
            if batch:
                self._waiting.extendleft(reversed(batch))
                self._work.set()
        return not batch

    async def sent(self) -> None:
        """Wait until all so far is written, and all its lines are out."""
        while self.has_work:
            await asyncio.sleep(_LOOK_S)
        while self._lines is not None and not self._lines.flush(0):
            await asyncio.sleep(_LOOK_S)

    async def close(self) -> None:
        """Write what waits, and forget the lines that are out by then. Bounded, but for the store itself."""
        try:
            await self.write()
            if self._lines is not None:
                await asyncio.to_thread(self._lines.flush, _FLUSH_S)
                await self._commit([])
        finally:
            self.end()

    def end(self) -> None:
        """End the thread."""
        self._thread.end()

    async def _write(self, batch: list[Entry]) -> None:
        """Write the batch, emptying it of what is written."""
        if not batch:
            return
        try:
            await self._commit(batch)
        except StoreError:
            raise
        except Exception:
            if len(batch) == 1:
                raise
        else:
            batch.clear()
            return
        waiting, failed = batch.copy(), None
        batch.clear()
        stuck: set[str] = set()
        for at, entry in enumerate(waiting):
            call_id = entry.record.call_id if entry.record is not None else ""
            try:
                if call_id not in stuck:
                    await self._commit([entry])
                    continue
            except StoreError:
                batch.extend(waiting[at:])
                raise
            except Exception as error:  # noqa: BLE001 - raised below, once the others are written
                failed = error
                stuck.add(call_id)
            batch.append(entry)
        if failed is not None:
            raise failed

    async def _commit(self, entries: list[Entry]) -> None:
        """Store these in one write, all or none; then their lines may be read."""
        records = {entry.record.call_id: entry.record for entry in entries if entry.record is not None}
        texts = (entry.line for entry in entries if entry.line)
        file = self._lines.file if self._lines is not None else ""
        lines = [EventLine(number, text, file) for number, text in enumerate(texts, start=self._next)]
        done = self._done()
        if not (records or lines or done):
            return
        await self._thread.run(self._calls.journal, list(records.values()), lines, done)
        self.writes += 1
        gone = set(done)
        self._given_up -= gone
        self._out_elsewhere -= gone
        self._stored = [number for number in self._stored if number not in gone]
        self._next += len(lines)
        for number, text, _ in lines:
            self._stored.append(number)
            if self._lines is not None and not self._lines.write(text, number):
                self._given_up.add(number)
        self._on_written()

    def _done(self) -> list[int]:
        """Lines that the store has and that nobody waits for any more."""
        written = 0 if self._lines is None else self._lines.written
        out = [number for number in self._stored if number <= written or number in self._given_up]
        return [*sorted(self._out_elsewhere), *out]


def _count_calls(entries: Iterable[Entry]) -> int:
    return len({entry.record.call_id for entry in entries if entry.record is not None})
