"""The popups on the screen: which of the cards they show, and where they stand.

Owns at most three popups, used again and again, and two notes: how many more there are, and what was missed
while nobody was told. What is to be
seen is `cards`' matter. Whatever is told within one turn of Qt's event loop is arranged once, at its end. The
newest stands farthest from the corner, so that nothing moves under a hand that is about to click. Qt main
thread.
"""

from collections.abc import Callable, Iterable
from time import monotonic

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QScreen

from packetwave.client.calls import Call
from packetwave.client.desk.cards import Card, Cards, Kind
from packetwave.client.desk.notes import Away, More
from packetwave.client.desk.popup import WIDTH, Popup
from packetwave.protocol import IncomingCall
from packetwave.ui.theme import Theme

_GAP = 10
_EDGE = 14


class PopupStack(QObject):
    """All popups, in one corner of the screen. clock: of the cards, in seconds; it is steady.

    Attribute: cards, what there is to be seen. Signals: missed_changed(int), how many missed calls are still
    shown or waiting; shown(str), the call_id of a call that is on the screen for the first time, ringing;
    looked_at(tuple), the call_ids of missed calls that somebody closed.
    """

    missed_changed = Signal(int)
    shown = Signal(str)
    looked_at = Signal(tuple)

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
        self._note = More()
        self._away = Away()
        for note in (self._note, self._away):
            self.destroyed.connect(note.deleteLater)  # no widget can be a QObject's child
        self._note.close_over.clicked.connect(self._on_close_over)
        self._note.close_all.clicked.connect(self._on_close_all)
        self._away.close_it.clicked.connect(self._on_close_away)
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

    def miss(self, *calls: IncomingCall) -> None:
        """Say that these calls were missed while nobody was told, the newest last."""
        self._away.add(calls)
        self._soon()

    def take_off(self, call_ids: Iterable[str]) -> None:
        """Somebody has looked at these missed calls elsewhere."""
        ids = set(call_ids)
        self._away.take_off(ids)
        for call_id in self.cards.missed_ids():
            if call_id in ids:
                self.cards.close(call_id)
        self._soon()

    def has(self, call_id: str) -> bool:
        """Whether there is a popup for a call, or one that waits for room."""
        return self.cards.has(call_id)

    def use_theme(self, theme: Theme) -> None:
        """Paint all in these colours."""
        self._theme = theme
        for popup in self._popups:
            popup.use_theme(theme)

    def close_all(self) -> None:
        """Close every popup, and the notes, at once."""
        self.cards.close_all()
        self._away.clear()
        self._turn.stop()
        self._arrange()

    def _soon(self) -> None:
        """Arrange at the end of this turn of the event loop."""
        self._turn.start()

    def _on_closed(self, popup: Popup) -> None:
        if popup.kind is Kind.MISSED:
            self.looked_at.emit((popup.call.call_id,))
        self.cards.close(popup.call.call_id)
        self._soon()

    def _on_painted(self, popup: Popup) -> None:
        if popup.kind in (Kind.RINGING, Kind.DOUBTFUL):
            self.shown.emit(popup.call.call_id)

    def _on_close_over(self) -> None:
        self.looked_at.emit(tuple(self.cards.missed_ids()))
        self.cards.close_over()
        self._soon()

    def _on_close_all(self) -> None:
        self.looked_at.emit((*self.cards.missed_ids(), *self._away.call_ids))
        self.close_all()

    def _on_close_away(self) -> None:
        self.looked_at.emit(self._away.call_ids)
        self._away.clear()
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
        missed = self.cards.missed + len(self._away.call_ids)
        if missed != self._missed:
            self._missed = missed
            self.missed_changed.emit(missed)
        if not self.cards.wanted and not self._away.call_ids:
            for popup in self._popups:
                popup.rest()
            self._note.hide()
            self._away.hide()
            self._leave_screen()
            return
        if self._screen is None:
            self._screen = QGuiApplication.screenAt(QCursor.pos()) or QGuiApplication.primaryScreen()
            self._screen.availableGeometryChanged.connect(self._soon)
        room = self._screen.availableGeometry().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        room = self._place_away(room)
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

    def _place_away(self, room: QRect) -> QRect:
        """Put the note of what was missed into the corner; the room that is left."""
        if not self._away.call_ids:
            self._away.hide()
            return room
        self._away.refresh()
        at_bottom, left = self._corner.startswith("bottom"), self._left(room)
        height = self._away.height()
        self._away.move(left, room.bottom() + 1 - height if at_bottom else room.top())
        self._away.show()
        return room.adjusted(0, 0, 0, -height - _GAP) if at_bottom else room.adjusted(0, height + _GAP, 0, 0)

    def _left(self, room: QRect) -> int:
        return room.right() + 1 - WIDTH if self._corner.endswith("right") else room.left()

    def _place(self, room: QRect, seen: list[Popup]) -> None:
        at_bottom = self._corner.startswith("bottom")
        left = self._left(room)
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
