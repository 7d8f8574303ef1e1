"""What the server says of calls, and what it is answered.

Owns what is known of the calls of this run (`calls`), what is on record of them (`ledger`), and the pace at
which the server is answered. The engine's loop thread.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from packetwave.client.acks import Acks
from packetwave.client.calls import (
    CallMissed,
    CallNotice,
    CallRinging,
    Calls,
    CallState,
    MissedKept,
    MissedNotice,
    MissedSeen,
)
from packetwave.client.ledger import Ledger, News
from packetwave.client.shown import Shown
from packetwave.common.numbers import mask
from packetwave.protocol import Ack, CallUpdate, IncomingCall, Message, Missed, Seen, Welcome

_log = logging.getLogger(__name__)

_SEEN_S = 1.0
"""What a person looks at within this time is said in one message."""

_SEEN_AT_ONCE = 200
_MOST_SEEN = 5_000
_MOST_QUIET = 1_000


class Conversation:
    """All that is said of calls, in both directions.

    say: says something to the server; False where there is no connection. tell: hears each notice.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        shown: Shown,
        *,
        say: Callable[[Message], bool],
        tell: Callable[[CallNotice | MissedNotice], None],
        ring_limit_s: float,
        lists_shown: bool = True,
    ) -> None:
        self._loop = loop
        self._shown_file = shown
        self._say = say
        self._tell = tell
        self._calls = Calls(ring_limit_s=ring_limit_s)
        self._ledger = Ledger(shown, lists_shown=lists_shown)
        self._quiet: dict[str, None] = {}
        """Calls that were shown before the program was started: only their end is news."""

        self._looked_at: list[str] = []
        self._acks = Acks()
        self._connected = False
        self._expiry: asyncio.TimerHandle | None = None
        self._acking: asyncio.TimerHandle | None = None
        self._saying_seen: asyncio.TimerHandle | None = None

    @property
    def until(self) -> datetime | None:
        """The server's time up to which this PC has all that it was to be told."""
        return self._ledger.until

    def begin(self) -> None:
        """Tell what is on the list of missed calls from before."""
        kept = self._ledger.missed()
        if kept:
            self._tell(MissedKept(tuple(entry.incoming for entry in kept)))

    def end(self) -> None:
        """Nothing more comes."""
        for timer in (self._expiry, self._acking, self._saying_seen):
            if timer is not None:
                timer.cancel()
        self._shown_file.close()

    def connected(self) -> None:
        """A connection stands."""
        self._connected = True
        self._ledger.connected()

    def lost(self) -> None:
        """There is none any more; may be called again."""
        if self._connected:
            self._connected = False
            self._acks = Acks()  # over the next connection the server tells again of what rings
            self._tell_all(self._calls.link_lost())

    # What the server says

    def take(self, message: Message) -> None:
        """A message of the server."""
        match message:
            case IncomingCall():
                _log.info("call from %s to %s", mask(message.caller), message.called)
                self._rings(message)
            case CallUpdate():
                self._updated(message, self._ledger.updated(message))
            case Missed():
                self._missed(message)
            case Seen(call_ids=call_ids):
                self._seen_elsewhere(self._ledger.looked_at(call_ids))
            case Welcome():
                self._calls.welcomed(self._loop.time())
                self._tell_all([])
                self._welcomed(message)
            case _:
                _log.debug("ignored a message of type %s", type(message).__name__)

    def _rings(self, message: IncomingCall) -> None:
        is_new = self._ledger.rings(message)
        notices = self._calls.incoming(message, self._loop.time())
        if not is_new and any(isinstance(notice, CallRinging) for notice in notices):
            self._calls.shown(message.call_id)
            self._quiet[message.call_id] = None
            if len(self._quiet) > _MOST_QUIET:
                del self._quiet[next(iter(self._quiet))]
        self._tell_all([notice for notice in notices if notice.call.call_id not in self._quiet])
        if self._calls.was_shown(message.call_id):
            self._acknowledge(message.call_id)

    def _updated(self, message: CallUpdate, listed: Missed | None) -> bool:
        """Tell what became of a call. listed: it as a missed one, where it is one now. Whether there is a
        popup of it."""
        notices = self._calls.update(message)
        if message.call_id in self._quiet:
            notices = []
            if message.state == CallState.ENDED:
                del self._quiet[message.call_id]
        self._tell_all(notices)
        if listed is not None and not notices:
            self._tell(CallMissed(listed, is_listed=True))
        return bool(notices)

    def _missed(self, message: Missed) -> None:
        news = self._ledger.tells_missed(message)
        said = (message.call_id, CallState.ENDED, message.outcome, message.by, message.by_name)
        has_popup = self._updated(CallUpdate(*said, message.ended_at), None)
        match news:
            case News.LISTED if not (has_popup and message.outcome == "missed"):
                self._tell(CallMissed(message, is_listed=True))
            case News.TOLD if not has_popup:
                self._tell(CallMissed(message, is_listed=False))
            case News.SEEN:
                self._seen_elsewhere([message.call_id])
                self.noted(message.call_id)
            case News.NONE if self._ledger.is_listing(message.call_id):
                pass  # on its way to the screen, from where `noted` comes
            case _:
                self.noted(message.call_id)

    def _seen_elsewhere(self, call_ids: list[str]) -> None:
        if call_ids:
            self._tell(MissedSeen(tuple(call_ids)))

    def _welcomed(self, message: Welcome) -> None:
        had, unseen = self._ledger.welcomed(message)
        for each in had:
            self._say(each)
        for missed in unseen:
            self._tell(CallMissed(missed, is_listed=True))
        self._say_seen()

    # What became of it here

    def shown(self, call_id: str) -> None:
        """The person can see that this call rings."""
        is_heard_of = self._calls.shown(call_id)
        self._ledger.shown(call_id)  # on record first: what is acknowledged is not told again
        if is_heard_of:
            self._acknowledge(call_id)

    def noted(self, call_id: str) -> None:
        """The person can see that this call was missed, or whoever listens has it."""
        if self._ledger.noted(call_id):
            self._acknowledge(call_id)

    def look_at(self, call_ids: Iterable[str]) -> None:
        """The person has looked at these missed calls."""
        self._looked_at += self._ledger.looked_at(call_ids)
        del self._looked_at[:-_MOST_SEEN]
        if self._looked_at and self._saying_seen is None:
            self._saying_seen = self._loop.call_later(_SEEN_S, self._say_seen)

    def _say_seen(self) -> None:
        """Say what was looked at; without a connection it waits for the next `welcome`."""
        if self._saying_seen is not None:
            self._saying_seen.cancel()
            self._saying_seen = None
        said, rest = self._looked_at[:_SEEN_AT_ONCE], self._looked_at[_SEEN_AT_ONCE:]
        if said and self._say(Seen(tuple(said))):
            self._looked_at = rest
            if rest:
                self._saying_seen = self._loop.call_later(_SEEN_S, self._say_seen)

    def _acknowledge(self, call_id: str) -> None:
        if self._connected:
            self._acks.add(call_id)
            self._say_acks()

    def _say_acks(self) -> None:
        for call_id in self._acks.due(self._loop.time()):
            self._say(Ack(call_id))
        if self._acking is not None:
            self._acking.cancel()
        due_s = self._acks.next_due_s
        self._acking = None if due_s is None else self._loop.call_at(due_s, self._say_acks)

    # Time

    def _tell_all(self, notices: list[CallNotice]) -> None:
        for notice in notices:
            self._tell(notice)
        due_s = self._calls.next_due_s
        if self._expiry is not None:
            if self._expiry.when() == due_s and not self._expiry.cancelled():
                return
            self._expiry.cancel()
        self._expiry = None if due_s is None else self._loop.call_at(due_s, self._expire)

    def _expire(self) -> None:
        self._expiry = None
        self._tell_all(self._calls.expire(self._loop.time()))
