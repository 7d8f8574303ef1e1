"""A share of what may come: how many calls may begin out of it, and ring at once. Pure.

A share is what one source (see `standing.py`) sends to one extension, or to all that is none.
"""

from typing import NamedTuple

STRANGERS = ""
"""The source of all who have shown nothing yet."""


AT_ONE_PHONE = 200
"""Calls that ring at one extension, of all sources, before it matters how many sources there are."""

OF_PROVEN = 1.25
"""How many times as many may ring where their phones have said so."""

LEAST_OF_SOURCE = 12
"""Of one source there may always be so many."""


class Budget(NamedTuple):
    """What may come out of a share: calls at once, and a second after that; the same of calls that had no
    room and were then answered by a phone's ringing; how many may ring at the same time."""

    burst: float
    per_s: float
    proven: float
    proven_per_s: float
    ringing: int


OF_EXTENSION = Budget(500, 50, 100, 20, 200)
"""Of a PBX, or of all strangers, at one extension. A queue that rings one phone
once a second, and five devices of it at that, is within a tenth of this."""

OF_PHONE_AT_EXTENSION = Budget(50, 5, 20, 2, 20)
"""Of one phone or carrier: most go through a PBX."""

ELSEWHERE = Budget(1_000, 200, 200, 100, 2_000)
"""Of one source to what is no extension: calls going out, trunks, the parts of a PBX among themselves. The
largest offices make 20 calls a second."""

TOGETHER = Budget(500, 200, 300, 100, 400)
"""Of all strangers together, and of all phones and carriers, beside what each extension may have. Following
200 a second takes a thirtieth of one processor."""


class Phone:
    """How many calls of all sources ring at one extension now."""

    __slots__ = ("__weakref__", "ringing")

    def __init__(self) -> None:
        self.ringing = 0


class Share:
    """What one source sends to one extension.

    phone: the extension's, None where it is none. within: what all sources of its kind have together, None
    where each has his own. ringing: how many of its calls ring now. count: calls of the flood that goes on
    which were only counted.
    """

    __slots__ = (
        "budget",
        "called",
        "count",
        "filled_s",
        "host",
        "last_s",
        "phone",
        "proofs",
        "ringing",
        "said",
        "said_s",
        "since_s",
        "source",
        "tokens",
        "within",
    )

    def __init__(
        self, source: str, called: str, budget: Budget, phone: Phone | None, within: "Share | None" = None
    ) -> None:
        self.source, self.called, self.budget, self.phone = source, called, budget, phone
        self.within = within
        self.tokens, self.proofs = budget.burst, budget.proven
        self.filled_s = self.since_s = self.last_s = self.said_s = 0.0
        self.ringing = self.count = self.said = 0
        self.host = ""

    def take(self, at_s: float) -> bool:
        """True if one more call may begin now, and takes that from the budget."""
        self._fill(at_s)
        if self.tokens < 1 or (self.within is not None and not self.within.take(at_s)):
            return False
        self.tokens -= 1
        return True

    def is_spent(self, at_s: float) -> bool:
        """True if no call may begin now."""
        self._fill(at_s)
        return self.tokens < 1 or (self.within is not None and self.within.is_spent(at_s))

    def is_proven_spent(self, at_s: float) -> bool:
        """True if none may that had no room and whose phone rings now."""
        self._fill(at_s)
        return self.proofs < 1 or (self.within is not None and self.within.is_proven_spent(at_s))

    def take_proven(self, at_s: float) -> bool:
        """The same for a call that had no room, and whose phone rings now."""
        self._fill(at_s)
        if self.proofs < 1 or (self.within is not None and not self.within.take_proven(at_s)):
            return False
        self.proofs -= 1
        return True

    def ring(self, *, is_proven: bool = False) -> bool:
        """True if one more call may ring, and counts it. Where very many ring already, of each source only a
        few: whoever has more hosts does not have more of the phone. is_proven: the phone said that it does;
        for such there are places that nobody takes by an INVITE alone."""
        more = OF_PROVEN if is_proven else 1
        if self.ringing >= more * self.budget.ringing:
            return False
        phone = self.phone
        if phone is not None and phone.ringing >= more * AT_ONE_PHONE and self.ringing >= LEAST_OF_SOURCE:
            return False
        if self.within is not None and not self.within.ring(is_proven=is_proven):
            return False
        self.ringing += 1
        if phone is not None:
            phone.ringing += 1
        return True

    def ring_no_more(self) -> None:
        """One of those that rang does not any more."""
        self.ringing -= 1
        if self.phone is not None:
            self.phone.ringing -= 1
        if self.within is not None:
            self.within.ring_no_more()

    def _fill(self, at_s: float) -> None:
        passed_s = at_s - self.filled_s
        if passed_s <= 0:
            return
        self.filled_s = at_s
        budget = self.budget
        self.tokens = min(budget.burst, self.tokens + passed_s * budget.per_s)
        self.proofs = min(budget.proven, self.proofs + passed_s * budget.proven_per_s)
