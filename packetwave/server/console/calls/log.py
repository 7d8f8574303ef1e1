"""The call log as a Qt model: every call known to this window, the newest in row 0.

Qt main thread only. It never asks the engine for anything; the calls page feeds it. A notice costs one row
inserted, changed or removed: the whole view is reset only when the person changes the filter or history is
loaded. The clock is given, so that tests decide what time it is.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal

from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.console.calls import words as call_words
from packetwave.server.console.parts.cells import CELL, HIGHLIGHT, Cell
from packetwave.server.console.parts.search import Search
from packetwave.server.office.values import CallRecord

MAX_SHOWN = 100_000
"""Calls kept in the window; the oldest leave. The store keeps them."""

_TICK_MS = 1000
_NOT_STORED_YET = timedelta(seconds=10)

AnyIndex = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """Columns of the log, in the order shown."""

    TIME = 0
    DIRECTION = 1
    CALLER = 2
    CALLED = 3
    STATE = 4
    ALERT = 5


class Period(StrEnum):
    """How far back the log is shown: since midnight, midnight six days ago, or all there is."""

    TODAY = "today"
    WEEK = "week"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What of the log is shown."""

    period: Period = Period.TODAY
    text: str = ""
    missed_only: bool = False


@dataclass(slots=True)
class Tally:
    """Figures over the calls of a period."""

    calls: int = 0
    answered: int = 0
    missed: int = 0
    talking: int = 0
    """Calls that are answered and not over yet."""

    hours: list[int] = field(default_factory=lambda: [0] * 24)
    """How many calls rang in each local hour of the day."""

    def count(self, record: CallRecord, by: int) -> None:
        """Add (`by` 1) or take away (-1) a call."""
        self.calls += by
        self.answered += by * (record.outcome is Outcome.ANSWERED)
        self.missed += by * is_missed(record)
        self.talking += by * (record.outcome is None and record.answered_at is not None)
        self.hours[record.rang_at.astimezone().hour] += by


def is_missed(record: CallRecord) -> bool:
    """Whether it rang here and nobody took it. An outgoing call without an answer is not missed."""
    return record.outcome is Outcome.MISSED and record.direction is not Direction.OUT


