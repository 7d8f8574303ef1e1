"""The members as a Qt model that is edited in place.

Qt main thread only. Every change goes through the undo stack; what is right is asked to be saved at once
(`changes_wanted`), what is wrong stays here, marked. What the store says is merged in without losing what
is being typed.
"""

import csv
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from packetwave.server.console.members import words as member_words
from packetwave.server.console.members.rows import (
    EXTENSION,
    FIELD_NAMES,
    IP,
    Draft,
    Typed,
    check,
    fields_of,
    settled,
    with_text,
)
from packetwave.server.console.parts.cells import CELL, WRONG
from packetwave.server.office.values import Member, MemberChange, MemberTable, Put, Remove
from packetwave.server.sip.numbers import normalise
from packetwave.ui.plain import plain

STATE_COLUMN = len(FIELD_NAMES)

AnyIndex = QModelIndex | QPersistentModelIndex
CellText = tuple[Draft, int, str]


class MemberModel(QAbstractTableModel):
    """Rows are members, columns are `FIELD_NAMES` and the state.

    undo: the stack of everything done here. Signals: changes_wanted(list of MemberChange): to be stored.
    """

    changes_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.undo = QUndoStack(self)
        self._drafts: list[Draft] = []
        self._connected: frozenset[str] = frozenset()
        self._paired: frozenset[str] = frozenset()
        self._removing: set[str] = set()  # row ids asked to be removed, still stored
        self._unwanted: list[Typed] = []  # new rows removed here before their answer came
        self._table = MemberTable()

    # What the person does

    def add_row(self) -> int:
        """Add an empty row at the end; its number."""
        row = len(self._drafts)
        self.undo.push(_Rows(self, member_words.added(), added=[(row, Draft())]))
        return row

    def remove_rows(self, rows: Iterable[int]) -> None:
        """Take rows out, also from the store."""
        places = [(row, self._drafts[row]) for row in sorted(set(rows))]
        if places:
            self.undo.push(_Rows(self, member_words.removed(), removed=places))

    def write(self, cells: Sequence[tuple[int, int, str]]) -> None:
        """Put texts into cells as one step; rows beyond the last are added."""
        added: list[tuple[int, Draft]] = []
        for row in range(len(self._drafts), max((row for row, _, _ in cells), default=-1) + 1):
            added.append((row, Draft()))
        drafts = [*self._drafts, *(draft for _, draft in added)]
        texts = [(drafts[row], which, settled(which, plain(text))) for row, which, text in cells]
        if added or any(draft.typed[which] != text for draft, which, text in texts):
            self.undo.push(_Rows(self, member_words.changed(), added=added, texts=texts))

    def paste(self, row: int, column: int, text: str) -> None:
        """Put a block of cells (tabs and newlines, as spreadsheets copy it) at a cell."""
        block = csv.reader(text.splitlines(keepends=True), delimiter="\t")
        self.write(
            [
                (row + down, column + right, cell)
                for down, line in enumerate(block)
                for right, cell in enumerate(line)
                if column + right < STATE_COLUMN
            ]
        )

    def set_typing(self, index: AnyIndex, text: str | None) -> None:
        """Text in an open editor, checked while it is typed; None when the editor is closed."""
        draft = self._drafts[index.row()]
        draft.typing = None if text is None else (index.column(), text)
        self._settle()
        self._tell_changed(draft)

    def save_held(self) -> None:
        """Ask again for what was refused."""
        for draft in self._drafts:
            draft.held = False
        self._settle()

    # What the engine says

    def merge(self, table: MemberTable) -> None:
        """The table as stored now."""
        self._table = table
        self._removing &= {member.row_id for member in table.members}
        stored = {m.row_id: m for m in table.members if m.row_id not in self._removing}
        known = [draft for draft in self._drafts if draft.stored is not None]
        fresh = {row_id: stored[row_id] for row_id in stored.keys() - {_row_id(draft) for draft in known}}
        for draft in self._drafts:
            if draft.stored is None and draft.sent is not None:
                member = _pop_equal(fresh, draft.sent)
                if member is not None:
                    draft.take(member)
        for draft in known:
            if _row_id(draft) in stored:
                draft.take(stored[_row_id(draft)])
            elif draft.is_changed() or draft.typing:
                draft.lose()
            else:
                self._take_out(self._drafts.index(draft))
        removals = self._unwanted_now_stored(fresh)
        for member in sorted(fresh.values(), key=_desk):
            self._put_in(self._place_of(member), Draft(fields_of(member), member, extra=member.extra))
        self._settle(removals)
        self._tell_all_changed()

    def refuse(self, changes: Sequence[MemberChange]) -> None:
        """These changes were not stored: what was typed stays, removed rows come back."""
        put = {
            (change.member.row_id, fields_of(change.member)) for change in changes if isinstance(change, Put)
        }
        for draft in self._drafts:
            if draft.sent is not None and (_row_id(draft), draft.sent) in put:
                draft.sent, draft.held = None, True
        self._unwanted = [typed for typed in self._unwanted if ("", typed) not in put]
        self._removing -= {change.row_id for change in changes if isinstance(change, Remove)}
        self.merge(self._table)

    def set_connected(self, addresses: frozenset[str], extensions: frozenset[str] = frozenset()) -> None:
        """Addresses of the PCs connected now, and the extensions of paired ones, wherever they are."""
        if (addresses, extensions) != (self._connected, self._paired):
            self._connected, self._paired = addresses, extensions
            self._tell_all_changed()

    def held_rows(self) -> int:
        """Rows that were refused and wait to be saved again."""
        return sum(draft.held for draft in self._drafts)

    @property
    def table(self) -> MemberTable:
        """What the store was last known to hold."""
        return self._table

    def members(self) -> tuple[Member, ...]:
        """All rows that are right, as shown."""
        return tuple(d.member() for d in self._drafts if not d.faults and not d.is_blank())

    def texts(self, row: int) -> Typed:
        """A row's texts in the order of `FIELD_NAMES`."""
        return self._drafts[row].typed

    # QAbstractTableModel

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._drafts)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else STATE_COLUMN + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return member_words.columns()[section]

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() != STATE_COLUMN:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        draft, column = self._drafts[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._cell(draft, column).words()
            case Qt.ItemDataRole.EditRole if column != STATE_COLUMN:
                return draft.typed[column]
            case Qt.ItemDataRole.ToolTipRole:
                return self._cell(draft, column).words()
            case _ if role == CELL:
                return self._cell(draft, column)
            case _ if role == WRONG:
                return column != STATE_COLUMN and column in draft.faults
            case _:
                return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or index.column() == STATE_COLUMN:
            return False
        self.write([(index.row(), index.column(), str(value))])
        return True

    def _cell(self, draft: Draft, column: int) -> Any:
        if column == STATE_COLUMN:
            is_there = draft.typed[IP] in self._connected
            return member_words.state(
                draft, connected=is_there or normalise(draft.typed[EXTENSION].strip()) in self._paired
            )
        return member_words.cell(FIELD_NAMES[column], draft.typed[column])

    # What the undo steps are made of

    def put_rows(self, places: Iterable[tuple[int, Draft]]) -> None:
        """Rows come (back) in; what the store removed meanwhile is put as new."""
        for row, draft in places:
            draft.stored, draft.sent, draft.held = None, None, False
            self._put_in(min(row, len(self._drafts)), draft)

    def take_rows(self, drafts: Iterable[Draft]) -> list[MemberChange]:
        """Rows leave; the removals to be stored."""
        removals: list[MemberChange] = []
        for draft in drafts:
            if draft not in self._drafts:
                continue
            self._take_out(self._drafts.index(draft))
            if draft.stored is not None:
                removals.append(Remove(draft.stored.row_id))
                self._removing.add(draft.stored.row_id)
            elif draft.sent is not None:
                self._unwanted.append(draft.sent)
        return removals

    def put_texts(self, texts: Iterable[CellText]) -> None:
        """Texts into cells of rows that are still there."""
        for draft, which, text in texts:
            draft.typed, draft.held = with_text(draft.typed, which, text), False
            self._tell_changed(draft)

    def settle(self, removals: Sequence[MemberChange]) -> None:
        """After a step: check all rows and ask for what is to be stored."""
        self._settle(removals)

    # Rows

    def _put_in(self, row: int, draft: Draft) -> None:
        self.beginInsertRows(QModelIndex(), row, row)
        self._drafts.insert(row, draft)
        self.endInsertRows()

    def _take_out(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._drafts[row]
        self.endRemoveRows()

    def _place_of(self, member: Member) -> int:
        """By its desk among the stored rows; rows being added stay where they are, at the end."""
        count = len(self._drafts)
        while count and self._drafts[count - 1].stored is None:
            count -= 1
        return bisect_right([_typed_desk(draft) for draft in self._drafts[:count]], _desk(member))

    def _unwanted_now_stored(self, fresh: dict[str, Member]) -> list[MemberChange]:
        removals: list[MemberChange] = []
        for typed in tuple(self._unwanted):
            member = _pop_equal(fresh, typed)
            if member is not None:
                self._unwanted.remove(typed)
                self._removing.add(member.row_id)
                removals.append(Remove(member.row_id))
        return removals

    def _settle(self, removals: Sequence[MemberChange] = ()) -> None:
        for draft in check(self._drafts):
            self._tell_changed(draft)
        changes = list(removals)
        for draft in self._drafts:
            if draft.is_to_be_saved():
                draft.sent = draft.typed
                changes.append(Put(draft.member()))
                self._tell_changed(draft)
        if changes:
            self.changes_wanted.emit(changes)

    def _tell_changed(self, draft: Draft) -> None:
        if draft in self._drafts:
            row = self._drafts.index(draft)
            self.dataChanged.emit(self.index(row, 0), self.index(row, STATE_COLUMN))

    def _tell_all_changed(self) -> None:
        if self._drafts:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._drafts) - 1, STATE_COLUMN))


