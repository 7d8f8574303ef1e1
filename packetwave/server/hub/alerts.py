"""Who is to be told what: call events in, messages for addresses out. No sockets, no clock.

Owns the calls that clients know of: those ringing, so that a client that connects late still hears of them,
and those talking, so that it hears of their end, and the latest that ended, whose verdict may be corrected.
"""

from bisect import bisect_right, insort
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from packetwave.protocol import CallUpdate, IncomingCall, Message
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
    """A message for every client at these addresses."""

    addresses: tuple[str, ...]
    message: Message


@dataclass(slots=True)
class _Alert:
    """A call that clients know of."""

    message: IncomingCall
    addresses: tuple[str, ...]
    place: int
    """It grows from one call that begins to ring to the next."""

    ringing: bool = True
    is_known: bool = True


class Alerts:
    """The calls of members on their way, by `call_id`."""

    def __init__(self) -> None:
        self._alerts: dict[str, _Alert] = {}
        self._ended: OrderedDict[str, _Alert] = OrderedDict()
        self._rows: dict[str, _Row] = {}
        self._places = 0

    def __len__(self) -> int:
        return len(self._alerts)

    def rows_held(self) -> int:
        """Entries kept for addresses, those to be thrown out among them; for tests and figures."""
        return sum(len(row) for row in self._rows.values())

    def rings(self, record: CallRecord, directory: Directory) -> Delivery | None:
        """A phone rings: what its people are told; None where nobody is (an outgoing call, no member)."""
        if record.direction is Direction.OUT:
            return None
        addresses = directory.addresses_of(record.called)
        if not addresses:
            return None
        if record.call_id in self._alerts:
            self._forget(record.call_id)
        while len(self._alerts) >= MAX_CALLS:
            self._forget(next(iter(self._alerts)))
        message = IncomingCall(**shared(record, IncomingCall))
        alert = self._alerts[record.call_id] = _Alert(message, addresses, self._next_place())
        self._enter(alert, addresses)
        return Delivery(addresses, alert.message)

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
                    self._enter(alert, alert.addresses)
                return Delivery(alert.addresses, alert.message)
            case CallerChanged():
                alert.message = replace(alert.message, **caller_of(event, directory))
                return Delivery(alert.addresses, alert.message) if alert.ringing else None
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
                update = CallUpdate(
                    **shared(event, CallUpdate), state="ended", by_name=directory.member(event.by).name
                )
            case _:
                return None
        return Delivery(alert.addresses, update)

    def ringing_at(self, address: str, after: int, number: int) -> list[tuple[int, IncomingCall]]:
        """At most so many calls that ring now for a client at this address, oldest first, each with its
        place; only those after that place, 0 for all."""
        row = self._rows.get(address)
        return row.ringing(after, number) if row is not None else []

    def move(self, directory: Directory) -> list[Delivery]:
        """The members have changed: ringing calls for addresses that have them now and had not before."""
        news = []
        for alert in self._alerts.values():
            addresses = directory.addresses_of(alert.message.called)
            added = tuple(address for address in addresses if address not in alert.addresses)
            alert.addresses = _all_of(alert.addresses, addresses)
            self._enter(alert, added)
            if added and alert.ringing:
                called = directory.member(alert.message.called)
                alert.message = replace(alert.message, called_name=called.name)
                news.append(Delivery(added, alert.message))
        return news

    def _next_place(self) -> int:
        self._places += 1
        return self._places

    def _enter(self, alert: _Alert, addresses: tuple[str, ...]) -> None:
        for address in addresses:
            self._rows.setdefault(address, _Row()).add(alert)

    def _forget(self, call_id: str) -> None:
        alert = self._alerts.pop(call_id)
        alert.is_known = False
        for address in alert.addresses:
            if self._rows[address].note_forgotten():
                del self._rows[address]


class _Row:
    """The calls that one address was told of, in the order of their places. Those forgotten stay until they
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


def _all_of(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
