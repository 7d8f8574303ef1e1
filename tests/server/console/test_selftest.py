"""The console's part of the self-test."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from packetwave.server.console import selftest
from packetwave.ui import languages


@pytest.fixture(autouse=True)
def english_again(qapp: QApplication) -> Iterator[None]:
    yield
    languages.install(qapp, "en", "console")


def test_the_window_is_drawn_and_both_languages_speak() -> None:
    assert "Qt 6.9" in selftest.draw()
    assert selftest.translate() == "auto, en, ko"


def test_missing_translations_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "install", lambda *_: None)
    with pytest.raises(RuntimeError, match="would say"):
        selftest.translate()
