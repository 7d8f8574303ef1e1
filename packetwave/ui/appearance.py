"""The look of the running application: its palette, fonts and style sheet, chosen and changed at run time.

Qt main thread.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from packetwave.common.choices import ThemeChoice
from packetwave.ui import contrast
from packetwave.ui.contrast import SystemColors
from packetwave.ui.stylesheet import stylesheet
from packetwave.ui.theme import DARK, LIGHT, Theme, in_colors, tabular

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


class Appearance(QObject):
    """The look of the whole application, chosen and changed at run time. The system's high contrast, which
    `high_contrast` is asked for, comes before any choice.

    Attribute: theme, the colours in force. Signal: changed(Theme), after palette and style sheet are set.
    """

    changed = Signal(object)

    def __init__(
        self,
        app: QApplication,
        choice: ThemeChoice = "system",
        high_contrast: Callable[[], SystemColors | None] = contrast.high_contrast,
    ) -> None:
        super().__init__(app)
        self._app = app
        self._high_contrast = high_contrast
        self._choice: ThemeChoice = choice
        app.setStyle("Fusion")
        self._font = _font(app.font())
        app.styleHints().colorSchemeChanged.connect(self._on_system_change)
        self.theme = LIGHT
        self.choose(choice)

    def choose(self, choice: ThemeChoice) -> None:
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


def _font(system: QFont) -> QFont:
    installed = set(QFontDatabase.families())
    korean = [family for family in _KOREAN_FONTS if family in installed]
    made = QFont(system)
    made.setFamilies([*korean, system.family()])
    made.setPointSizeF(10)
    return tabular(made)
