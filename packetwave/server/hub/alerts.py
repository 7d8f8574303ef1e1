"""Who is to be told what: call events in, messages for addresses out. No sockets, no clock.

Owns the calls that clients know of: those ringing, so that a client that connects late still hears of them,
and those talking, so that it hears of their end, and the latest that ended, whose verdict may be corrected.
"""

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
    message: IncomingCall
    addresses: tuple[str, ...]
    ringing: bool = True


class Alerts:
    """The calls of members on their way, by `call_id`."""

    def __init__(self) -> None:
        self._alerts: dict[str, _Alert] = {}
        self._ended: OrderedDict[str, _Alert] = OrderedDict()

    def __len__(self) -> int:
        return len(self._alerts)

    def rings(self, record: CallRecord, directory: Directory) -> Delivery | None:
        """A phone rings: what its people are told; None where nobody is (an outgoing call, no member)."""
        if record.direction is Direction.OUT:
            return None
        addresses = directory.addresses_of(record.called)
        if not addresses:
            return None
        while len(self._alerts) >= MAX_CALLS:
            del self._alerts[next(iter(self._alerts))]
        message = IncomingCall(**shared(record, IncomingCall))
        alert = self._alerts[record.call_id] = _Alert(message, addresses)
        return Delivery(addresses, alert.message)

    def goes_on(self, event: CallEvent, directory: Directory) -> Delivery | None:
        """A later event of a call: what those are told who were told that it rings."""
        alert = self._alerts.get(event.call_id) or self._ended.get(event.call_id)
        if alert is None:
            return None
        match event:
            case RangAgain():
                alert.ringing = True
                self._ended.pop(event.call_id, None)
                self._alerts[event.call_id] = alert
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
                self._alerts.pop(event.call_id, None)
                self._ended[event.call_id] = alert
                if len(self._ended) > MAX_ENDED:
                    self._ended.popitem(last=False)
                update = CallUpdate(
                    **shared(event, CallUpdate), state="ended", by_name=directory.member(event.by).name
                )
            case _:
                return None
        return Delivery(alert.addresses, update)

    def ringing_at(self, address: str) -> list[IncomingCall]:
        """The calls that ring now for a client at this address, oldest first."""
        return [
            alert.message for alert in self._alerts.values() if alert.ringing and address in alert.addresses
        ]

    def move(self, directory: Directory) -> list[Delivery]:
        """The members have changed: ringing calls for addresses that have them now and had not before."""
        news = []
        for alert in self._alerts.values():
            addresses = directory.addresses_of(alert.message.called)
            added = tuple(address for address in addresses if address not in alert.addresses)
            alert.addresses = _all_of(alert.addresses, addresses)
            if added and alert.ringing:
                called = directory.member(alert.message.called)
                alert.message = replace(alert.message, called_name=called.name)
                news.append(Delivery(added, alert.message))
        return news


def _all_of(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
