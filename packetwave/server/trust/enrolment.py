"""The keys of a roll-out: made here, given to PCs by their installer, proved and never sent. Pure.

The server keeps an enrolment key as it is: it has to prove that it has it. So such a key is limited in time
and in the number of PCs that it pairs.
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from packetwave.protocol.pairing import KEY_BYTES, LEAST_ENROLMENT_BYTES, enrolment_id

MAX_DAYS = 366
MAX_USES = 5_000
DAYS, USES = 14, 50
"""Where nothing else is asked for."""

MAX_KEYS = 20
"""At the same time."""


@dataclass(frozen=True, slots=True)
class EnrolmentKey:
    """One key. key: hexadecimal digits. until: not after that. uses_left: how many PCs more."""

    key: str = field(repr=False)
    made_at: datetime
    until: datetime
    uses_left: int

    def __post_init__(self) -> None:
        if len(bytes.fromhex(self.key)) < LEAST_ENROLMENT_BYTES:
            raise ValueError("an enrolment key has at least 128 bits")

    @property
    def id(self) -> str:
        """By what it is named; tells nothing of it."""
        return enrolment_id(bytes.fromhex(self.key))

    def serves(self, now: datetime) -> bool:
        return self.uses_left > 0 and now < self.until

    def used(self) -> "EnrolmentKey":
        """With one use less."""
        return replace(self, uses_left=self.uses_left - 1)


def new_key(now: datetime, days: int = DAYS, uses: int = USES) -> EnrolmentKey:
    """A key of 256 bits. Raises ValueError for more days or uses than are allowed, or none."""
    if not 0 < days <= MAX_DAYS or not 0 < uses <= MAX_USES:
        raise ValueError(f"1 to {MAX_DAYS} days and 1 to {MAX_USES} PCs")
    made_at = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as it is written
    return EnrolmentKey(secrets.token_hex(KEY_BYTES), made_at, made_at + timedelta(days=days), uses)
