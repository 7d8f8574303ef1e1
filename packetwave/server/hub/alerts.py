"""What is to be told of a call: call events in, messages for extensions out. No sockets, no clock.

Owns the calls that clients know of: those ringing, so that a client that connects late still hears of them,
and those talking, so that it hears of their end, and the latest that ended, whose verdict may be corrected.
Which clients an extension's calls are told to is the roster's.
"""

from bisect import bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from heapq import merge

from packetwave.protocol import CallUpdate, IncomingCall, Message, Missed
from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    CallEvent,
    Corrected,
    Direction,
    Ended,
    RangAgain,
    Stopped,
)
from packetwave.server.office.directory import Directory
from packetwave.server.office.record import caller_of, shared
from packetwave.server.office.values import CallRecord

MAX_CALLS = 10_000
"""Calls kept in mind at once; beyond, the oldest are told no more (a flood, never an office)."""


MAX_ENDED = 1_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message for every client that is told of calls to this extension. instead: with the end of a call,
    for who was not told that it rings."""

    extension: str
    message: Message
    instead: Missed | None = None


@dataclass(slots=True)
class _Alert:
    """A call that clients know of."""

    message: IncomingCall
    place: int
    """It grows from one call that begins to ring to the next."""

    ringing: bool = True
    is_known: bool = True

    @property
    def extension(self) -> str:
        return self.message.called


class Alerts:
    """The calls of members on their way, by `call_id`. is_paired: whether a pairing has an extension, which
    then needs no row of the members table."""

    def __init__(self, is_paired: Callable[[str], bool] = lambda _extension: False) -> None:
        self._is_paired = is_paired
        self._alerts: dict[str, _Alert] = {}
        self._ended: OrderedDict[str, _Alert] = OrderedDict()
        self._rows: dict[str, _Row] = {}
        self._places = 0

    def __len__(self) -> int:
        return len(self._alerts)

    def rows_held(self) -> int:
        """Entries kept for extensions, those to be thrown out among them; for tests and figures."""
        return sum(len(row) for row in self._rows.values())

    def rings(self, record: CallRecord, directory: Directory) -> Delivery | None:
        """A phone rings: what its people are told; None where nobody is (an outgoing call, no member)."""
        if record.direction is Direction.OUT:
            return None
        if not directory.addresses_of(record.called) and not self._is_paired(record.called):
            return None
        if record.call_id in self._alerts:
            self._forget(record.call_id)
        while len(self._alerts) >= MAX_CALLS:
            self._forget(next(iter(self._alerts)))
        message = IncomingCall(**shared(record, IncomingCall))
        alert = self._alerts[record.call_id] = _Alert(message, self._next_place())
        self._enter(alert)
        return Delivery(alert.extension, alert.message)

    def goes_on_from_before(self, record: CallRecord, directory: Directory) -> None:
        """A call of before a restart that is not over and rings no more: of its end is to be told."""
        if self.rings(record, directory) is not None:
            self._alerts[record.call_id].ringing = False

    def goes_on(self, event: CallEvent, directory: Directory) -> Delivery | None:
        """A later event of a call: what those are told who were told that it rings."""
        alert = self._alerts.get(event.call_id) or self._ended.get(event.call_id)
        if alert is None:
            return None
        match event:
            case RangAgain():
                alert.ringing = True
                if self._ended.pop(event.call_id, None) is not None:
                    # Anew: the row may still have the one that was forgotten, in its old place.
                    alert = replace(alert, place=self._next_place(), is_known=True)
                    self._alerts[event.call_id] = alert
                    self._enter(alert)
                return Delivery(alert.extension, alert.message)
            case CallerChanged():
                alert.message = replace(alert.message, **caller_of(event, directory))
                return Delivery(alert.extension, alert.message) if alert.ringing else None
            case Stopped():
                alert.ringing = False
                update = CallUpdate(event.call_id, "stopped", at=event.at)
            case Answered():
                alert.ringing = False
                update = CallUpdate(event.call_id, "answered", at=event.at)
            case Ended() | Corrected():
                alert.ringing = False
                if event.call_id in self._alerts:
                    self._forget(event.call_id)
                self._ended[event.call_id] = alert
                if len(self._ended) > MAX_ENDED:
                    self._ended.popitem(last=False)
                by_name = directory.member(event.by).name
                update = CallUpdate(**shared(event, CallUpdate), state="ended", by_name=by_name)
                if isinstance(event, Ended):
                    said = {**shared(alert.message, Missed), **shared(event, Missed)}
                    instead = Missed(**said, ended_at=event.at, by_name=by_name)
                    return Delivery(alert.extension, update, instead)
            case _:
                return None
        return Delivery(alert.extension, update)

    def ringing(self, extensions: Iterable[str], after: int, number: int) -> list[tuple[int, IncomingCall]]:
        """At most so many calls that ring now at these extensions, oldest first, each with its place; only
        those after that place, 0 for all."""
        rows = [
            self._rows[extension].ringing(after, number)
            for extension in extensions
            if extension in self._rows
        ]
        return list(merge(*rows, key=lambda placed: placed[0]))[:number] if len(rows) != 1 else rows[0]

    def on_the_way(self, extension: str) -> list[str]:
        """The calls to an extension that clients know of and whose end they have not been told."""
        row = self._rows.get(extension)
        return row.known() if row is not None else []

    def move(self, directory: Directory) -> None:
        """The members have changed: calls that ring say the names that they have now."""
        for alert in self._alerts.values():
            name = directory.member(alert.extension).name
            if alert.ringing and name != alert.message.called_name:
                alert.message = replace(alert.message, called_name=name)

    def _next_place(self) -> int:
        self._places += 1
        return self._places

    def _enter(self, alert: _Alert) -> None:
        self._rows.setdefault(alert.extension, _Row()).add(alert)

    def _forget(self, call_id: str) -> None:
        alert = self._alerts.pop(call_id)
        alert.is_known = False
        if self._rows[alert.extension].note_forgotten():
            del self._rows[alert.extension]


class _Row:
    """The calls to one extension, in the order of their places. Those forgotten stay until they
    are half of the row: taking one out costs nothing on the average."""

    def __init__(self) -> None:
        self._alerts: list[_Alert] = []
        self._forgotten = 0

    def __len__(self) -> int:
        return len(self._alerts)

    def add(self, alert: _Alert) -> None:
        insort(self._alerts, alert, key=_place)

    def note_forgotten(self) -> bool:
        """One more is forgotten; whether the row is empty."""
        self._forgotten += 1
        if 2 * self._forgotten > len(self._alerts):
            self._alerts = [alert for alert in self._alerts if alert.is_known]
            self._forgotten = 0
        return not self._alerts

    def known(self) -> list[str]:
        """Their `call_id`s."""
        return [alert.message.call_id for alert in self._alerts if alert.is_known]

    def ringing(self, after: int, number: int) -> list[tuple[int, IncomingCall]]:
        found: list[tuple[int, IncomingCall]] = []
        for index in range(bisect_right(self._alerts, after, key=_place), len(self._alerts)):
            alert = self._alerts[index]
            if alert.ringing and alert.is_known:
                found.append((alert.place, alert.message))
                if len(found) == number:
                    break
        return found


def _place(alert: _Alert) -> int:
    return alert.place
