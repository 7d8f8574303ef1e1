"""Two clocks that part while the PC sleeps, and how long it slept. Owns nothing.

One goes on while the PC sleeps, the other does not; nobody can set either. Works the same on all systems,
without their messages about it.
"""

import ctypes
import sys
import time
from collections.abc import Callable

SHORTEST_S = 1.0
"""Less is no sleep: clocks are not read at one moment."""

_BOOT_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", None)
_UNBIASED_PER_S = 10_000_000


def clock_s() -> float:
    """Seconds of a steady clock that goes on while the PC sleeps. On Windows the ordinary one does."""
    return time.monotonic() if _BOOT_CLOCK is None else time.clock_gettime(_BOOT_CLOCK)


def awake_s() -> float:
    """Seconds of a steady clock that stands still while the PC sleeps. Windows has one of its own."""
    if sys.platform == "win32":
        passed = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(passed))
        return passed.value / _UNBIASED_PER_S
    return time.monotonic()


class Sleep:
    """Tells how long the PC slept since it was last asked. clock, awake: as `clock_s` and `awake_s`."""

    def __init__(self, clock: Callable[[], float] = clock_s, awake: Callable[[], float] = awake_s) -> None:
        self._clock = clock
        self._awake = awake
        self._asleep_s = clock() - awake()

    def look(self) -> float:
        """Seconds slept since the last look, 0.0 for none."""
        asleep_s = self._clock() - self._awake()
        slept_s = asleep_s - self._asleep_s
        self._asleep_s = asleep_s  # each look: on some systems the two drift apart
        return slept_s if slept_s >= SHORTEST_S else 0.0
