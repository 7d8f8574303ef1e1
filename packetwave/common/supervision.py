"""Long-running work on an asyncio loop, none of which ends unheard.

What fails unexpectedly goes to the crash log with its traceback and is counted; long-running work then begins
again after a pause that grows from failure to failure. On the loop thread only, but for `note`.
"""

import asyncio
import contextlib
import itertools
import logging
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

_crash_log = logging.getLogger("packetwave.crash")

PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Between a failure and the next try; the last one from then on."""

HEALTHY_S = 60.0
"""Work that ran so long before it failed is paused for as briefly as if it had never failed."""

_LOGGED = 20
"""Tracebacks of one piece of work in the log; what fails with every frame must not fill the disk."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An unexpected failure: of what, what it was, and how many there were of all kinds so far."""

    work: str
    error: str
    count: int


class Supervisor:
    """The long-running work of one loop.

    on_failure: told of each unexpected failure, on the thread on which it happened; must return at once.
    """

    def __init__(
        self,
        on_failure: Callable[[Failure], None] = lambda _failure: None,
        *,
        pauses_s: tuple[float, ...] | None = None,
    ) -> None:
        self._on_failure = on_failure
        self._pauses_s = PAUSES_S if pauses_s is None else pauses_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._lock = threading.Lock()
        self._failures: Counter[str] = Counter()

    def keep(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> "asyncio.Task[None]":
        """Run `work` until it returns by itself, anew where it fails; the task, to be cancelled."""
        return self._start(name, self._again(name, work))

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run something once, such as a command; a failure is heard, nothing is repeated."""
        return self._start(name, self._once(name, work))

    @contextlib.contextmanager
    def guard(self, name: str) -> Iterator[None]:
        """What fails in the block is heard and goes no further: one faulty value must not cost the others."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - a bug; it is heard
            self.note(name, error)

    def note(self, name: str, error: BaseException) -> None:
        """Log and count an unexpected failure. Any thread."""
        with self._lock:
            self._failures[name] += 1
            of_this, of_all = self._failures[name], self._failures.total()
        if of_this <= _LOGGED:
            _crash_log.error("%s failed", name, exc_info=error)
        self._on_failure(Failure(name, f"{type(error).__name__}: {error}", of_all))

    def watch_loop(self) -> None:
        """Hear of what fails in callbacks of the running loop, too."""
        asyncio.get_running_loop().set_exception_handler(self._on_loop_failure)

    async def end(self) -> None:
        """Cancel all that runs, and wait for it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _once(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        with self.guard(name):
            await work

    async def _again(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        loop = asyncio.get_running_loop()
        failures = itertools.count()
        while True:
            began_s = loop.time()
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - a bug; it is heard, and the work begins again
                self.note(name, error)
            else:
                return
            if loop.time() - began_s >= HEALTHY_S:
                failures = itertools.count()
            await asyncio.sleep(self._pauses_s[min(next(failures), len(self._pauses_s) - 1)])

    def _on_loop_failure(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.note("a callback", error if error is not None else RuntimeError(str(context.get("message"))))
