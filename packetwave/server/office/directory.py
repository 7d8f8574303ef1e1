"""Who is told of a call: the members table, turned so that a call finds its people at once.

A frozen value made anew whenever the table changes; any thread may read it.
"""

from collections.abc import Mapping

from packetwave.common.addresses import comparable
from packetwave.server.office.values import Member, MemberTable
from packetwave.server.sip.numbers import normalise

NOBODY = Member("", "")
"""Of whom nothing is known."""


class Directory:
    """Members by extension and by address. Extensions match after normalising (070… finds +8270…)."""

    def __init__(self, table: MemberTable = MemberTable()) -> None:  # noqa: B008 - a frozen value
        by_extension: dict[str, list[Member]] = {}
        by_address: dict[str, list[str]] = {}
        for member in table.members:
            extension = normalise(member.extension_num)
            by_extension.setdefault(extension, []).append(member)
            by_address.setdefault(comparable(member.default_ip), []).append(extension)
        self._by_extension: Mapping[str, list[Member]] = by_extension
        self._by_address: Mapping[str, list[str]] = by_address

    @property
    def extensions(self) -> frozenset[str]:
        """All extensions, normalised."""
        return frozenset(self._by_extension)

    @property
    def addresses(self) -> frozenset[str]:
        """All members' addresses."""
        return frozenset(self._by_address)

    def addresses_of(self, extension: str) -> tuple[str, ...]:
        """The PCs to be told of a call to an extension, each once."""
        members = self._by_extension.get(extension, ())
        return tuple(dict.fromkeys(comparable(member.default_ip) for member in members))

    def extensions_at(self, address: str) -> tuple[str, ...]:
        """The extensions whose calls a PC is told."""
        return tuple(dict.fromkeys(self._by_address.get(address, ())))

    def member(self, number: str) -> Member:
        """The member with this extension, of several the first that has a name; `NOBODY` for none."""
        members = self._by_extension.get(number, [NOBODY])
        return next((member for member in members if member.name), members[0])
