"""A popup: who calls, and what became of it.

Owns one frameless window that never takes the keyboard focus. Shows the card that it is given, one after the
other; where it stands on the screen, and which card it shows, is the stack's matter. Qt main thread. All text
from the network is plain text.
"""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QBitmap,
    QCloseEvent,
    QColor,
    QGuiApplication,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from packetwave.client.calls import Call
from packetwave.client.desk import words
from packetwave.client.desk.cards import Card, Kind
from packetwave.common.numbers import ANONYMOUS, display
from packetwave.ui.icons import icon, pixmap
from packetwave.ui.labels import ElidedLabel, PlainLabel
from packetwave.ui.plain import plain
from packetwave.ui.theme import Theme, scaled

WIDTH = 400
SHADOW = 14
"""Room around the card for its shadow, in pixels; the card itself is `WIDTH` wide."""

_RADIUS = 12.0
_BAR = 5.0
_COPIED_MS = 1500
_NUMBER_CHARS = 22
_COMPANY_CHARS = 18  # the name has the more room

_DRAWINGS = {
    Kind.RINGING: ("phone", "accent"),
    Kind.DOUBTFUL: ("warning", "text_muted"),
    Kind.ELSEWHERE: ("arrow_elsewhere", "amber"),
    Kind.MISSED: ("missed", "red"),
}


def color_of(kind: Kind, theme: Theme) -> str:
    """The colour of what a popup says, as `#rrggbb`; it is never said by the colour alone."""
    return str(getattr(theme, _DRAWINGS[kind][1]))


def sees_through() -> bool:
    """Whether windows may be partly transparent: plain X11, without a compositor, paints black there."""
    return QGuiApplication.platformName() != "xcb"


def round_off(window: QWidget) -> None:
    """Cut the corners of a window off, where it cannot be transparent there."""
    shape = QBitmap(window.size())
    shape.clear()
    painter = QPainter(shape)
    painter.setBrush(Qt.GlobalColor.color1)
    painter.drawRoundedRect(QRectF(shape.rect()).adjusted(0, 0, -1, -1), _RADIUS, _RADIUS)
    painter.end()
    window.setMask(shape)


