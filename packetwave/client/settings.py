"""The client's settings, declared once. Read and written by `packetwave.common.settings`."""

from dataclasses import dataclass
from pathlib import Path

from packetwave.common.choices import LANGUAGE_CHOICES, THEME_CHOICES, LanguageChoice, ThemeChoice
from packetwave.common.settings import setting

CORNERS = ("bottom_right", "bottom_left", "top_right", "top_left")


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What the user chose."""

    server: str = setting("", lambda value: isinstance(value, str))
    """As it was typed, see `address.complete`; "" for none yet."""

    language: LanguageChoice = setting("auto", lambda value: value in LANGUAGE_CHOICES)
    theme: ThemeChoice = setting("system", lambda value: value in THEME_CHOICES)
    popup_corner: str = setting("bottom_right", lambda value: value in CORNERS)
    """The corner of the screen in use at which popups stand."""

    keep_missed: bool = setting(True, lambda value: isinstance(value, bool))
    """Whether a missed call's popup stays until it is closed."""


def path(data_dir: Path) -> Path:
    """Where the settings lie."""
    return data_dir / "settings.json"
