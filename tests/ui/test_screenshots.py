from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from packetwave.ui import screenshots
from packetwave.ui.screenshots import Screenshots


def shown(qtbot: QtBot, name: str, colour: str) -> QWidget:
    window = QWidget()
    window.setObjectName(name)
    window.setStyleSheet(f"background: {colour}")
    window.resize(80, 40)
    qtbot.addWidget(window)
    window.show()
    return window


def colour_of(file: Path) -> str:
    return QImage(str(file)).pixelColor(40, 20).name()


def test_each_visible_window_has_its_picture(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    names = {"popup": "#ff0000", "console": "#0000ff", "hidden": "#ffffff"}
    windows = {name: shown(qtbot, name, colour) for name, colour in names.items()}
    windows["second"] = shown(qtbot, "popup", "#00ff00")
    windows["hidden"].hide()
    pictures = Screenshots(qapp, folder)
    qtbot.waitUntil(lambda: len(list(folder.glob("*.png"))) == 3)  # by its own timer
    assert colour_of(folder / "console.png") == "#0000ff"
    assert {colour_of(folder / "popup.png"), colour_of(folder / "popup-2.png")} == {"#ff0000", "#00ff00"}
    pictures.deleteLater()


def test_a_window_keeps_its_file(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    window = shown(qtbot, "popup", "#ff0000")
    pictures = Screenshots(qapp, tmp_path)
    pictures.take()
    window.setStyleSheet("background: #00ff00")
    pictures.take()
    assert [file.name for file in tmp_path.iterdir()] == ["popup.png"]
    assert colour_of(tmp_path / "popup.png") == "#00ff00"
    pictures.deleteLater()


def test_a_folder_that_cannot_be_written_stops_the_pictures(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    window = shown(qtbot, "popup", "#ff0000")
    (tmp_path / "file").write_text("in the way")
    pictures = Screenshots(qapp, tmp_path / "file" / "pictures")
    pictures.take()
    assert window.isVisible()
    assert "no more pictures" in caplog.text
    pictures.deleteLater()


def test_off_unless_asked_for(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(screenshots.VARIABLE, raising=False)
    assert screenshots.start(qapp) is None
    monkeypatch.setenv(screenshots.VARIABLE, str(tmp_path))
    pictures = screenshots.start(qapp)
    assert pictures is not None
    pictures.deleteLater()