class _Rows(QUndoCommand):
    """One step: rows added, rows removed, texts changed."""

    def __init__(
        self,
        model: MemberModel,
        label: str,
        *,
        added: Sequence[tuple[int, Draft]] = (),
        removed: Sequence[tuple[int, Draft]] = (),
        texts: Sequence[CellText] = (),
    ) -> None:
        super().__init__(label)
        self._model = model
        self._added, self._removed, self._texts = added, removed, texts
        self._before = [(draft, which, draft.typed[which]) for draft, which, _ in texts]

    def redo(self) -> None:
        self._model.put_rows(self._added)
        removals = self._model.take_rows(draft for _, draft in self._removed)
        self._model.put_texts(self._texts)
        self._model.settle(removals)

    def undo(self) -> None:
        self._model.put_texts(reversed(self._before))
        self._model.put_rows(self._removed)
        removals = self._model.take_rows(draft for _, draft in self._added)
        self._model.settle(removals)


def _row_id(draft: Draft) -> str:
    return "" if draft.stored is None else draft.stored.row_id


def _desk(member: Member) -> tuple[str, str]:
    return member.extension_num, member.default_ip


def _typed_desk(draft: Draft) -> tuple[str, str]:
    return draft.typed[EXTENSION], draft.typed[IP]


def _pop_equal(members: dict[str, Member], typed: Typed) -> Member | None:
    for row_id, member in members.items():
        if fields_of(member) == typed:
            return members.pop(row_id)
    return None
