"""How many frames are looked at: few enough to cost nothing, enough to tell what the mirror shows. Pure."""

FRAMES = 2000
PERIOD_S = 10.0
_EACH_S = 1.0
_FRAMES_EACH = int(FRAMES * _EACH_S / PERIOD_S)


class Budget:
    """At most 2,000 frames each 10 s, spread evenly: the first 200 of each second, in a row, since copies and
    fragments show only in frames that follow each other."""

    def __init__(self) -> None:
        self._begun_s = float("-inf")
        self._left = 0

    def left(self, at_s: float) -> int:
        """How many frames may still be looked at in this second. Time may jump."""
        if not 0.0 <= at_s - self._begun_s < _EACH_S:
            self._begun_s = at_s
            self._left = _FRAMES_EACH
        return self._left

    def spend(self, frames: int) -> None:
        """So many were looked at."""
        self._left -= frames
