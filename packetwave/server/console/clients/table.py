"""Paired PCs, and clients that are connected without being paired, as a Qt model. Qt main thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from PySide6.QtCore import QCoreApplication

from packetwave.server.console.clients.words import moment, untold_words
from packetwave.server.console.parts.cell_table import CellTable
from packetwave.server.console.parts.cells import Cell, Tone
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.office.values import CallRecord, Told
from packetwave.server.trust.pairings import Pairing
from packetwave.ui.plain import plain

translate = QCoreApplication.translate


class ClientColumn(IntEnum):
    """Columns in the order shown."""

    PC = 0
    EXTENSIONS = 1
    ADDRESS = 2
    STATE = 3
    LINE = 4
    ALERT = 5
    VERSION = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A paired PC, connected or not, or a connected client without pairing."""

    pairing: Pairing | None
    client: ClientInfo | None

    @property
    def address(self) -> str:
        if self.client is not None:
            return self.client.address
        return self.pairing.address if self.pairing is not None else ""

    @property
    def extensions(self) -> tuple[str, ...]:
        if self.pairing is not None:
            return self.pairing.extensions
        return self.client.extensions if self.client is not None else ()


def rows_of(pairings: tuple[Pairing, ...], clients: tuple[ClientInfo, ...]) -> list[Row]:
    """A row for each paired PC, by extension, then one for each client without pairing, by address."""
    connected = {client.pairing: client for client in clients if client.pairing}
    paired = [Row(pairing, connected.get(pairing.id)) for pairing in pairings]
    paired.sort(key=lambda row: (min(map(_number, row.extensions), default=(0, "")), row.pairing is None))
    return paired + [Row(None, client) for client in clients if not client.pairing]


class ClientModel(CellTable):
    """Rows are PCs. now: the clock."""

    _rows: Sequence[Row]

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(len(ClientColumn))
        self._now = now
        self._alerts: dict[str, Told] = {}

    def show(self, pairings: tuple[Pairing, ...], clients: tuple[ClientInfo, ...]) -> None:
        """What is so now."""
        rows = rows_of(pairings, clients)
        if rows != self._rows:
            self.put(rows, same=[_key(row) for row in rows] == [_key(row) for row in self._rows])

    def note_call(self, record: CallRecord) -> None:
        """What a call's record says of when PCs were told."""
        for told in record.told:
            before = self._alerts.get(told.address)
            if before is None or before.at <= told.at:
                self._alerts[told.address] = told
        for number, row in enumerate(self._rows):
            if any(told.address == row.address for told in record.told):
                index = self.index(number, ClientColumn.ALERT)
                self.dataChanged.emit(index, index)

    def row(self, number: int) -> Row:
        return self._rows[number]

    def row_of_pairing(self, pairing_id: str) -> int:
        """The row of a pairing, -1 for none."""
        found = (n for n, row in enumerate(self._rows) if row.pairing and row.pairing.id == pairing_id)
        return next(found, -1)

    def headings(self) -> tuple[str, ...]:
        return (
            translate("clients", "PC"),
            translate("clients", "Extension"),
            translate("clients", "Address"),
            translate("clients", "State"),
            translate("clients", "Connection"),
            translate("clients", "Last alert"),
            translate("clients", "Version"),
        )

    def cell(self, row: Row, column: int) -> Cell:
        match ClientColumn(column):
            case ClientColumn.PC:
                if row.pairing is None:
                    return Cell(faint=translate("clients", "not paired"))
                return Cell(strong=plain(row.pairing.pc) or row.pairing.id)
            case ClientColumn.EXTENSIONS:
                return Cell(text=", ".join(map(plain, row.extensions)) or "–")
            case ClientColumn.ADDRESS:
                return Cell(text=plain(row.address)) if row.client else Cell(faint=plain(row.address) or "–")
            case ClientColumn.STATE:
                return self._state(row)
            case ClientColumn.LINE:
                if row.client is None:
                    return Cell(faint="–")
                if row.client.is_tls:
                    return Cell(text=translate("clients", "encrypted"))
                return Cell(faint=translate("clients", "not encrypted"))
            case ClientColumn.ALERT:
                told = self._alerts.get(row.address)
                if told is None:
                    return Cell(faint="–")
                took = translate("clients", "{ms} ms").format(ms=f"{told.took_ms:.1f}")
                return Cell(text=moment(told.at, self._now()), faint=took)
            case ClientColumn.VERSION:
                return Cell(faint=plain(row.client.version) if row.client and row.client.version else "–")

    def _state(self, row: Row) -> Cell:
        if row.client is None:
            seen = moment(row.pairing.seen_at if row.pairing else None, self._now())
            return Cell(faint=translate("clients", "Not connected · last seen {at}").format(at=seen))
        if row.client.untold is not None:
            return Cell(symbol="warning", text=untold_words(row.client.untold), tone=Tone.NOTICE)
        since = moment(row.client.since, self._now())
        text = translate("clients", "Connected since {at}").format(at=since)
        return Cell(symbol="check", text=text, tone=Tone.GOOD)


def _key(row: Row) -> tuple[str, str, datetime | None]:
    if row.pairing is not None:
        return row.pairing.id, "", None
    assert row.client is not None
    return "", row.client.address, row.client.since


def _number(extension: str) -> tuple[int, str]:
    return len(extension), extension
