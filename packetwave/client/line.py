"""What the link asks of whoever knows the server: which one is right, what is said to it first. Pure."""

from dataclasses import dataclass
from typing import Protocol

from packetwave.protocol import Hello


class Line(Protocol):
    """What this PC knows of its server. Asked before each connection and at its beginning."""

    @property
    def is_protected(self) -> bool:
        """Whether nothing but TLS will do."""

    @property
    def tls_port(self) -> int:
        """Where the server's TLS is said to be; 0 for where it usually is."""

    def accepts(self, fingerprint: bytes) -> bool:
        """Whether anything may be said to the server with this certificate."""

    def hello(self, fingerprint: bytes | None) -> Hello | None:
        """What is said first; None for nothing. fingerprint: of the certificate; None without TLS."""


@dataclass(frozen=True, slots=True)
class Open:
    """The line of a client that knows no server, and takes the one that answers."""

    said: Hello
    is_protected: bool = False
    tls_port: int = 0

    def accepts(self, fingerprint: bytes) -> bool:
        """Any."""
        return True

    def hello(self, fingerprint: bytes | None) -> Hello | None:
        """The same to all."""
        return self.said
