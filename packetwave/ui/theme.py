"""Light and dark: colours, fonts and the style of plain widgets.

Owns the application's palette, font and style sheet. Qt main thread. Colour never carries meaning
alone: what is painted with one of the state colours stands beside its word or sign.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from packetwave.ui import contrast
from packetwave.ui.contrast import SystemColors
from packetwave.ui.stylesheet import stylesheet

Choice = Literal["system", "light", "dark"]
CHOICES: tuple[Choice, ...] = get_args(Choice)

_KOREAN_FONTS = (
    "Noto Sans KR",
    "Noto Sans CJK KR",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "NanumBarunGothic",
    "NanumGothic",
)

# Windows has fonts of its own for these, which an application's font alone does not replace.
_KINDS_WITH_FONTS = (
    "QAbstractItemView",
    "QListView",
    "QHeaderView",
    "QMenu",
    "QMessageBox",
    "QTipLabel",
    "QToolButton",
    "QComboMenuItem",
)


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours, each as `#rrggbb`. The `_soft` ones are grounds for text in the colour of the same name.

    accent: ringing, selection, the main button. green: fine, answered. amber: look here, answered elsewhere.
    red: missed, wrong. text_muted: off, not known, less important.
    """

    dark: bool
    background: str
    surface: str
    border: str
    text: str
    text_muted: str
    accent: str
    accent_soft: str
    on_accent: str
    green: str
    green_soft: str
    amber: str
    amber_soft: str
    red: str
    red_soft: str


LIGHT = Theme(
    dark=False,
    background="#f4f5f7",
    surface="#ffffff",
    border="#dfe3e8",
    text="#1b1f27",
    text_muted="#5f6875",
    accent="#0d66d2",
    accent_soft="#e8f0fe",
    on_accent="#ffffff",
    green="#0d7a3f",
    green_soft="#e3f5ea",
    amber="#955800",
    amber_soft="#fff3d9",
    red="#c12638",
    red_soft="#fde9eb",
)

DARK = Theme(
    dark=True,
    background="#14171d",
    surface="#1e222a",
    border="#343b47",
    text="#e8eaee",
    text_muted="#98a1b0",
    accent="#5ea6f7",
    accent_soft="#1d3353",
    on_accent="#0c1522",
    green="#45c383",
    green_soft="#153225",
    amber="#f0b354",
    amber_soft="#3a2c11",
    red="#ff7d89",
    red_soft="#42191f",
)


class Appearance(QObject):
    """The look of the whole application, chosen and changed at run time. The system's high contrast, which
    `high_contrast` is asked for, comes before any choice.

    Attribute: theme, the colours in force. Signal: changed(Theme), after palette and style sheet are set.
    """

    changed = Signal(object)

    def __init__(
        self,
        app: QApplication,
        choice: Choice = "system",
        high_contrast: Callable[[], SystemColors | None] = contrast.high_contrast,
    ) -> None:
        super().__init__(app)
        self._app = app
        self._high_contrast = high_contrast
        self._choice: Choice = choice
        app.setStyle("Fusion")
        self._font = _font(app.font())
        app.styleHints().colorSchemeChanged.connect(self._on_system_change)
        self.theme = LIGHT
        self.choose(choice)

    def choose(self, choice: Choice) -> None:
        """Set light or dark, or follow the system from now on."""
        self._choice = choice
        self._use(self._wanted())

    @Slot()
    def _on_system_change(self) -> None:
        # Qt sets its own palette for the new scheme: ours goes over it, even where the theme stays.
        self._use(self._wanted())

    def _wanted(self) -> Theme:
        colors = self._high_contrast()
        if colors is not None:
            return in_colors(colors)
        if self._choice == "system":
            return DARK if self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
        return DARK if self._choice == "dark" else LIGHT

    def _use(self, theme: Theme) -> None:
        self.theme = theme
        self._app.setPalette(palette(theme))
        self._app.setStyleSheet(stylesheet(theme))
        # After the two above, which let Qt put Windows' fonts back.
        self._app.setFont(self._font)
        for kind in _KINDS_WITH_FONTS:
            self._app.setFont(self._font, kind)  # type: ignore[arg-type]  # text, not bytes as the stub has it
        self.changed.emit(theme)


def in_colors(colors: SystemColors) -> Theme:
    """The theme in the system's few colours: states are told apart by their words and signs alone."""
    ground, text = colors.window, colors.window_text
    return Theme(
        dark=QColor(ground).lightnessF() < 0.5,
        background=ground,
        surface=ground,
        border=text,
        text=text,
        text_muted=colors.gray_text,
        accent=colors.highlight,
        accent_soft=_between(ground, colors.highlight, 0.15),  # also under plain text
        on_accent=colors.highlight_text,
        green=text,
        green_soft=ground,
        amber=text,
        amber_soft=ground,
        red=text,
        red_soft=ground,
    )


def _between(one: str, other: str, share: float) -> str:
    a, b = QColor(one), QColor(other)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(low + (high - low) * share) for low, high in pairs)).name()


def palette(theme: Theme) -> QPalette:
    """The palette of Qt's Fusion style in these colours."""
    role = QPalette.ColorRole
    made = QPalette()
    for roles, color in (
        ((role.Window,), theme.background),
        ((role.Base, role.Button, role.ToolTipBase), theme.surface),
        ((role.AlternateBase,), theme.background),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), theme.text),
        ((role.PlaceholderText,), theme.text_muted),
        ((role.Highlight,), theme.accent_soft),
        ((role.HighlightedText,), theme.text),
        ((role.Link, role.LinkVisited, role.Accent), theme.accent),
        ((role.BrightText,), theme.red),
        ((role.Mid, role.Midlight), theme.border),
        ((role.Light,), theme.surface),
        ((role.Dark, role.Shadow), theme.border),
    ):
        for each in roles:
            made.setColor(each, QColor(color))
    for each in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, each, QColor(theme.text_muted))
    return made


def tabular(font: QFont) -> QFont:
    """The font with figures of one width, so that columns and counting seconds stand still."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def scaled(font: QFont, factor: float, *, bold: bool = False) -> QFont:
    """The font at `factor` times its size."""
    made = QFont(font)
    made.setPointSizeF(math.floor(font.pointSizeF() * factor * 4) / 4)
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def _font(system: QFont) -> QFont:
    installed = set(QFontDatabase.families())
    korean = [family for family in _KOREAN_FONTS if family in installed]
    made = QFont(system)
    made.setFamilies([*korean, system.family()])
    made.setPointSizeF(10)
    return tabular(made)
