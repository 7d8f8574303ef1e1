"""Work done behind the program, on a thread of its own: whoever hands it over never waits.

For what may stand still for any time: a disk, a pipe that nobody reads. What comes while too much waits
already is lost, and counted.
"""

import contextlib
import io
import os
import queue
import threading
from collections.abc import Callable
from typing import Generic, TextIO, TypeVar

LIMIT = 20_000
"""Pieces that may wait: some minutes of the busiest office."""

T = TypeVar("T")


class Behind(Generic[T]):
    """Does `work` with each piece handed over, in order, on a daemon thread.

    work: may block for ever; must not raise. Attribute: lost, how many pieces came while too many waited.
    """

    def __init__(self, work: Callable[[T], None], *, name: str, limit: int = LIMIT) -> None:
        self.lost = 0
        self._work = work
        self._waiting: queue.Queue[T | None] = queue.Queue(limit)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._idle = threading.Condition(self._lock)
        self._unfinished = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, piece: T) -> bool:
        """Hand a piece over; False where it is lost. Any thread; returns at once."""
        with self._lock:
            try:
                if self._closed.is_set():
                    raise queue.Full
                self._waiting.put_nowait(piece)
            except queue.Full:
                self.lost += 1
                return False
            self._unfinished += 1
            return True

    @property
    def closed(self) -> threading.Event:
        """Set once nothing more is taken: work that tries again and again gives up then."""
        return self._closed

    def flush(self, timeout_s: float) -> bool:
        """True once everything handed over so far is done; False where that takes longer."""
        with self._idle:
            return self._idle.wait_for(lambda: self._unfinished == 0, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Take nothing more, and wait so long for what was taken; True if all of it is done."""
        self._closed.set()
        done = self.flush(timeout_s)
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
        if done:
            self._thread.join(timeout_s)
        return done

    def _run(self) -> None:
        while (piece := self._waiting.get()) is not None:
            try:
                self._work(piece)
            finally:
                with self._idle:
                    self._unfinished -= 1
                    self._idle.notify_all()


class Straight:
    """Writes text to what a standard stream leads to, past the stream's buffer: a thread that stands still in
    it cannot keep the program from ending."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._raw: io.FileIO | None = None
        with contextlib.suppress(OSError, ValueError):  # no file behind it, as in tests
            self._raw = io.FileIO(os.dup(stream.fileno()), "w")

    def write(self, text: str) -> None:
        """Raises OSError, and ValueError for a stream that was closed."""
        if self._raw is None:
            self._stream.write(text)
            self._stream.flush()
            return
        rest = memoryview(text.encode("utf-8", "replace"))
        while rest:
            rest = rest[self._raw.write(rest) or 0 :]

    def close(self) -> None:
        """Give the handle back; the stream itself stays open."""
        if self._raw is not None:
            self._raw.close()
