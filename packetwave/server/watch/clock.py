"""A clock for calls that no step of the system's clock can move. Pure but for the clocks it is given.

Frames carry the system's time, which a person or NTP may set forward or back by any amount while phones ring.
What lasts is measured on a steady clock instead: `steady` turns a frame's time into seconds that only ever
pass as time does. Adding `shift_s` makes the system's time of them again, as it runs now; it is 0 as long as
nobody has set the clock.
"""

import time
from collections.abc import Callable

from packetwave.common.wakefulness import clock_s

STEP_S = 2.0
"""Clocks that part by more than this were set; less is drift, as NTP mends it."""

OLDEST_S = 120.0
"""A frame read now came at most so long ago (what a kernel's buffer holds while the program stands still)."""


class SteadyClock:
    """A clock that only time moves.

    system, monotonic: in seconds; the latter goes on while the PC sleeps."""

    def __init__(
        self, system: Callable[[], float] = lambda: time.time(), monotonic: Callable[[], float] = clock_s
    ) -> None:
        self._system = system
        self._monotonic = monotonic
        self._base_s = system() - monotonic()
        self._shift_s = 0.0

    @property
    def shift_s(self) -> float:
        """How far the system's clock is ahead of this one."""
        return self._shift_s

    @property
    def now_s(self) -> float:
        """Steady seconds now."""
        return self._base_s + self._monotonic()

    def look(self) -> float:
        """By how many seconds the system's clock was set since the last look (forward positive), 0.0 for not.

        To be called some times a second, before frames are read.
        """
        shift_s = self._system() - self.now_s
        step_s = shift_s - self._shift_s
        if abs(step_s) < STEP_S:
            return 0.0
        self._shift_s = shift_s
        return step_s

    def steady(self, at_s: float) -> float:
        """The steady time of a frame that the system's clock stamped `at_s`. Now, where that cannot be right:
        the frame came before the clock was set, or its stamp is wrong."""
        now_s = self.now_s
        steady_s = at_s - self._shift_s
        return steady_s if now_s - OLDEST_S <= steady_s <= now_s + STEP_S else now_s
