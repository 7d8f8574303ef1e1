"""TLS handshakes one after the other: each costs a millisecond, and an alert waits for the loop's turn.

However many connections come at once, so many handshakes begin in one turn; members and paired PCs before
strangers. The loop thread only.
"""

import asyncio
from collections import deque
from typing import Protocol


class Waiting(Protocol):
    """A connection that has its place."""

    def shake_hands(self) -> None:
        """Begin the TLS handshake."""


class Turns:
    """Who waits for it. number: how many begin in one turn of the loop."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._known: deque[Waiting] = deque()
        self._strangers: deque[Waiting] = deque()
        self._next: asyncio.Handle | None = None

    def wait(self, connection: Waiting, *, is_known: bool) -> None:
        """Let it begin when it is its turn."""
        (self._known if is_known else self._strangers).append(connection)
        if self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._begin_some)

    def _begin_some(self) -> None:
        self._next = None
        for _ in range(self._number):
            waiting = self._known or self._strangers
            if not waiting:
                return
            waiting.popleft().shake_hands()
        self._next = asyncio.get_running_loop().call_soon(self._begin_some)
