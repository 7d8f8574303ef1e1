"""What the detector thread says, on its way to the loop: all of it, in order, a bounded turn at a time.

Nothing that was given is dropped. While more waits than the loop takes, the detector waits a moment before it
reads on (what keeps frames meanwhile: docs/decisions/capture-ring.md), which also leaves the interpreter to
the loop; and strangers' calls begin to ring no more (`calls.gate`).
"""

import threading
from collections import deque
from collections.abc import Callable
from functools import partial

from packetwave.server.watch.states import Seen

TURN = 32
"""Call events taken in one turn of the loop, about 10 ms; then others have theirs."""

CROWDED = 1_000
"""Call events that wait where the loop is behind; an office has some a second."""

PATIENCE_S = 0.05
"""How long the detector waits for room at a time."""


class Handover:
    """The queue between them.

    post: calls a function on the loop thread soon, from any. take: takes call events, on the loop.
    """

    def __init__(self, post: Callable[..., None], take: Callable[[Seen], None]) -> None:
        self._post = post
        self._take = take
        self._lock = threading.Lock()
        self._room = threading.Event()
        self._room.set()
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()  # with how many events each takes
        self._events = 0
        self._is_posted = False

    def is_crowded(self) -> bool:
        """True while more waits than the loop takes. Any thread."""
        return self._events >= CROWDED

    def give(self, seen: Seen) -> None:
        """Hand call events over. From the detector thread; waits a little where too many wait already."""
        events = seen.events
        parts = [events[begin : begin + TURN] for begin in range(0, len(events), TURN)]
        self._put([(len(part), partial(self._take, Seen(part, seen.arrived))) for part in parts])
        self._room.wait(PATIENCE_S)

    def call(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function on the loop, behind all that was given before."""
        self._put([(0, partial(function, *arguments))])

    def _put(self, said: list[tuple[int, Callable[[], None]]]) -> None:
        with self._lock:
            self._waiting.extend(said)
            self._events += sum(weight for weight, _ in said)
            if self._events >= CROWDED:
                self._room.clear()
            posts, self._is_posted = not self._is_posted, True
        if posts:
            self._post(self._turn)

    def _turn(self) -> None:
        """Take a turn's events; the others in the next turn of the loop."""
        left = TURN
        try:
            while left > 0 and (function := self._next()) is not None:
                weight, take = function
                left -= weight
                take()
        finally:
            with self._lock:
                self._is_posted = bool(self._waiting)
                posts = self._is_posted
            if posts:
                self._post(self._turn)

    def _next(self) -> tuple[int, Callable[[], None]] | None:
        with self._lock:
            if not self._waiting:
                return None
            weight, take = self._waiting.popleft()
            self._events -= weight
            if self._events < CROWDED:
                self._room.set()
            return weight, take
