"""The server's trust as hub and engine use it: who it is, who is paired, who asks. The loop thread only."""

import asyncio
import logging
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from packetwave.server.trust.asking import Asking, Request
from packetwave.server.trust.enrolment import MAX_KEYS, EnrolmentKey, new_key
from packetwave.server.trust.identity import Identity, IdentityTrouble, open_identity
from packetwave.server.trust.keeping import BookTrouble, Keeper
from packetwave.server.trust.pairings import BookError, Pairing

log = logging.getLogger(__name__)

TRUST_FOLDER = "trust"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """An enrolment key without the key."""

    id: str
    made_at: datetime
    until: datetime
    uses_left: int


@dataclass(frozen=True, slots=True)
class TrustState:
    """What the window shows."""

    fingerprint: str = ""
    """64 hexadecimal digits, "" before it is known."""

    pairings: tuple[Pairing, ...] = ()
    requests: tuple[Request, ...] = ()
    keys: tuple[KeyInfo, ...] = ()
    identity_trouble: IdentityTrouble | None = None
    book_trouble: BookTrouble | None = None


@dataclass
class Trust:
    """One server's."""

    identity: Identity
    keeper: Keeper
    asking: Asking[Hashable] = field(init=False)

    def __post_init__(self) -> None:
        self.asking = Asking(self.identity.fingerprint)

    def state(self) -> TrustState:
        book = self.keeper.book
        return TrustState(
            self.identity.fingerprint.hex(),
            tuple(sorted(book.pairings.values(), key=lambda each: each.made_at)),
            self.asking.waiting(),
            tuple(
                KeyInfo(key.id, key.made_at, key.until, key.uses_left)
                for key in sorted(book.keys.values(), key=lambda key: key.made_at)
            ),
            self.identity.trouble,
            self.keeper.trouble,
        )

    async def revoke(self, pairing_id: str) -> None:
        """A pairing counts no more, at once."""
        self.keeper.change(lambda book: book.revoke(pairing_id))
        log.info("pairing %s is revoked", pairing_id)
        await self.keeper.write()

    async def make_key(self, days: int, uses: int) -> EnrolmentKey:
        """A new enrolment key; those that are over are forgotten. Raises ValueError."""
        now = datetime.now(UTC)
        key = new_key(now, days, uses)
        serving = [each for each in self.keeper.book.keys.values() if each.serves(now)]
        if len(serving) >= MAX_KEYS:
            raise BookError(f"there are {MAX_KEYS} keys already")
        self.keeper.change(lambda book: book.serving(now).put_key(key))
        log.info("an enrolment key is made, for %d PCs until %s", uses, f"{key.until:%Y-%m-%d}")
        await self.keeper.write()
        return key

    async def drop_key(self, key_id: str) -> None:
        """An enrolment key serves no more."""
        self.keeper.change(lambda book: book.drop_key(key_id))
        await self.keeper.write()


async def open_trust(data_dir: Path) -> Trust:
    """What is kept in a data folder; made where nothing is there."""
    folder = data_dir / TRUST_FOLDER
    identity = await asyncio.to_thread(open_identity, folder)
    keeper = Keeper(folder)
    await keeper.open()
    return Trust(identity, keeper)
