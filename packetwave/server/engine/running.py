"""All that runs on the loop thread, once it is open: capture, members, hub and store put together.

Every part is there from the beginning to the end. Long-running work is supervised; a bug met by one value
costs no other.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from packetwave.common import memory
from packetwave.common.exit_codes import ExitCode
from packetwave.common.lines import Lines
from packetwave.common.loop_watch import Stalls
from packetwave.common.supervision import Failure, Supervisor
from packetwave.server.calls.events import Diagnosed, DiagnosisOver
from packetwave.server.capture import FILE_FAULTS
from packetwave.server.diagnosis import Code, DiagnosisEvent, Finding, Severity, in_english
from packetwave.server.engine.access import Access
from packetwave.server.engine.afterwards import Afterwards
from packetwave.server.engine.members import Members
from packetwave.server.engine.notices import (
    ChangeMembers,
    Command,
    FileFault,
    HistoryLoaded,
    HistoryRemoved,
    KeepDays,
    LoadHistory,
    Notice,
    RefusalCode,
    Refused,
    SetDoor,
    StartCapture,
    StopCapture,
    TrustSenders,
    WatchInterfaces,
    WatchPorts,
)
from packetwave.server.engine.retention import Retention
from packetwave.server.engine.status import StatusBoard
from packetwave.server.engine.switchboard import LATELY, MAX_RECENT, Switchboard
from packetwave.server.engine.watchdog import Watchdog
from packetwave.server.hub import Delivery, Hub
from packetwave.server.office import record as records
from packetwave.server.office.values import CallRecord, MemberTable, ToldHow
from packetwave.server.settings import ServerSettings
from packetwave.server.store.base import StoreError, Stores
from packetwave.server.store.exposure import findings_of
from packetwave.server.store.journal import Journal
from packetwave.server.store.thread import Caretaker, Flusher, StoreThread
from packetwave.server.trust.trust import Trust, open_trust
from packetwave.server.watch.lookout import Lookout, source_of
from packetwave.server.watch.meters import Meters
from packetwave.server.watch.states import CaptureState, Recording, Seen, Source, WatchState

log = logging.getLogger(__name__)

_STAGE_S = 0.6
_SILENT_S = 3.5

Notify = Callable[[Notice], None]


class Post(Protocol):
    """Calls a function on the loop thread soon, from any thread."""

    def __call__(self, function: Callable[..., None], *arguments: object) -> None:
        """Not after the end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run of the server is to be."""

    settings: ServerSettings

    open_stores: Callable[[], Stores]
    """Called on the store thread. Raises StoreError."""

    source: Source | None = None
    """What is watched at first, None for nothing yet."""

    events: Lines | None = None
    """Where the events go as JSON lines, None for nowhere; for who opened it to close."""

    on_end: Callable[[int, str], None] = lambda _code, _reason: None
    """Called once from the loop thread when a replay that ends by itself is over, or when `must_watch` is set
    and nothing can be watched; with the exit code and the reason. The engine still runs then; stop it."""

    keep: Callable[[str, Any], None] = lambda _name, _value: None
    """Stores a setting that was chosen in the window, for the next start. May raise OSError."""

    must_watch: bool = False

    forget_logs: Callable[[datetime], None] = lambda _before: None
    """Removes lines of before a time from the logs. May block; any thread."""

    data_dir: Path | None = None
    """Where the certificate and the pairings are kept; None for a server without TLS."""

    file_faults: tuple[FileFault, ...] = ()
    """What was wrong with files before this; what is wrong with the database's is in the status."""


async def open_running(plan: Plan, supervisor: Supervisor, notify: Notify, post: Post) -> "Running":
    """The engine, open: clients can connect. Raises StartFault, StoreError."""
    store_thread = StoreThread()
    try:
        stores = await _opened(store_thread.ask(plan.open_stores))
        trust = await open_trust(plan.data_dir) if plan.data_dir is not None else None
    except BaseException:
        store_thread.end()
        raise
    running = Running(plan, supervisor, store_thread, stores, trust, notify, post)
    try:
        await running.open()
    except BaseException:
        await running.close()
        raise
    return running


