"""Who is told of the calls to an extension: sessions by their pairing, the others by their address. Pure.

Owns the rules (docs/decisions/trust.md, "What a pairing is"). What one session does is looked at with the
others at its address only; a change of the members or of the pairings looks at all.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from packetwave.server.hub.clients import Untold
from packetwave.server.office.directory import Directory
from packetwave.server.trust.pairings import Pairing

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a session stands."""

    address: str
    client: str = ""
    """The id that it says, "" for none."""

    pairing: str = ""
    """The id of the one whose key it has, "" for none."""

    extensions: tuple[str, ...] = ()
    """Whose calls it is told."""

    untold: Untold | None = None
    """Why it is told none."""


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """A session that stands elsewhere than before."""

    session: S
    standing: Standing
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(slots=True)
class _Paired:
    """What the pairings say of one extension."""

    pairings: list[Pairing] = field(default_factory=list)

    def takes(self, address: str, rows: int) -> list[Pairing]:
        """Those to whose person this row's address belongs: made or last seen there; all, where there are as
        many as the extension has rows."""
        there = [pairing for pairing in self.pairings if address in (pairing.made_from, pairing.address)]
        if not there and len(self.pairings) >= rows:
            return self.pairings
        return there


class Roster(Generic[S]):
    """The sessions of one hub, and who they are."""

    def __init__(self) -> None:
        self._directory = Directory()
        self._pairings: Mapping[str, Pairing] = {}
        self._paired: dict[str, _Paired] = {}
        self._standings: dict[S, Standing] = {}
        self._at: dict[str, dict[S, None]] = {}
        self._told_of: dict[str, dict[S, None]] = {}
        self._of_pairing: dict[str, dict[S, None]] = {}

    def use(self, directory: Directory, pairings: Mapping[str, Pairing]) -> list[Change[S]]:
        """The members and the pairings, by their ids, from now on. A session of a pairing that is gone is
        known by its address."""
        self._directory, self._pairings = directory, pairings
        self._paired = {}
        for pairing in pairings.values():
            for extension in pairing.extensions:
                self._paired.setdefault(extension, _Paired()).pairings.append(pairing)
        for session, standing in self._standings.items():
            if standing.pairing and standing.pairing not in pairings:
                _drop(self._of_pairing, standing.pairing, session)
                self._standings[session] = replace(standing, pairing="")
        return [change for address in list(self._at) for change in self._settle(address)]

    def enter(self, session: S, address: str) -> list[Change[S]]:
        """A session begins. The changes are its own and those of others at its address."""
        self._standings[session] = Standing(address)
        self._at.setdefault(address, {})[session] = None
        return self._settle(address)

    def identify(self, session: S, client: str, pairing: str) -> list[Change[S]]:
        """It has said who it is. pairing: the id of the one whose key it has, "" for none."""
        before = self._standings[session]
        if before.pairing:
            _drop(self._of_pairing, before.pairing, session)
        if pairing:
            self._of_pairing.setdefault(pairing, {})[session] = None
        self._standings[session] = replace(before, client=client, pairing=pairing)
        return self._settle(before.address)

    def leave(self, session: S) -> list[Change[S]]:
        """It is over. The changes are those of others at its address."""
        standing = self._standings.pop(session)
        for extension in standing.extensions:
            _drop(self._told_of, extension, session)
        if standing.pairing:
            _drop(self._of_pairing, standing.pairing, session)
        _drop(self._at, standing.address, session)
        return self._settle(standing.address) if standing.address in self._at else []

    def standing(self, session: S) -> Standing:
        return self._standings[session]

    def told_of(self, extension: str) -> tuple[S, ...]:
        """The sessions that are told of calls to an extension."""
        return tuple(self._told_of.get(extension, ()))

    def at(self, address: str) -> tuple[S, ...]:
        return tuple(self._at.get(address, ()))

    def of_pairing(self, pairing: str) -> tuple[S, ...]:
        """The sessions of a paired PC."""
        return tuple(self._of_pairing.get(pairing, ()))

    def is_paired(self, extension: str) -> bool:
        """Whether a pairing has an extension."""
        return extension in self._paired

    def away(self, extension: str) -> tuple[str, ...]:
        """The addresses of the PCs that should be told of a call to this extension and are not connected. A
        paired PC is at home wherever it is connected from."""
        rows = self._directory.addresses_of(extension)
        paired = self._paired.get(extension) or _Paired()
        told_at = {self._standings[session].address for session in self._told_of.get(extension, ())}
        absent = []
        for address in rows:
            is_there = any(self._of_pairing.get(p.id) for p in paired.takes(address, len(rows)))
            if address not in told_at and not is_there:
                absent.append(address)
        for pairing in paired.pairings:
            if not rows and not self._of_pairing.get(pairing.id):
                absent.append(pairing.address)
        return tuple(dict.fromkeys(absent))

    def _settle(self, address: str) -> list[Change[S]]:
        """Look at all sessions at an address; those that stand elsewhere than before."""
        here = self._at[address]
        standings = [self._standings[session] for session in here]
        is_paired_here = any(standing.pairing for standing in standings)
        several = len({each.client for each in standings if each.client and not each.pairing}) > 1
        of_row = self._of_row(address)
        changes = []
        for session, before in zip(here, standings, strict=True):
            if before.pairing:
                extensions = self._pairings[before.pairing].extensions
                untold = None if extensions else Untold.NO_EXTENSION
            else:
                extensions, untold = of_row
                if untold is None and (is_paired_here or several):
                    extensions, untold = (), Untold.PAIRED_HERE if is_paired_here else Untold.SEVERAL
            after = replace(before, extensions=extensions, untold=untold)
            if after != before:
                changes.append(self._stand(session, before, after))
        return changes

    def _of_row(self, address: str) -> tuple[tuple[str, ...], Untold | None]:
        """The extensions whose calls a client without pairing is told here, or why it is told of none."""
        rows = self._directory.extensions_at(address)
        if not rows:
            return (), Untold.NO_ROW
        free = tuple(extension for extension in rows if not self._is_taken(extension, address))
        return free, None if free else Untold.TAKEN

    def _is_taken(self, extension: str, address: str) -> bool:
        paired = self._paired.get(extension)
        return paired is not None and bool(
            paired.takes(address, len(self._directory.addresses_of(extension)))
        )

    def _stand(self, session: S, before: Standing, after: Standing) -> Change[S]:
        self._standings[session] = after
        gained = tuple(each for each in after.extensions if each not in before.extensions)
        lost = tuple(each for each in before.extensions if each not in after.extensions)
        for extension in lost:
            _drop(self._told_of, extension, session)
        for extension in gained:
            self._told_of.setdefault(extension, {})[session] = None
        return Change(session, after, gained, lost)


def _drop(index: dict[str, dict[S, None]], key: str, session: S) -> None:
    """Take a session out of an index; what nobody is under is not kept."""
    entry = index[key]
    del entry[session]
    if not entry:
        del index[key]
