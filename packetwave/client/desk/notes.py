"""The notes beside the popups: how many more calls there are, and what was missed while nobody was told.

Own small frameless windows that never take the keyboard focus; where they stand is the stack's matter. Qt
main thread. All text from the network is plain text.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import islice

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from packetwave.client.calls import Call
from packetwave.client.desk import words
from packetwave.client.desk.popup import WIDTH, round_off, sees_through
from packetwave.protocol import IncomingCall
from packetwave.ui.labels import ElidedLabel, PlainLabel

MOST_LINES = 3
"""Missed calls that are named; the others are in the number."""

MOST_AWAY = 5_000


class _Note(QWidget):
    """A window of a popup's width. card: what it holds is laid out in it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            None,
            Qt.WindowType.Tool
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.WindowStaysOnTopHint
            | Qt.WindowType.WindowDoesNotAcceptFocus,
        )
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, sees_through())
        # One of its own: a style sheet paints no ground on a window that can be seen through.
        self.card = QFrame()
        self.card.setProperty("kind", "card")
        around = QHBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.card)
        self.setFixedWidth(WIDTH)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not sees_through():
            round_off(self)

    def _retranslate(self) -> None:
        raise NotImplementedError


class More(_Note):
    """How many calls found no room. Attributes: close_over and close_all, its buttons."""

    def __init__(self) -> None:
        super().__init__("more")
        self._hidden = 0
        self._text = PlainLabel()
        self.close_over, self.close_all = QPushButton(), QPushButton()
        row = QHBoxLayout(self.card)
        row.setContentsMargins(20, 8, 16, 8)
        row.addWidget(self._text)
        row.addStretch(1)
        for button in (self.close_over, self.close_all):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(button)
        self._retranslate()

    def say(self, hidden: int, *, closable: bool) -> None:
        """Say how many are hidden. closable: whether some of the calls are over."""
        self._hidden = hidden
        self.close_over.setVisible(closable)
        self._retranslate()

    def _retranslate(self) -> None:
        self._text.setText(self.tr("{count} more").format(count=words.number_of(self._hidden)))
        self.close_over.setText(self.tr("Close ended calls"))
        self.close_all.setText(self.tr("Close all"))
        self.adjustSize()


class Away(_Note):
    """Calls that were missed while this PC was off or away. Attributes: call_ids, which; close_it, its
    button."""

    def __init__(self) -> None:
        super().__init__("away")
        self._calls: OrderedDict[str, IncomingCall] = OrderedDict()
        self._title = PlainLabel()
        self._lines = [ElidedLabel() for _ in range(MOST_LINES)]
        self.close_it = QPushButton()
        self.close_it.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows = QVBoxLayout(self.card)
        rows.setContentsMargins(20, 8, 16, 8)
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self.close_it)
        rows.addLayout(top)
        for line in self._lines:
            rows.addWidget(line)
        self._retranslate()

    @property
    def call_ids(self) -> tuple[str, ...]:
        """The calls that it tells of, the newest last."""
        return tuple(self._calls)

    def add(self, calls: Sequence[IncomingCall]) -> None:
        """These were missed, too."""
        self._calls.update((call.call_id, call) for call in calls)
        while len(self._calls) > MOST_AWAY:
            self._calls.popitem(last=False)

    def take_off(self, call_ids: Iterable[str]) -> None:
        """Somebody has looked at these."""
        for call_id in call_ids:
            self._calls.pop(call_id, None)

    def clear(self) -> None:
        """Somebody has looked at all."""
        self._calls.clear()

    def refresh(self) -> None:
        """Say what there is now."""
        self._retranslate()

    def _retranslate(self) -> None:
        count = words.number_of(len(self._calls))
        self._title.setText(self.tr("Missed while you were away: {count}").format(count=count))
        self.close_it.setText(self.tr("Close"))
        newest = list(islice(reversed(self._calls.values()), MOST_LINES))
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(newest))
            if place < len(newest):
                call = Call(newest[place])
                parts = (words.moment(call), words.caller(call), words.called(call))
                line.setText(" · ".join(part for part in parts if part))
        self.adjustSize()
