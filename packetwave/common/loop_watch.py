"""Notices when an event loop stands still: a thread that asks it twice a second whether it is there.

What stands still cannot tell so itself. Where its thread is goes to the crash log, once each time. Owns that
watching thread.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from packetwave.common.standstill import LOOKS, PACE_S, Standstill, stack_of

_crash_log = logging.getLogger("packetwave.crash")


@dataclass(frozen=True, slots=True)
class Stalls:
    """How often a loop stood still so far, the last time and the longest, in seconds."""

    count: int = 0
    last_s: float = 0.0
    longest_s: float = 0.0


class LoopWatch:
    """Asks a loop again and again whether it is there.

    post: calls a function on the loop soon, from any thread. thread: the `ident` of the loop's. on_over:
    told on the loop, once it goes on.
    """

    def __init__(
        self,
        post: Callable[[Callable[[], None]], None],
        thread: int | None,
        on_over: Callable[[Stalls], None],
        *,
        pace_s: float = PACE_S,
        looks: int = LOOKS,
    ) -> None:
        self._post = post
        self._looked_at = thread
        self._on_over = on_over
        self._pace_s = pace_s
        self._standstill = Standstill(looks=looks)
        self._stalls = Stalls()
        self._answers = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loop watch", daemon=True)

    def start(self) -> None:
        """Watch from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more. Returns at once; also twice."""
        self._over.set()

    def _run(self) -> None:
        asked = 0
        while not self._over.wait(self._pace_s):
            if (
                self._answers == asked
            ):  # one question at a time: they must not pile up in a loop that is stuck
                asked += 1
                self._post(self._answer)
            was_still = self._standstill.is_still
            if self._standstill.look(self._answers, time.monotonic()):
                _crash_log.error(
                    "the loop has stood still for %.1f s\n%s",
                    self._standstill.still_s,
                    stack_of(self._looked_at),
                )
            elif was_still and not self._standstill.is_still:
                self._tell(self._standstill.still_s)

    def _tell(self, still_s: float) -> None:
        before = self._stalls
        stalls = Stalls(before.count + 1, still_s, max(still_s, before.longest_s))
        self._stalls = stalls
        _crash_log.error("the loop goes on; it stood still for %.1f s", still_s)
        self._post(lambda: self._on_over(stalls))

    def _answer(self) -> None:
        self._answers += 1
