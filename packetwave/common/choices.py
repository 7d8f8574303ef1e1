"""What people choose in the settings of both programs: the language of the windows, and their colours. Pure.

The one list of languages: windows, settings, the installation's values and the tools for translations follow
it. A further language needs its code and name here, and its files in assets/i18n.
"""

from collections.abc import Mapping
from typing import Literal, get_args

Language = Literal["ko", "en"]
LanguageChoice = Literal["auto", "ko", "en"]
"""`auto`: as the system speaks."""

ThemeChoice = Literal["system", "light", "dark"]
"""`system`: as the system has it, also when that changes."""

LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_CHOICES: tuple[LanguageChoice, ...] = get_args(LanguageChoice)
THEME_CHOICES: tuple[ThemeChoice, ...] = get_args(ThemeChoice)

LANGUAGE_NAMES: Mapping[str, str] = {"ko": "한국어", "en": "English"}
"""What each language calls itself."""

SOURCE_LANGUAGE: Language = "en"
"""The one in which the windows' texts stand in the sources."""

TRANSLATED = tuple(language for language in LANGUAGES if language != SOURCE_LANGUAGE)
"""Those that have files of translations."""


def language_choice(text: str) -> LanguageChoice:
    """The text as a choice; what is none is `auto`."""
    return next((known for known in LANGUAGE_CHOICES if known == text), "auto")


def theme_choice(text: str) -> ThemeChoice:
    """The text as a choice; what is none is `system`."""
    return next((known for known in THEME_CHOICES if known == text), "system")
