"""What the server says when it cannot start: in both languages, each reason in words of its own."""

import pytest
from PySide6.QtWidgets import QApplication

from packetwave.common.choices import LanguageChoice
from packetwave.server.console.start.words import fault_words
from packetwave.server.faults import StartFaultCode
from packetwave.ui import languages


@pytest.mark.usefixtures("english_again")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_each_reason_has_its_words(language: LanguageChoice, qapp: QApplication) -> None:
    languages.install(qapp, language, "console")
    said = {code: fault_words(code) for code in StartFaultCode}
    assert len({text for text, _ in said.values()}) == len(said)
    for text, next_step in said.values():
        assert any("가" <= sign <= "힣" for sign in text + next_step) == (language == "ko")
        assert text
        assert next_step
