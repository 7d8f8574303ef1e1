"""What came of each call that the server told of: shown, over, missed, looked at. Exactly once on the screen.

Owns what is said to the server of calls of before (`until`, `had`), and what is kept of them on disk
(`shown`). Rules:
- a call is on record once its person can see it, and is acknowledged after that: an end of the program before
  it lets the server tell again, one after it does not let it be shown twice;
- what the server tells as missed is news once: a call that is on record as over is not told again;
- `until` only moves while nothing is told that is not yet on record.

No clock, no sockets. The engine's loop thread.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from packetwave.client.shown import Entry, Shown, entry_of
from packetwave.protocol import CallUpdate, Had, IncomingCall, Missed, Welcome

MISSED_OUTCOMES = frozenset(("missed", "busy", "failed", "unknown"))
"""What a person has missed who was not there: nobody spoke with the caller, as far as is known. Not what was
answered, by whomever, nor what the person's phone sent on or the person declined."""

HAD_WITHIN = timedelta(minutes=10)
"""Older calls a server does not take in."""

MOST_HAD = 20
"""Calls told to a server that was started again; more were a flood, and it closes who says too much."""

MOST_UNSETTLED = 5_000


class News(Enum):
    """What a missed call is for this PC."""

    NONE = "none"
    """It is on record as over."""

    TOLD = "told"
    """It is new, and its person has not missed it; or has seen its popup."""

    LISTED = "listed"
    """It is new, and comes onto the list of missed calls."""

    SEEN = "seen"
    """It was on the list; its person has looked at it on another PC."""


