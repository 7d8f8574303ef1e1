"""In which order the ways to a server are tried: over TLS, and plain where that may be. Pure.

TLS comes first. Plain is tried where TLS came to nothing, in whatever way: who wants it to come to nothing
can do that by silence as well as by a refusal, and a PC that knows no certificate has nothing to lose by it.
"""

from packetwave.client.address import Ways
from packetwave.client.line import Line

ALONE_S = 30.0
"""How long after a connection was lost only the way that it took is tried: the other one would cost time at
each attempt, and a server that starts opens one port before the other."""


class Routes:
    """The ways to one server, and which of them led to it. Times are seconds of one steady clock."""

    def __init__(self, found: Ways) -> None:
        self._found = found
        self._worked = ""
        self._lost_s = 0.0
        self._tls_is_silent = False

    def to_try(self, line: Line, now_s: float) -> tuple[str, ...]:
        """URLs in order; the next one is tried only where the one before it leads to no connection."""
        protected, plain = self._found.protected, self._found.plain
        if line.is_protected:
            return (self._found.protected_at(line.tls_port),)
        if not protected or not plain:
            return (protected or plain,)
        if self._worked == plain and line.tls_port and not self._tls_is_silent:
            return (self._found.protected_at(line.tls_port), plain)
        if self._worked and now_s - self._lost_s < ALONE_S:
            return (self._worked,)
        return (protected, plain)

    def lost(self, url: str, now_s: float) -> None:
        """There was a connection by this way, and it is over."""
        self._worked, self._lost_s = url, now_s

    def failed(self, url: str, *, is_silent: bool) -> None:
        """No connection came of this way. is_silent: nothing was answered, which costs seconds each time."""
        if url.startswith("wss:"):
            self._tls_is_silent = is_silent
