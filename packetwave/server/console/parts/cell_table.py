"""A table whose cells are `cells.Cell` values, as a Qt model: what those of the pages have in common.

Owns how rows come and go and what a role gets. What a row is, and what its cells say, is the page's. Qt main
thread.
"""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from packetwave.server.console.parts.cells import CELL, HIGHLIGHT, Cell

AnyIndex = QModelIndex | QPersistentModelIndex


class CellTable(QAbstractTableModel):
    """To be subclassed with `headings` and `cell`. columns: how many there are."""

    _rows: Sequence[Any]

    def __init__(self, columns: int) -> None:
        super().__init__()
        self._rows = ()
        self._columns = columns

    def headings(self) -> tuple[str, ...]:
        """What stands above each column, in the language spoken now."""
        raise NotImplementedError

    def cell(self, row: Any, column: int) -> Cell:
        """What a row says in a column."""
        raise NotImplementedError

    def put(self, rows: Sequence[Any], *, same: bool) -> None:
        """Have these rows. same: of the same things as before, which may say something else now; what is
        selected stays so."""
        if not same:
            self.beginResetModel()
        self._rows = rows
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, self._columns - 1))

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._columns

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return self.headings()[section]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == HIGHLIGHT:
            return False
        if role == CELL:
            return self.cell(self._rows[index.row()], index.column())
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return self.cell(self._rows[index.row()], index.column()).words()
        return None
