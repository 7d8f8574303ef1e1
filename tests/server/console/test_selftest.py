"""The console's part of the self-test."""

import pytest

from packetwave.server.console import selftest
from packetwave.ui import languages

pytestmark = pytest.mark.usefixtures("english_again")


def test_the_window_is_drawn_and_both_languages_speak() -> None:
    assert "Qt 6.9" in selftest.draw()
    assert selftest.check_translations() == "auto, en, ko"


def test_missing_translations_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "install", lambda *_: None)
    with pytest.raises(RuntimeError, match="would say"):
        selftest.check_translations()
