"""The WebSocket server: sessions of clients, and messages to those who are told of an extension's calls.

Owns every connection. On the loop thread only. A client is known by its pairing, over TLS, or by the address
it connects from (docs/protocol.md); it need not say anything. Who is told what is the roster's. What one
client does costs the same however many there are, and a client that does not read, says nonsense, too much
or nothing at all is closed and nobody else notices.
"""

import asyncio
import contextlib
import logging
import secrets
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter

from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import ConnectionClosed

from packetwave import __version__
from packetwave.common import open_files
from packetwave.protocol import (
    CLOSE_BAD_DATA,
    CLOSE_NOT_TEXT,
    CLOSE_POLICY,
    PROTOCOL_VERSION,
    Ack,
    CallUpdate,
    Had,
    Hello,
    Message,
    Missed,
    ProtocolError,
    Seen,
    Welcome,
    decode,
)
from packetwave.server.hub.budget import Budgets
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.hub.complaints import Complaints
from packetwave.server.hub.connection import HubConnection
from packetwave.server.hub.door import Door, Refusal
from packetwave.server.hub.limits import Limits
from packetwave.server.hub.listening import listen
from packetwave.server.hub.newcomers import Newcomers
from packetwave.server.hub.outbox import Acknowledged, Behind, Numbers, Past, since
from packetwave.server.hub.pairing import Asked, Pairer
from packetwave.server.hub.reports import OnLost, OnTold, Reports
from packetwave.server.hub.roster import Change, Roster
from packetwave.server.hub.session import Backlogs, Ringing, Session, Surroundings, outgoing
from packetwave.server.hub.turns import Turns
from packetwave.server.office.directory import Directory
from packetwave.server.office.validation import check_extension
from packetwave.server.trust.pairings import Pairing
from packetwave.server.trust.trust import Trust

log = logging.getLogger(__name__)
_crash = logging.getLogger("packetwave.crash")


