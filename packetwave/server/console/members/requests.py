"""PCs that ask for an extension, above the member table: one line each, to be added or ignored.

A client says which extension it was installed for; that it takes the row is for a person to decide here.
Qt main thread. What is ignored is ignored until the next start.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QWidget

from packetwave.common.addresses import comparable
from packetwave.server.console.members.rows import EXTENSION, IP, Typed
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.sip.numbers import normalise
from packetwave.ui.labels import label, set_tip
from packetwave.ui.theme import Theme

translate = QCoreApplication.translate

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Request:
    """A connected PC and the extension that it was installed for."""

    address: str
    extension: str


def open_requests(
    clients: Iterable[ClientInfo], rows: Iterable[Typed], ignored: Iterable[Request] = ()
) -> list[Request]:
    """What these clients ask for and no row gives them yet, each once, by extension; a paired one needs no
    row. Extensions and addresses
    are compared as calls find them (`office.directory`)."""
    asked = {
        Request(client.address, client.wants) for client in clients if client.wants and not client.pairing
    }
    if not asked:
        return []
    given = {(normalise(row[EXTENSION].strip()), comparable(row[IP].strip())) for row in rows}
    return sorted(
        (
            request
            for request in asked.difference(ignored)
            if (normalise(request.extension), comparable(request.address)) not in given
        ),
        key=lambda request: (len(request.extension), request.extension, request.address),
    )


class RequestStrip(QFrame):
    """The lines above the table, one for each request.

    Signals: added(Request), ignored(Request), when the person has decided. Hidden while nobody asks.
    """

    added = Signal(object)
    ignored = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("requests")
        self._requests: list[Request] = []
        self._widgets: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 8, 8, 8)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self.set_theme(theme)
        self.hide()

    def show_requests(self, requests: list[Request]) -> None:
        """Say these: the first ones with their buttons, of the others how many they are."""
        if requests == self._requests:
            return  # a button being pressed stays where it is
        self._requests = requests
        for widget in self._widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._widgets = []
        for row, request in enumerate(requests[:SHOWN]):
            for column, widget in enumerate(self._line(request)):
                self._put(widget, row, column)
        more = len(requests) - SHOWN
        if more > 0:
            text = translate("members", "and more: {count}").format(count=more)
            self._put(label(text, kind="muted"), SHOWN, 0)
        self.setVisible(bool(requests))

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self.setStyleSheet(
            f"#requests {{ background: {theme.accent_soft}; border: 1px solid {theme.border};"
            " border-radius: 8px; }"
            f"#requests QLabel {{ color: {theme.text}; background: transparent; }}"
        )

    def _put(self, widget: QWidget, row: int, column: int) -> None:
        self._grid.addWidget(widget, row, column)
        self._widgets.append(widget)

    def _line(self, request: Request) -> tuple[QWidget, QPushButton, QPushButton]:
        text = translate("members", "PC {address} asks to be registered with extension {extension}.").format(
            address=request.address, extension=request.extension
        )
        add = QPushButton(translate("members", "Add"))
        add.clicked.connect(lambda: self.added.emit(request))
        ignore = QPushButton(translate("members", "Ignore"))
        ignore.setProperty("kind", "flat")
        set_tip(ignore, translate("members", "Not shown again until PacketWave is started again"))
        ignore.clicked.connect(lambda: self.ignored.emit(request))
        for button in (add, ignore):
            button.setAccessibleName(button.text())
            button.setAccessibleDescription(text)
        return label(text, wrap=True), add, ignore
