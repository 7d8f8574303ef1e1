"""Labels and tool tips for text that may be too long or not ours. Qt main thread."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from packetwave.ui.plain import unmarked


class PlainLabel(QLabel):
    """A label that never reads its text as rich text."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


def label(text: str = "", *, kind: str = "", wrap: bool = False) -> PlainLabel:
    """A plain label. kind: `muted`, `wrong` or "" of the style sheet. wrap: over several lines."""
    made = PlainLabel(text)
    made.setWordWrap(wrap)
    if kind:
        made.setProperty("kind", kind)
    return made


class ElidedLabel(PlainLabel):
    """A plain label of one line that shortens its text with … instead of asking for more room."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        rect = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(self.alignment() | Qt.TextFlag.TextSingleLine), shown)
        painter.end()

    def is_elided(self) -> bool:
        """Whether some of the text cannot be seen."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()


def set_tip(widget: QWidget, text: str) -> None:
    """Give a widget a tool tip that never reads its text as rich text. "" for none."""
    widget.setToolTip(unmarked(text))
