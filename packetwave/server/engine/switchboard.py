"""Does all that a call event asks for: its record, its line in the events file, who is told, the window.

Owns the records of live calls and the members' directory. On the loop thread only; no I/O: the alert goes out
first, all else that is said goes to the journal.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from packetwave.common.numbers import mask
from packetwave.protocol import Had
from packetwave.server.calls.events import (
    CallerChanged,
    CallEvent,
    Cause,
    Corrected,
    Direction,
    Ended,
    Flooded,
    Outcome,
    RangAgain,
    RecordedEvent,
    Ringing,
    Stopped,
)
from packetwave.server.engine.notices import CallChanged, MembersChanged, Notice
from packetwave.server.hub.alerts import Alerts, Delivery
from packetwave.server.office import record as records
from packetwave.server.office.directory import Directory
from packetwave.server.office.values import CallRecord, MemberTable, ToldHow

log = logging.getLogger(__name__)

STILL_RINGS = timedelta(seconds=120)
"""How long after its first ring a call that was left by a stop may still ring."""

LATELY = timedelta(minutes=10)
"""How long before a stop a call may have ended whose phone is still heard of after it."""

MAX_RECENT = 2_000
"""Ended calls whose record may still change: told a moment later, or corrected."""

MAX_TAKEN_IN = 1_000
"""Calls that clients had and this server had not, kept to know what the mirror shows of them yet."""


class Switchboard:
    """Call events in; records, messages, lines and notices out.

    send: a message for an extension, with the `perf_counter` of its cause. write: what is to be said, in one
    write: a call's record, the event that made it so. is_paired: whether a pairing has an extension. away:
    the addresses of those to be told of an extension's calls who have no client connected.
    """

    def __init__(
        self,
        *,
        send: Callable[[Delivery, float], None],
        write: Callable[[CallRecord | None, RecordedEvent | None], None],
        notify: Callable[[Notice], None],
        is_paired: Callable[[str], bool],
        away: Callable[[str], tuple[str, ...]],
    ) -> None:
        self.directory = Directory()
        self.alerts = Alerts(is_paired)
        self._send = send
        self._write = write
        self._notify = notify
        self._away = away
        self._live: dict[str, CallRecord] = {}
        self._recent: OrderedDict[str, CallRecord] = OrderedDict()
        self._over: set[str] = set()
        self._taken_in: OrderedDict[str, None] = OrderedDict()

    def take_up(
        self, open_calls: Iterable[CallRecord], now: datetime, over: Iterable[CallRecord] = ()
    ) -> None:
        """Calls that were not over when the program stopped; the tracker says what becomes of them. What may
        still ring is told to the clients that come back; once the members are known. over: calls that had
        ended lately: what is heard of them now rings a phone at most, and is said of no call a second time.
        """
        self._over = {record.call_id for record in over}
        for record in open_calls:
            self._live[record.call_id] = record
            if record.answered_at is None and now - record.rang_at <= STILL_RINGS:
                self.alerts.rings(record, self.directory)
            else:
                self.alerts.goes_on_from_before(record, self.directory)

    def begin_anew(self) -> list[CallRecord]:
        """The calls that are not over, for a detector that begins anew as after a restart: it may tell what
        becomes of them, and nothing of those that ended before."""
        self._over.update(self._recent)
        return list(self._live.values())

    def use_members(self, table: MemberTable) -> None:
        """Use this members table from now on. Who is told of calls that ring is the hub's to look at."""
        self.directory = Directory(table)
        self.alerts.move(self.directory)
        self._notify(MembersChanged(table))

    def take(self, event: CallEvent, arrived: float) -> None:
        """Do all that an event asks for. arrived: `perf_counter` of its frame."""
        if isinstance(event, Ringing):
            self._rings(event, arrived)
            return
        if isinstance(event, Flooded):
            self._flood(event)
            return
        told = self.alerts.goes_on(event, self.directory)
        if told is not None:
            self._send(told, arrived)
        if isinstance(event, Stopped | RangAgain) or event.call_id in self._over:
            return
        before = self.record(event.call_id)
        if event.call_id in self._taken_in and before is not None:
            self._learn(before, event)
            return
        if isinstance(event, CallerChanged):
            event = replace(event, caller_name=self.directory.member(event.caller).name or event.caller_name)
        if before is None:
            self.say(event)
        else:
            self._keep(records.carry_on(before, event, self.directory), event)

    def say(self, event: RecordedEvent) -> None:
        """Write an event that is on no call's record."""
        self._write(None, event)

    def told(self, call_id: str, address: str, took_ms: float, how: ToldHow) -> None:
        """A client was given the message that its phone rings, or more is known of that."""
        before = self.record(call_id)
        if before is not None:
            after = records.tell(before, address, datetime.now(UTC), took_ms, how)
            if after is not before:
                self._keep(after)

    def forget_ended(self) -> None:
        """Calls that were over were removed from the history: none is written again for what is still learnt
        of it."""
        self._over.update(self._recent)
        self._recent.clear()

    # Of before

    def record(self, call_id: str) -> CallRecord | None:
        """What is known here of a call; None for one that ended long ago."""
        return self._live.get(call_id) or self._recent.get(call_id)

    def knows(self, call_id: str) -> bool:
        """Whether a call is, or lately was, one of this server's."""
        return call_id in self._live or call_id in self._recent or call_id in self._over

    def over(self, extensions: Iterable[str], since: datetime) -> list[CallRecord]:
        """The calls of which the latest may not be stored yet: those to these extensions that ended, or were
        looked at, at or after a time, in no order."""
        wanted = set(extensions)
        return [
            record
            for record in self._recent.values()
            if record.called in wanted
            and record.direction is not Direction.OUT
            and record.ended_at is not None
            and (record.ended_at >= since or (record.seen_at is not None and record.seen_at >= since))
        ]

    def looked_at(self, record: CallRecord, at: datetime) -> None:
        """Its person has looked at this call. record: as it is known here, else as it is stored."""
        after = replace(record, seen_at=at)
        if self.record(record.call_id) is not None:
            self._keep(after)
        else:
            self._write(after, None)
            self._notify(CallChanged(after))

    def take_in(self, had: Had, now: datetime) -> None:
        """A client was told of this call, and this server knows nothing of it: the one before was killed
        before it wrote. It is on record from now on; how it ends, the mirror may still show."""
        assert had.rang_at is not None
        direction = Direction.INTERNAL if had.direction == Direction.INTERNAL else Direction.IN
        name = had.caller_name
        rang = Ringing(
            had.call_id, had.rang_at, had.caller, had.called, name, had.dialled, direction=direction
        )
        self._taken_in[had.call_id] = None
        if len(self._taken_in) > MAX_TAKEN_IN:
            self._taken_in.popitem(last=False)
        record = records.begin(rang, self.directory)
        ended = Ended(had.call_id, max(now, had.rang_at), Outcome.UNKNOWN, cause=Cause.UNSEEN)
        self._write(record, rang)
        self._keep(records.carry_on(record, ended, self.directory), ended)

    def _learn(self, record: CallRecord, event: CallEvent) -> None:
        """The mirror shows more of a call that was taken in: on its record, and the verdict in a line."""
        if isinstance(event, Ended):
            event = Corrected(event.call_id, event.at, event.outcome, event.by, event.via, event.cause)
            if event.outcome is record.outcome:
                return
        after = records.carry_on(record, event, self.directory)
        self._keep(after, event if isinstance(event, Corrected) else None)

    # What rings

    def _rings(self, event: Ringing, arrived: float) -> None:
        if event.call_id in self._over and event.is_over:
            return
        if event.call_id in self._over:
            self._alert(records.begin(event, self.directory), event, arrived)
            return
        taken_in = self._recent.get(event.call_id) if event.call_id in self._taken_in else None
        if taken_in is not None:
            self._alert(taken_in, event, arrived)
            return
        before = self._live.get(event.call_id)
        record = records.begin(event, self.directory, before)
        if self._alert(record, event, arrived):
            record = records.miss(record, self._away(record.called))
        log.info("%s rings, called by %s", mask(record.called), mask(record.caller))
        if before is None:  # else it was said before the restart
            self._keep(record, replace(event, caller_name=record.caller_name or event.caller_name))
        else:
            self._keep(record)

    def _alert(self, record: CallRecord, event: Ringing, arrived: float) -> bool:
        """Tell who is to be told that a phone rings; whether anybody is. Of a call that is over by now only
        its end is told, to those who know what they missed."""
        if event.is_over:
            self.alerts.goes_on_from_before(record, self.directory)
            return False
        told = self.alerts.rings(record, self.directory)
        if told is not None:
            self._send(told, arrived)
        return told is not None

    def _flood(self, event: Flooded) -> None:
        """One row, whose count grows; nobody is alerted."""
        record = records.flood(event)
        log.warning("%s: %d calls were only counted", record.called or "no extension", record.calls)
        self._write(record, event)
        self._notify(CallChanged(record))

    def _keep(self, record: CallRecord, event: RecordedEvent | None = None) -> None:
        if records.is_open(record):
            self._live[record.call_id] = record
        else:
            self._live.pop(record.call_id, None)
            self._recent[record.call_id] = record
            if len(self._recent) > MAX_RECENT:
                self._recent.popitem(last=False)
        self._write(record, event)
        self._notify(CallChanged(record))