async def _opened(answer: "asyncio.Future[Stores]") -> Stores:
    await asyncio.wait((answer,), timeout=_SILENT_S)
    if not answer.done():
        log.error("the database does not answer: see whether its disk does; the server starts once it does")
    return await answer


class Running:
    """An engine whose stores are open. Attribute: supervisor."""

    def __init__(
        self,
        plan: Plan,
        supervisor: Supervisor,
        store_thread: StoreThread,
        stores: Stores,
        trust: Trust | None,
        notify: Notify,
        post: Post,
    ) -> None:
        self.supervisor = supervisor
        self._plan = plan
        self._settings = settings = plan.settings
        self._store_thread = store_thread
        self._stores = stores
        self._notify = notify
        self._flusher = Flusher(store_thread, stores.remote)
        self._caretaker = Caretaker(store_thread, stores.local)
        self._journal = Journal(stores.calls, plan.events, self._flusher.wake)
        self._switchboard = Switchboard(
            send=self._send,
            write=self._journal.put,
            notify=notify,
            is_paired=lambda extension: self._hub.is_paired(extension),
            away=lambda extension: self._hub.away(extension),
        )
        self._afterwards = Afterwards(
            self._switchboard,
            store_thread,
            stores.calls,
            supervisor.spawn,
            lambda extension, seen: self._hub.pass_on(extension, seen),
        )
        self._hub = Hub(
            ringing=self._switchboard.alerts.ringing,
            on_the_way=self._switchboard.alerts.on_the_way,
            on_told=self._told(ToldHow.WRITTEN),
            on_confirmed=self._told(ToldHow.ARRIVED),
            on_acknowledged=self._told(ToldHow.ACKNOWLEDGED),
            on_lost=lambda call_id, address: self._switchboard.told(call_id, address, 0.0, ToldHow.LOST),
            on_change=lambda: self._status.note(),
            watching=lambda: self._watchdog.watching,
            past=self._afterwards,
            trust=trust,
        )
        self._lookout = Lookout(
            settings,
            store_thread,
            stores.keeper,
            recording=isinstance(plan.source, Recording),
            post=post,
            on_seen=self._take,
            on_state=self._on_watch_state,
            on_diagnosis=self._on_diagnosis,
            on_failure=supervisor.note,
            open_calls=lambda: map(records.as_open, self._switchboard.begin_anew()),
        )
        self._watchdog = Watchdog(
            supervisor,
            self._lookout,
            store_thread,
            self._journal,
            tell_clients=self._hub.tell_all,
            on_change=self._note_store,
        )
        self._members = Members(store_thread, stores.members, self._use_members, notify)
        self._meters = Meters(settings.ports, supervisor)
        self._retention = Retention(
            store_thread,
            stores,
            settings.keep_days,
            forget_logs=plan.forget_logs,
            on_removed=lambda: notify(HistoryRemoved()),
            on_removed_elsewhere=self._on_removed_elsewhere,
        )
        self._status = StatusBoard(
            notify,
            lookout=self._lookout,
            hub=self._hub,
            switchboard=self._switchboard,
            journal=self._journal,
            flusher=self._flusher,
            caretaker=self._caretaker,
            file_faults=plan.file_faults,
            trust=trust,
        )
        self._access = Access(
            settings,
            trust,
            self._hub,
            self._status,
            notify=notify,
            keep=self._keep_settings,
            directory=lambda: self._switchboard.directory,
        )

    async def open(self) -> None:
        """Know the members and the calls of before, then let clients connect. Raises StartFault."""
        await self._caretaker.look(self._status.note)
        await self._journal.open()
        self._access.use_members()  # none yet, but those who are paired
        await self._members.load()
        await self._take_up_calls()
        await self._access.open()

    async def begin(self) -> None:
        """Start what runs all the time, and watch what is to be watched at first."""
        keep = self.supervisor.keep
        keep("writing calls", self._journal.run)
        keep("watching the members", self._members.watch)
        keep("writing to the database", lambda: self._flusher.run(self._status.note))
        keep("looking after the local file", lambda: self._caretaker.run(self._status.note))
        keep("looking whether all goes on", self._watchdog.run)
        keep("giving memory back", memory.keep_giving_back)
        keep("noting what is watched", self._lookout.heartbeat)
        keep("telling the status", self._status.run)
        keep("keeping the pairings", self._access.run)
        keep("removing old calls", self._retention.run)
        keep("noticing that calls are removed", self._retention.watch)
        self._tell_standing()
        if self._plan.source is not None:
            with self.supervisor.guard("beginning to watch"):
                await self._lookout.begin(self._plan.source)

    async def close(self) -> None:
        """Stop everything in order: detector, hub, store. Bounded."""
        guard = self.supervisor.guard
        with guard("ending the capture"):
            await self._lookout.end()
        with guard("ending the counters"):
            await self._meters.stop()
        with guard("closing the hub"):
            await self._hub.close()
        await self.supervisor.end()
        with guard("writing the pairings"), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STAGE_S):
                await self._access.close()
        with guard("closing the store"), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STAGE_S):
                with guard("writing the last calls"):
                    await self._journal.close()
                if self._stores.remote is not None:
                    await self._store_thread.run(self._stores.remote.flush)
                await self._store_thread.run(self._stores.close)
        self._journal.end()
        self._store_thread.end()

    @property
    def port(self) -> int:
        """The port clients connect to without TLS, 0 for none."""
        return self._access.port

    @property
    def tls_port(self) -> int:
        """The same with TLS."""
        return self._hub.tls_port

    def obey(self, command: Command) -> None:
        """Do what the window asks; its answers are notices."""
        self.supervisor.spawn(f"the command {type(command).__name__}", self._do(command))

    def tell_failure(self, failure: Failure) -> None:
        """Something failed unexpectedly: the windows are told."""
        self._status.failure = failure
        self._status.note()

    def tell_stalls(self, stalls: Stalls) -> None:
        """The loop goes on after it stood still: the windows are told."""
        self._status.stalls = stalls
        self._status.note()

    def _note_store(self) -> None:
        self._status.store_still_since = self._watchdog.store_still_since
        self._status.note()

    # Calls

    def _take(self, seen: Seen) -> None:
        for event in seen.events:
            with self.supervisor.guard("a call event"):
                self._switchboard.take(event, seen.arrived)

    def _send(self, delivery: Delivery, arrived: float) -> None:
        self._hub.send(delivery.extension, delivery.message, arrived, delivery.instead)

    def _told(self, how: ToldHow) -> Callable[[str, str, float], None]:
        return lambda call_id, address, took_ms: self._switchboard.told(call_id, address, took_ms, how)

    def _on_removed_elsewhere(self) -> None:
        self._switchboard.forget_ended()
        self._notify(HistoryRemoved())

    async def _take_up_calls(self) -> None:
        now = datetime.now(UTC)

        def over() -> list[CallRecord]:
            lately = self._stores.calls.load_calls(since=now - LATELY, limit=MAX_RECENT)
            return [record for record in lately if not records.is_open(record)]

        try:
            calls = await self._store_thread.run(self._stores.calls.open_calls)
            ended = await self._store_thread.run(over)
            self._switchboard.take_up(calls, now, ended)
        except StoreError as error:
            log.warning("calls of before the restart are not known: %s", error)
            return
        await self._lookout.restore(map(records.as_open, calls), [record.call_id for record in ended])

    def _use_members(self, table: MemberTable) -> None:
        self._switchboard.use_members(table)
        self._access.use_members()
        self._lookout.use_members(self._switchboard.directory.extensions)
        self._status.note()

    # Watching

    def _on_watch_state(self, state: WatchState) -> None:
        if state.reason:
            log.warning("%s", state.reason)
        match state.capture:
            case CaptureState.WATCHING:
                log.info("watching '%s' for SIP", state.detail)
                self.supervisor.spawn("noting the time unwatched", self._on_watching())
            case CaptureState.NO_LINK:
                self.supervisor.spawn("noting the time watched", self._lookout.interrupted())
            case CaptureState.FAILED:
                self.supervisor.spawn("noting the time watched", self._lookout.interrupted())
                # Doors are tried again, and are there while an interface is not.
                if self._plan.must_watch and not self._lookout.has_watched and not self._settings.doors:
                    self._plan.on_end(
                        ExitCode.FAILED if state.code in FILE_FAULTS else ExitCode.NO_CAPTURE,
                        state.reason,
                    )
            case CaptureState.REPLAYED:
                self.supervisor.spawn("ending the replay", self._after_replay())
        self._status.note()

    def _on_diagnosis(self, said: list[DiagnosisEvent]) -> None:
        for event in said:
            self._switchboard.say(event)
            if isinstance(event, DiagnosisOver):
                log.info("no longer so: %s", event.code)
            else:
                level = logging.INFO if event.severity == Severity.INFO else logging.WARNING
                log.log(level, "%s", in_english(Finding(Code(event.code), event.at, event.figures)))
        self._status.note()

    def _tell_standing(self) -> None:
        found = findings_of(self._settings.mongodb, datetime.now(UTC))
        self._status.standing = found
        self._on_diagnosis([Diagnosed(each.code, each.severity, each.since, each.figures) for each in found])

    async def _on_watching(self) -> None:
        is_again = self._lookout.has_watched
        unwatched = await self._lookout.watching()
        if unwatched is not None:
            self._switchboard.say(unwatched)
            if is_again:  # of the time between two runs the person knows
                self._status.unwatched = unwatched
                self._status.note()

    async def _after_replay(self) -> None:
        await self._hub.sent()
        await self._journal.sent()
        self._plan.on_end(ExitCode.FINE, "")

    # Commands

    async def _do(self, command: Command) -> None:
        match command:
            case ChangeMembers():
                await self._members.change(command)
            case StartCapture():
                await self._use(True, interface=command.interface)
            case SetDoor(kind, port):
                await self._use(port > 0, **{f"{kind}_port": port})
            case TrustSenders(sources):
                trusted = (*self._settings.tunnels, *sources)
                await self._use(False, tunnels=tuple(dict.fromkeys(trusted)))
            case WatchPorts(ports):
                await self._use(False, ports=tuple(dict.fromkeys((*self._settings.ports, *ports))))
            case StopCapture():
                await self._lookout.end()
                self._status.note()
            case WatchInterfaces():
                if command.on:
                    self._meters.start(self._notify)
                else:
                    await self._meters.stop()
            case LoadHistory():
                await self._load_history(command)
            case KeepDays(days):
                self._retention.days = days
                self._keep_settings(keep_days=days)
            case _:
                await self._access.obey(command)

    def _keep_settings(self, **chosen: Any) -> None:
        """Let settings hold from now on, and for the next start."""
        self._settings = replace(self._settings, **chosen)
        for name, value in chosen.items():
            try:
                self._plan.keep(name, value)
            except OSError as error:
                log.warning("'%s' holds until the program ends, but cannot be stored: %s", name, error)

    async def _use(self, begins: bool, **chosen: Any) -> None:
        """Let settings hold from now on, and for the next start. begins: also watch where nothing is watched,
        because somebody has stopped it."""
        self._keep_settings(**chosen)
        settings = self._settings
        self._meters.ports = settings.ports
        self._lookout.use_settings(settings)
        source = source_of(settings)
        if source is None:
            await self._lookout.end()
        elif begins or self._lookout.watch is not None:
            await self._lookout.begin(source)
        self._status.note()

    def _store_choices(self, **chosen: Any) -> None:
        for name, value in chosen.items():
            try:
                self._plan.keep(name, value)
            except OSError as error:
                log.warning("'%s' holds until the program ends, but cannot be stored: %s", name, error)

    async def _load_history(self, command: LoadHistory) -> None:
        def load() -> list[CallRecord]:
            return self._stores.calls.load_calls(since=command.since, limit=command.limit)

        try:
            calls = await self._store_thread.run(load)
        except StoreError as error:
            self._notify(Refused(command, RefusalCode.FAILED, str(error)))
        else:
            self._notify(HistoryLoaded(tuple(calls)))
