"""What a paired PC is still to be told of calls that are over: from when on, in pages, each once. No sockets.

Owns the numbers of alerts (`seq` within an `epoch`) and which of the missed calls each paired PC has
acknowledged, as long as the program runs. Delivery is at least once; the client sorts out what it has
(docs/decisions/trust.md). Times are arguments. The loop thread only.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from packetwave.protocol import Had, IncomingCall, Message, Missed, Seen
from packetwave.server.office.record import shared
from packetwave.server.office.values import CallRecord
from packetwave.server.store.base import Place

MARGIN = timedelta(minutes=5)
"""Told again of what the client says it has: an end may be written later than a younger one, and clocks are
mended by NTP."""

RETENTION = timedelta(days=90)
"""No call is told that is older."""

UNSAID = timedelta(days=1)
"""How far back where a client does not know any more what it has, or its time cannot be right: it lost its
file, or the server's clock was set back. Nobody goes through more; the call log has it."""

MAX_ACKNOWLEDGED = 500
"""Calls of one PC; beyond, the oldest is told again."""

MAX_PCS = 5_000


def since(until: datetime | None, made_at: datetime, now: datetime) -> datetime:
    """From when on a paired PC is told of calls that ended. until: what it says it has. made_at: when it was
    paired; what was before is not its business."""
    if until is not None and until <= now:
        return max(until - MARGIN, now - RETENTION, made_at)
    return max(now - UNSAID, made_at)


def missed(record: CallRecord, name_of: Callable[[str], str]) -> Missed:
    """What is told of a call that is over. name_of: a member's name by the extension."""
    return replace(
        Missed(**shared(record, Missed)),
        by_name=name_of(record.by) if record.by else "",
        is_seen=record.seen_at is not None,
    )


class Numbers:
    """The numbers of alerts. epoch: which run of the server this is."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self._last = 0

    def on(self, message: Message) -> Message:
        """The message with its number, if it is an alert."""
        if not isinstance(message, IncomingCall | Missed):
            return message
        self._last += 1
        return replace(message, seq=self._last, epoch=self.epoch)


class Acknowledged:
    """The missed calls that each paired PC said it has, bounded."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()

    def add(self, pairing: str, call_id: str) -> None:
        calls = self._calls.setdefault(pairing, OrderedDict())
        self._calls.move_to_end(pairing)
        calls[call_id] = None
        if len(calls) > MAX_ACKNOWLEDGED:
            calls.popitem(last=False)
        if len(self._calls) > MAX_PCS:
            self._calls.popitem(last=False)

    def has(self, pairing: str, call_id: str) -> bool:
        return call_id in self._calls.get(pairing, ())


@dataclass(frozen=True, slots=True)
class Page:
    """Calls that are over, in the order in which they ended.

    after: where the next page begins, None where this is the last one. is_known: False where it could not be
    seen what there is.
    """

    calls: tuple[Missed, ...]
    after: Place | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page: of calls to these extensions, that ended or were looked at since a time, after a place."""

    extensions: tuple[str, ...]
    since: datetime
    after: Place | None = None


AskForPage = Callable[[Wanted, Callable[[Page], None]], None]


class Past:
    """Who knows of calls that are over; this one knows of none."""

    def ask(self, wanted: Wanted, give: Callable[[Page], None]) -> None:
        """Ask for a page; it is given now or later, on the loop thread."""
        give(Page(()))

    def hear(self, said: Had | Seen, extensions: tuple[str, ...]) -> None:
        """What a paired PC of these extensions says of its calls."""


class Behind:
    """One session that is told what it missed. has: whether its PC has acknowledged a call.

    Attributes: is_asked, whether a page is asked for and not yet given; is_known, whether all was seen that
    there is.
    """

    def __init__(self, extensions: tuple[str, ...], begins: datetime, has: Callable[[str], bool]) -> None:
        self.is_asked = False
        self.is_known = True
        self._wanted: Wanted | None = Wanted(extensions, begins) if extensions else None
        self._has = has
        self._calls: deque[Missed] = deque()

    @property
    def is_over(self) -> bool:
        """Whether all is told."""
        return self._wanted is None and not self._calls

    def next(self) -> Missed | None:
        """The next call to be told; None where a page is to be asked for first, or all is told."""
        return self._calls.popleft() if self._calls else None

    def ask(self) -> Wanted | None:
        """The page to be asked for now, if one is."""
        if self.is_asked or self._calls or self._wanted is None:
            return None
        self.is_asked = True
        return self._wanted

    def give(self, page: Page) -> None:
        """Here it is. What the PC has is left out, unless somebody has looked at it: it is to hear that."""
        assert self._wanted is not None
        self.is_asked = False
        self.is_known = self.is_known and page.is_known
        self._calls.extend(call for call in page.calls if call.is_seen or not self._has(call.call_id))
        self._wanted = None if page.after is None else replace(self._wanted, after=page.after)
