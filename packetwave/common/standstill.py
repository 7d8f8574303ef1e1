"""Whether something goes on, told by a count that it moves; and where a thread is.

Owns nothing. Looks are counted, not seconds: where the whole program was stopped, or the PC slept, whoever
looks stood still as well, and nothing is said of the one that is looked at.
"""

import sys
import threading
import traceback

PACE_S = 0.5
"""Between two looks."""

LOOKS = 6
"""So many looks in a row without a move: it stands still. Noticed within `LOOKS + 1` paces."""


class Standstill:
    """What was seen of one thing at each look. Not for several threads.

    looks: see `LOOKS`. Attributes: is_still; still_s, how long it has stood still by now, or did when it last
    moved.
    """

    def __init__(self, *, looks: int = LOOKS) -> None:
        self.is_still = False
        self.still_s = 0.0
        self._looks = looks
        self._same = 0
        self._count: object = None
        self._moved_s = 0.0

    def look(self, count: object, now_s: float, *, patience: int = 1) -> bool:
        """Whether it has just begun to stand still. count: what it moves; None where it has nothing to do.
        now_s: seconds of any steady clock. patience: so many times as many looks, for what may take long."""
        if count is None or count != self._count:
            if self.is_still:
                self.still_s = now_s - self._moved_s
            self.is_still = False
            self._count, self._same, self._moved_s = count, 0, now_s
            return False
        self._same += 1
        if self._same < self._looks * patience:
            return False
        self.still_s = now_s - self._moved_s
        begins, self.is_still = not self.is_still, True
        return begins


def stack_of(thread: int | None) -> str:
    """Where a thread is at this moment, as a traceback; it goes on meanwhile. thread: its `ident`."""
    frame = sys._current_frames().get(thread) if thread is not None else None
    if frame is None:
        return "  (it has ended)\n"
    names = {each.ident: each.name for each in threading.enumerate()}
    return f"thread {names.get(thread, thread)}:\n{''.join(traceback.format_stack(frame))}"
