"""The client without its windows: the link and the calls on one thread with an asyncio loop.

Owns that thread. Gives frozen notices to one listener, which is called on the loop thread and must return at
once; takes orders from any thread. Must not import Qt.
"""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from packetwave import __version__
from packetwave.client import preset, wakefulness
from packetwave.client.attempt import Asking
from packetwave.client.bond import Answer, Bond, BondState, Then
from packetwave.client.calls import RING_LIMIT_S, CallNotice, MissedNotice
from packetwave.client.conversation import Conversation
from packetwave.client.link import Backoff, Link, LinkState, Phase
from packetwave.client.preset import Preset
from packetwave.client.shown import Shown
from packetwave.client.trust import Trust
from packetwave.common.supervision import Failure, Supervisor
from packetwave.common.wakefulness import clock_s as boot_clock_s
from packetwave.protocol import PROTOCOL_VERSION, Hello, Message, Watching

_log = logging.getLogger(__name__)

_LAST_TURNS = 3
"""Turns of the loop in which connections that were broken off are closed, the last one with TLS beneath."""


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The link's state."""

    state: LinkState


@dataclass(frozen=True, slots=True)
class WatchingChanged:
    """Whether the server sees calls now; it does on a new connection until it says otherwise."""

    watching: Watching


@dataclass(frozen=True, slots=True)
class BondChanged:
    """How this PC stands with its server."""

    state: BondState


@dataclass(frozen=True, slots=True)
class Failed:
    """Something in the client failed unexpectedly; it goes on."""

    failure: Failure


Notice = LinkChanged | BondChanged | CallNotice | MissedNotice | WatchingChanged | Failed


