"""The language of the windows. English texts stand in the sources; the others come from assets/i18n.

Owns the installed translators. Qt main thread.
"""

import logging
from typing import Literal

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from packetwave.common.choices import LANGUAGES, SOURCE_LANGUAGE, Language, LanguageChoice
from packetwave.common.paths import assets_dir

_log = logging.getLogger(__name__)

_NAME = "packetwave-translator"


def install(app: QCoreApplication, choice: LanguageChoice, program: Literal["client", "console"]) -> Language:
    """Let the windows speak the chosen language from now on, in place of the one before; that language.

    Open windows get Qt's LanguageChange event. auto: see `system_language`.
    """
    for old in app.findChildren(QTranslator, _NAME):
        app.removeTranslator(old)
        old.deleteLater()
    language = system_language() if choice == "auto" else choice
    QLocale.setDefault(QLocale(language))
    if language != SOURCE_LANGUAGE:
        ours = str(assets_dir() / "i18n")
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for part, folder in (("qtbase", qt), ("ui", ours), (program, ours)):
            file = f"{part}_{language}"
            translator = QTranslator(app)
            translator.setObjectName(_NAME)
            if translator.load(file, folder):
                app.installTranslator(translator)
            else:
                _log.warning("translation %s.qm is missing in %s", file, folder)
    return language


def system_language(system: QLocale | None = None) -> Language:
    """The language of the system's windows where ours speak it, too. Korean where the system names none (the
    C locale), English in all other cases.

    Asked of the display language: on Windows the locale itself is only how dates and numbers are written.
    """
    first = (system or QLocale.system()).uiLanguages()[:1]
    if not first or first[0] == "C":
        return "ko"
    spoken = first[0].split("-")[0]
    return next((language for language in LANGUAGES if language == spoken), SOURCE_LANGUAGE)
