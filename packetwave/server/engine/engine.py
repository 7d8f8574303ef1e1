"""The whole server without Qt: capture, detector, members, hub and store put together.

Owns the loop thread and, through its parts, the detector and store threads. Notices go to one listener from
the loop thread; commands come from any thread. Stopping is in order (detector, hub, store), idempotent and
bounded.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from typing import TextIO

from packetwave.server.calls.events import DiagnosisOver
from packetwave.server.diagnosis import Code, DiagnosisEvent, Finding, Severity, in_english
from packetwave.server.engine.notices import (
    ChangeMembers,
    Command,
    FileFault,
    HistoryLoaded,
    LoadHistory,
    Notice,
    Refused,
    StartCapture,
    Status,
    StatusChanged,
    StopCapture,
    WatchInterfaces,
)
from packetwave.server.engine.switchboard import Switchboard
from packetwave.server.faults import (
    EXIT_FAILED,
    EXIT_FINE,
    EXIT_NO_CAPTURE,
    StartFault,
    listen_fault,
    start_fault,
)
from packetwave.server.hub import Delivery, Hub
from packetwave.server.office import record as records
from packetwave.server.office.values import CallRecord, MemberTable
from packetwave.server.settings import ServerSettings, parse_listen
from packetwave.server.store.base import StoreAway, StoreConflict, StoreError, Stores, StoreState
from packetwave.server.store.thread import CallWriter, StoreThread
from packetwave.server.watch.lookout import Lookout
from packetwave.server.watch.meters import Meters
from packetwave.server.watch.states import CaptureState, Live, Recording, Seen, Source, WatchState

log = logging.getLogger(__name__)

STATUS_S = 0.5
MEMBERS_S = 1.0
FLUSH_S = 2.0
_STAGE_S = 0.6


class Engine:
    """One run of the server.

    open_stores: called on the store thread. source: what is watched at first, None for nothing yet.
    file_faults: what was wrong with files before this; the database's own is found here.
    on_end: called once from the loop thread when a replay that ends by itself is over, or when `must_watch`
    is set and nothing can be watched; with the exit code. The engine still runs then; stop it.
    """

    def __init__(
        self,
        settings: ServerSettings,
        open_stores: Callable[[], Stores],
        *,
        source: Source | None = None,
        events: TextIO | None = None,
        listener: Callable[[Notice], None] = lambda _notice: None,
        on_end: Callable[[int, str], None] = lambda _code, _reason: None,
        on_interface: Callable[[str], None] = lambda _name: None,
        must_watch: bool = False,
        file_faults: tuple[FileFault, ...] = (),
    ) -> None:
        self._settings = settings
        self._open_stores = open_stores
        self._first_source = source
        self._listener = listener
        self._on_end = on_end
        self._on_interface = on_interface
        self._must_watch = must_watch
        self._file_faults = file_faults
        self._thread = threading.Thread(target=self._run_loop, name="loop", daemon=True)
        self._store_thread = StoreThread()
        self._started = threading.Event()
        self._fault: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_asked: asyncio.Event | None = None
        self._done: list[Callable[[], None]] = []
        self._done_lock = threading.Lock()
        self._is_done = False
        self._lookout = Lookout(
            settings,
            self._store_thread,
            recording=isinstance(source, Recording),
            post=self._post,
            on_seen=self._take,
            on_state=self._on_watch_state,
            on_diagnosis=self._on_diagnosis,
        )
        self._table = MemberTable()
        self._switchboard = Switchboard(
            send=self._send,
            write=self._write,
            notify=self._notify,
            is_connected=self._is_connected,
            events=events,
        )
        self._hub: Hub | None = None
        self._writer: CallWriter | None = None
        self._stores: Stores | None = None
        self._status = Status()
        self._store_state: tuple[StoreState, str] = (StoreState.EMBEDDED, "")
        self._unwritten = 0
        self._listening = ""
        self._rate = _Rate()
        self._meters = Meters(settings.ports)

    # For the program's main thread

    def start(self) -> None:
        """Begin; returns once clients can connect. Raises StartFault."""
        self._thread.start()
        self._started.wait()
        if self._fault is not None:
            self._thread.join()
            raise self._fault

    def submit(self, command: Command) -> None:
        """Hand a command over, from any thread; never blocks. Without effect once the engine stops."""
        self._post(self._obey, command)

    def stop(self, done: Callable[[], None] = lambda: None) -> None:
        """Begin to stop; returns at once. done: called, from any thread, when all is stopped. Also twice."""
        with self._done_lock:
            if not self._is_done:
                self._done.append(done)
                done = lambda: None  # noqa: E731
        done()
        if self._stop_asked is not None:
            self._post(self._stop_asked.set)

    def join(self, timeout_s: float) -> bool:
        """True if the engine has stopped within that time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def port(self) -> int:
        """The port clients connect to."""
        return int(self._listening.rpartition(":")[2])

    # The loop thread

    def _post(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function on the loop thread soon, from any thread; not after the end."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(function, *arguments)

    def _run_loop(self) -> None:
        try:
            asyncio.run(self._run())
        finally:
            self._loop = None
            with self._done_lock:
                self._is_done = True
                waiting, self._done = self._done, []
            for done in waiting:
                done()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop_asked = asyncio.Event()
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._open()
        except Exception as error:  # noqa: BLE001 - whatever it is, the starting thread waits for it
            self._fault = error if isinstance(error, StartFault) else start_fault(error)
        else:
            assert self._writer is not None
            for work in (
                self._writer.run(),
                self._watch_members(),
                self._flush(),
                self._lookout.heartbeat(),
                self._tell_status(),
            ):
                tasks.append(asyncio.create_task(work))
        self._started.set()
        if self._fault is None:
            if self._first_source is not None:
                await self._lookout.begin(self._first_source)
            await self._stop_asked.wait()
        await self._close(tasks)

    async def _open(self) -> None:
        self._stores = stores = await self._store_thread.run(self._open_stores)
        self._store_state = (StoreState.EMBEDDED, stores.problem)
        if stores.problem:
            log.warning("%s", stores.problem)
            self._file_faults = (*self._file_faults, FileFault.DATABASE_PUT_ASIDE)
        self._writer = CallWriter(self._store_thread, stores.calls)
        self._lookout.keep_by(stores.keeper)
        await self._load_members()
        await self._take_up_calls()
        self._hub = Hub(
            ringing_at=self._switchboard.alerts.ringing_at,
            extensions_at=lambda address: self._switchboard.directory.extensions_at(address),
            on_told=self._switchboard.told,
            on_change=self._note_status,
        )
        self._keep_places()
        host, port = parse_listen(self._settings.listen)
        try:
            port = await self._hub.open(host, port)
        except OSError as error:
            raise listen_fault(self._settings.listen, error) from error
        self._listening = f"{host}:{port}"
        log.info("clients connect to %s", self._listening)

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        await self._lookout.end()
        await self._meters.stop()
        if self._hub is not None:
            await self._hub.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        stores = self._stores
        if stores is not None and self._writer is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STAGE_S):
                    await self._writer.write()
                    await self._store_thread.run(stores.close)
        self._store_thread.end()

    def _notify(self, notice: Notice) -> None:
        self._listener(notice)

    # Calls

    def _take(self, seen: Seen) -> None:
        for event in seen.events:
            self._switchboard.take(event, seen.arrived)

    def _send(self, told: Delivery, arrived: float) -> None:
        if self._hub is not None:
            self._hub.send(told.addresses, told.message, arrived)

    def _write(self, record: CallRecord) -> None:
        if self._writer is not None:
            self._writer.put(record)

    def _is_connected(self, address: str) -> bool:
        return self._hub is not None and self._hub.is_connected(address)

    async def _take_up_calls(self) -> None:
        assert self._stores is not None
        try:
            calls = await self._store_thread.run(self._stores.calls.open_calls)
        except StoreError as error:
            log.warning("calls of before the restart are not known: %s", error)
            return
        self._switchboard.take_up(calls)
        self._lookout.restore(map(records.as_open, calls))

    # Watching

    def _on_watch_state(self, state: WatchState) -> None:
        if state.reason:
            log.warning("%s", state.reason)
        if state.capture is CaptureState.WATCHING:
            log.info("watching '%s' for SIP", state.detail)
            self._spawn(self._on_watching())
        elif state.capture is CaptureState.FAILED:
            self._spawn(self._lookout.note_watched())
            if self._must_watch and not self._lookout.has_watched:
                self._on_end(EXIT_NO_CAPTURE if state.code != "bad_file" else EXIT_FAILED, state.reason)
        elif state.capture is CaptureState.REPLAYED:
            self._spawn(self._after_replay())
        self._note_status()

    def _on_diagnosis(self, said: list[DiagnosisEvent]) -> None:
        for event in said:
            self._switchboard.say(event)
            if isinstance(event, DiagnosisOver):
                log.info("no longer so: %s", event.code)
            else:
                level = logging.INFO if event.severity == Severity.INFO else logging.WARNING
                log.log(level, "%s", in_english(Finding(Code(event.code), event.at, event.figures)))
        self._note_status()

    async def _on_watching(self) -> None:
        unwatched = await self._lookout.watching()
        if unwatched is not None:
            self._switchboard.say(unwatched)

    async def _after_replay(self) -> None:
        assert self._hub is not None
        await self._hub.sent()
        self._on_end(EXIT_FINE, "")

    # Members and store

    async def _load_members(self) -> None:
        assert self._stores is not None
        try:
            table = await self._store_thread.run(self._stores.members.load_members)
        except StoreError as error:
            log.warning("the members cannot be read: %s", error)
            return
        self._use_members(table)

    def _use_members(self, table: MemberTable) -> None:
        if table.defects and table.defects != self._table.defects:
            for defect in table.defects:
                log.warning("a member's '%s' is wrong (%s): %r", defect.field_name, defect.code, defect.value)
        self._table = table
        self._switchboard.use_members(table)
        self._keep_places()
        self._lookout.use_members(self._switchboard.directory.extensions)
        self._note_status()

    def _keep_places(self) -> None:
        if self._hub is not None:
            self._hub.use_members(self._switchboard.directory.addresses)

    async def _watch_members(self) -> None:
        assert self._stores is not None
        while True:
            await asyncio.sleep(MEMBERS_S)
            try:
                changed = await self._store_thread.run(self._stores.members.members_changed)
            except StoreError as error:
                log.warning("the members cannot be read: %s", error)
                continue
            if changed:
                await self._load_members()

    async def _flush(self) -> None:
        assert self._stores is not None
        remote = self._stores.remote
        if remote is None:
            return
        while True:
            try:
                await self._store_thread.run(remote.flush)
                self._store_state = await self._store_thread.run(remote.state)
                self._unwritten = await self._store_thread.run(remote.unwritten)
            except StoreError as error:
                log.warning("the local store fails: %s", error)
            self._note_status()
            await asyncio.sleep(FLUSH_S)

    # Status

    async def _tell_status(self) -> None:
        while True:
            self._note_status()
            await asyncio.sleep(STATUS_S)

    def _note_status(self) -> None:
        watch = self._lookout.watch
        state = watch.state if watch is not None else WatchState(CaptureState.STOPPED)
        counts = self._lookout.counts
        source = watch.source if watch is not None else None
        hub = self._hub
        status = Status(
            capture=state.capture,
            capture_code=state.code,
            capture_detail=state.detail,
            interface=source.interface if isinstance(source, Live) else "",
            frames=counts.frames,
            sip_messages=counts.sip_messages,
            sip_per_s=self._rate.at(time.monotonic(), counts.sip_messages),
            rtp_per_s_estimate=float(f"{watch.rtp_per_s:.2g}") if watch is not None else 0.0,
            findings=watch.findings if watch is not None else (),
            dropped_by_kernel=watch.dropped if watch is not None else 0,
            clients=hub.clients() if hub is not None else (),
            members_expected=len(self._switchboard.directory.addresses),
            store=self._store_state[0],
            store_detail=self._store_state[1],
            unwritten_calls=self._unwritten + (self._writer.unwritten if self._writer is not None else 0),
            listening=self._listening,
            file_faults=self._file_faults,
        )
        if status != self._status:
            self._status = status
            self._notify(StatusChanged(status))

    # Commands

    def _obey(self, command: Command) -> None:
        self._spawn(self._do(command))

    async def _do(self, command: Command) -> None:
        match command:
            case ChangeMembers():
                await self._change_members(command)
            case StartCapture():
                self._on_interface(command.interface)
                settings = self._settings
                await self._lookout.begin(
                    Live(command.interface, frozenset(settings.ports), frozenset(settings.tunnels))
                )
            case StopCapture():
                await self._lookout.end()
                self._note_status()
            case WatchInterfaces():
                if command.on:
                    self._meters.start(self._notify)
                else:
                    await self._meters.stop()
            case LoadHistory():
                await self._load_history(command)

    async def _change_members(self, command: ChangeMembers) -> None:
        assert self._stores is not None
        try:
            table = await self._store_thread.run(self._stores.members.change_members, command.changes)
        except StoreAway as error:
            self._notify(Refused(command, "away", str(error)))
        except StoreConflict as error:
            self._notify(Refused(command, "conflict", str(error)))
            await self._load_members()
        except StoreError as error:
            self._notify(Refused(command, "failed", str(error)))
        else:
            self._use_members(table)

    async def _load_history(self, command: LoadHistory) -> None:
        assert self._stores is not None

        def load() -> list[CallRecord]:
            assert self._stores is not None
            return self._stores.calls.load_calls(since=command.since, limit=command.limit)

        try:
            calls = await self._store_thread.run(load)
        except StoreError as error:
            self._notify(Refused(command, "failed", str(error)))
        else:
            self._notify(HistoryLoaded(tuple(calls)))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        task.add_done_callback(_log_failure)


class _Rate:
    """Messages a second, from a count that only grows; measured over at least half a second."""

    def __init__(self) -> None:
        self._since_s = 0.0
        self._count = 0
        self._per_s = 0.0

    def at(self, now_s: float, count: int) -> float:
        elapsed_s = now_s - self._since_s
        if elapsed_s >= STATUS_S:
            if self._since_s:
                self._per_s = round(max(0, count - self._count) / elapsed_s, 1)
            self._since_s, self._count = now_s, count
        return self._per_s


def _log_failure(task: "asyncio.Future[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a command failed", exc_info=error)
