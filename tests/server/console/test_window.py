import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from packetwave.server.console.call_log import Column, Period
from packetwave.server.console.import_dialog import ImportDialog
from packetwave.server.console.member_rows import Field
from packetwave.server.console.member_table import STATE_COLUMN
from packetwave.server.console.window import ConsoleWindow
from packetwave.server.notices import (
    CallChanged,
    CaptureState,
    ChangeMembers,
    ClientInfo,
    Command,
    HistoryLoaded,
    InterfaceInfo,
    InterfacesChanged,
    LoadHistory,
    MembersChanged,
    Notice,
    Refused,
    StartCapture,
    Status,
    StatusChanged,
    StopCapture,
    StoreState,
    WatchInterfaces,
)
from packetwave.server.store.base import Defect, MemberTable, Put, Remove
from packetwave.ui.bridge import Bridge
from packetwave.ui.theme import DARK, LIGHT
from tests.server.console.conftest import Clock, answered, call, member, missed

KIM = member("1001", "192.168.0.101", "김영희")
PARK = member("1002", "192.168.0.102", "박민수")
WATCHING = Status(capture=CaptureState.WATCHING, capture_detail="이더넷 2", interface="eth2", sip_per_s=12.4)
LAN = InterfaceInfo("eth0", "Realtek", packets_per_s=42.0, sip_per_s=0.0)
MIRROR = InterfaceInfo("eth2", "이더넷 2", packets_per_s=9812.0, sip_per_s=12.2)


class Desk:
    """A window, what it asked for, and the bridge that brings it notices."""

    def __init__(self, clock: Clock) -> None:
        self.asked: list[Command] = []
        self._bridge = Bridge()
        self.window = ConsoleWindow(self.asked.append, self._bridge, LIGHT, clock)

    def tell(self, *notices: Notice) -> None:
        for notice in notices:
            self._bridge.send(notice)
        QApplication.processEvents()

    def changes(self) -> list[Put | Remove]:
        return [
            change
            for command in self.asked
            if isinstance(command, ChangeMembers)
            for change in command.changes
        ]


@pytest.fixture
def desk(qtbot: QtBot, clock: Clock) -> Iterator[Desk]:
    made = Desk(clock)
    qtbot.addWidget(made.window)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made


def open_editor(desk: Desk, row: int, column: int) -> QLineEdit:
    table = desk.window.members.table
    index = table.model().index(row, column)
    table.setCurrentIndex(index)
    table.edit(index)
    editor = table.findChild(QLineEdit, "cell")
    assert isinstance(editor, QLineEdit)
    return editor


def test_a_ringing_call_is_seen_at_once(desk: Desk, clock: Clock) -> None:
    desk.tell(StatusChanged(WATCHING), CallChanged(call("a", clock.at, caller_name="홍길동")))
    log = desk.window.calls.log
    assert log.index(0, Column.CALLER).data() == "010-1234-5678 홍길동"
    assert desk.window.calls.table.isVisible()


def test_history_is_asked_for_and_again_once_the_database_is_back(desk: Desk, clock: Clock) -> None:
    desk.window.ask_for_history()
    asked = [command for command in desk.asked if isinstance(command, LoadHistory)]
    assert len(asked) == 1
    away = replace(WATCHING, store=StoreState.AWAY)
    desk.tell(StatusChanged(away), Refused(asked[0], "away"), StatusChanged(away))
    assert desk.asked.count(asked[0]) == 1
    desk.tell(StatusChanged(WATCHING))
    assert sum(isinstance(command, LoadHistory) for command in desk.asked) == 2
    desk.tell(HistoryLoaded((answered("a", clock.ago(5)),)), StatusChanged(WATCHING))
    assert desk.window.calls.log.rowCount() == 1
    assert sum(isinstance(command, LoadHistory) for command in desk.asked) == 2


def test_the_status_line_says_it_all_and_leads_on(desk: Desk, clock: Clock, qtbot: QtBot) -> None:
    line = desk.window.status_line
    clients = (ClientInfo("192.168.0.101", clock.at),)
    desk.tell(StatusChanged(replace(WATCHING, clients=clients, members_expected=2)))
    assert [chip.text() for chip in (line.capture, line.sip, line.clients, line.store)] == [
        "Watching 이더넷 2",
        "SIP 12/s",
        "PC 1/2 connected",
        "DB embedded",
    ]
    qtbot.mouseClick(line.clients, Qt.MouseButton.LeftButton)
    assert desk.window.page() is desk.window.members
    qtbot.keyClick(line.capture, Qt.Key.Key_Space)
    assert desk.window.page() is desk.window.capture


