"""Korean and English windows. English are the source strings; Korean comes from assets/i18n.

Owns the installed translators. Qt main thread.
"""

import logging
from typing import Literal, get_args

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from packetwave.common.paths import assets_dir

_log = logging.getLogger(__name__)

Language = Literal["ko", "en"]
Choice = Literal["auto", "ko", "en"]
CHOICES: tuple[Choice, ...] = get_args(Choice)

_NAME = "packetwave-translator"


def install(app: QCoreApplication, choice: Choice, program: Literal["client", "console"]) -> Language:
    """Let the windows speak the chosen language from now on, in place of the one before; that language.

    Open windows get Qt's LanguageChange event. auto: see `system_language`.
    """
    for old in app.findChildren(QTranslator, _NAME):
        app.removeTranslator(old)
        old.deleteLater()
    language = system_language() if choice == "auto" else choice
    QLocale.setDefault(QLocale(QLocale.Language.Korean if language == "ko" else QLocale.Language.English))
    if language == "ko":
        ours = str(assets_dir() / "i18n")
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for file, folder in (("qtbase_ko", qt), ("ui_ko", ours), (f"{program}_ko", ours)):
            translator = QTranslator(app)
            translator.setObjectName(_NAME)
            if translator.load(file, folder):
                app.installTranslator(translator)
            else:
                _log.warning("translation %s.qm is missing in %s", file, folder)
    return language


def choice(text: str) -> Choice:
    """The text as a choice; what is none is `auto`."""
    return next((known for known in CHOICES if known == text), "auto")


def system_language(system: QLocale | None = None) -> Language:
    """Korean where the system's windows speak it or it says nothing (the C locale); English for all others.

    Asked of the display language: on Windows the locale itself is only how dates and numbers are written.
    """
    first = (system or QLocale.system()).uiLanguages()[:1]
    return "ko" if not first or first[0] == "C" or first[0].split("-")[0] == "ko" else "en"
