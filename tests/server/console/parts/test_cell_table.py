"""What tables of cells have in common: roles, headings, rows that change and rows that are others."""

from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from packetwave.server.console.parts.cell_table import CellTable
from packetwave.server.console.parts.cells import CELL, HIGHLIGHT, Cell


class Words(CellTable):
    def headings(self) -> tuple[str, ...]:
        return "One", "Two"

    def cell(self, row: str, column: int) -> Cell:
        return Cell(text=f"{row}{column}")


def test_cells_and_headings(qtmodeltester: ModelTester) -> None:
    table = Words(2)
    table.put(["a", "b"], same=False)
    qtmodeltester.check(table)
    assert (table.rowCount(), table.columnCount()) == (2, 2)
    assert (table.rowCount(table.index(0, 0)), table.columnCount(table.index(0, 0))) == (0, 0)
    index = table.index(1, 0)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.ToolTipRole,
    ):
        assert table.data(index, role) == "b0"
    assert table.data(index, CELL) == Cell(text="b0")
    assert table.data(index, HIGHLIGHT) is False
    assert table.data(index, Qt.ItemDataRole.DecorationRole) is None
    assert table.data(QModelIndex()) is None
    assert table.headerData(1, Qt.Orientation.Horizontal) == "Two"
    assert table.headerData(1, Qt.Orientation.Vertical) is None


def test_the_same_rows_change_and_others_begin_anew(qtbot: QtBot) -> None:
    table = Words(2)
    with qtbot.waitSignal(table.modelReset):
        table.put(["a"], same=False)
    with qtbot.assertNotEmitted(table.modelReset), qtbot.waitSignal(table.dataChanged) as changed:
        table.put(["b"], same=True)
    assert changed.args is not None and (changed.args[1].row(), changed.args[1].column()) == (0, 1)
    assert table.data(table.index(0, 0)) == "b0"
    with qtbot.assertNotEmitted(table.dataChanged):
        table.put([], same=True)