class CallLog(QAbstractTableModel):
    """Rows are calls, columns are `Column`.

    Signals: tally_changed: `tally` or `today` has new figures.
    """

    tally_changed = Signal()

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._filter = CallFilter()
        self._search = Search("")
        self._calls: list[CallRecord] = []  # by _order, oldest first
        self._shown: list[CallRecord] = []  # those that the filter lets through, same order
        self._by_id: dict[str, CallRecord] = {}
        self._heard_at: dict[str, datetime] = {}  # when this window first heard of a live call
        self._phase_at: dict[str, datetime] = {}  # when an open call began to ring or to talk
        self.tally = Tally()
        self.today = Tally()
        self._set_boundaries()
        self._ticker = QTimer(self, interval=_TICK_MS)
        self._ticker.timeout.connect(self._tick)

    # What the window gives

    def put(self, record: CallRecord) -> None:
        """A call is new or changed."""
        old = self._by_id.get(record.call_id)
        self._note_times(old, record)
        if old is not None:
            self._tally(old, -1)
        if old is not None and _order(old) == _order(record):
            self._calls[_place(self._calls, old)] = record
        else:
            if old is not None:
                del self._calls[_place(self._calls, old)]
            self._calls.insert(_place(self._calls, record), record)
        self._by_id[record.call_id] = record
        self._tally(record, 1)
        self._show_change(old, record)
        self._forget_oldest()
        self._keep_ticking()
        self.tally_changed.emit()

    def load(self, records: Iterable[CallRecord], *, anew: bool = False) -> None:
        """Stored history. What was heard live is newer and stays. anew: calls were removed from it, so those
        that are over and not in it go; one that has just ended may not be stored yet."""
        self.beginResetModel()
        stored = {record.call_id: record for record in records}
        if anew:
            self._keep_only(stored)
        for call_id, record in stored.items():
            if call_id not in self._by_id and record.outcome is None:
                self._phase_at[call_id] = record.answered_at or record.rang_at
        self._by_id = {**stored, **self._by_id}
        self._calls = sorted(self._by_id.values(), key=_order)[-MAX_SHOWN:]
        self._by_id = {record.call_id: record for record in self._calls}
        self._show_all()
        self.endResetModel()
        self._keep_ticking()
        self.tally_changed.emit()

    def _keep_only(self, stored: Mapping[str, CallRecord]) -> None:
        lately = self._now() - _NOT_STORED_YET
        self._by_id = {
            call_id: record
            for call_id, record in self._by_id.items()
            if call_id in stored or record.outcome is None or (record.ended_at or record.rang_at) > lately
        }
        self._heard_at = {call_id: at for call_id, at in self._heard_at.items() if call_id in self._by_id}

    def set_filter(self, wanted: CallFilter) -> None:
        """Show other calls. The figures follow the period alone."""
        self.beginResetModel()
        self._filter = wanted
        self._search = Search(wanted.text)
        self._show_all()
        self.endResetModel()
        self.tally_changed.emit()

    def follow_date(self) -> None:
        """Let `today` begin anew after midnight. To be called now and then."""
        if _midnight(self._now()) != self._today_since:
            self.set_filter(self._filter)

    def record(self, row: int) -> CallRecord:
        """The call in a row."""
        return self._shown[-1 - row]

    def shown(self) -> tuple[CallRecord, ...]:
        """All calls shown, newest first."""
        return tuple(reversed(self._shown))

    def is_filtered(self) -> bool:
        """Whether the search or the check box hides calls of the period."""
        return bool(self._search) or self._filter.missed_only

    def is_ticking(self) -> bool:
        """Whether something rings or talks, so that its seconds are counted."""
        return self._ticker.isActive()

    # QAbstractTableModel

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return call_words.columns()[section]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _ROLES or not index.isValid():
            return None
        record = self.record(index.row())
        if role == HIGHLIGHT:
            return record.outcome is None and record.answered_at is None
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._hint(record, Column(index.column()))
        cell = self._cell(record, Column(index.column()))
        return cell if role == CELL else cell.words()

    def _hint(self, record: CallRecord, column: Column) -> str:
        match column:
            case Column.CALLED:
                return call_words.called_hint(record)
            case Column.STATE if why := call_words.state_hint(record):
                return f"{self._cell(record, column).words()}\n{why}"
            case Column.ALERT:
                return call_words.alert_hint(record)
            case _:
                return self._cell(record, column).words()

    def _cell(self, record: CallRecord, column: Column) -> Cell:
        match column:
            case Column.TIME:
                return Cell(faint=call_words.time(record.rang_at, self._now()))
            case Column.DIRECTION:
                return call_words.direction(record.direction)
            case Column.CALLER:
                return call_words.caller(record)
            case Column.CALLED:
                return call_words.called(record)
            case Column.STATE:
                return call_words.state(record, self._seconds(record))
            case Column.ALERT:
                return call_words.alert(record)

    def _seconds(self, record: CallRecord) -> int:
        since = self._phase_at.get(record.call_id)
        return 0 if since is None else max(0, int((self._now() - since).total_seconds()))

    # Times

    def _note_times(self, old: CallRecord | None, record: CallRecord) -> None:
        """Count from when the window heard of it: a replayed capture's clock is not ours."""
        now = self._now()
        if old is None:
            self._heard_at[record.call_id] = now
        if record.outcome is not None:
            self._phase_at.pop(record.call_id, None)
        elif old is None or (old.answered_at is None) != (record.answered_at is None):
            self._phase_at[record.call_id] = now

    def _keep_ticking(self) -> None:
        if not self._phase_at:
            self._ticker.stop()
        elif not self._ticker.isActive():
            self._ticker.start()

    def _tick(self) -> None:
        for call_id in self._phase_at:
            row = self._row(self._by_id[call_id])
            if row is not None:
                cell = self.index(row, Column.STATE)
                self.dataChanged.emit(cell, cell)

    # Filter

    def _set_boundaries(self) -> None:
        self._today_since = _midnight(self._now())
        match self._filter.period:
            case Period.TODAY:
                self._since: datetime | None = self._today_since
            case Period.WEEK:
                self._since = _midnight(self._today_since - timedelta(days=6))
            case Period.ALL:
                self._since = None

    def _counts_at(self, record: CallRecord) -> datetime:
        heard = self._heard_at.get(record.call_id)
        return record.rang_at if heard is None else max(record.rang_at, heard)

    def _in_period(self, record: CallRecord) -> bool:
        return self._since is None or self._counts_at(record) >= self._since

    def _is_shown(self, record: CallRecord) -> bool:
        if not self._in_period(record) or (self._filter.missed_only and not is_missed(record)):
            return False
        return not self._search or self._search.finds(*call_words.findable(record))

    def _show_all(self) -> None:
        self._set_boundaries()
        self._shown = [record for record in self._calls if self._is_shown(record)]
        self.tally, self.today = Tally(), Tally()
        for record in self._calls:
            self._tally(record, 1)

    def _tally(self, record: CallRecord, by: int) -> None:
        if self._in_period(record):
            self.tally.count(record, by)
        if self._counts_at(record) >= self._today_since:
            self.today.count(record, by)

    # Rows

    def _row(self, record: CallRecord) -> int | None:
        place = _place(self._shown, record)
        if place < len(self._shown) and self._shown[place].call_id == record.call_id:
            return len(self._shown) - 1 - place
        return None

    def _show_change(self, old: CallRecord | None, record: CallRecord) -> None:
        row = None if old is None else self._row(old)
        wanted = self._is_shown(record)
        if row is not None and wanted and old is not None and _order(old) == _order(record):
            self._shown[-1 - row] = record
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
            return
        if row is not None:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._shown[-1 - row]
            self.endRemoveRows()
        if wanted:
            place = _place(self._shown, record)
            row = len(self._shown) - place
            self.beginInsertRows(QModelIndex(), row, row)
            self._shown.insert(place, record)
            self.endInsertRows()

    def _forget_oldest(self) -> None:
        while len(self._calls) > MAX_SHOWN:
            oldest = self._calls[0]
            row = self._row(oldest)
            if row is not None:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._shown[0]
                self.endRemoveRows()
            self._tally(oldest, -1)
            del self._calls[0]
            del self._by_id[oldest.call_id]
            self._heard_at.pop(oldest.call_id, None)
            self._phase_at.pop(oldest.call_id, None)


_ROLES = frozenset(
    {
        CELL,
        HIGHLIGHT,
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
    }
)


def _order(record: CallRecord) -> tuple[datetime, str]:
    return record.rang_at, record.call_id


def _place(records: Sequence[CallRecord], record: CallRecord) -> int:
    return bisect_left(records, _order(record), key=_order)


def _midnight(at: datetime) -> datetime:
    """The local midnight that began the day of `at`."""
    # Through a naive time: the zone's offset at midnight may be another than at `at`.
    return at.astimezone().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None).astimezone()
