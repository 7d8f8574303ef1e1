"""The capture interfaces as a Qt model with live counters. Qt main thread."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt

from packetwave.server.console.capture.words import rate_text
from packetwave.server.console.parts.cell_table import AnyIndex, CellTable
from packetwave.server.console.parts.cells import Cell, Tone
from packetwave.server.watch.states import InterfaceInfo
from packetwave.ui.plain import plain

translate = QCoreApplication.translate

_REMEMBERED = 0.98
"""How much of the SIP seen before still counts at each reading, one a second: half is lost in 34 s."""


class InterfaceColumn(IntEnum):
    """Columns in the order shown."""

    NAME = 0
    ADDRESSES = 1
    LINK = 2
    PACKETS = 3
    SIP = 4
    MARK = 5


class InterfaceModel(CellTable):
    """Rows are interfaces, in the order the engine gives them."""

    _rows: Sequence[InterfaceInfo]

    def __init__(self) -> None:
        super().__init__(len(InterfaceColumn))
        self._active = ""
        self._sip_seen: dict[str, float] = {}

    def show(self, interfaces: Sequence[InterfaceInfo], active: str) -> None:
        """Fresh counters; active: name of the interface watched, "" for none."""
        if interfaces is not self._rows:
            for each in interfaces:
                seen = self._sip_seen.get(each.name, 0.0)
                self._sip_seen[each.name] = seen * _REMEMBERED + (each.sip_per_s or 0.0)
        self._active = active
        self.put(interfaces, same=[i.name for i in interfaces] == [i.name for i in self._rows])

    def set_active(self, active: str) -> None:
        """Which one is watched."""
        if active != self._active:
            self.show(self._rows, active)

    def interface(self, row: int) -> InterfaceInfo:
        """The interface in a row."""
        return self._rows[row]

    def row_of(self, name: str) -> int:
        """The row of an interface, -1 for none."""
        return next((row for row, each in enumerate(self._rows) if each.name == name), -1)

    def likely_mirror(self) -> str:
        """The name of the interface that showed the most SIP lately, "" while none did. Silence takes the
        mark from none: only another that shows more does."""
        busiest = max(self._rows, key=lambda each: self._sip_seen[each.name], default=None)
        return busiest.name if busiest is not None and self._sip_seen[busiest.name] else ""

    def headings(self) -> tuple[str, ...]:
        return (
            translate("capture", "Interface"),
            translate("capture", "Addresses"),
            translate("capture", "Link"),
            translate("capture", "Packets/s"),
            translate("capture", "SIP/s"),
            "",
        )

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.ToolTipRole and index.isValid() and index.column() == InterfaceColumn.NAME:
            return plain(self._rows[index.row()].name)
        return super().data(index, role)

    def cell(self, shown: InterfaceInfo, column: int) -> Cell:
        match InterfaceColumn(column):
            case InterfaceColumn.NAME:
                name, description = plain(shown.name), plain(shown.description)
                # A GUID says nothing to a person.
                aside = name if description and name != description and "{" not in name else ""
                return Cell(strong=description or name, faint=aside)
            case InterfaceColumn.ADDRESSES:
                return Cell(text=", ".join(plain(address) for address in shown.addresses) or "–")
            case InterfaceColumn.LINK:
                if shown.up:
                    return Cell(text=translate("capture", "Link up"))
                return Cell(faint=translate("capture", "No link"))
            case InterfaceColumn.PACKETS:
                return _rate(shown.packets_per_s)
            case InterfaceColumn.SIP:
                return _rate(shown.sip_per_s)
            case InterfaceColumn.MARK:
                return self._mark(shown)

    def _mark(self, shown: InterfaceInfo) -> Cell:
        if shown.name == self._active and not shown.up:
            text = translate("capture", "Watched, but no link")
            return Cell(symbol="warning", text=text, tone=Tone.BAD)
        if shown.name == self._active:
            return Cell(symbol="check", text=translate("capture", "Watched now"), tone=Tone.GOOD)
        if shown.name == self.likely_mirror():
            return Cell(symbol="dot", text=translate("capture", "Probably the mirror port"), tone=Tone.ACTIVE)
        return Cell()


def _rate(per_s: float | None) -> Cell:
    if per_s is None:
        return Cell(faint="–")
    return Cell(strong=rate_text(per_s)) if per_s else Cell(faint=rate_text(per_s))
