"""The console's part of the self-test."""

import pytest
from PySide6.QtWidgets import QApplication

from packetwave.server.console import selftest, window
from packetwave.ui import languages


def test_the_window_is_drawn_and_both_languages_speak(qapp: QApplication) -> None:
    assert "Qt 6.9" in selftest.draw()
    assert selftest.translate() == "auto, en, ko"
    languages.install(qapp, "ko", "console")


def test_missing_translations_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest.languages, "install", lambda *_: None)
    with pytest.raises(RuntimeError, match="would say"):
        selftest.translate()
    assert window
