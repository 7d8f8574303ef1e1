"""Rows of the member table while they are edited: what is stored, what is typed, what is under way.

Pure, no Qt. Owns what is wrong with a row and what of it is to be saved; the Qt model owns the order of the
rows and shows them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from packetwave.common import addresses
from packetwave.server.office.validation import CHECKS, check_ip
from packetwave.server.office.values import COLUMNS, DefectCode, Member, texts_of

_TEXTS = [name for name in COLUMNS if name != "default_ip"]
_AT = _TEXTS.index("note")
FIELD_NAMES = (*_TEXTS[:_AT], "default_ip", *_TEXTS[_AT:])
"""The fields of a member that are edited, in the order of the columns: as declared, the PC before the note.
Blocks are pasted in this order, so a new field comes last."""

EXTENSION, NAME, IP, NOTE = map(FIELD_NAMES.index, ("extension_num", "name", "default_ip", "note"))
"""Which columns these are."""

Typed = tuple[str, ...]
"""The texts of a row, in the order of `FIELD_NAMES`."""
BLANK: Typed = ("",) * len(FIELD_NAMES)


@dataclass(eq=False, slots=True)
class Draft:
    """A row of the table while it is edited."""

    typed: Typed = BLANK
    """The texts as the person left them."""

    stored: Member | None = None
    """The row as last known from the store, None for one that is not there yet."""

    typing: tuple[int, str] | None = None
    """Column and text of an open editor, None without one."""

    sent: Typed | None = None
    """What was asked to be saved and is not answered yet."""

    held: bool = False
    """Whether it is not sent again by itself, since the store refused it or somebody removed it."""

    faults: Mapping[int, DefectCode] = field(default_factory=dict)
    """What is wrong in which column."""

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
        row_id = "" if self.stored is None else self.stored.row_id
        return Member(**dict(zip(FIELD_NAMES, self.typed, strict=True)), extra=self.extra, row_id=row_id)

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
    """A member's texts in the order of the columns."""
    texts = texts_of(member)
    return tuple(texts[name] for name in FIELD_NAMES)


def with_text(typed: Typed, which: int, text: str) -> Typed:
    """The row with one text put in."""
    return (*typed[:which], text, *typed[which + 1 :])


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


def settled(which: int, text: str) -> str:
    """A text as the store will keep it: trimmed, an address in its one way to be written."""
    text = text.strip()
    return addresses.normal(text) if which == IP and check_ip(text) is None else text


def _desk(draft: Draft) -> tuple[str, str]:
    now = draft.now()
    return settled(EXTENSION, now[EXTENSION]), settled(IP, now[IP])


def _faults(draft: Draft, *, doubled: bool) -> dict[int, DefectCode]:
    if draft.is_blank():
        return {}
    now = draft.now()
    faults: dict[int, DefectCode] = {}
    for name, check_text in CHECKS.items():
        which = FIELD_NAMES.index(name)
        if code := check_text(settled(which, now[which])):
            faults[which] = code
    is_own = draft.stored is None or now != fields_of(draft.stored)
    if doubled and is_own and not faults:
        faults[EXTENSION] = faults[IP] = DefectCode.DOUBLED
    return faults
