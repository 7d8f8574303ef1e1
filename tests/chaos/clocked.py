"""The server with a clock that a test sets: `python -m tests.chaos.clocked FILE` and the server's arguments.

FILE has a line for each time that the clock was set: the monotonic second at which, and by how many seconds
it is ahead of the machine's from then on. Whatever asks for the time in this process is given that time, and
each frame has the stamp that the kernel would have given it by that clock. Monotonic clocks are not set.

Done here, for one process, since the machine's clock is everybody's: a kernel has one, which no namespace
holds apart. libfaketime (0.9.10) knows nothing of the stamps that a kernel puts on frames, and lets Python's
`time.sleep` fail with "invalid argument".
"""

import datetime
import sys
import time
from pathlib import Path
from typing import Any, Self

_LOOK_S = 0.01

_time, _time_ns, _monotonic = time.time, time.time_ns, time.monotonic


class _Clock:
    """The clock that a file sets."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._steps: list[tuple[float, float]] = []
        self._look_at_s = 0.0

    def ahead_s(self, at_s: float | None = None) -> float:
        """By how much it is ahead of the machine's, now or at a monotonic second before."""
        now_s = _monotonic()
        if now_s >= self._look_at_s:
            self._look_at_s = now_s + _LOOK_S
            lines = self._path.read_text().splitlines()
            self._steps = [(float(at), float(ahead)) for at, ahead in (line.split() for line in lines)]
        at_s = now_s if at_s is None else at_s
        return next((ahead for since, ahead in reversed(self._steps) if since <= at_s), 0.0)


class _Kind(type):
    """Of a class that all values of the one before it belong to."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])


def set_by(path: Path) -> None:
    """Give this process the clock. Before anything of the program is loaded."""
    clock = _Clock(path)
    clock.ahead_s()

    class SetDatetime(datetime.datetime, metaclass=_Kind):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(time.time(), tz)

    time.time = lambda: _time() + clock.ahead_s()
    time.time_ns = lambda: _time_ns() + int(clock.ahead_s() * 1e9)
    datetime.datetime = SetDatetime  # type: ignore[misc]

    from packetwave.server.capture.live import LiveCapture

    read = LiveCapture.read

    def read_set(self: LiveCapture, timeout_s: float) -> list[Any]:
        behind_s = _time() - _monotonic()
        return [
            (at_s + clock.ahead_s(at_s - behind_s), length, frame)
            for at_s, length, frame in read(self, timeout_s)
        ]

    LiveCapture.read = read_set  # type: ignore[method-assign]


if __name__ == "__main__":
    set_by(Path(sys.argv[1]))
    from packetwave.server.app import main

    sys.exit(main(sys.argv[2:]))
