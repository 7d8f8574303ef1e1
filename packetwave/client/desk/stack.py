"""The popups on the screen: which of the cards they show, and where they stand.

Owns at most three popups, used again and again, and the note that says how many more there are. What is to be
seen is `cards`' matter. Whatever is told within one turn of Qt's event loop is arranged once, at its end. The
newest stands farthest from the corner, so that nothing moves under a hand that is about to click. Qt main
thread.
"""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QResizeEvent, QScreen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from packetwave.client.calls import Call
from packetwave.client.desk import words
from packetwave.client.desk.cards import Card, Cards, Kind
from packetwave.client.desk.popup import WIDTH, Popup, round_off, sees_through
from packetwave.ui.labels import PlainLabel
from packetwave.ui.theme import Theme

_GAP = 10
_EDGE = 14


class PopupStack(QObject):
    """All popups, in one corner of the screen. clock: of the cards, in seconds; it is steady.

    Attribute: cards, what there is to be seen. Signals: missed_changed(int), how many missed calls are still
    shown or waiting; shown(str), the call_id of a call that is on the screen for the first time, ringing.
    """

    missed_changed = Signal(int)
    shown = Signal(str)

    def __init__(
        self,
        theme: Theme,
        *,
        corner: str = "bottom_right",
        keep_missed: bool = True,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__()
        self.cards = Cards(keep_missed=keep_missed)
        self._theme = theme
        self._corner = corner
        self._clock = clock
        self._popups: list[Popup] = []
        self._missed = 0
        self._screen: QScreen | None = None
        self._note = _More()
        self.destroyed.connect(self._note.deleteLater)  # no widget can be a QObject's child
        self._note.close_over.clicked.connect(self._on_close_over)
        self._note.close_all.clicked.connect(self.close_all)
        self._turn = QTimer(self, interval=0, singleShot=True)
        self._turn.timeout.connect(self._arrange)
        self._due = QTimer(self, singleShot=True)
        self._due.timeout.connect(self._soon)
        QGuiApplication.instance().screenRemoved.connect(self._on_screen_removed)  # type: ignore[union-attr]

    @property
    def popups(self) -> tuple[Popup, ...]:
        """Those on the screen, the oldest call first."""
        return tuple(sorted((popup for popup in self._popups if popup.isVisible()), key=_age))

    def ring(self, call: Call) -> None:
        """Show a call that begins to ring."""
        self.cards.ring(call, self._clock())
        self._soon()

    def change(self, call: Call) -> None:
        """Show what became of a call; one whose popup was closed is not shown again."""
        self.cards.change(call, self._clock())
        self._soon()

    def use_theme(self, theme: Theme) -> None:
        """Paint all in these colours."""
        self._theme = theme
        for popup in self._popups:
            popup.use_theme(theme)

    def close_all(self) -> None:
        """Close every popup, and the note, at once."""
        self.cards.close_all()
        self._turn.stop()
        self._arrange()

    def _soon(self) -> None:
        """Arrange at the end of this turn of the event loop."""
        self._turn.start()

    def _on_closed(self, popup: Popup) -> None:
        self.cards.close(popup.call.call_id)
        self._soon()

    def _on_painted(self, popup: Popup) -> None:
        if popup.kind in (Kind.RINGING, Kind.DOUBTFUL):
            self.shown.emit(popup.call.call_id)

    def _on_close_over(self) -> None:
        self.cards.close_over()
        self._soon()

    def _on_screen_removed(self, screen: QScreen) -> None:
        if screen is self._screen:
            self._leave_screen()
            self._soon()

    def _leave_screen(self) -> None:
        if self._screen is not None:
            self._screen.availableGeometryChanged.disconnect(self._soon)
            self._screen = None

    def _arrange(self) -> None:
        now_s = self._clock()
        self.cards.expire(now_s)
        due_s = self.cards.next_due_s
        if due_s is None:
            self._due.stop()
        else:
            self._due.start(max(1, round((due_s - now_s) * 1000)))
        if self.cards.missed != self._missed:
            self._missed = self.cards.missed
            self.missed_changed.emit(self._missed)
        if not self.cards.wanted:
            for popup in self._popups:
                popup.rest()
            self._note.hide()
            self._leave_screen()
            return
        if self._screen is None:
            self._screen = QGuiApplication.screenAt(QCursor.pos()) or QGuiApplication.primaryScreen()
            self._screen.availableGeometryChanged.connect(self._soon)
        room = self._screen.availableGeometry().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        seen = self._fitting(self._present(self.cards.first()), room.height())
        self._place(room, seen)
        for popup in seen:
            _announce(popup)

    def _present(self, cards: list[Card]) -> list[Popup]:
        """A popup for each card, in their order. A card keeps the popup that it has."""
        there = {popup.card: popup for popup in self._popups if popup.card in cards}
        free = [popup for popup in self._popups if popup.card not in there]
        showing = []
        for card in cards:
            popup = there.get(card) or (free.pop() if free else self._make(card))
            popup.present(card)
            showing.append(popup)
        return showing

    def _make(self, card: Card) -> Popup:
        popup = Popup(card, self._theme, self._clock)
        self.destroyed.connect(popup.deleteLater)
        popup.closed.connect(lambda: self._on_closed(popup))
        popup.painted.connect(lambda: self._on_painted(popup))
        self._popups.append(popup)
        return popup

    def _fitting(self, popups: list[Popup], height: int) -> list[Popup]:
        """Those of them that have room on the screen, the oldest call first."""
        if len(popups) < self.cards.wanted or sum(map(_height, popups)) - _GAP > height:
            height -= self._note.sizeHint().height() + _GAP
        chosen: list[Popup] = []
        for popup in popups:
            height -= _height(popup)
            if height + _GAP < 0 and chosen:
                break
            chosen.append(popup)
        return sorted(chosen, key=_age)

    def _place(self, room: QRect, seen: list[Popup]) -> None:
        at_bottom = self._corner.startswith("bottom")
        at_right = self._corner.endswith("right")
        left = room.right() + 1 - WIDTH if at_right else room.left()
        edge = room.bottom() + 1 if at_bottom else room.top()
        for popup in self._popups:
            if popup not in seen:
                popup.rest()
        for popup in seen:
            height = _height(popup) - _GAP
            top = edge - height if at_bottom else edge
            popup.move(QPoint(left - popup.margin, top - popup.margin))
            popup.show()
            edge = top - _GAP if at_bottom else top + height + _GAP
        hidden = self.cards.wanted - len(seen)
        if hidden:
            self._note.say(hidden, closable=self.cards.over > 0)
            height = self._note.height()
            self._note.move(left, edge - height if at_bottom else edge)
            self._note.show()
        else:
            self._note.hide()


def _age(popup: Popup) -> int:
    return popup.card.number


def _height(popup: Popup) -> int:
    """The height of a popup's card and of the gap after it, in pixels."""
    return popup.height() - 2 * popup.margin + _GAP


def _announce(popup: Popup) -> None:
    if popup.card.announced is not popup.kind:
        popup.card.announced = popup.kind
        popup.announce()


class _More(QWidget):
    """How many calls found no room. Attributes: close_over and close_all, its buttons."""

    def __init__(self) -> None:
        super().__init__(
            None,
            Qt.WindowType.Tool
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
            | Qt.WindowType.WindowDoesNotAcceptFocus,
        )
        self.setObjectName("more")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, sees_through())
        self._hidden = 0
        card = QFrame()  # one of its own: a style sheet paints no ground on a window that can be seen through
        card.setProperty("kind", "card")
        around = QHBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(card)
        self._text = PlainLabel()
        self.close_over, self.close_all = QPushButton(), QPushButton()
        row = QHBoxLayout(card)
        row.setContentsMargins(20, 8, 16, 8)
        row.addWidget(self._text)
        row.addStretch(1)
        for button in (self.close_over, self.close_all):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(button)
        self.setFixedWidth(WIDTH)
        self._retranslate()

    def say(self, hidden: int, *, closable: bool) -> None:
        """Say how many are hidden. closable: whether some of the calls are over."""
        self._hidden = hidden
        self.close_over.setVisible(closable)
        self._retranslate()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not sees_through():
            round_off(self)

    def _retranslate(self) -> None:
        self._text.setText(self.tr("{count} more").format(count=words.number_of(self._hidden)))
        self.close_over.setText(self.tr("Close ended calls"))
        self.close_all.setText(self.tr("Close all"))
        self.adjustSize()
