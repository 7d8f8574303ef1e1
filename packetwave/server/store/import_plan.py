"""What an import would do to the members, before it is done. Pure: the window's preview and the command
line both show it, and `changes` does it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from packetwave.server.office.values import Member, MemberChange, MemberTable, Put, texts_of
from packetwave.server.store.tables import TableRow, as_text


@dataclass(frozen=True, slots=True)
class Edit:
    """A stored row and what it becomes."""

    before: Member
    after: Member


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do.

    added: new rows. changed, unchanged: rows that the file names. untouched: stored rows that it does
    not name; they stay.
    """

    added: tuple[Member, ...] = ()
    changed: tuple[Edit, ...] = ()
    unchanged: tuple[Member, ...] = ()
    untouched: tuple[Member, ...] = ()

    @property
    def changes(self) -> tuple[MemberChange, ...]:
        """What to give to `MemberStore.change_members`."""
        return (*(Put(member) for member in self.added), *(Put(edit.after) for edit in self.changed))


def plan_import(table: MemberTable, rows: Sequence[TableRow]) -> ImportPlan:
    """What importing these rows does. A row is the stored one with its extension and IP; an extension that
    has exactly one row, stored and in the file, moves to the file's IP; every other row is new. Columns
    that the file does not have change nothing."""
    stored = {(member.extension_num, member.default_ip): member for member in table.members}
    desks_stored = Counter(member.extension_num for member in table.members)
    desks_given = Counter(row.member.extension_num for row in rows)
    only_desk = {
        member.extension_num: member for member in table.members if desks_stored[member.extension_num] == 1
    }
    added: list[Member] = []
    changed: list[Edit] = []
    unchanged: list[Member] = []
    for row in rows:
        extension = row.member.extension_num
        before = stored.get((extension, row.member.default_ip))
        if before is None and desks_given[extension] == 1:
            before = only_desk.get(extension)
        if before is None:
            extra = {name: value for name, value in row.member.extra.items() if value != ""}
            added.append(replace(row.member, extra=extra))
            continue
        after = _merged(before, row)
        if after == before:
            unchanged.append(before)
        else:
            changed.append(Edit(before, after))
    named = {member.row_id for member in unchanged} | {edit.before.row_id for edit in changed}
    untouched = tuple(member for member in table.members if member.row_id not in named)
    return ImportPlan(tuple(added), tuple(changed), tuple(unchanged), untouched)


def _merged(before: Member, row: TableRow) -> Member:
    given = {name: text for name, text in texts_of(row.member).items() if name in row.given}
    # A value that only became a text on its way through a file is the same value.
    extra = {
        name: value
        for name, value in row.member.extra.items()
        if as_text(before.extra.get(name)).strip() != value
    }
    return replace(before, **given, extra={**before.extra, **extra})