class Engine:
    """Started once, stopped once; both at once or in any order are fine.

    language, extension: what is said in `hello`, see docs/protocol.md. shown: what this PC has of each call,
    None for nothing yet. lists_shown: as `Ledger`. trust: what is kept of the pairing, None for nothing.
    given: by the installation or a policy. clock_s: as that of `common.wakefulness`.
    """

    def __init__(
        self,
        listener: Callable[[Notice], None],
        server: str,
        *,
        language: str = "",
        extension: str = "",
        shown: Shown | None = None,
        lists_shown: bool = True,
        trust: Trust | None = None,
        given: Preset = Preset(),  # noqa: B008 - a frozen value
        forget_enrolment: Callable[[], object] = preset.forget_enrolment,
        ring_limit_s: float = RING_LIMIT_S,
        backoff: Callable[[], Backoff] = Backoff,
        clock_s: Callable[[], float] = boot_clock_s,
    ) -> None:
        self._listener = listener
        self._server = server
        self._named = Hello(PROTOCOL_VERSION, __version__, language=language, extension=extension, acks=True)
        self._bond = Bond(
            Trust(None) if trust is None else trust,
            given,
            Asking(socket.gethostname(), extension),
            lambda: self._hello,
            lambda state: self._tell(BondChanged(state)),
            forget_enrolment,
        )
        self._backoff = backoff
        self._clock_s = clock_s
        self._looks = wakefulness.Looks(clock_s())
        self._link: Link | None = None
        self._stopping = False
        self._on_stopped: Callable[[], None] | None = None
        self._loop = _Loop()
        self._conversation = Conversation(
            self._loop,
            Shown(None) if shown is None else shown,
            say=lambda message: self._link is not None and self._link.say(message),
            tell=self._tell,
            ring_limit_s=ring_limit_s,
            lists_shown=lists_shown,
        )
        self._changed = asyncio.Event()
        self._looking: asyncio.TimerHandle | None = None
        self._supervisor = Supervisor(self._on_failure)
        self._thread = threading.Thread(target=self._work, name="client", daemon=True)

    @property
    def _hello(self) -> Hello:
        return replace(self._named, until=self._conversation.until)

    @property
    def standing(self) -> BondState:
        """How this PC stands with its server. After the start its changes are notices."""
        return self._bond.state

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def use_server(self, server: str) -> None:
        """Leave the present server, if any, and connect to this one. Any thread."""

        def change() -> None:
            self._server = server
            self._changed.set()

        self._order(change)

    def retry(self) -> None:
        """Try to connect now instead of waiting. Any thread."""
        self._order(lambda: self._link.retry() if self._link else None)

    def pair(self) -> None:
        """Ask the server to be paired, or paired anew; digits follow. Any thread."""
        self._order(lambda: self._do(self._bond.pair()))

    def confirm_pairing(self) -> None:
        """The manager's screen shows the same digits. Any thread."""
        self._order(lambda: self._do(self._bond.confirm()))

    def cancel_pairing(self) -> None:
        """Leave it at what was before. Any thread."""
        self._order(lambda: self._do(self._bond.cancel()))

    def shown(self, call_id: str) -> None:
        """The person can see that this call rings: the server hears of it. Any thread."""
        self._order(lambda: self._conversation.shown(call_id))

    def noted(self, call_id: str) -> None:
        """The person can see that this call was missed, or whoever listens has it: the server hears of it.
        Any thread."""
        self._order(lambda: self._conversation.noted(call_id))

    def look_at(self, call_ids: Iterable[str]) -> None:
        """The person has looked at these missed calls: so the person's other PCs hear. Any thread."""
        ids = tuple(call_ids)
        self._order(lambda: self._conversation.look_at(ids))

    def stop(self, on_stopped: Callable[[], None] | None = None) -> None:
        """Begin to stop and return at once; `on_stopped` is called on the loop thread as its last act."""
        self._on_stopped = on_stopped or self._on_stopped

        def change() -> None:
            self._stopping = True
            self._changed.set()

        running = self._thread.ident is not None and self._order(change)
        if not running and on_stopped is not None:
            on_stopped()

    def join(self, timeout_s: float) -> bool:
        """Whether the thread ended within that time. Not for the Qt thread."""
        if self._thread.ident is None:
            self._loop.close()
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _order(self, change: Callable[[], object]) -> bool:
        try:
            self._loop.call_soon_threadsafe(change)
        except RuntimeError:  # the loop is closed: everything has stopped
            return False
        return True

    def _work(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._main())
        finally:
            self._tell(LinkChanged(LinkState(Phase.STOPPED, self._server)))
            if self._on_stopped is not None:
                self._on_stopped()

    async def _main(self) -> None:
        self._supervisor.watch_loop()
        self._looks = wakefulness.Looks(self._clock_s())
        self._look_later()
        self._conversation.begin()
        while not self._stopping:
            self._link = Link(
                self._server,
                line=self._bond,
                on_state=self._on_state,
                on_message=self._on_message,
                on_failure=self._supervisor.note,
                backoff=self._backoff(),
            )
            self._supervisor.keep("the link", self._link.run)
            await self._changed.wait()
            self._changed.clear()
            await self._supervisor.end()
            self._bond.moved()
            self._conversation.lost()
        if self._looking is not None:
            self._looking.cancel()
        self._conversation.end()
        for _ in range(_LAST_TURNS):
            await asyncio.sleep(0)

    def _on_state(self, state: LinkState) -> None:
        if state.phase is Phase.CONNECTED:
            self._conversation.connected()
            self._tell(LinkChanged(state))
            if self._link is not None and self._link.peer is not None:
                self._looks.met(self._link.peer, self._link.way)
                self._do(self._bond.connected(self._link.fingerprint, self._link.peer[1]))
        else:
            self._bond.not_connected(state)
            self._conversation.lost()
            self._tell(LinkChanged(state))

    def _on_message(self, message: Message) -> None:
        with self._supervisor.guard("a message"):
            self._take(message)

    def _do(self, answer: Answer) -> None:
        """What the bond wants to be done."""
        if self._link is None:
            return
        for message in answer.messages:
            self._link.say(message)
        match answer.then:
            case Then.ANEW:
                self._link.anew()
            case Then.WRONG:
                self._link.refuse(answer.reason)

    def _take(self, message: Message) -> None:
        self._do(self._bond.take(message))
        if not self._bond.hears():
            return  # who says it has not proved who it is
        if isinstance(message, Watching):
            _log.info(
                "the server %s %s", "watches" if message.is_watching else "does not watch", message.reason
            )
            self._tell(WatchingChanged(message))
            return
        self._conversation.take(message)

    def _look_later(self) -> None:
        self._looking = self._loop.call_later(wakefulness.LOOK_S, self._look)

    def _look(self) -> None:
        self._look_later()
        with self._supervisor.guard("looking whether it is time to enrol"):
            self._do(self._bond.look(self._loop.time()))
        with self._supervisor.guard("looking whether the PC slept"):
            peer = self._link.peer if self._link is not None else None
            way = "" if peer is None else wakefulness.way_to(peer)
            if self._looks.look(self._clock_s(), peer, way) and self._link is not None:
                _log.info("the PC slept, or its network is another one")
                self._supervisor.spawn("doubting the connection", self._link.doubt())

    def _on_failure(self, failure: Failure) -> None:
        self._order(lambda: self._tell(Failed(failure)))

    def _tell(self, notice: Notice) -> None:
        try:
            self._listener(notice)
        except Exception as error:  # noqa: BLE001 - a fault in a window must not cost the link
            if not isinstance(notice, Failed):  # which would fail again and again
                self._supervisor.note("a listener", error)


class _Loop(asyncio.SelectorEventLoop):
    """Looks names up on daemon threads: the system may take half a minute, and stopping waits for no one."""

    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        answer: asyncio.Future[list[Any]] = self.create_future()

        def give(result: list[Any] | OSError) -> None:
            if answer.done():
                return
            if isinstance(result, OSError):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        def look_up() -> None:
            result: list[Any] | OSError
            try:
                result = socket.getaddrinfo(host, port, family, type, proto, flags)
            except OSError as error:
                result = error
            with contextlib.suppress(RuntimeError):  # stopped meanwhile
                self.call_soon_threadsafe(give, result)

        threading.Thread(target=look_up, name="name-lookup", daemon=True).start()
        return await answer
