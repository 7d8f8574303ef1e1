from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from packetwave.server.console.members.import_dialog import ImportDialog
from packetwave.server.engine.notices import (
    MembersChanged,
    RefusalCode,
    Refused,
)
from packetwave.server.office.values import MemberTable
from tests.server.console.conftest import KIM, PARK, Desk


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
    desk.tell(Refused(desk.asked[-1], RefusalCode.AWAY))
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
