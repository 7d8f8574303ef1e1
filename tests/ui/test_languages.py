import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from installer import translations
from packetwave.ui import languages

pytestmark = pytest.mark.usefixtures("english_again")


@pytest.mark.parametrize("name", sorted(translations.SOURCES))
def test_korean_is_complete_and_compiled(name: str) -> None:
    assert translations.check(name) == []


def test_an_unfinished_missing_or_uncompiled_entry_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    module = source / "window.py"
    module.write_text("class W(QWidget):\n    def f(self):\n        self.tr('Close')\n")
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    monkeypatch.setattr(translations, "SOURCES", {"ui_ko": (source,)})
    assert translations.check("ui_ko") == ["ui_ko.ts does not exist"]
    assert translations.main(["update", "ui_ko"]) == 0
    assert translations.check("ui_ko") == ["ui_ko.ts has no finished translation for W: 'Close'"]
    ts = tmp_path / "ui_ko.ts"
    finished = ts.read_text("utf-8").replace(
        '<translation type="unfinished"></translation>', "<translation>닫기</translation>"
    )
    ts.write_text(finished, "utf-8")
    assert translations.check("ui_ko") == ["ui_ko.qm was not made from the present ui_ko.ts"]
    assert translations.main(["compile", "ui_ko"]) == 0
    assert translations.main(["check"]) == 0
    module.write_text("class W(QWidget):\n    def f(self):\n        self.tr('Open')\n")
    assert translations.check("ui_ko") == [
        "ui_ko.ts lacks W: 'Open'",
        "ui_ko.ts holds W: 'Close', which no source uses",
    ]
    assert translations.main(["check", "ui_ko"]) == 1
    assert translations.main(["check", "nothing"]) == 2


def test_windows_speak_the_chosen_language_and_change_it(qapp: QApplication) -> None:
    def said() -> str:
        return QCoreApplication.translate("Popup", "Incoming call")

    assert languages.install(qapp, "ko", "client") == "ko"
    assert said() == "전화 수신"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "취소"  # Qt's own words too
    assert QLocale().language() == QLocale.Language.Korean
    assert languages.install(qapp, "en", "client") == "en"
    assert said() == "Incoming call"
    assert QLocale().language() == QLocale.Language.English


def test_changing_often_leaves_no_translators_behind(qapp: QApplication) -> None:
    for _ in range(3):
        languages.install(qapp, "ko", "client")
    QCoreApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    assert len(qapp.findChildren(QTranslator, "packetwave-translator")) == 3


@pytest.mark.parametrize(
    ("locale", "language"), [("ko_KR", "ko"), ("en_US", "en"), ("en_GB", "en"), ("ja_JP", "en"), ("C", "ko")]
)
def test_the_systems_language(locale: str, language: str) -> None:
    assert languages.system_language(QLocale(locale)) == language


@pytest.mark.parametrize(
    ("variable", "language"),
    [("C.UTF-8", "ko"), ("", "ko"), ("ko_KR.UTF-8", "ko"), ("en_US.UTF-8", "en"), ("de_DE.UTF-8", "en")],
)
def test_the_systems_language_as_a_real_process_sees_it(variable: str, language: str) -> None:
    program = "from packetwave.ui.languages import system_language; print(system_language())"
    said = subprocess.run(
        [sys.executable, "-c", program], env={"LANG": variable}, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == language
