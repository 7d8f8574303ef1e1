"""All popups: which there are, which of them are seen, and where.

Owns the popups and the note. The newest stands farthest from the corner, so that nothing moves under a hand
that is about to click. Calls that ring get a place before calls that are over; those that find none wait
hidden, and the note says how many. Qt main thread.
"""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QScreen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from packetwave.client.calls import Call, CallState
from packetwave.client.desk.popup import WIDTH, Kind, Popup, kind_of, sees_through
from packetwave.ui.labels import PlainLabel
from packetwave.ui.theme import Theme

_GAP = 10
_EDGE = 14


class PopupStack(QObject):
    """All popups, in one corner of the screen.

    Signal: missed_changed(int), how many missed calls are still shown or waiting.
    """

    missed_changed = Signal(int)

    def __init__(self, theme: Theme, *, corner: str = "bottom_right", keep_missed: bool = True) -> None:
        super().__init__()
        self._theme = theme
        self._corner = corner
        self._keep_missed = keep_missed
        self._popups: dict[str, Popup] = {}  # oldest first
        self._missed = 0
        self._screen: QScreen | None = None
        self._note = _More()
        self.destroyed.connect(self._note.deleteLater)  # no widget can be a QObject's child
        self._note.close_over.clicked.connect(self._close_over)
        QGuiApplication.instance().screenRemoved.connect(self._on_screen_removed)  # type: ignore[union-attr]

    @property
    def popups(self) -> tuple[Popup, ...]:
        """All there are, oldest first, also those that wait hidden."""
        return tuple(self._popups.values())

    def ring(self, call: Call) -> None:
        """Show a call that begins to ring."""
        popup = Popup(call, self._theme)
        popup.closed.connect(self._on_closed)
        self._popups[call.call_id] = popup
        self._arrange()
        popup.announce()

    def change(self, call: Call) -> None:
        """Show what became of a call; one whose popup was closed is not shown again."""
        popup = self._popups.get(call.call_id)
        if popup is None:
            return
        if call.state is CallState.STOPPED:
            popup.rest(call)
            self._arrange()
            return
        kind = kind_of(call)
        if kind is Kind.MISSED and not self._keep_missed:
            popup.close()
            return
        news = kind is not popup.kind
        popup.show_call(call)
        if kind is not None:
            self._arrange()
            if news:
                popup.announce()

    def use_theme(self, theme: Theme) -> None:
        """Paint all in these colours."""
        self._theme = theme
        for popup in self.popups:
            popup.use_theme(theme)

    def close_all(self) -> None:
        """Close every popup, and the note."""
        for popup in self.popups:
            popup.close()
        self._note.close()

    def _on_closed(self, popup: Popup) -> None:
        self._popups.pop(popup.call.call_id, None)
        popup.deleteLater()
        self._arrange()

    def _close_over(self) -> None:
        for popup in self._wanted():
            if popup.call.state is not CallState.RINGING:
                popup.close()

    def _on_screen_removed(self, screen: QScreen) -> None:
        if screen is self._screen:
            self._leave_screen()
            self._arrange()

    def _leave_screen(self) -> None:
        if self._screen is not None:
            self._screen.availableGeometryChanged.disconnect(self._arrange)
            self._screen = None

    def _arrange(self) -> None:
        missed = sum(popup.kind is Kind.MISSED for popup in self._popups.values())
        if missed != self._missed:
            self._missed = missed
            self.missed_changed.emit(missed)
        if not self._popups:
            self._note.hide()
            self._leave_screen()
            return
        if self._screen is None:
            self._screen = QGuiApplication.screenAt(QCursor.pos()) or QGuiApplication.primaryScreen()
            self._screen.availableGeometryChanged.connect(self._arrange)
        room = self._screen.availableGeometry().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        seen = self._seen(room.height())
        hidden = len(self._wanted()) - len(seen)
        self._place(room, seen, hidden)

    def _wanted(self) -> list[Popup]:
        """The popups to be seen if there is room: not those that rest, see `Popup.rest`."""
        return [popup for popup in self.popups if popup.call.state is not CallState.STOPPED]

    def _seen(self, height: int) -> list[Popup]:
        """Those that have room, oldest first: the newest ringing first of all, the oldest missed last."""
        by_need = sorted(self._wanted(), key=lambda popup: popup.call.state is CallState.RINGING)
        heights = {id(popup): _height(popup) for popup in by_need}
        if sum(heights.values()) - _GAP > height:
            height -= self._note.sizeHint().height() + _GAP
        chosen: list[Popup] = []
        for popup in reversed(by_need):
            height -= heights[id(popup)]
            if height + _GAP < 0 and chosen:
                break
            chosen.append(popup)
        return [popup for popup in self.popups if popup in chosen]

    def _place(self, room: QRect, seen: list[Popup], hidden: int) -> None:
        at_bottom = self._corner.startswith("bottom")
        at_right = self._corner.endswith("right")
        left = room.right() + 1 - WIDTH if at_right else room.left()
        edge = room.bottom() + 1 if at_bottom else room.top()
        for popup in seen:
            height = _height(popup) - _GAP
            top = edge - height if at_bottom else edge
            popup.move(QPoint(left - popup.margin, top - popup.margin))
            popup.show()
            edge = top - _GAP if at_bottom else top + height + _GAP
        for popup in self.popups:
            if popup not in seen:
                popup.hide()
        if hidden:
            over = any(popup.call.state is not CallState.RINGING for popup in self._wanted())
            self._note.say(hidden, closable=over)
            height = self._note.height()
            self._note.move(left, edge - height if at_bottom else edge)
            self._note.show()
        else:
            self._note.hide()


def _height(popup: Popup) -> int:
    """The height of a popup's card and of the gap after it, in pixels."""
    return popup.height() - 2 * popup.margin + _GAP


class _More(QFrame):
    """How many popups found no room. Attribute: close_over, the button that closes what is over."""

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
        self.setProperty("kind", "card")
        self._hidden = 0
        self._text = PlainLabel()
        self.close_over = QPushButton()
        self.close_over.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 8, 16, 8)
        row.addWidget(self._text)
        row.addStretch(1)
        row.addWidget(self.close_over)
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

    def _retranslate(self) -> None:
        self._text.setText(self.tr("+{count} more").format(count=self._hidden))
        self.close_over.setText(self.tr("Close ended calls"))
        self.adjustSize()
