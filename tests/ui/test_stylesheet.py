import pytest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from packetwave.ui.stylesheet import stylesheet
from packetwave.ui.theme import DARK, LIGHT, Theme


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_qt_understands_all_of_it(
    qtbot: QtBot, qapp: QApplication, theme: Theme, capfd: pytest.CaptureFixture[str]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setStyleSheet(stylesheet(theme))
    column = QVBoxLayout(window)
    button = QPushButton("Connect")
    button.setProperty("kind", "primary")
    for widget in (button, QLineEdit(), QComboBox(), QTableView()):
        column.addWidget(widget)
    window.show()
    picture = button.grab().toImage()
    assert picture.pixelColor(picture.width() // 2, 4).name() == theme.accent
    assert "parse" not in capfd.readouterr().err