def test_a_database_away_is_said_with_what_waits(desk: Desk) -> None:
    desk.tell(StatusChanged(replace(WATCHING, store=StoreState.AWAY, unwritten_calls=3)))
    assert desk.window.status_line.store.text() == "DB away not written: 3"
    assert "last known members" in desk.window.trouble.text()
    desk.tell(StatusChanged(WATCHING))
    assert desk.window.trouble.text() == ""


def test_a_failed_capture_says_what_to_do(desk: Desk) -> None:
    desk.tell(StatusChanged(Status(capture=CaptureState.FAILED, capture_code="no_driver", interface="eth2")))
    assert "Install Npcap" in desk.window.trouble.text()
    desk.window.trouble.acted.emit()
    assert StartCapture("eth2") in desk.asked
    assert desk.window.page() is desk.window.capture


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
    page.show_period(Period.WEEK)
    assert page.log.rowCount() == 3


def test_selected_calls_are_copied(desk: Desk, clock: Clock, qtbot: QtBot) -> None:
    desk.tell(CallChanged(missed("a", clock.at)), CallChanged(missed("b", clock.ago(5))))
    desk.window.calls.table.selectAll()
    qtbot.keyClick(desk.window.calls.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 2
    assert lines[0].split("\t")[1:5] == ["incoming", "010-1234-5678", "1001", "Missed"]


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


def test_a_wrong_address_is_marked_while_it_is_typed(desk: Desk, qtbot: QtBot) -> None:
    desk.tell(MembersChanged(MemberTable((KIM, PARK))))
    desk.window.show_page(desk.window.members)
    model = desk.window.members.model
    editor = open_editor(desk, 0, Field.IP)
    qtbot.keyClick(editor, Qt.Key.Key_End)
    qtbot.keyClicks(editor, "33")
    assert editor.text() == "192.168.0.10133"
    assert model.index(0, STATE_COLUMN).data() == "Not an IP address"
    assert LIGHT.red in editor.styleSheet()
    desk.tell(MembersChanged(MemberTable((KIM, replace(PARK, name="박")))), StatusChanged(WATCHING))
    assert editor.text() == "192.168.0.10133"
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert LIGHT.red not in editor.styleSheet()
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    qtbot.keyClicks(editor, "9")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.changes() == [Put(replace(KIM, default_ip="192.168.0.109"))])


def test_escape_gives_the_old_text_back(desk: Desk, qtbot: QtBot) -> None:
    desk.tell(MembersChanged(MemberTable((KIM,))))
    desk.window.show_page(desk.window.members)
    editor = open_editor(desk, 0, Field.IP)
    qtbot.keyClicks(editor, "x")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    model = desk.window.members.model
    qtbot.waitUntil(lambda: model.index(0, STATE_COLUMN).data() == "Not connected")
    assert model.texts(0)[Field.IP] == "192.168.0.101"
    assert desk.changes() == []


def test_a_member_is_added_from_the_keyboard(desk: Desk, qtbot: QtBot) -> None:
    page = desk.window.members
    desk.window.show_page(page)
    page.add()
    for text in ("1007", "한지민", "영업", "192.168.0.107"):
        (editor,) = (each for each in page.table.findChildren(QLineEdit, "cell") if each.isVisible())
        editor.insert(text)
        qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: bool(desk.changes()))
    put = desk.changes()[0]
    assert isinstance(put, Put)
    assert (put.member.extension_num, put.member.name, put.member.department, put.member.default_ip) == (
        *("1007", "한지민", "영업"),
        "192.168.0.107",
    )


def test_cells_are_copied_cleared_pasted_and_undone(desk: Desk, qtbot: QtBot) -> None:
    page = desk.window.members
    desk.tell(MembersChanged(MemberTable((KIM, PARK))))
    desk.window.show_page(page)
    page.table.setCurrentIndex(page.model.index(0, Field.NAME))
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "김영희"
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert page.model.texts(0)[Field.NAME] == ""
    page.table.setCurrentIndex(page.model.index(1, Field.NAME))
    page.table.paste()
    assert page.model.texts(1)[Field.NAME] == "김영희"
    page.model.undo.undo()
    page.model.undo.undo()
    assert [page.model.texts(row)[Field.NAME] for row in (0, 1)] == ["김영희", "박민수"]
    page.table.delete_rows()
    assert desk.changes()[-1] == Remove(PARK.row_id)


