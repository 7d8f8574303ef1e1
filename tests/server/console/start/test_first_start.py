"""The question of the first start."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from packetwave.server.console.start.first_start import mongodb_question, use_mongodb


def press(name: str) -> None:
    """Press a button of the question once it is shown."""

    def look() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(10, look)
            return
        next(button for button in box.buttons() if button.text() == name).click()

    QTimer.singleShot(0, look)


@pytest.mark.parametrize(("name", "used"), [("Use MongoDB", True), ("Own database", False)])
def test_the_answer(qtbot: QtBot, name: str, used: bool) -> None:
    press(name)
    assert use_mongodb(3) is used


def test_closing_it_is_no(qtbot: QtBot) -> None:
    def look() -> None:
        box = QApplication.activeModalWidget()
        if box is None:
            QTimer.singleShot(10, look)
            return
        box.close()

    QTimer.singleShot(0, look)
    assert use_mongodb(3) is False


@pytest.mark.usefixtures("korean")
def test_in_korean(qtbot: QtBot) -> None:
    box = mongodb_question(25)
    qtbot.addWidget(box)
    assert "25" in box.text() and "구성원" in box.text()
    assert [button.text() for button in box.buttons()] == ["MongoDB 사용", "내장 데이터베이스"]
