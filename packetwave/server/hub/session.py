"""One client's session: what it is to be told, in order, at the pace at which it reads.

A message is written at once where the client has read what came before; else it waits in a bounded queue.
Calls that ring already are told in pages, read from the calls themselves when there is room, so that neither
a long replay nor a stale one can arise: what ended meanwhile rings no more in the next page. A paired PC is
then told what it missed, in pages too, and that all is told (`welcome`). The loop thread only.
"""

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

from packetwave.protocol import IncomingCall, Message, Missed, Welcome, encode
from packetwave.server.hub.budget import Budgets
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.hub.connection import HubConnection
from packetwave.server.hub.limits import Limits
from packetwave.server.hub.outbox import Acknowledged, AskForPage, Behind, Numbers, Page
from packetwave.server.hub.reports import Reports

Ringing = Callable[[tuple[str, ...], int, int], list[tuple[int, IncomingCall]]]
"""extensions, place, number: at most so many calls that ring there, after that place (0: from the first),
each with its own place, which grows."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to be written; all sessions that are told share it. call_id: of an `incoming_call`.
    missed: the call_id of a `missed`."""

    text: bytes
    call_id: str
    arrived: float
    missed: str = ""


def outgoing(message: Message, arrived: float) -> Outgoing:
    call_id = message.call_id if isinstance(message, IncomingCall) else ""
    missed = message.call_id if isinstance(message, Missed) else ""
    return Outgoing(encode(message).encode(), call_id, arrived, missed)


@dataclass(slots=True)
class Surroundings:
    """What the sessions of one hub share."""

    limits: Limits
    ringing: Ringing
    reports: Reports
    replays: Budgets
    backlogs: "Backlogs"
    numbers: Numbers
    acknowledged: Acknowledged
    ask_for_page: AskForPage


class Backlogs:
    """The sessions that have something still to be written."""

    def __init__(self) -> None:
        self._behind: set[Session] = set()
        self._none = asyncio.Event()
        self._none.set()

    def note(self, session: "Session", *, is_behind: bool) -> None:
        if is_behind:
            self._behind.add(session)
            self._none.clear()
        else:
            self._behind.discard(session)
            if not self._behind:
                self._none.set()

    async def gone(self) -> None:
        """Wait until no session is behind."""
        await self._none.wait()


