import csv
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from packetwave.server.engine.notices import (
    CallChanged,
    HistoryLoaded,
)
from tests.server.console.conftest import (
    Clock,
    Desk,
    answered,
    call,
    missed,
)


def test_search_missed_only_and_period(desk: Desk, clock: Clock, qtbot: QtBot) -> None:
    page = desk.window.calls
    desk.tell(
        HistoryLoaded(
            (missed("a", clock.ago(9)), answered("b", clock.ago(8)), missed("c", clock.ago(200_000)))
        )
    )
    page.search.setText("010-9999")
    qtbot.waitUntil(lambda: page.log.rowCount() == 0)
    assert page.table.isHidden()
    page.search.clear()
    qtbot.waitUntil(lambda: page.log.rowCount() == 2)
    next(each for each in page.findChildren(QPushButton) if each.text() == "7 days").click()
    assert page.log.rowCount() == 3


def test_selected_calls_are_copied(desk: Desk, clock: Clock, qtbot: QtBot) -> None:
    desk.tell(CallChanged(missed("a", clock.at)), CallChanged(missed("b", clock.ago(5))))
    desk.window.calls.table.selectAll()
    qtbot.keyClick(desk.window.calls.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 2
    assert lines[0].split("\t")[1:5] == ["incoming", "010-1234-5678", "1001", "Missed"]


def test_copied_calls_run_nothing_in_a_spreadsheet(desk: Desk, clock: Clock, qtbot: QtBot) -> None:
    desk.tell(CallChanged(replace(missed("a", clock.at), caller="=cmd()", caller_name="＝1+1")))
    desk.window.calls.table.selectAll()
    qtbot.keyClick(desk.window.calls.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    cells = QGuiApplication.clipboard().text().split("\t")
    assert any("1+1" in cell for cell in cells)
    assert not any(cell.startswith(tuple("=+-@＝＋－＠")) for cell in cells)


def test_calls_coming_in_do_not_move_what_is_being_read(desk: Desk, clock: Clock) -> None:
    page = desk.window.calls
    desk.tell(HistoryLoaded(tuple(answered(str(number), clock.ago(9000 - number)) for number in range(200))))
    page.table.verticalScrollBar().setValue(1800)
    reading = page.log.record(page.table.rowAt(0)).call_id
    for number in range(5):
        desk.tell(CallChanged(call(f"new {number}", clock.at)))
    assert page.log.record(page.table.rowAt(0)).call_id == reading


def test_the_calls_shown_are_exported(desk: Desk, clock: Clock, tmp_path: Path, qtbot: QtBot) -> None:
    desk.tell(HistoryLoaded((missed("a", clock.ago(9)), answered("b", clock.ago(8)))))
    desk.window.calls.export_to(tmp_path / "calls.csv")
    qtbot.waitUntil(lambda: desk.window.calls.said() != "")
    with (tmp_path / "calls.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.reader(file))) == 3
    desk.window.calls.export_to(tmp_path / "no folder" / "calls.csv")
    qtbot.waitUntil(lambda: "could not be written" in desk.window.calls.said())
