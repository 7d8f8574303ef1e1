"""A card of the settings page: title, state in a word with its colour, what it is about, and buttons.

Qt main thread. Knows no engine and no codes.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from packetwave.server.console.parts.cell_delegate import tone_colors
from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.parts.widgets import IconButton
from packetwave.ui.labels import label
from packetwave.ui.theme import Theme, scaled

_WIDTH = 760  # longer lines are hard to read


class SetupCard(QFrame):
    """One card: a title, a state, sentences and buttons.

    Attributes: body, a column for more widgets between the sentences and the buttons; said, what came of
    the last button.
    """

    def __init__(self, title: str, about: str, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setMaximumWidth(_WIDTH)
        self.setAccessibleName(title)
        self._theme = theme
        self._tone = Tone.QUIET
        heading = label(title)
        heading.setFont(scaled(heading.font(), 1.1, bold=True))
        self._state = label()
        self._state.hide()
        self._sentence = label(wrap=True)
        self._sentence.hide()
        top = QHBoxLayout()
        top.addWidget(heading)
        top.addSpacing(10)
        top.addWidget(self._state)
        top.addStretch(1)
        self.body = QVBoxLayout()
        self.body.setSpacing(6)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self.said = label(kind="wrong", wrap=True)
        self.said.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self._sentence)
        column.addWidget(label(about, kind="muted", wrap=True))
        column.addLayout(self.body)
        column.addLayout(self._buttons)
        column.addWidget(self.said)

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Buttons, from the left."""
        for each in buttons:
            self._buttons.addWidget(each)
        self._buttons.addStretch(1)

    def show_state(self, tone: Tone, word: str, sentence: str = "") -> None:
        """The state, in one word with its colour and in a sentence."""
        self._tone = tone
        self._state.setText(f"● {word}")
        self._state.show()
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self._color()

    def show_said(self, text: str) -> None:
        """What came of the last button, "" for nothing to say."""
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def text(self) -> str:
        """Its state, word and sentence."""
        return f"{self._state.text()} {self._sentence.text()}".strip()

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        self._color()

    def _color(self) -> None:
        color, ground = tone_colors(self._theme, self._tone)
        self._state.setStyleSheet(
            f"background: {ground}; color: {color}; border-radius: 9px; padding: 2px 9px;"
        )


class Address(QWidget):
    """An address that clients can use, and a button that copies it."""

    copied = Signal(str)

    def __init__(self, text: str, copy: str, theme: Theme) -> None:
        super().__init__()
        self._text = text
        shown = label(text)
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        shown.setFont(scaled(shown.font(), 1.0, bold=True))
        self.button = IconButton("copy", copy)
        self.button.set_theme(theme)
        self.button.clicked.connect(self._copy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 14, 0)
        row.setSpacing(6)
        row.addWidget(shown)
        row.addWidget(self.button)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.copied.emit(self._text)


def row_of(text: str, *widgets: QWidget) -> QHBoxLayout:
    """A named row of widgets; the name has the same width in each row."""
    made = QHBoxLayout()
    made.setSpacing(8)
    name: QLabel = label(text)
    name.setMinimumWidth(150)
    made.addWidget(name)
    for widget in widgets:
        made.addWidget(widget)
    made.addStretch(1)
    if widgets:
        name.setBuddy(widgets[0])
        if not widgets[0].accessibleName():
            widgets[0].setAccessibleName(text)
    return made