class Hub:
    """Clients, told of the calls of their extensions.

    ringing: what a client that connects is told. on_the_way: the calls of an extension whose end is still to
    be told, to who is told of them no more. on_told: an `incoming_call` was written to
    a client; on_confirmed: it has arrived there; on_acknowledged: the client has shown it to its person;
    on_lost: it was written and the client is gone before it was known that it arrived; none of the four from
    within `send`. on_change: clients came, went, or said who they are; some
    times a second at most. past: knows what paired PCs missed. trust: who the server is and who is paired,
    None for a hub without.

    Attributes: pairer, None without trust; epoch, which run of the server this is; tls_port, 0 without TLS.
    """

    def __init__(
        self,
        *,
        ringing: Ringing,
        on_the_way: Callable[[str], list[str]] = lambda _extension: [],
        on_told: OnTold,
        on_change: Callable[[], None],
        on_confirmed: OnTold = lambda _call_id, _address, _took_ms: None,
        on_acknowledged: OnTold = lambda _call_id, _address, _took_ms: None,
        on_lost: OnLost = lambda _call_id, _address: None,
        past: Past = Past(),  # noqa: B008 - it has no state
        trust: Trust | None = None,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
    ) -> None:
        self.limits = limits
        self.tls_port = 0
        self.epoch = secrets.token_hex(8)
        self._numbers = Numbers(self.epoch)
        self._acknowledged = Acknowledged()
        self._past = past
        self._on_the_way = on_the_way
        self._on_change = on_change
        self._backlogs = Backlogs()
        replays = Budgets(limits.replays_of_address)
        self._reports = Reports(on_told, on_confirmed, on_acknowledged, on_lost)
        self._around = Surroundings(
            limits,
            ringing,
            self._reports,
            replays,
            self._backlogs,
            self._numbers,
            self._acknowledged,
            past.ask,
        )
        self._messages = Budgets(limits.messages_of_address)
        self._door = Door(limits, limits.sessions)
        self.pairer: Pairer | None = None
        if trust is not None:
            self.pairer = Pairer(
                limits,
                trust,
                extensions_at=lambda address: self._directory.extensions_at(address),
                is_connected=lambda pairing: bool(self._roster.of_pairing(pairing)),
                on_change=self._changed,
            )
        self._directory = Directory()
        self._complaints = Complaints(limits.complaints_s)
        self._roster: Roster[Session] = Roster()
        self._sessions: dict[Session, None] = {}
        self._clients: tuple[ClientInfo, ...] | None = ()
        self._kept: frozenset[str] = frozenset()
        self._turned_away: set[HubConnection] = set()
        self._opening: set[HubConnection] = set()
        self._newcomers = Newcomers()
        self._turns = Turns(limits.handshakes_of_turn)
        self._plain: Server | None = None
        self._tls: Server | None = None
        self._beat: asyncio.TimerHandle | None = None
        self._change: asyncio.TimerHandle | None = None

    async def open(self, host: str, port: int) -> int:
        """Listen without TLS; the port (of use where 0 was asked for). Raises OSError, as where the port is
        taken."""
        self._plain = await self._listen(host, port, None)
        return _port_of(self._plain)

    async def open_tls(self, host: str, port: int, context: ssl.SSLContext) -> int:
        """The same with TLS."""
        self._tls = await self._listen(host, port, context)
        self.tls_port = _port_of(self._tls)
        return self.tls_port

    async def close_plain(self) -> None:
        """Listen without TLS no more; its sessions are closed (1001)."""
        server, self._plain = self._plain, None
        await self._close(server)

    async def _listen(self, host: str, port: int, context: ssl.SSLContext | None) -> Server:
        self._begin_counting()
        return await listen(self, self._serve, host, port, context)

    def _begin_counting(self) -> None:
        if self._beat is not None:
            return
        self._door = Door(self.limits, self._places())
        self._door.keep(self._kept)
        self._beat = asyncio.get_running_loop().call_later(self.limits.beat_s, self._next_beat)

    def _places(self) -> int:
        limits = self.limits
        files = open_files.allow(limits.sessions + limits.spare_files)
        # Where even the spare ones are refused, half is for clients.
        places = min(limits.sessions, max(files - limits.spare_files, files // 2))
        if places < limits.sessions:
            log.warning(
                "at most %d clients can connect: the system allows this program %d open files", places, files
            )
        return places

    async def close(self) -> None:
        """Close every session (1001), then the ports. Bounded; may be called twice."""
        for timer in (self._beat, self._change):
            if timer is not None:
                timer.cancel()
        self._beat = self._change = None
        for connection in (*self._turned_away, *self._opening):
            connection.transport.abort()
        plain, tls = self._plain, self._tls
        self._plain = self._tls = None
        await self._close(plain, tls)
        self._reports.give()

    async def _close(self, *servers: Server | None) -> None:
        for server in filter(None, servers):
            server.close()  # with code 1001
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * self.limits.close_s):
                for server in filter(None, servers):
                    await server.wait_closed()

    def use(self, directory: Directory, pairings: Mapping[str, Pairing]) -> None:
        """The members, and the pairings by their ids, from now on. Places are kept for their addresses. The
        sessions of a pairing that is gone are closed."""
        self.keep(directory.addresses | {each.address for each in pairings.values() if each.address})
        self._directory = directory
        for session in list(self._sessions):
            if session.info.pairing and session.info.pairing not in pairings:
                session.close(CLOSE_POLICY, "revoked")
        self._apply(self._roster.use(directory, pairings))
        self._changed()

    def keep(self, addresses: frozenset[str]) -> None:
        """Keep places for these addresses, and for no others."""
        self._kept = addresses
        self._door.keep(addresses)

    def clients(self) -> tuple[ClientInfo, ...]:
        """All sessions, in the order of their addresses; the same tuple as before where nothing has
        changed."""
        if self._clients is None:
            self._clients = tuple(
                session.info for session in sorted(self._sessions, key=lambda each: each.address)
            )
        return self._clients

    def is_connected(self, address: str) -> bool:
        return bool(self._roster.at(address))

    def is_paired(self, extension: str) -> bool:
        """Whether a pairing has this extension."""
        return self._roster.is_paired(extension)

    def away(self, extension: str) -> tuple[str, ...]:
        """The addresses of those to be told of calls to an extension who have no client connected."""
        return self._roster.away(extension)

    def send(self, extension: str, message: Message, arrived: float, instead: Missed | None = None) -> None:
        """Tell a message to every session that is told of calls to this extension. arrived: `perf_counter` of
        its cause. instead: what a paired PC is told that was not told that this call rings."""
        ready = ready_instead = None
        for session in self._roster.told_of(extension):
            if instead is not None and session.info.pairing and not session.was_told(instead.call_id):
                ready_instead = ready_instead or outgoing(self._numbers.on(instead), arrived)
                session.put(ready_instead)
            else:
                ready = ready or outgoing(self._numbers.on(message), arrived)
                session.put(ready)

    def pass_on(self, extension: str, seen: Seen) -> None:
        """Tell the paired PCs of this extension what its person has looked at."""
        for session in self._roster.told_of(extension):
            if session.info.pairing:
                session.put(outgoing(seen, perf_counter()))

    async def sent(self) -> None:
        """Wait until every message is given to the system or its session is gone."""
        await self._backlogs.gone()
        self._reports.give()

    def beat(self) -> None:
        """Look at all sessions: who is silent is pinged, who stays so is cut. The hub's own timer calls
        this."""
        for session in list(self._sessions):
            session.beat()

    # What connections ask

    def enter(self, connection: HubConnection) -> bool:
        refusal = self._enter(connection)
        if refusal is not None and connection.is_tls and self._newcomers.make_room(refusal):
            refusal = self._enter(connection)
        if refusal is not None:
            self.complain(refusal, connection.address)
            return False
        self._opening.add(connection)
        if connection.is_tls and not self._door.is_kept(connection.address):
            self._newcomers.arrive(connection)
        return True

    def _enter(self, connection: HubConnection) -> Refusal | None:
        now_s = asyncio.get_running_loop().time()
        return self._door.enter(connection.address, now_s, is_tls=connection.is_tls)

    def wait_for_turn(self, connection: HubConnection) -> None:
        self._turns.wait(connection, is_known=self._door.is_kept(connection.address))

    def lingers(self, connection: HubConnection) -> bool:
        if len(self._turned_away) >= self.limits.turned_away:
            return False
        self._turned_away.add(connection)
        return True

    def leave(self, connection: HubConnection) -> None:
        self._opening.discard(connection)
        self._newcomers.gone(connection)
        if connection.has_place:
            self._door.leave(connection.address, was_opened=connection.is_open)
        else:
            self._turned_away.discard(connection)

    def complain(self, reason: str, address: str) -> None:
        self._complaints.add(reason, address, asyncio.get_running_loop().time())

    # Sessions

    async def _serve(self, connection: ServerConnection) -> None:
        """What websockets runs for each handshake that came to its end, until the connection is gone."""
        assert isinstance(connection, HubConnection)
        session = None
        try:
            session = self._begin(connection)
            await self._read(session, connection)
        except ConnectionClosed:
            pass
        except Exception:  # noqa: BLE001 - whatever it is, it ends here
            connection.crashed()
        finally:
            if session is not None:
                self._end(session)

    def _begin(self, connection: HubConnection) -> Session:
        address = connection.address
        info = ClientInfo(address, datetime.now(UTC), is_tls=connection.is_tls)
        session = Session(connection, info, self._around)
        self._opening.discard(connection)
        self._door.opened(address)
        connection.begin(session)
        self._sessions[session] = None
        self._newcomers.opened(connection, session)
        self._changed()
        self._apply(self._roster.enter(session, address), but=session)
        session.replay()
        return session

    def _end(self, session: Session) -> None:
        session.end()
        del self._sessions[session]
        self._newcomers.known(session)
        if self.pairer is not None:
            self.pairer.gone(session)
        self._apply(self._roster.leave(session))
        self._changed()

    def _apply(self, changes: list[Change[Session]], but: Session | None = None) -> None:
        """Tell sessions what has changed for them. but: the one that is told all that rings anyway."""
        for change in changes:
            session, standing = change.session, change.standing
            session.info = replace(session.info, extensions=standing.extensions, untold=standing.untold)
            for extension in change.lost:
                for call_id in self._on_the_way(extension):
                    session.put(outgoing(CallUpdate(call_id, "ended", "unknown"), perf_counter()))
            if change.gained and session is not but:
                session.replay_gained(change.gained)
        if changes:
            self._changed()

    async def _read(self, session: Session, connection: HubConnection) -> None:
        loop = asyncio.get_running_loop()
        async for data in connection:
            wait_s = self._messages.of(session.address).wait_s(loop.time())
            if wait_s > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await connection.wait_closed()
            if isinstance(data, bytes):
                await self._refuse(connection, CLOSE_NOT_TEXT, "messages are JSON text")
                return
            try:
                message = decode(data)
            except ProtocolError as error:
                await self._refuse(connection, CLOSE_BAD_DATA, str(error))
                return
            if isinstance(message, Hello):
                self._greet(session, message)
            elif isinstance(message, Ack):
                session.acknowledged(message.call_id)
            elif isinstance(message, Had | Seen):
                if session.info.pairing:
                    self._past.hear(message, session.info.extensions)
            elif isinstance(message, Asked) and self.pairer is not None:
                await self.pairer.hear(session, message)

    def _greet(self, session: Session, hello: Hello) -> None:
        pairing, refusal = self._pairing_of(session, hello)
        if pairing is not None:
            self._newcomers.known(session)
        wanted = hello.extension.strip()
        wants = wanted if check_extension(wanted) is None else ""
        said = replace(
            session.info,
            version=hello.version[:64],
            wants=wants,
            acks=hello.acks,
            client=hello.client[:64],
            pairing=pairing.id if pairing else "",
            pc=pairing.pc if pairing else "",
        )
        if said != session.info:
            session.info = said
            self._changed()
        self._apply(self._roster.identify(session, said.client, said.pairing), but=session)
        now = datetime.now(UTC)
        session.replay(
            Welcome(
                PROTOCOL_VERSION,
                __version__,
                session.info.extensions,
                at=now,
                epoch=self.epoch,
                is_paired=pairing is not None,
                refusal=refusal,
                tls_port=0 if session.is_tls else self.tls_port,
            ),
            None
            if pairing is None
            else self._behind(pairing, session, since(hello.until, pairing.made_at, now)),
        )

    def _behind(self, pairing: Pairing, session: Session, begins: datetime) -> Behind:
        has = self._acknowledged.has
        return Behind(session.info.extensions, begins, lambda call_id: has(pairing.id, call_id))

    def _pairing_of(self, session: Session, hello: Hello) -> tuple[Pairing | None, str]:
        """The pairing whose key a client has, or why the one that it names does not count."""
        found = self.pairer.recognise(session, hello) if self.pairer is not None else None
        return (found, "") if isinstance(found, Pairing) else (None, found or "")

    async def _refuse(self, connection: HubConnection, code: int, reason: str) -> None:
        self.complain("said what is no message", connection.address)
        await connection.close(code, reason)

    # Timers

    def _next_beat(self) -> None:
        loop = asyncio.get_running_loop()
        self._beat = loop.call_later(self.limits.beat_s, self._next_beat)
        self._complaints.tell(loop.time())
        if self.pairer is not None:
            self.pairer.beat()
        self.beat()

    def _changed(self) -> None:
        self._clients = None
        if self._change is None and (self._plain or self._tls):
            self._change = asyncio.get_running_loop().call_later(self.limits.changes_s, self._tell_change)

    def _tell_change(self) -> None:
        self._change = None
        try:
            self._on_change()
        except Exception:  # noqa: BLE001 - whoever listens, clients are served
            _crash.error("a change of the clients could not be told", exc_info=True)


def _port_of(server: Server) -> int:
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port
