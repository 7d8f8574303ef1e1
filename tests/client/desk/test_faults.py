import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from packetwave.client.desk import faults
from packetwave.client.faults import ClientFault


def shown(fault: ClientFault, detail: str, language: str) -> tuple[str, str]:
    said: list[tuple[str, str]] = []

    def close() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        said.append((box.text(), box.informativeText()))
        box.accept()

    QTimer.singleShot(0, close)
    faults.show(fault, detail, language)
    return said[0]


@pytest.mark.parametrize("fault", ClientFault)
def test_each_fault_is_said_in_the_users_language(qtbot: QtBot, fault: ClientFault) -> None:
    for language in ("ko", "en"):
        text, more = shown(fault, "/폴더/settings", language)
        assert any("가" <= sign <= "힣" for sign in text) is (language == "ko")
        assert more.endswith("\n\n/폴더/settings")
        assert more.count("\n") == 2
