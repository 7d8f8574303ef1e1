"""A walk over live widgets: does any of them take text for markup?"""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget


def widgets(root: QWidget) -> Iterator[QWidget]:
    yield root
    yield from root.findChildren(QWidget)


def labels_that_read_markup(root: QWidget) -> list[str]:
    """Labels below this widget that would show markup as such, whatever they say now."""
    return [
        f"{type(label).__name__} {label.objectName()!r}: {label.text()[:40]!r}"
        for label in widgets(root)
        if isinstance(label, QLabel)
        and label.textFormat() is not Qt.TextFormat.PlainText
        and label.pixmap().isNull()
        and label.text()
        and label.objectName() != "qtooltip_label"  # see tool_tip_at
    ]


def tool_tip_at(widget: QWidget, place: QPoint) -> str:
    """What Qt's tool tip holds after the mouse has rested there; the one before where there is none now."""
    event = QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place))
    QApplication.sendEvent(widget, event)
    return QToolTip.text()
