from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from packetwave.ui import fault_box
from tests.ui.walk import labels_that_read_markup


def test_it_says_what_is_the_matter_as_plain_text(qtbot: QtBot, qapp: QApplication) -> None:
    seen: list[tuple[str, str]] = []
    marked: list[str] = []
    qapp.setStyleSheet("")  # as when a program could not begin

    def close() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append((box.text(), box.informativeText()))
        marked.extend(labels_that_read_markup(box))
        box.accept()

    QTimer.singleShot(0, close)
    fault_box.show("<b>Why</b>", "<h1>C:\\folder</h1>")
    assert marked == []
    assert seen == [("<b>Why</b>", "<h1>C:\\folder</h1>")]
