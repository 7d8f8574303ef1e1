"""Times of a recording that cannot be right are passed over. Pure: records in, records out.

One damaged timestamp would otherwise end every call of the file (packet time is the clock), or be waited for
through a century. A pause is no damage: what follows tells them apart.
"""

from collections import deque
from collections.abc import Iterable, Iterator

Record = tuple[float, int, bytes]  # (packet time in seconds since 1970 UTC, link type, frame)

JUMP_S = 60.0
"""A step in time, either way, that is looked at more closely; frames are swapped by far less."""

PAUSE_S = 86_400.0
"""The longest step that is believed of the first frame or the last, which no others bear out."""

LOOK_AHEAD = 16


class Steady:
    """The same records in the same order, once; a time that the recording does not go on from is replaced by
    the one before it. mended: how many were, so far."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.mended = 0
        self._records = iter(records)
        self._ahead: deque[Record] = deque()

    def __iter__(self) -> Iterator[Record]:
        last_s = self._begin()
        while True:
            if not self._ahead:
                for record in self._records:
                    if not -JUMP_S <= record[0] - last_s <= JUMP_S:
                        self._ahead.append(record)
                        break
                    last_s = record[0]
                    yield record
                else:
                    return
            at_s, link_type, frame = self._ahead.popleft()
            if not -JUMP_S <= at_s - last_s <= JUMP_S and not self._goes_on(last_s, at_s):
                self.mended += 1
                at_s = last_s
            last_s = at_s
            yield at_s, link_type, frame

    def _look_ahead(self) -> list[float]:
        """The times of the next records, which are not taken by that."""
        while len(self._ahead) < LOOK_AHEAD and (record := next(self._records, None)) is not None:
            self._ahead.append(record)
        return [at_s for at_s, _, _ in self._ahead]

    def _begin(self) -> float:
        """When the recording begins: at its second frame where the first is far from all others."""
        first_s, *following = self._look_ahead() or [0.0]
        if (
            following
            and abs(following[0] - first_s) > PAUSE_S
            and _is_nearer(following[0], first_s, following[1:])
        ):
            return following[0]
        return first_s

    def _goes_on(self, last_s: float, at_s: float) -> bool:
        """True where the recording goes on from a step to `at_s`, and does not come back to where it was."""
        following = self._look_ahead()
        if not following:
            return abs(at_s - last_s) <= PAUSE_S
        return _is_nearer(at_s, last_s, following)


def _is_nearer(one_s: float, other_s: float, times: list[float]) -> bool:
    """True if most of these times are nearer to the one than to the other."""
    return 2 * sum(abs(at_s - one_s) < abs(at_s - other_s) for at_s in times) > len(times)
