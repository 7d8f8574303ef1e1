from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from packetwave.server.console.members.rows import IP, NAME
from packetwave.server.console.members.table import STATE_COLUMN
from packetwave.server.engine.notices import MembersChanged, RefusalCode, Refused, StatusChanged
from packetwave.server.hub.clients import ClientInfo, Untold
from packetwave.server.office.values import Defect, DefectCode, Member, MemberTable, Put, Remove
from packetwave.ui.theme import LIGHT
from tests.server.console.conftest import KIM, PARK, WATCHING, Clock, Desk


def open_editor(desk: Desk, row: int, column: int) -> QLineEdit:
    table = desk.window.members.table
    index = table.model().index(row, column)
    table.setCurrentIndex(index)
    table.edit(index)
    editor = table.findChild(QLineEdit, "cell")
    assert isinstance(editor, QLineEdit)
    return editor


def test_a_wrong_address_is_marked_while_it_is_typed(desk: Desk, qtbot: QtBot) -> None:
    desk.tell(MembersChanged(MemberTable((KIM, PARK))))
    desk.window.show_page(desk.window.members)
    model = desk.window.members.model
    editor = open_editor(desk, 0, IP)
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
    editor = open_editor(desk, 0, IP)
    qtbot.keyClicks(editor, "x")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    model = desk.window.members.model
    qtbot.waitUntil(lambda: model.index(0, STATE_COLUMN).data() == "Not connected")
    assert model.texts(0)[IP] == "192.168.0.101"
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
    page.table.setCurrentIndex(page.model.index(0, NAME))
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "김영희"
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert page.model.texts(0)[NAME] == ""
    page.table.setCurrentIndex(page.model.index(1, NAME))
    page.table.paste()
    assert page.model.texts(1)[NAME] == "김영희"
    page.model.undo.undo()
    page.model.undo.undo()
    assert [page.model.texts(row)[NAME] for row in (0, 1)] == ["김영희", "박민수"]
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
    page.model.write([(0, NAME, "김")])
    asked = desk.asked[-1]
    desk.tell(Refused(asked, RefusalCode.AWAY))
    assert desk.window.page() is page
    assert "database cannot be reached" in page.refusal.text()
    assert page.model.texts(0)[NAME] == "김"
    page.refusal.acted.emit()
    assert desk.asked.count(asked) == 2
    desk.tell(MembersChanged(MemberTable((replace(KIM, name="김"),))))
    assert page.refusal.text() == ""


def test_rows_that_are_not_right_in_the_store_are_said(desk: Desk) -> None:
    defects = tuple(
        Defect(str(number), "default_ip", DefectCode.BAD_IP, f"192.168.0.{number}")
        for number in range(999, 1006)
    )
    desk.tell(MembersChanged(MemberTable((KIM,), defects)))
    said = desk.window.members.defects_text().split("\n")
    assert said[1] == "Not an IP address: 192.168.0.999"
    assert said[-1] == "and more: 2"


def test_a_file_that_is_not_there_is_said(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    desk.window.members.import_from(tmp_path / "none.csv")
    qtbot.waitUntil(lambda: "could not be read" in desk.window.members.said())


def asking(*wants: tuple[str, str]) -> StatusChanged:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    clients = tuple(ClientInfo(address, at, "0.1.0", wants=extension) for address, extension in wants)
    return StatusChanged(replace(WATCHING, clients=clients))


def click(desk: Desk, text: str) -> None:
    (button,) = (
        each
        for each in desk.window.members.requests.findChildren(QPushButton)
        if each.isVisibleTo(desk.window.members) and each.text() == text
    )
    button.click()
    QApplication.processEvents()


def test_a_pc_that_asks_for_an_extension_is_added_by_a_click_and_by_nothing_else(
    desk: Desk, qtbot: QtBot
) -> None:
    page = desk.window.members
    desk.window.show_page(page)
    desk.tell(asking(("192.168.0.105", "1005")))
    assert page.requests.isHidden()  # the members are not known yet
    desk.tell(MembersChanged(MemberTable((KIM,))))
    qtbot.waitUntil(page.requests.isVisible)
    assert desk.changes() == []
    click(desk, "Add")
    assert desk.changes() == [Put(Member("1005", "192.168.0.105"))]
    qtbot.waitUntil(page.requests.isHidden)
    page.model.undo.undo()
    qtbot.waitUntil(page.requests.isVisible)


def test_an_ignored_request_does_not_come_back_with_its_pc(desk: Desk, qtbot: QtBot) -> None:
    page = desk.window.members
    desk.window.show_page(page)
    desk.tell(MembersChanged(MemberTable((KIM,))), asking(("192.168.0.105", "1005")))
    qtbot.waitUntil(page.requests.isVisible)
    click(desk, "Ignore")
    qtbot.waitUntil(page.requests.isHidden)
    desk.tell(asking(), asking(("192.168.0.105", "1005")))
    assert page.requests.isHidden()
    desk.tell(asking(("192.168.0.106", "1005"), (KIM.default_ip, KIM.extension_num)))
    qtbot.waitUntil(page.requests.isVisible)
    desk.tell(asking())
    qtbot.waitUntil(page.requests.isHidden)
    assert desk.changes() == []


def test_a_paired_pc_is_connected_wherever_it_is_and_another_at_its_address_is_not_it(
    desk: Desk, clock: Clock
) -> None:
    desk.tell(MembersChanged(MemberTable((KIM, PARK))))
    thief = ClientInfo(KIM.default_ip, clock.at, untold=Untold.TAKEN)
    least = ClientInfo(PARK.default_ip, clock.at, extensions=("1002",))

    def states() -> list[str]:
        model = desk.window.members.model
        return [model.index(row, STATE_COLUMN).data() for row in range(2)]

    desk.tell(StatusChanged(replace(WATCHING, clients=(thief, least))))
    assert states() == ["Not connected", "Connected"]
    kim = ClientInfo("192.168.0.177", clock.at, extensions=("1001",), is_tls=True, pairing="aa")
    desk.tell(StatusChanged(replace(WATCHING, clients=(thief, kim))))
    assert states() == ["Connected", "Not connected"]
