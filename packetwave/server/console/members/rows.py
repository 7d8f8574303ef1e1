"""Rows of the member table while they are edited: what is stored, what is typed, what is under way.

Pure, no Qt. Owns what is wrong with a row and what of it is to be saved; the Qt model owns the order of the
rows and shows them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from packetwave.common import addresses
from packetwave.server.office.validation import check_extension, check_ip
from packetwave.server.office.values import DefectCode, Member


class Field(IntEnum):
    """What of a member is edited, in the order of the columns."""

    EXTENSION = 0
    NAME = 1
    DEPARTMENT = 2
    IP = 3
    NOTE = 4


FIELD_NAMES = ("extension_num", "name", "department", "default_ip", "note")
"""The names under which `Field` is stored."""

Typed = tuple[str, str, str, str, str]
BLANK: Typed = ("", "", "", "", "")


@dataclass(eq=False, slots=True)
class Draft:
    """A row of the table while it is edited."""

    typed: Typed = BLANK
    """The texts as the person left them."""

    stored: Member | None = None
    """The row as last known from the store, None for one that is not there yet."""

    typing: tuple[Field, str] | None = None
    """Field and text of an open editor, None without one."""

    sent: Typed | None = None
    """What was asked to be saved and is not answered yet."""

    held: bool = False
    """Whether it is not sent again by itself, since the store refused it or somebody removed it."""

    faults: Mapping[Field, DefectCode] = field(default_factory=dict)
    """What is wrong with which field."""

    extra: Mapping[str, object] = field(default_factory=dict)
    """Fields that this program does not know, kept also over delete and undo."""

    def now(self) -> Typed:
        """The row as the person sees it, an open editor included."""
        return self.typed if self.typing is None else with_text(self.typed, *self.typing)

    def is_changed(self) -> bool:
        """Whether it differs from what is stored."""
        return self.stored is None or self.typed != fields_of(self.stored)

    def is_blank(self) -> bool:
        """A new row in which nothing is typed yet: neither wrong nor to be saved."""
        return self.stored is None and not any(text.strip() for text in self.now())

    def is_to_be_saved(self) -> bool:
        """Whether it can be saved and is not under way. A new row is sent once: twice would add two."""
        if self.faults or self.held or self.typing or self.is_blank() or not self.is_changed():
            return False
        return self.sent is None if self.stored is None else self.sent != self.typed

    def member(self) -> Member:
        """The typed row as a member to put."""
        extension, name, department, ip, note = self.typed
        values = Member(extension, ip, name, department, note, self.extra)
        return values if self.stored is None else replace(values, row_id=self.stored.row_id)

    def take(self, stored: Member) -> None:
        """What the store holds of this row now; text that is not saved yet stays."""
        before = self.stored
        answered = self.sent is not None and (
            fields_of(stored) == self.sent or (before is not None and stored != before)
        )
        if not self.is_changed() or (answered and self.typed == self.sent):
            self.typed = fields_of(stored)
        if answered:
            self.sent = None
        self.stored, self.extra = stored, stored.extra

    def lose(self) -> None:
        """The stored row is gone, but not what was typed over it."""
        self.stored, self.sent, self.held = None, None, True


def fields_of(member: Member) -> Typed:
    """A member's texts in the order of `Field`."""
    return member.extension_num, member.name, member.department, member.default_ip, member.note


def with_text(typed: Typed, which: Field, text: str) -> Typed:
    """The row with one text put in."""
    texts = list(typed)
    texts[which] = text
    extension, name, department, ip, note = texts
    return extension, name, department, ip, note


def check(drafts: Sequence[Draft]) -> list[Draft]:
    """Find what is wrong with each row; those whose faults changed. Only one's own changes count as
    doubling a row: two stored rows that are the same are the store's defect."""
    desks = Counter(_desk(draft) for draft in drafts)
    changed = []
    for draft in drafts:
        faults = _faults(draft, doubled=desks[_desk(draft)] > 1)
        if faults != draft.faults:
            draft.faults = faults
            changed.append(draft)
    return changed


def settled(which: Field, text: str) -> str:
    """A text as the store will keep it: trimmed, an address in its one way to be written."""
    text = text.strip()
    return addresses.normal(text) if which is Field.IP and check_ip(text) is None else text


def _desk(draft: Draft) -> tuple[str, str]:
    now = draft.now()
    return settled(Field.EXTENSION, now[Field.EXTENSION]), settled(Field.IP, now[Field.IP])


def _faults(draft: Draft, *, doubled: bool) -> dict[Field, DefectCode]:
    if draft.is_blank():
        return {}
    extension, ip = _desk(draft)
    faults: dict[Field, DefectCode] = {}
    if code := check_extension(extension):
        faults[Field.EXTENSION] = code
    if code := check_ip(ip):
        faults[Field.IP] = code
    is_own = draft.stored is None or draft.now() != fields_of(draft.stored)
    if doubled and is_own and not faults:
        faults[Field.EXTENSION] = faults[Field.IP] = DefectCode.DOUBLED
    return faults