class Ledger:
    """What this PC knows of calls, against what it is told.

    lists_shown: whether a call comes onto the list of missed ones although its popup was shown.
    """

    def __init__(self, shown: Shown, *, lists_shown: bool = True) -> None:
        self._shown = shown
        self._lists_shown = lists_shown
        self._unsettled: OrderedDict[str, IncomingCall] = OrderedDict()
        self._listing: dict[str, Entry] = {}
        self._again: set[str] = set()
        self._heard: datetime | None = None
        self._is_complete = False

    @property
    def until(self) -> datetime | None:
        """The server's time up to which this PC has all."""
        return self._shown.until

    def missed(self) -> tuple[Entry, ...]:
        """The missed calls that nobody has looked at, the oldest first."""
        return self._shown.missed()

    # What the server tells

    def connected(self) -> None:
        """A connection begins: what was missed is told first."""
        self._again.clear()
        self._is_complete = False

    def rings(self, message: IncomingCall) -> bool:
        """A phone rings. Whether that is to be shown: not where it was shown before the program's last end,
        nor where the call is over; always for a server of before, which knows of nothing shown."""
        if not message.call_id:
            return True
        self._again.add(message.call_id)
        entry = self._shown.get(message.call_id)
        if entry is None:
            self._unsettled.setdefault(message.call_id, message)
            if len(self._unsettled) > MOST_UNSETTLED:
                self._unsettled.popitem(last=False)
        elif entry.epoch != message.epoch and not entry.is_over:
            self._shown.put(replace(entry, epoch=message.epoch))
        self._hear(message.rang_at)
        return entry is None or not message.epoch

    def updated(self, message: CallUpdate) -> Missed | None:
        """Something became of a call. It as a missed one, where it comes onto the list of those by that."""
        if message.state not in ("answered", "ended"):
            return None
        told, entry = self._unsettled.pop(message.call_id, None), self._shown.get(message.call_id)
        if told is not None:
            entry = entry_of(told)
        listed = None
        if entry is not None and not entry.is_over:
            is_over = message.state == "ended"
            is_missed = is_over and message.outcome == "missed" and self._lists_shown
            entry = replace(entry, is_over=is_over, is_missed=is_missed)
            self._shown.put(entry)
            listed = missed_of(entry, "missed", message.at) if is_missed else None
        self._hear(message.at)
        return listed

    def tells_missed(self, message: Missed) -> News:
        """A call of before is over."""
        self._again.add(message.call_id)
        entry = self._shown.get(message.call_id)
        if message.call_id in self._listing:
            return News.NONE  # it is on its way to the screen
        if entry is None:
            self._unsettled.pop(message.call_id, None)
            is_missed = message.outcome in MISSED_OUTCOMES and not message.is_seen
            self._listing[message.call_id] = entry_of(message, is_over=True, is_missed=is_missed)
            return News.LISTED if is_missed else News.TOLD
        if not entry.is_over:
            is_missed = message.outcome == "missed" and not message.is_seen and self._lists_shown
            self._listing[message.call_id] = replace(entry, is_over=True, is_missed=is_missed)
            return News.LISTED if is_missed else News.TOLD
        if message.is_seen and entry.is_missed:
            self._shown.put(replace(entry, is_missed=False))
            return News.SEEN
        return News.NONE

    def welcomed(self, message: Welcome) -> tuple[list[Had], list[Missed]]:
        """All that rings and was missed is told. What the server is to hear of, since this run of it seems
        not to know it; and which of that nobody saw here, so that it is missed."""
        self._is_complete = message.at is not None
        had: list[Had] = []
        unseen: list[Missed] = []
        if message.is_paired and message.at is not None and message.epoch:
            for told in [each for each in self._unsettled.values() if each.call_id not in self._again]:
                unseen.append(missed_of(entry_of(told), "unknown"))
                self.tells_missed(unseen[-1])
                had += _had(entry_of(told), message)
            for entry in self._shown.open():
                if entry.call_id not in self._again:
                    had += _had(entry, message)
        self._hear(message.at)
        return had[-MOST_HAD:], unseen

    def is_listing(self, call_id: str) -> bool:
        """Whether a missed call is on its way to the screen."""
        return call_id in self._listing

    # What became of it here

    def shown(self, call_id: str) -> None:
        """The person can see that this call rings."""
        told = self._unsettled.pop(call_id, None)
        if told is not None and self._shown.get(call_id) is None:
            self._shown.put(entry_of(told))
        self._move()

    def noted(self, call_id: str) -> bool:
        """The person can see that this call was missed, or whoever listens has it. Whether the server is to
        hear that."""
        entry = self._listing.pop(call_id, None)
        if entry is not None:
            self._shown.put(entry)
        self._move()
        return entry is not None or self._shown.get(call_id) is not None

    def looked_at(self, call_ids: Iterable[str]) -> list[str]:
        """Those of these calls that were on the list of missed ones, and are no more."""
        found = []
        for call_id in call_ids:
            waiting, entry = self._listing.get(call_id), self._shown.get(call_id)
            if waiting is not None and waiting.is_missed:
                self._listing[call_id] = replace(waiting, is_missed=False)
                found.append(call_id)
            elif entry is not None and entry.is_missed:
                self._shown.put(replace(entry, is_missed=False))
                found.append(call_id)
        return found

    def _hear(self, at: datetime | None) -> None:
        if at is not None:
            self._heard = at
        self._move()

    def _move(self) -> None:
        is_settled = not self._unsettled and not self._listing
        if self._is_complete and is_settled and self._heard is not None:
            self._shown.note_until(self._heard)


def _had(entry: Entry, welcome: Welcome) -> list[Had]:
    """What is said of a call to a server that may not know it."""
    if welcome.at is None or entry.rang_at is None or entry.epoch == welcome.epoch:
        return []
    if entry.rang_at < welcome.at - HAD_WITHIN:
        return []
    said = (entry.caller, entry.called, entry.call_id, entry.rang_at, entry.caller_name, entry.dialled)
    return [Had(*said, entry.direction)]


def missed_of(entry: Entry, outcome: str, ended_at: datetime | None = None) -> Missed:
    """A call on record as a server tells of one that is over."""
    return Missed(
        entry.caller,
        entry.called,
        entry.call_id,
        entry.rang_at,
        ended_at,
        outcome,
        caller_name=entry.caller_name,
        caller_company=entry.caller_company,
        dialled=entry.dialled,
        direction=entry.direction,
        epoch=entry.epoch,
    )
