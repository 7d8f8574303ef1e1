"""PCs that ask to be paired, until the manager answers. Pure: the time is an argument, in seconds.

States of one request (docs/decisions/trust.md, "Pairing"):

    ask ─► COMMITTED ─ reveal ─► WAITING ─ approve ─► taken out, to be paired
               │                    ├─ deny ────────► taken out
               └── gone, expired ◄──┘

Who asks is told apart by whatever the caller likes (a session); only it can go on with its request. Digits
are made of nonces that are new each time, so those that were refused are never shown again.
"""

import hmac
import secrets
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from packetwave.protocol.pairing import commitment, digits, nonce

ASKED_S = 600.0
OF_ADDRESS = 5
OF_ALL = 60
"""So many may ask within that time: from one address, and altogether. The odds of somebody in between are one
in a million each."""

WAITING = 20
"""Requests that wait at the same time; the manager has to compare each."""

WAITS_S = 300.0
REVEALS_S = 30.0
"""How long the manager has, and how long a client has to reveal its nonce."""

W = TypeVar("W", bound=Hashable)


class NotPaired(StrEnum):
    """Why no pairing came of a request; the values are on the wire."""

    DENIED = "denied"
    EXPIRED = "expired"
    LIMITED = "limited"
    WRONG = "wrong"
    PLAIN = "plain"
    NO_EXTENSION = "no_extension"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that waits for the manager."""

    id: str
    address: str
    pc: str
    extension: str
    """The one that the PC was installed for, "" for none."""

    digits: str
    asked_at: datetime


@dataclass(slots=True)
class _Asked(Generic[W]):
    who: W
    address: str
    pc: str
    extension: str
    commitment: bytes
    server_nonce: bytes
    asked_at: datetime
    ends_s: float
    request: Request | None = None


class Asking(Generic[W]):
    """The requests of one server. fingerprint: its certificate's."""

    def __init__(self, fingerprint: bytes, make_nonce: Callable[[], bytes] = nonce) -> None:
        self._fingerprint = fingerprint
        self._make_nonce = make_nonce
        self._asked: dict[W, _Asked[W]] = {}
        self._lately: deque[tuple[float, str]] = deque()

    def ask(
        self, who: W, address: str, pc: str, extension: str, committed: bytes, now_s: float, at: datetime
    ) -> bytes | NotPaired:
        """A client has committed itself to a nonce: the server's nonce, or why not. Who asks again asks
        anew."""
        self._asked.pop(who, None)
        while self._lately and self._lately[0][0] <= now_s - ASKED_S:
            self._lately.popleft()
        of_address = sum(1 for _, other in self._lately if other == address)
        waits_there = any(asked.address == address for asked in self._asked.values())
        if waits_there or of_address >= OF_ADDRESS:
            return NotPaired.LIMITED
        if len(self._lately) >= OF_ALL or len(self._asked) >= WAITING:
            return NotPaired.LIMITED
        self._lately.append((now_s, address))
        made = self._make_nonce()
        self._asked[who] = _Asked(who, address, pc, extension, committed, made, at, now_s + REVEALS_S)
        return made

    def reveal(self, who: W, client_nonce: bytes, now_s: float) -> Request | NotPaired:
        """A client has said its nonce: the request, which now has its digits and waits for the manager."""
        asked = self._asked.get(who)
        if asked is None or asked.request is not None:
            self._asked.pop(who, None)
            return NotPaired.WRONG
        if now_s >= asked.ends_s:
            del self._asked[who]
            return NotPaired.EXPIRED
        if not hmac.compare_digest(commitment(client_nonce), asked.commitment):
            del self._asked[who]
            return NotPaired.WRONG
        said = digits(self._fingerprint, client_nonce, asked.server_nonce)
        asked.request = Request(
            secrets.token_hex(8), asked.address, asked.pc, asked.extension, said, asked.asked_at
        )
        asked.ends_s = now_s + WAITS_S
        return asked.request

    def take(self, request_id: str, now_s: float) -> tuple[W, Request] | None:
        """Take out a request that the manager has answered, and who asked; None where it is over."""
        for who, asked in self._asked.items():
            if asked.request is not None and asked.request.id == request_id and now_s < asked.ends_s:
                del self._asked[who]
                return who, asked.request
        return None

    def gone(self, who: W) -> bool:
        """Who asked is gone; whether a request of theirs is."""
        asked = self._asked.pop(who, None)
        return asked is not None and asked.request is not None

    def expire(self, now_s: float) -> list[W]:
        """Who has waited for too long; their requests are over."""
        over = [who for who, asked in self._asked.items() if now_s >= asked.ends_s]
        for who in over:
            del self._asked[who]
        return over

    def waiting(self) -> tuple[Request, ...]:
        """The requests that wait for the manager, the oldest first."""
        return tuple(asked.request for asked in self._asked.values() if asked.request is not None)
