"""The rule of `tests/conftest.py` that neither a window nor its language outlives a test."""

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from packetwave.ui import languages
from tests.conftest import languages_left, windows_left


def test_a_window_that_was_left_is_named_and_taken_away(qapp: QApplication) -> None:
    left, child = QWidget(), QComboBox()
    left.setWindowTitle("left behind")
    QVBoxLayout(left).addWidget(child)
    child.view()  # a window of its own, which goes with the one it belongs to
    assert "QWidget 'left behind'" in windows_left()
    assert windows_left() == []


def test_a_window_that_asked_to_be_deleted_is_not_left(qapp: QApplication) -> None:
    going = QLabel("going")
    going.deleteLater()
    assert windows_left() == []


@pytest.mark.parametrize("shown", [True, False])
def test_qtbot_sees_to_its_windows(qtbot: QtBot, *, shown: bool) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setVisible(shown)  # the rule itself is tried after this test


def test_a_language_that_was_left_is_named_and_taken_away(qapp: QApplication) -> None:
    languages.install(qapp, "ko", "client")
    assert "client_ko.qm" in languages_left()
    assert QApplication.translate("Popup", "Incoming call") == "Incoming call"
    assert languages_left() == []
