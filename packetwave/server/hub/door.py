"""Who gets a place: every connection is counted here from the moment it is accepted.

Pure: addresses in, verdicts out, the time is an argument. Each question is answered with constant work,
however many are connected; only a change of the members counts anew. An address of the members table has
places that nobody else can take. The addresses that paired PCs were last seen at belong to the same set:
`keep` takes whoever is to be let in when all others are not. A paired PC at another address is a stranger
until it has said its key; strangers with TLS have some places more than others (`newcomers`).
"""

from enum import StrEnum
from math import ceil

from packetwave.server.hub.budget import Budget, Budgets
from packetwave.server.hub.limits import Limits


class Refusal(StrEnum):
    """Why a connection gets no place; for the log and for tests."""

    FULL = "no place is left"
    OF_ADDRESS = "too many from one address"
    STRANGERS = "too many from addresses of nobody"
    HANDSHAKES = "too many unfinished handshakes"
    HANDSHAKES_OF_ADDRESS = "too many unfinished handshakes from one address"
    TOO_OFTEN = "connects too often"


class Door:
    """The places of one hub.

    places: how many there are. Each `enter` that was not refused is followed by one `leave`, and by one
    `opened` between them where the handshake came to its end.
    """

    def __init__(self, limits: Limits, places: int) -> None:
        self._limits = limits
        self._places = places
        self._kept: frozenset[str] = frozenset()
        self._kept_each = 0
        self._kept_unused = 0
        self._at: dict[str, int] = {}
        self._opening: dict[str, int] = {}
        self._taken = 0
        self._strangers = 0
        self._strangers_opening = 0
        self._connects = Budgets(limits.connects_of_address)
        self._strangers_connects = Budget(limits.connects_of_strangers)
        self._strangers_tls_connects = Budget(limits.tls_connects_of_strangers)

    @property
    def taken(self) -> int:
        return self._taken

    def keep(self, addresses: frozenset[str]) -> None:
        """These addresses have kept places from now on, and no others."""
        self._kept = addresses
        half = self._places // 2
        self._kept_each = min(self._limits.kept_of_member, half // len(addresses)) if addresses else 0
        here = {address: count for address, count in self._at.items() if address in addresses}
        self._kept_unused = self._kept_each * len(addresses) - sum(
            min(count, self._kept_each) for count in here.values()
        )
        self._strangers = self._taken - sum(here.values())
        self._strangers_opening = sum(
            count for address, count in self._opening.items() if address not in addresses
        )

    def is_kept(self, address: str) -> bool:
        """Whether this address has kept places."""
        return address in self._kept

    def enter(self, address: str, now_s: float, *, is_tls: bool = False) -> Refusal | None:
        """Take a place for a connection from this address, or say why not."""
        count = self._at.get(address, 0)
        is_known = address in self._kept
        refusal = self._why_not(address, count, is_known, now_s, is_tls)
        if refusal is not None:
            return refusal
        self._taken += 1
        self._at[address] = count + 1
        self._opening[address] = self._opening.get(address, 0) + 1
        if not is_known:
            self._strangers += 1
            self._strangers_opening += 1
        elif count < self._kept_each:
            self._kept_unused -= 1
        return None

    def _why_not(
        self, address: str, count: int, is_known: bool, now_s: float, is_tls: bool
    ) -> Refusal | None:
        limits = self._limits
        if self._taken >= self._places:
            return Refusal.FULL
        if count >= limits.sessions_of_address:
            return Refusal.OF_ADDRESS
        if not is_known:
            refusal = self._why_no_stranger(address, is_tls)
            if refusal is not None:
                return refusal
        has_kept_place = is_known and count < self._kept_each
        if not has_kept_place and self._taken + self._kept_unused >= self._places:
            return Refusal.FULL
        if not self._connects.of(address).take(now_s):
            return Refusal.TOO_OFTEN
        strangers = self._strangers_tls_connects if is_tls else self._strangers_connects
        if not is_known and not strangers.take(now_s):
            return Refusal.TOO_OFTEN
        return None

    def _why_no_stranger(self, address: str, is_tls: bool) -> Refusal | None:
        limits = self._limits
        share = limits.strangers + (limits.newcomers if is_tls else 0)
        if self._strangers >= ceil(round(share * self._places, 6)):
            return Refusal.STRANGERS
        handshakes = limits.handshakes + (limits.tls_handshakes if is_tls else 0)
        if self._strangers_opening >= handshakes:
            return Refusal.HANDSHAKES
        if self._opening.get(address, 0) >= limits.handshakes_of_address:
            return Refusal.HANDSHAKES_OF_ADDRESS
        return None

    def opened(self, address: str) -> None:
        """A handshake from this address came to its end."""
        _less(self._opening, address)
        if address not in self._kept:
            self._strangers_opening -= 1

    def leave(self, address: str, *, was_opened: bool) -> None:
        """A connection from this address is gone."""
        if not was_opened:
            self.opened(address)
        self._taken -= 1
        count = _less(self._at, address)
        if address not in self._kept:
            self._strangers -= 1
        elif count < self._kept_each:
            self._kept_unused += 1


def _less(counts: dict[str, int], address: str) -> int:
    """One less; what is left. No address without a count is kept."""
    left = counts[address] - 1
    if left:
        counts[address] = left
    else:
        del counts[address]
    return left
