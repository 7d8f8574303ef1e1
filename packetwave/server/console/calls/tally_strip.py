"""The strip below the call log: calls by the hour as bars, and four figures. Qt main thread."""

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from packetwave.server.console.calls.log import Tally
from packetwave.server.console.parts.widgets import card
from packetwave.ui.labels import label
from packetwave.ui.theme import Theme, scaled, tabular

translate = QCoreApplication.translate

_OFFICE_HOURS = (8, 19)  # always shown, so that bars do not jump about in the morning
_BAR_WIDTH = 26
_BAR_GAP = 12


class HourBars(QWidget):
    """Calls in each hour of the day."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._hours: list[int] = [0] * 24
        self.setMinimumHeight(84)
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(12 * (_BAR_WIDTH + _BAR_GAP), 84)

    def show_hours(self, hours: list[int]) -> None:
        """24 counts, from midnight."""
        if hours != self._hours:
            self._hours = list(hours)
            self._describe()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = scaled(self.font(), 0.85)
        painter.setFont(small)
        foot = painter.fontMetrics().height() + 3
        most = max(max(self._hours), 1)
        for hour, place in self._places():
            count = self._hours[hour]
            full = place.height() - foot - 2
            height = max(2.0, full * count / most)
            bar = QRectF(place.left(), place.bottom() - foot - height, place.width(), height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.accent if count else self._theme.border))
            painter.drawRoundedRect(bar, min(3.0, height / 2), min(3.0, height / 2))
            painter.setPen(QColor(self._theme.text_muted))
            painter.drawText(
                QRectF(
                    place.left() - _BAR_GAP / 2, place.bottom() - foot + 2, place.width() + _BAR_GAP, foot
                ),
                int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom),
                str(hour),
            )
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for hour, place in self._places():
                if place.adjusted(-_BAR_GAP / 2, 0, _BAR_GAP / 2, 0).contains(event.pos()):
                    QToolTip.showText(event.globalPos(), _hour_words(hour, self._hours[hour]), self)
                    return True
            QToolTip.hideText()
            return True
        return super().event(event)

    def _places(self) -> list[tuple[int, QRectF]]:
        used = [hour for hour, count in enumerate(self._hours) if count]
        first = min([_OFFICE_HOURS[0], *used])
        last = max([_OFFICE_HOURS[1], *used])
        step = min(_BAR_WIDTH + _BAR_GAP, self.width() / (last - first + 1))
        width = step * _BAR_WIDTH / (_BAR_WIDTH + _BAR_GAP)
        return [
            (hour, QRectF((hour - first) * step, 0, width, self.height())) for hour in range(first, last + 1)
        ]

    def _describe(self) -> None:
        self.setAccessibleName(translate("calls", "Calls by the hour"))
        counted = [_hour_words(hour, count) for hour, count in enumerate(self._hours) if count]
        self.setAccessibleDescription(", ".join(counted))


def _hour_words(hour: int, count: int) -> str:
    return translate("calls", "{hour}:00, calls: {count}").format(hour=hour, count=count)


class Figure(QWidget):
    """A figure over its caption. Attribute: value, as shown."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        self._caption = caption
        self.value = 0
        self._value = label("0")
        self._value.setFont(tabular(scaled(self._value.font(), 1.7, bold=True)))
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight)
        under = label(caption, kind="muted")
        under.setAlignment(Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch()
        column.addWidget(self._value)
        column.addWidget(under)

    def show_value(self, value: int, color: str) -> None:
        """The figure, in a colour."""
        self.value = value
        self._value.setText(f"{value:,}")
        self._value.setStyleSheet(f"color: {color};")
        self.setAccessibleName(f"{self._caption} {value}")


class TallyStrip(QWidget):
    """Bars and figures of the period that the log shows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tally = Tally()
        self.bars = HourBars(theme)
        self._calls = Figure(translate("calls", "Calls"))
        self._answered = Figure(translate("calls", "Answered"))
        self._missed = Figure(translate("calls", "Missed"))
        self._talking = Figure(translate("calls", "Talking now"))
        frame = card()
        row = QHBoxLayout(frame)
        row.setContentsMargins(16, 12, 18, 10)
        row.setSpacing(26)
        row.addWidget(self.bars, 1)
        for figure in (self._calls, self._answered, self._missed, self._talking):
            row.addWidget(figure)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(frame)
        self.show_tally(self._tally)

    def show_tally(self, tally: Tally) -> None:
        """New figures."""
        self._tally = tally
        theme = self._theme
        self.bars.show_hours(tally.hours)
        self._calls.show_value(tally.calls, theme.text)
        self._answered.show_value(tally.answered, theme.text)
        self._missed.show_value(tally.missed, theme.red if tally.missed else theme.text)
        self._talking.show_value(tally.talking, theme.text)

    def figures(self) -> tuple[int, int, int, int]:
        """Calls, answered, missed, talking as shown."""
        calls, answered, missed, talking = (
            figure.value for figure in (self._calls, self._answered, self._missed, self._talking)
        )
        return calls, answered, missed, talking

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        self.bars.set_theme(theme)
        self.show_tally(self._tally)