def test_members_are_found(desk: Desk) -> None:
    page = desk.window.members
    desk.tell(MembersChanged(MemberTable((KIM, PARK))))
    page.search.setText("ㅂㅁㅅ")
    assert [page.table.isRowHidden(row) for row in (0, 1)] == [True, False]
    page.search.clear()
    assert [page.table.isRowHidden(row) for row in (0, 1)] == [False, False]


def test_a_refused_change_is_said_above_the_table_and_kept(desk: Desk) -> None:
    page = desk.window.members
    desk.tell(MembersChanged(MemberTable((KIM,))))
    page.model.write([(0, Field.NAME, "김")])
    asked = desk.asked[-1]
    desk.tell(Refused(asked, "away"))
    assert desk.window.page() is page
    assert "database cannot be reached" in page.refusal.text()
    assert page.model.texts(0)[Field.NAME] == "김"
    page.refusal.acted.emit()
    assert desk.asked.count(asked) == 2
    desk.tell(MembersChanged(MemberTable((replace(KIM, name="김"),))))
    assert page.refusal.text() == ""


def test_rows_that_are_not_right_in_the_store_are_said(desk: Desk) -> None:
    defects = tuple(
        Defect(str(number), "default_ip", "bad_ip", f"192.168.0.{number}") for number in range(999, 1006)
    )
    desk.tell(MembersChanged(MemberTable((KIM,), defects)))
    said = desk.window.members.defects_text().split("\n")
    assert said[1] == "Not an IP address: 192.168.0.999"
    assert said[-1] == "and more: 2"


def preview_of(desk: Desk, path: Path, qtbot: QtBot) -> ImportDialog:
    desk.window.show_page(desk.window.members)
    desk.window.members.import_from(path)
    qtbot.waitUntil(lambda: desk.window.findChild(ImportDialog) is not None)
    dialog = desk.window.findChild(ImportDialog)
    assert isinstance(dialog, ImportDialog)
    return dialog