class Session:
    """A client that is connected.

    Attributes: address; is_tls; info, as others see it; has_greeted, whether it said `hello`. Alerts written
    are followed by a ping of the server's: what answers it has read all that came before, in every WebSocket
    library, so the alert has arrived at the PC.
    """

    def __init__(self, connection: HubConnection, info: ClientInfo, around: Surroundings) -> None:
        self.address = info.address
        self.is_tls = info.is_tls
        self.info = info
        self.has_greeted = False
        self._connection = connection
        self._around = around
        self._queue: list[Outgoing] = []  # lists: an empty deque is ten times as large
        self._replayed: int | None = None
        self._replays_only: tuple[str, ...] | None = None
        self._after_replay: Welcome | None = None
        self._behind: Behind | None = None
        self._told: dict[str, None] = {}
        self._turn: asyncio.Handle | None = None
        self._pinged: bytes | None = None
        self._pings = 0
        self._on_the_way: list[Outgoing] = []
        self._since_ping: list[Outgoing] = []
        self._unacknowledged: dict[str, Outgoing] = {}
        self._silent_beats = 0
        self._is_over = False

    # What it is told

    def put(self, message: Outgoing) -> None:
        """Write a message, or let it wait for those before it."""
        try:
            self._flush()
            if not self._queue and self._connection.is_writable:
                self._write(message)
                self._ask()
            elif len(self._queue) >= self._around.limits.queue:
                self._connection.cut("does not read its messages")
            else:
                self._queue.append(message)
                self._note_backlog()
        except Exception:  # noqa: BLE001 - whatever it is, it ends here
            self._connection.crashed()

    def replay(self, then: Welcome | None = None, behind: Behind | None = None) -> None:
        """Tell all calls that ring for this client, oldest first; then what it missed, if it is to be told;
        then this message, when all is told."""
        self._replayed = 0
        self._replays_only = None
        self._after_replay = then
        self._behind = behind
        self.writable()

    def replay_gained(self, extensions: tuple[str, ...]) -> None:
        """Tell the calls that ring at extensions that it is told of from now on."""
        # In the middle of a replay all are told anew: some again, none is left out.
        self._replays_only = extensions if self._replayed is None else None
        self._replayed = 0
        self.writable()

    def was_told(self, call_id: str) -> bool:
        """Whether it was told here that this call rings, as far as is kept."""
        return call_id in self._told

    def writable(self) -> None:
        """More can be written: a turn, unless one is to come."""
        if self._turn is None:
            self._go_on()

    def _go_on(self) -> None:
        self._turn = None
        try:
            self._flush()
            if self._replayed is not None and not self._queue:
                self._replay_page()
            elif self._behind is not None and not self._queue:
                self._tell_missed(self._behind)
            self._ask()
            self._note_backlog()
        except Exception:  # noqa: BLE001 - whatever it is, it ends here
            self._connection.crashed()

    def _flush(self) -> None:
        while self._queue and self._connection.is_writable:
            self._write(self._queue.pop(0))

    def _replay_page(self) -> None:
        """Write the calls that ring next; another turn of the loop goes on, later where the address had
        many."""
        assert self._replayed is not None
        loop, limits = asyncio.get_running_loop(), self._around.limits
        budget = self._around.replays.of(self.address)
        wait_s = budget.wait_s(loop.time(), 0)
        if wait_s == 0:
            extensions = self.info.extensions if self._replays_only is None else self._replays_only
            page = self._around.ringing(extensions, self._replayed, limits.page)
            written = 0
            for place, message in page:
                if not self._connection.is_writable:
                    break
                self._write(outgoing(self._around.numbers.on(message), perf_counter()))
                self._replayed = place
                written += 1
            wait_s = budget.wait_s(loop.time(), written)
            if written == len(page) < limits.page:
                self._replayed = None
                self._all_told()
        if (self._replayed is not None or self._behind is not None) and self._connection.is_writable:
            self._turn = loop.call_later(wait_s, self._go_on)

    def _tell_missed(self, behind: Behind) -> None:
        """Write the missed calls that are next, or ask for them; another turn of the loop goes on."""
        loop, limits = asyncio.get_running_loop(), self._around.limits
        budget = self._around.replays.of(self.address)
        wait_s = budget.wait_s(loop.time(), 0)
        if wait_s == 0:
            written = 0
            while self._connection.is_writable and written < limits.page and (call := behind.next()):
                self._write(outgoing(self._around.numbers.on(call), perf_counter()))
                written += 1
            wait_s = budget.wait_s(loop.time(), written)
        if (wanted := behind.ask()) is not None:
            self._around.ask_for_page(wanted, lambda page: self._on_page(behind, page))
        elif behind.is_over:
            self._all_told()
        elif not behind.is_asked and self._connection.is_writable:
            self._turn = loop.call_later(wait_s, self._go_on)

    def _on_page(self, behind: Behind, page: Page) -> None:
        behind.give(page)
        if behind is self._behind and not self._is_over:
            self.writable()

    def _all_told(self) -> None:
        """Say so, if the client waits for it, and there is nothing more."""
        behind = self._behind
        if behind is not None and not behind.is_over:
            return
        then, self._after_replay, self._behind = self._after_replay, None, None
        if then is not None:
            if behind is not None and not behind.is_known:
                then = replace(then, at=None)  # the client has not all that was before that time
            self.put(outgoing(then, perf_counter()))

    def _note_backlog(self) -> None:
        is_behind = bool(self._queue) or self._replayed is not None or self._behind is not None
        self._around.backlogs.note(self, is_behind=is_behind and not self._is_over)

    def _write(self, message: Outgoing) -> None:
        self._connection.write(message.text)
        if message.missed and self.info.acks:
            self._expect_ack(message.missed, message)
        if message.call_id:
            self._told[message.call_id] = None
            if len(self._told) > self._around.limits.unconfirmed:
                del self._told[next(iter(self._told))]
            if len(self._since_ping) < self._around.limits.unconfirmed:
                self._since_ping.append(message)
            if self.info.acks:
                self._expect_ack(message.call_id, message)
            self._around.reports.told(message.call_id, self.address, _took_ms(message))

    def close(self, code: int, reason: str) -> None:
        """End it and say why."""
        try:
            self._connection.end(code, reason)
        except Exception:  # noqa: BLE001 - whatever it is, it ends here
            self._connection.crashed()

    def make_room(self) -> None:
        """End it for the sake of a newer one."""
        self._connection.make_room()

    # Whether it arrives, and is seen

    def _expect_ack(self, call_id: str, message: Outgoing) -> None:
        self._unacknowledged.pop(call_id, None)
        if len(self._unacknowledged) >= self._around.limits.unconfirmed:
            del self._unacknowledged[next(iter(self._unacknowledged))]
        self._unacknowledged[call_id] = message

    def _ask(self) -> None:
        """Ping after alerts, unless an answer is waited for: then again once that is there."""
        if self._since_ping and self._pinged is None and self._connection.is_writable:
            self._ping()

    def _ping(self) -> None:
        self._pings += 1
        self._pinged = struct.pack(">Q", self._pings)
        self._on_the_way, self._since_ping = self._since_ping, []
        self._connection.write_ping(self._pinged)

    def answered(self, data: bytes) -> bool:
        """Whether this pong answers the server's ping: then what was written before has arrived."""
        if data != self._pinged:
            return False
        arrived, self._on_the_way, self._pinged = self._on_the_way, [], None
        for message in arrived:
            self._around.reports.confirmed(message.call_id, self.address, _took_ms(message))
        self._ask()
        return True

    def acknowledged(self, call_id: str) -> None:
        """The client says that it has shown a call, or has it among the missed ones. What it was not told
        says nothing."""
        message = self._unacknowledged.pop(call_id, None)
        if message is not None and message.missed:
            self._around.acknowledged.add(self.info.pairing, call_id)
        elif message is not None:
            self._around.reports.acknowledged(call_id, self.address, _took_ms(message))

    def beat(self) -> None:
        """Once every `beat_s`: ping a client that is silent, give up one that stays so."""
        try:
            self._beat()
        except Exception:  # noqa: BLE001 - whatever it is, it ends here
            self._connection.crashed()

    def _beat(self) -> None:
        connection, limits = self._connection, self._around.limits
        if connection.is_ending:
            connection.ending_beats += 1
            if connection.ending_beats > 1:
                connection.cut("does not end")
            return
        if connection.was_heard:
            connection.was_heard = False
            self._silent_beats = 0
            return
        self._silent_beats += 1
        if self._silent_beats >= limits.silent_beats:
            connection.cut("is silent: its PC or the network is gone")
        elif self._silent_beats >= limits.ping_beats and self._pinged is None and connection.is_writable:
            self._ping()

    def end(self) -> None:
        """The connection is gone; what was written and never confirmed is said to be lost."""
        self._is_over = True
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        self._queue.clear()
        self._replayed = self._after_replay = self._behind = None
        self._around.backlogs.note(self, is_behind=False)
        for message in (*self._on_the_way, *self._since_ping):
            self._around.reports.lost(message.call_id, self.address)


def _took_ms(message: Outgoing) -> float:
    return (perf_counter() - message.arrived) * 1000