class Popup(QWidget):
    """A popup. card: what it shows first. clock: the steady clock of the cards.

    Attributes: card, what it shows. Signals: closed(), somebody closed it; painted(), what it shows now is on
    the screen for the first time.
    """

    closed = Signal()
    painted = Signal()

    def __init__(self, card: Card, theme: Theme, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(
            None,
            Qt.WindowType.Tool
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
            | Qt.WindowType.WindowDoesNotAcceptFocus
            | Qt.WindowType.NoDropShadowWindowHint,
        )
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self._masked = not sees_through()  # then its corners are cut off instead
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, not self._masked)
        self._theme = theme
        self._clock = clock
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(lambda: self._detail.setText(self._detail_text()))
        self._copied = QTimer(self, interval=_COPIED_MS, singleShot=True)
        self._copied.timeout.connect(self._name_buttons)
        self._build()
        self.card = card
        self._shown: tuple[Card, Call, Kind] | None = None
        self.present(card)

    @property
    def call(self) -> Call:
        """The call that it shows."""
        return self.card.call

    @property
    def kind(self) -> Kind:
        """What it says of the call."""
        return self.card.kind

    @property
    def margin(self) -> int:
        """Pixels between the window's edge and the card's."""
        return 0 if self._masked else SHADOW

    def present(self, card: Card) -> None:
        """Show this card as it is now."""
        said = (card, card.call, card.kind)
        if said == self._shown:
            return
        if card is not self.card:
            self._copied.stop()
        self.card = card
        self._shown = said
        if card.kind is Kind.MISSED:
            self._tick.stop()
        else:
            self._tick.start()
        self.use_theme(self._theme)
        self._retranslate()

    def rest(self) -> None:
        """Hide until there is a card again."""
        self._shown = None
        self._tick.stop()
        self._copied.stop()
        self.hide()

    def use_theme(self, theme: Theme) -> None:
        """Paint in these colours from now on."""
        self._theme = theme
        color = color_of(self.kind, theme)
        self._sign.setPixmap(pixmap(_DRAWINGS[self.kind][0], color, 16, self.devicePixelRatioF()))
        for label, text_color in (
            (self._title, color),
            (self._name, theme.text),
            (self._company, theme.text_muted),
            (self._number, theme.text),
            (self._line, theme.text),
            (self._detail, theme.text_muted),
        ):
            palette = QPalette(label.palette())
            palette.setColor(QPalette.ColorRole.WindowText, QColor(text_color))
            label.setPalette(palette)
        self._cross.setIcon(icon("close", theme.text_muted))
        self.update()

    def announce(self) -> None:
        """Tell screen readers what the popup says; it never gets the focus that would make them look."""
        event = QAccessibleAnnouncementEvent(self, f"{self._title.text()}. {self._line.text()}")
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._tick.stop()
        self._copied.stop()
        super().closeEvent(event)
        if self._shown is not None:
            self._shown = None
            self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._masked:
            round_off(self)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(self.rect()).adjusted(self.margin, self.margin, -self.margin, -self.margin)
        painter.setPen(Qt.PenStyle.NoPen)
        for step in range(self.margin):
            painter.setBrush(QColor(0, 0, 0, 6 if self._theme.dark else 2 + step // 5))
            around = self.margin - step - 2
            painter.drawRoundedRect(
                card.adjusted(-around, -around + 3, around, around + 1), _RADIUS + around, _RADIUS + around
            )
        shape = QPainterPath()
        shape.addRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        painter.fillPath(shape, QColor(self._theme.surface))
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(QRectF(card.topLeft(), QPointF(card.left() + _BAR, card.bottom())),
                         QColor(color_of(self.kind, self._theme)))  # fmt: skip
        painter.restore()
        painter.strokePath(shape, QColor(self._theme.border))
        painter.end()
        if not self.card.was_shown:
            self.card.was_shown = True
            self.painted.emit()

    def _build(self) -> None:
        font = self.font()
        self._sign = QLabel()
        self._title = PlainLabel()
        self._title.setFont(scaled(font, 1.0, bold=True))
        self._name = ElidedLabel()
        self._name.setFont(scaled(font, 1.6, bold=True))
        self._company = ElidedLabel()
        self._number = PlainLabel()  # never shortened: the name beside it gives way
        self._number.setFont(scaled(font, 1.35))
        self._line = ElidedLabel()
        self._detail = ElidedLabel()
        self._detail.setFont(scaled(font, 0.9))
        self._cross = QToolButton()
        self._cross.setAutoRaise(True)
        self._cross.setProperty("kind", "flat")
        self._cross.clicked.connect(self.close)
        self._copy = QPushButton()
        self._copy.clicked.connect(self._on_copy)
        self._close = QPushButton()
        self._close.clicked.connect(self.close)
        for button in (self._cross, self._copy, self._close):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        top = QHBoxLayout()
        top.setSpacing(7)
        top.addWidget(self._sign)
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._cross)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name)
        head.addWidget(self._company, 0, Qt.AlignmentFlag.AlignBaseline)
        head.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBaseline)
        head.addStretch(1)
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 7, 0, 0)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        rows = QVBoxLayout(self)
        around = self.margin
        rows.setContentsMargins(around + 20, around + 8, around + 16, around + 14)
        rows.setSpacing(3)
        rows.addLayout(top)
        rows.addLayout(head)
        rows.addWidget(self._line)
        rows.addWidget(self._detail)
        rows.addWidget(self._buttons)
        self.setFixedWidth(WIDTH + 2 * around)

    def _retranslate(self) -> None:
        name, number = plain(self.call.incoming.caller_name), words.number(self.call.incoming.caller)
        self._title.setText(self._title_text())
        self._name.setText(name or number)
        self._number.setText(plain(number, _NUMBER_CHARS) if name else "")
        self._number.setVisible(bool(name))
        company = plain(self.call.incoming.caller_company, _COMPANY_CHARS)
        self._company.setText(f"· {company}")
        self._company.setVisible(bool(company))
        self._line.setText(self._line_text())
        self._detail.setText(self._detail_text())
        self._copy.setVisible(self.call.incoming.caller not in (ANONYMOUS, ""))
        self._name_buttons()
        self._buttons.setVisible(self.kind is not Kind.ELSEWHERE)
        self.setWindowTitle(self._title.text())
        self.adjustSize()

    def _name_buttons(self) -> None:
        self._copy.setText(self.tr("Copied") if self._copied.isActive() else self.tr("Copy number"))
        self._close.setText(self.tr("Close"))
        self._cross.setAccessibleName(self.tr("Close"))

    def _title_text(self) -> str:
        match self.kind:
            case Kind.RINGING:
                return self.tr("Incoming call")
            case Kind.DOUBTFUL:
                return self.tr("Incoming call · no connection to the server")
            case Kind.ELSEWHERE:
                return self.tr("Answered elsewhere")
            case Kind.MISSED:
                return self.tr("Missed call")

    def _line_text(self) -> str:
        match self.kind:
            case Kind.ELSEWHERE:
                return words.answered_by(self.call)
            case Kind.MISSED:
                return self.tr("You have a missed call")
            case Kind.RINGING | Kind.DOUBTFUL:
                return self.tr("{caller} is calling!").format(caller=words.caller(self.call))

    def _detail_text(self) -> str:
        card, parts = self.card, [words.called(self.call)]
        # Nearest: a tick may be a little early.
        match self.kind:
            case Kind.ELSEWHERE:
                left = max(1, round((card.goes_s or 0.0) - self._clock()))
                parts.append(self.tr("closes in {seconds}").format(seconds=words.seconds(left)))
            case Kind.MISSED:
                parts.append(words.clock(self.call))
                if card.rang_s:
                    parts.append(self.tr("rang for {seconds}").format(seconds=words.seconds(card.rang_s)))
            case Kind.RINGING | Kind.DOUBTFUL:
                parts.append(words.seconds(max(0, round(self._clock() - card.since_s))))
        return " · ".join(part for part in parts if part)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(display(self.call.incoming.caller))
        self._copied.start()
        self._name_buttons()
