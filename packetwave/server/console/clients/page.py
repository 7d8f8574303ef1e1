"""The page of PC connections: who asks to be paired, who is connected and how, keys for a roll-out.

Qt main thread. Knows no engine but `submit`.
"""

import socket
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from packetwave.protocol.rules import DEFAULT_TLS_PORT
from packetwave.server.console.clients.requests import RequestList
from packetwave.server.console.clients.roll_out import RollOutCard
from packetwave.server.console.clients.table import ClientColumn, ClientModel, Row
from packetwave.server.console.clients.words import trust_matter
from packetwave.server.console.parts.cell_delegate import CellDelegate
from packetwave.server.console.parts.widgets import (
    Banner,
    CellTable,
    EmptyHint,
    button,
    card,
    color_icons,
    page_column,
    table_card,
)
from packetwave.server.engine.notices import (
    ApprovePairing,
    Command,
    DenyPairing,
    DropEnrolmentKey,
    KeyMade,
    MakeEnrolmentKey,
    Refused,
    RevokePairing,
    Status,
    UsePlain,
)
from packetwave.server.office.directory import Directory
from packetwave.server.office.values import CallRecord, MemberTable
from packetwave.server.trust.pairings import Pairing
from packetwave.ui.labels import label
from packetwave.ui.plain import plain
from packetwave.ui.theme import Theme

translate = QCoreApplication.translate

_TABLE_HEIGHT = 300
_ROOMY = 900
"""From this width on there is room for all columns."""


