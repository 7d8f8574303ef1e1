"""The capture page: which interface is watched. Live counters: the right one is the one that moves.

Qt main thread. Counters are asked for only while the page is seen.
"""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QModelIndex
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from packetwave.server.console.capture.doors import DoorsCard
from packetwave.server.console.capture.interfaces import InterfaceColumn, InterfaceModel
from packetwave.server.console.capture.words import capture_refused, capture_state
from packetwave.server.console.parts.cell_delegate import CellDelegate
from packetwave.server.console.parts.widgets import (
    Banner,
    CellTable,
    EmptyHint,
    button,
    color_icons,
    page_column,
    table_card,
)
from packetwave.server.engine.notices import (
    Command,
    Refused,
    SetDoor,
    StartCapture,
    Status,
    StopCapture,
    WatchInterfaces,
)
from packetwave.server.watch.states import CaptureState, InterfaceInfo
from packetwave.ui.labels import label
from packetwave.ui.plain import plain
from packetwave.ui.theme import Theme, scaled

translate = QCoreApplication.translate

_OPEN = (CaptureState.WATCHING, CaptureState.NO_LINK)


class CapturePage(QWidget):
    """The page on which an interface is chosen.

    Attributes: model, the interfaces; table, their view; doors, what is received beside them.
    """

    def __init__(self, submit: Callable[[Command], object], theme: Theme) -> None:
        super().__init__()
        self._submit = submit
        self._status = Status()
        self.model = InterfaceModel()
        self._delegate = CellDelegate(theme)
        self.table = CellTable(self._delegate)
        self.table.setAccessibleName(translate("capture", "Capture interfaces"))
        self.table.setSelectionBehavior(CellTable.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(CellTable.SelectionMode.SingleSelection)
        self.table.setEditTriggers(CellTable.EditTrigger.NoEditTriggers)
        self.table.setModel(self.model)
        widths = {
            InterfaceColumn.ADDRESSES: 210,
            InterfaceColumn.LINK: 100,
            InterfaceColumn.PACKETS: 100,
            InterfaceColumn.SIP: 80,
            InterfaceColumn.MARK: 210,
        }
        self.table.set_widths({int(c): width for c, width in widths.items()}, InterfaceColumn.NAME)
        self.table.activated.connect(self._on_activated)
        self.table.selectionModel().selectionChanged.connect(self._show_buttons)
        self.start = button(translate("capture", "Start watching"), self._start, primary=True, icon="play")
        self.stop = button(translate("capture", "Stop"), self._stop, icon="stop")
        self._doing = label()
        self._doing.setFont(scaled(self._doing.font(), 1.1, bold=True))
        self._figures = label(kind="muted")
        self.refusal = Banner(theme, translate("capture", "Check again"))
        self.refusal.acted.connect(self.check_again)
        self._hint = EmptyHint()
        self._hint.acted.connect(self.check_again)
        self._lay_out()
        self.model.modelReset.connect(self._show_rows)
        self.set_theme(theme)
        self.show_status(self._status)
        self._show_rows()

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._doing)
        texts.addWidget(self._figures)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addLayout(texts, 1)
        bar.addWidget(self.start)
        bar.addWidget(self.stop)
        frame, self._stack = table_card(self.table, self._hint)
        self.doors = DoorsCard()
        self.doors.wanted.connect(lambda kind, port: self._submit(SetDoor(kind, port)))
        column = page_column(self)
        column.addLayout(bar)
        column.addWidget(self.refusal)
        column.addWidget(frame, 1)
        column.addWidget(self.doors)
        column.addWidget(
            label(
                translate(
                    "capture",
                    "Choose the interface at the switch's mirror port: "
                    "it is the one whose SIP counter moves when a phone rings.",
                ),
                kind="muted",
                wrap=True,
            )
        )

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._delegate.theme = theme
        self._hint.set_icon("adapter", theme)
        self.refusal.set_theme(theme)
        color_icons(self, theme)
        self.table.viewport().update()

    def show_status(self, status: Status) -> None:
        """What is watched now."""
        self._status = status
        _, word = capture_state(status)
        what = plain(status.capture_detail) if status.capture is not CaptureState.FAILED else ""
        self._doing.setText(f"{word} · {what}" if what else word)
        figures = translate("capture", "Frames: {frames} · SIP messages: {messages}").format(
            frames=f"{status.frames:,}", messages=f"{status.sip_messages:,}"
        )
        if status.dropped_by_kernel:
            dropped = translate("capture", "lost by the system: {count}")
            figures = f"{figures} · {dropped.format(count=f'{status.dropped_by_kernel:,}')}"
        self._figures.setText(figures)
        self.doors.show_doors(status.doors)
        self.model.set_active(self._active())
        self._show_buttons()

    def show_interfaces(self, interfaces: tuple[InterfaceInfo, ...]) -> None:
        """Fresh counters; the selection stays on its interface."""
        chosen = self._chosen()
        self.model.show(interfaces, self._active())
        row = self.model.row_of(chosen or self._active() or self.model.likely_mirror())
        if row >= 0 and self._chosen() != self.model.interface(row).name:
            self.table.selectRow(row)
        self._show_buttons()

    def show_refusal(self, refusal: Refused) -> None:
        """Something asked for here was not done. What the status says already is not said twice."""
        if self._status.capture is not CaptureState.FAILED:
            self.refusal.show_matter(
                capture_refused(refusal.code, refusal.detail), translate("capture", "Npcap's page")
            )

    def check_again(self) -> None:
        """Look once more whether driver, rights and interface are there."""
        self.refusal.show_matter(None)
        if self._status.interface:
            self._submit(StartCapture(self._status.interface))
        self._submit(WatchInterfaces(True))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._submit(WatchInterfaces(True))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._submit(WatchInterfaces(False))

    def _active(self) -> str:
        return self._status.interface if self._status.capture in _OPEN else ""

    def _chosen(self) -> str:
        rows = self.table.selected_rows()
        return self.model.interface(rows[0]).name if rows else ""

    def _on_activated(self, index: QModelIndex) -> None:
        self._watch(self.model.interface(index.row()).name)

    def _start(self) -> None:
        self._watch(self._chosen())

    def _watch(self, name: str) -> None:
        if name and name != self._active():
            self.refusal.show_matter(None)
            self._submit(StartCapture(name))

    def _stop(self) -> None:
        self._submit(StopCapture())

    def _show_buttons(self) -> None:
        chosen = self._chosen()
        self.start.setEnabled(bool(chosen) and chosen != self._active())
        self.stop.setEnabled(self._status.capture in (*_OPEN, CaptureState.REPLAYING))

    def _show_rows(self) -> None:
        self._hint.say(
            translate("capture", "No interface can be seen"),
            translate("capture", "Interfaces appear here once the capture driver and the rights are there."),
            translate("capture", "Check again"),
        )
        self._stack.setCurrentWidget(self.table if self.model.rowCount() else self._hint)
        self._show_buttons()
