"""What the server says when it cannot start: in both languages, each reason in words of its own."""

from typing import get_args

import pytest
from PySide6.QtWidgets import QApplication

from packetwave.server.console.start.words import start_words
from packetwave.server.faults import FaultCode
from packetwave.ui import languages


@pytest.mark.usefixtures("english_again")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_each_reason_has_its_words(language: languages.Choice, qapp: QApplication) -> None:
    languages.install(qapp, language, "console")
    said = {code: start_words(code) for code in get_args(FaultCode)}
    assert len({text for text, _ in said.values()}) == len(said)
    for text, next_step in said.values():
        assert any("가" <= sign <= "힣" for sign in text + next_step) == (language == "ko")
        assert text
        assert next_step
