"""Notices when an event loop stands still: a thread that asks it every second whether it is there.

What stands still cannot tell so itself. The stacks of all threads go to the crash log, once each time.
"""

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable

_crash_log = logging.getLogger("packetwave.crash")

PACE_S = 1.0
LIMIT_S = 4.0
"""A loop that has not answered for so long stands still; noticed at most a pace later."""


class LoopWatch:
    """Asks a loop again and again whether it is there.

    post: calls a function on the loop soon, from any thread. on_still: told, on the watching thread, when
    the loop stands still (True) and when it goes on (False)."""

    def __init__(
        self,
        post: Callable[[Callable[[], None]], None],
        on_still: Callable[[bool], None],
        *,
        pace_s: float = PACE_S,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._post = post
        self._on_still = on_still
        self._pace_s = pace_s
        self._limit_s = limit_s
        self._over = threading.Event()
        self._answered_s = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="loop watch", daemon=True)

    def start(self) -> None:
        """Watch from now on."""
        self._answered_s = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Watch no more. Returns at once; also twice."""
        self._over.set()

    def _run(self) -> None:
        still = False
        while not self._over.wait(self._pace_s):
            self._post(self._answer)
            silent_s = time.monotonic() - self._answered_s
            if not still and silent_s > self._limit_s:
                still = True
                _crash_log.error("the loop has stood still for %.0f s\n%s", silent_s, _stacks())
                self._on_still(True)
            elif still and silent_s < self._limit_s:
                still = False
                _crash_log.error("the loop goes on")
                self._on_still(False)

    def _answer(self) -> None:
        self._answered_s = time.monotonic()


def _stacks() -> str:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return "".join(
        f"thread {names.get(ident, ident)}:\n{''.join(traceback.format_stack(frame))}"
        for ident, frame in sys._current_frames().items()
    )