class ClientsPage(QWidget):
    """The page.

    Attributes: requests, the PCs that ask; model and table; revoke, the button; plain, the switch for
    connections without TLS; roll_out.
    """

    def __init__(
        self, submit: Callable[[Command], object], theme: Theme, now: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._submit = submit
        self._now = now
        self._status = Status()
        self._directory = Directory()
        self._server = ""
        self.matter = Banner(theme, "")
        self.requests = RequestList(theme)
        self.requests.approved.connect(lambda *said: submit(ApprovePairing(*said)))
        self.requests.denied.connect(lambda request: submit(DenyPairing(request)))
        self.model = ClientModel(now)
        self._delegate = CellDelegate(theme)
        self.table = CellTable(self._delegate)
        self.table.setAccessibleName(translate("clients", "PC connections"))
        self.table.setSelectionBehavior(CellTable.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(CellTable.SelectionMode.SingleSelection)
        self.table.setEditTriggers(CellTable.EditTrigger.NoEditTriggers)
        self.table.setModel(self.model)
        self.model.setParent(self.table)
        self.table.set_widths(
            {
                int(ClientColumn.PC): 120,
                int(ClientColumn.EXTENSIONS): 90,
                int(ClientColumn.ADDRESS): 120,
                int(ClientColumn.LINE): 120,
                int(ClientColumn.ALERT): 150,
                int(ClientColumn.VERSION): 70,
            },
            int(ClientColumn.STATE),
        )
        self.revoke = button(translate("clients", "End the pairing…"), self.ask_to_revoke, icon="delete")
        self._hint = EmptyHint()
        self._hint.say(
            translate("clients", "No PC is connected"),
            translate(
                "clients",
                "Start PacketWave on a person's PC. A PC that asks to be paired is shown here with six "
                "digits to compare.",
            ),
        )
        self.plain = QCheckBox(translate("clients", "Let PCs connect without encryption"))
        self.plain.clicked.connect(lambda on: submit(UsePlain(on)))
        self._plain_users = label(kind="muted", wrap=True)
        self.roll_out = RollOutCard(theme)
        self.roll_out.key_wanted.connect(lambda days, uses: submit(MakeEnrolmentKey(days, uses)))
        self.roll_out.key_unwanted.connect(lambda key: submit(DropEnrolmentKey(key)))
        self._said = label(kind="wrong", wrap=True)
        self._said.hide()
        self._lay_out()
        self.table.selectionModel().selectionChanged.connect(self._show_buttons)
        self.model.modelReset.connect(self._show_rows)
        self.set_theme(theme)
        self._show_rows()
        self.show_status(self._status)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = page_column(inside)
        column.addWidget(self.matter)
        column.addWidget(self.requests)
        frame, self._stack = table_card(self.table, self._hint)
        frame.setMinimumHeight(_TABLE_HEIGHT)
        column.addWidget(frame, 1)
        below = QHBoxLayout()
        below.addWidget(self.revoke, 0, Qt.AlignmentFlag.AlignLeft)
        below.addWidget(self._said, 1)
        below.addStretch(0)
        column.addLayout(below)
        line = card()
        texts = QVBoxLayout(line)
        texts.setContentsMargins(16, 12, 16, 12)
        texts.addWidget(self.plain)
        texts.addWidget(self._plain_users)
        column.addWidget(line)
        column.addWidget(self.roll_out)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the focus of what is in it
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a small window the state has its room before what matters less."""
        super().resizeEvent(event)
        for column in (ClientColumn.LINE, ClientColumn.VERSION):
            self.table.setColumnHidden(column, event.size().width() < _ROOMY)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._delegate.theme = theme
        self.matter.set_theme(theme)
        self.requests.set_theme(theme)
        self.roll_out.set_theme(theme)
        self._hint.set_icon("pc", theme)
        color_icons(self, theme)
        self.table.viewport().update()

    def show_table(self, table: MemberTable) -> None:
        """The members."""
        self._directory = Directory(table)

    def show_addresses(self, addresses: tuple[str, ...]) -> None:
        """This PC's addresses that clients can call."""
        self._server = addresses[0] if addresses else ""
        self.show_status(self._status)

    def show_status(self, status: Status) -> None:
        """The server's state."""
        self._status = status
        trust = status.trust
        self.model.show(trust.pairings, status.clients)
        new = self.requests.show_requests(
            [(each, self._extensions_of(each.address, each.extension)) for each in trust.requests],
            self._others,
        )
        if new:
            color_icons(self.requests, self.requests.theme)
            QApplication.alert(self.window())
        self.matter.show_matter(trust_matter(trust))
        self.plain.setChecked(bool(status.listening))
        self.plain.setEnabled(bool(status.tls_listening))
        self._plain_users.setText(_plain_users(status))
        self.roll_out.show_server(self._address(), trust.fingerprint)
        self.roll_out.show_keys(trust.keys, self._now())
        self._show_buttons()

    def show_call(self, record: CallRecord) -> None:
        """A call's record, for when its people's PCs were told."""
        self.model.note_call(record)

    def show_made(self, made: KeyMade) -> None:
        """A key was made."""
        self._said.hide()
        self.roll_out.show_made(made)

    def show_refusal(self, refused: Refused) -> None:
        """A command was not done."""
        said = translate("clients", "That did not work: {reason}")
        self._said.setText(said.format(reason=plain(refused.detail)))
        self._said.show()

    # What is asked

    def ask_to_revoke(self) -> QMessageBox | None:
        """Ask once whether the selected pairing is to end; the question, None where nothing is selected."""
        row = self._selected()
        if row is None or row.pairing is None:
            return None
        pairing = row.pairing
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(translate("clients", "End the pairing"))
        box.setText(
            translate("clients", "End the pairing with {pc}?").format(pc=plain(pairing.pc) or pairing.id)
        )
        box.setInformativeText(
            translate(
                "clients",
                "It is told of no call from this moment on, and has to be paired again to be. Its address "
                "alone counts as it does for any other PC.",
            )
        )
        end = box.addButton(translate("clients", "End the pairing"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(translate("clients", "Keep it"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        end.clicked.connect(lambda: self._submit(RevokePairing(pairing.id)))
        box.open()
        return box

    def _selected(self) -> Row | None:
        rows = self.table.selected_rows()
        return self.model.row(rows[0]) if rows else None

    def _show_buttons(self) -> None:
        row = self._selected()
        self.revoke.setEnabled(row is not None and row.pairing is not None)

    def _show_rows(self) -> None:
        self._stack.setCurrentIndex(0 if self.model.rowCount(QModelIndex()) else 1)

    def _extensions_of(self, address: str, extension: str) -> tuple[str, ...]:
        return self._directory.extensions_at(address) or ((extension,) if extension else ())

    def _others(self, extensions: tuple[str, ...]) -> tuple[Pairing, ...]:
        """The pairings that have one of these."""
        wanted = set(extensions)
        pairings = self._status.trust.pairings
        return tuple(each for each in pairings if wanted.intersection(each.extensions))

    def _address(self) -> str:
        """What a client is told of where the server is."""
        host, _, port = self._status.tls_listening.rpartition(":")
        if host in ("", "0.0.0.0", "::", "[::]"):
            host = self._server or socket.gethostname()
        return host if port in ("", str(DEFAULT_TLS_PORT)) else f"{host}:{port}"


def _plain_users(status: Status) -> str:
    """Who would be cut off without plain connections."""
    if not status.listening:
        return translate("clients", "Switched off: only PCs with PacketWave's own client are told of calls.")
    users = sorted({plain(client.address) for client in status.clients if not client.is_tls})
    if not users:
        return translate("clients", "Nobody is connected that way now.")
    shown = ", ".join(users[:8]) + (" …" if len(users) > 8 else "")
    return translate("clients", "Connected that way now: {count} ({addresses})").format(
        count=len(users), addresses=shown
    )