def test_an_import_is_shown_before_it_is_done(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    desk.tell(MembersChanged(MemberTable((KIM, PARK))))
    file = tmp_path / "members.csv"
    file.write_text("내선,이름,IP\n1001,김영이,192.168.0.101\n1007,한지민,192.168.0.107\n", encoding="cp949")
    dialog = preview_of(desk, file, qtbot)
    assert dialog.summary.text() == "Added: 1 · changed: 1 · unchanged: 0 · not in the file, they stay: 1"
    assert dialog.lines.item(0).text() == "New: 1007 한지민 192.168.0.107"
    assert desk.changes() == []
    dialog.confirm.click()
    assert len(desk.asked[-1].changes) == 2  # type: ignore[union-attr]
    desk.tell(Refused(desk.asked[-1], "away"))
    desk.window.members.refusal.acted.emit()
    assert len(desk.changes()) == 4


def test_a_wrong_file_imports_nothing_and_names_its_lines(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "members.csv"
    file.write_text(
        "내선,IP\n1001,192.168.0.999\n,10.0.0.1\n1003,10.0.0.3\n1003,10.0.0.3\n", encoding="utf-8"
    )
    dialog = preview_of(desk, file, qtbot)
    assert [dialog.lines.item(row).text() for row in range(dialog.lines.count())] == [
        "Line 2: Not an IP address: 192.168.0.999",
        "Line 3: The extension is missing",
        "Line 5: The same extension and IP as in line 4",
    ]
    assert not dialog.confirm.isEnabled()
    dialog.reject()


def test_a_file_that_is_not_there_is_said(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    desk.window.members.import_from(tmp_path / "none.csv")
    qtbot.waitUntil(lambda: "could not be read" in desk.window.members.said())


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_exported_members_are_the_same_when_imported(
    desk: Desk, tmp_path: Path, qtbot: QtBot, suffix: str
) -> None:
    desk.tell(MembersChanged(MemberTable((KIM, PARK))))
    file = tmp_path / f"members.{suffix}"
    desk.window.members.export_to(file)
    qtbot.waitUntil(lambda: desk.window.members.said() != "")
    dialog = preview_of(desk, file, qtbot)
    assert dialog.summary.text() == "Added: 0 · changed: 0 · unchanged: 2 · not in the file, they stay: 0"
    dialog.reject()


def test_interfaces_are_counted_only_while_they_are_seen(desk: Desk) -> None:
    assert WatchInterfaces(True) not in desk.asked
    desk.window.show_page(desk.window.capture)
    assert desk.asked[-1] == WatchInterfaces(True)
    desk.window.show_page(desk.window.calls)
    assert desk.asked[-1] == WatchInterfaces(False)


def test_an_interface_is_chosen_started_and_stopped(desk: Desk) -> None:
    page = desk.window.capture
    desk.window.show_page(page)
    desk.tell(InterfacesChanged((LAN, MIRROR)))
    assert page.start.isEnabled()  # the one that is probably the mirror port is chosen
    page.start.click()
    assert desk.asked[-1] == StartCapture("eth2")
    desk.tell(StatusChanged(WATCHING))
    assert not page.start.isEnabled()
    page.stop.click()
    assert desk.asked[-1] == StopCapture()
    page.table.selectRow(0)
    desk.tell(InterfacesChanged((LAN, replace(MIRROR, packets_per_s=1.0))))
    assert page.table.selected_rows() == [0]
    page.table.activated.emit(page.model.index(0, 0))
    assert desk.asked[-1] == StartCapture("eth0")


def test_a_refused_interface_is_said_on_its_page(desk: Desk) -> None:
    desk.tell(StatusChanged(WATCHING), Refused(StartCapture("eth9"), "no_interface", "eth9"))
    assert "eth9" in desk.window.capture.refusal.text()


def test_everything_has_a_name_and_can_be_reached_by_keys(desk: Desk, clock: Clock) -> None:
    desk.tell(StatusChanged(WATCHING), MembersChanged(MemberTable((KIM,))), CallChanged(call("a", clock.at)))
    desk.tell(InterfacesChanged((LAN, MIRROR)))
    for page in (desk.window.calls, desk.window.members, desk.window.capture):
        desk.window.show_page(page)
        QApplication.processEvents()
        reached: set[QWidget] = set()
        widget = desk.window.nextInFocusChain()
        while widget not in reached:
            reached.add(widget)
            widget = widget.nextInFocusChain()
        for each in desk.window.findChildren(QWidget):
            if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isEnabled():
                assert each in reached
                named = each.accessibleName() or getattr(each, "text", str)()
                assert named or each.focusProxy() is not None, each


def test_no_label_reads_markup(desk: Desk) -> None:
    hostile = "<img src=x><b>fett</b>"
    desk.tell(
        StatusChanged(
            Status(capture=CaptureState.FAILED, capture_code="no_interface", capture_detail=hostile)
        )
    )
    assert hostile in desk.window.trouble.text()
    for each in desk.window.findChildren(QLabel):
        assert each.textFormat() is Qt.TextFormat.PlainText or not each.text()


def test_korean_from_the_first_start(qtbot: QtBot, clock: Clock, korean: None) -> None:
    desk = Desk(clock)
    qtbot.addWidget(desk.window)
    desk.tell(StatusChanged(WATCHING), CallChanged(call("a", clock.ago(0), caller="anonymous")))
    assert desk.window.windowTitle() == "PacketWave 서버"
    assert desk.window.status_line.capture.text() == "감지 중 이더넷 2"
    log = desk.window.calls.log
    clock.move(4)
    assert log.index(0, Column.CALLER).data() == "발신번호표시제한"
    assert log.index(0, Column.STATE).data() == "울리는 중 4초"


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_page_is_painted_in_each_theme(desk: Desk, clock: Clock, theme: object) -> None:
    desk.tell(
        StatusChanged(WATCHING), CallChanged(missed("a", clock.at)), MembersChanged(MemberTable((KIM,)))
    )
    desk.window.set_theme(theme)  # type: ignore[arg-type]
    wanted = LIGHT.surface if theme is LIGHT else DARK.surface
    for page in (desk.window.calls, desk.window.members, desk.window.capture):
        desk.window.show_page(page)
        picture = desk.window.grab().toImage()
        assert picture.pixelColor(5, 300).name() == wanted  # the navigation
