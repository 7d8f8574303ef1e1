"""What is watched, and since when: the detector thread's keeper on the loop.

Owns the detector through all its captures (so that a restarted capture alerts nobody twice), the running
`Watch`, and the note of until when something was watched. Where the detector hung, or the PC slept, both
begin anew as after a restart of the program. On the loop thread, but for `Watch` itself.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from packetwave.common.standstill import Standstill, stack_of
from packetwave.common.wakefulness import clock_s
from packetwave.protocol.fields import format_at, parse_at
from packetwave.server.calls.events import Unwatched
from packetwave.server.calls.tracker import REPLAY_PATIENCE_S, OpenCall, Tracker
from packetwave.server.capture import CaptureFault, CaptureFaultCode, Doors
from packetwave.server.diagnosis import DiagnosisEvent
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.settings import ServerSettings
from packetwave.server.store.base import Keeper, StoreError
from packetwave.server.store.thread import StoreThread
from packetwave.server.watch.clock import SteadyClock
from packetwave.server.watch.detector import Counts, Detector
from packetwave.server.watch.handover import Handover
from packetwave.server.watch.states import CaptureState, Live, Seen, Source, WatchState
from packetwave.server.watch.thread import Watch

log = logging.getLogger(__name__)
_crash_log = logging.getLogger("packetwave.crash")

HEARTBEAT_S = 5.0
"""How exactly a killed server knows, on its return, until when it watched."""

_WATCHED_UNTIL = "watched_until"
_UNWATCHED_S = 1.0  # shorter stretches are said by nobody
_END_S = 0.6
_NOTE_S = 0.3
_PATIENCE = 7
"""So many times as long as for frames is waited for a driver that is asked for the interface."""


def source_of(settings: ServerSettings) -> Live | None:
    """What is to be watched by these settings; None for nothing yet."""
    if not settings.interface and not settings.doors:
        return None
    return Live(settings.interface, frozenset(settings.ports), frozenset(settings.tunnels))


class Lookout:
    """One detector, and at most one capture at a time.

    keeper: where it is noted until when something was watched; None for nowhere.
    recording: the run is a replay, which reads any port and opens every tunnel. post: calls a function on the
    loop thread, from any. on_seen, on_state, on_diagnosis: what the detector thread gives, on the loop.
    on_failure: told of its bugs, on that thread. open_calls: those that a detector that begins anew takes up.
    clock_s: as `common.wakefulness.clock_s`.
    """

    def __init__(
        self,
        settings: ServerSettings,
        store_thread: StoreThread,
        keeper: Keeper | None,
        *,
        recording: bool,
        post: Callable[..., None],
        on_seen: Callable[[Seen], None],
        on_state: Callable[[WatchState], None],
        on_diagnosis: Callable[[list[DiagnosisEvent]], None],
        on_failure: Callable[[str, BaseException], None],
        open_calls: Callable[[], Iterable[OpenCall]] = tuple,
        clock_s: Callable[[], float] = clock_s,
    ) -> None:
        self._store_thread = store_thread
        self._handover = Handover(post, on_seen)
        self._on_state = on_state
        self._on_diagnosis = on_diagnosis
        self._on_failure = on_failure
        self._keeper = keeper
        self._known: frozenset[str] = frozenset()
        self._watching_since: datetime | None = None
        self._is_watching = False
        self._clock_s = clock_s
        self._blind_since_s: float | None = None
        self.watch: Watch | None = None
        self._clock = SteadyClock()
        self._settings = settings
        self.doors: Doors | None = None
        self._recording = recording
        self._open_calls = open_calls
        self._standstill = Standstill()
        self._turn = asyncio.Lock()
        self._detector = self._new_detector()

    def _new_detector(self) -> Detector:
        settings, recording = self._settings, self._recording
        return Detector(
            FrameDecoder(
                ports=None if recording else frozenset(settings.ports),
                trusted_tunnels=None if recording else frozenset(settings.tunnels),
                hep_key=settings.hep_key,
            ),
            Tracker(
                identity_order=settings.identity_order,
                show_withheld=settings.show_withheld,
                patience_s=REPLAY_PATIENCE_S if recording else 0.0,
                is_crowded=self._handover.is_crowded,
            ),
        )

    @property
    def has_watched(self) -> bool:
        """True once frames came from an interface."""
        return self._watching_since is not None

    @property
    def counts(self) -> Counts:
        """What came by in all captures so far."""
        return self.watch.counts if self.watch is not None else self._detector.counts()

    async def restore(self, calls: Iterable[OpenCall], over: Iterable[str]) -> None:
        """Take up calls of before a restart; only before the first capture. over: rings that ended lately."""
        until = await self._watched_until()
        self._detector.restore(calls, None if until is None else until.timestamp(), over)

    def use_members(self, extensions: frozenset[str]) -> None:
        """The members' extensions are these from now on."""
        self._known = extensions
        if self.watch is not None:
            self.watch.known = extensions

    def use_settings(self, settings: ServerSettings) -> None:
        """These hold from the next `begin` on."""
        self._settings = settings

    def _open_doors(self, trusted: frozenset[str]) -> None:
        ports = self._settings.doors
        self.doors = Doors(ports, trusted) if ports else None

    async def begin(self, source: Source) -> None:
        """Watch this from now on, in the place of what was watched."""
        async with self._turn:
            await self._end()
            self._start(source)

    def _start(self, source: Source) -> None:
        if isinstance(source, Live):
            self._detector.listen_to(source.ports, source.tunnels)
            self._open_doors(source.tunnels)
        self.watch = watch = Watch(
            source,
            self._detector,
            self._known,
            on_seen=self._handover.give,
            on_state=lambda state: self._handover.call(self._on_state, state),
            on_diagnosis=lambda said: self._handover.call(self._on_diagnosis, said),
            on_failure=self._on_failure,
            clock=self._clock,
            doors=self.doors,
        )
        if self.doors is not None:
            self.doors.on_ready = watch.wake
            self.doors.open()
        watch.start()

    async def end(self) -> None:
        """Watch nothing. Bounded; also twice."""
        async with self._turn:
            await self._end()

    async def _end(self) -> None:
        if await self._leave():
            await self.interrupted()
            self._watching_since = None

    async def _leave(self) -> bool:
        """End what watches, whether something does."""
        doors, self.doors = self.doors, None
        if doors is not None:
            await asyncio.to_thread(doors.close)
        watch, self.watch = self.watch, None
        if watch is None:
            return False
        watch.stop()
        if not watch.is_given_up and not await asyncio.to_thread(watch.join, _END_S):
            log.error("the detector thread does not end")
        return True

    # The detector hung, the PC slept

    async def hung(self) -> Watch | None:
        """To be asked twice a second: what has just been found to stand still, None for nothing. It is given
        up: whatever it may yet see is not heard."""
        watch, beats = self.watch, None
        if watch is not None and isinstance(watch.source, Live) and watch.is_alive and not watch.is_given_up:
            beats = (id(watch), watch.beats)
        patience = _PATIENCE if watch is not None and watch.is_opening else 1
        if not self._standstill.look(beats, time.monotonic(), patience=patience) or watch is None:
            return None
        still_s = self._standstill.still_s
        _crash_log.error("the detector has stood still for %.1f s\n%s", still_s, stack_of(watch.ident))
        shown = watch.state.detail or (watch.source.interface if isinstance(watch.source, Live) else "")
        fault = CaptureFault(CaptureFaultCode.HUNG, shown)
        state = WatchState(CaptureState.FAILED, fault.code, shown, str(fault))
        watch.give_up(state)
        self._on_state(state)
        await self._unheard(still_s)
        return watch

    async def revive(self, watch: Watch) -> None:
        """Watch again what a detector watched that was given up, unless something else is watched by now."""
        async with self._turn:
            if self.watch is watch:
                await self._begin_anew(watch.source)

    async def slept(self) -> float:
        """To be asked twice a second: how many seconds the PC has just slept, 0.0 for none. What was on the
        wire meanwhile was not seen; it is watched anew from now on."""
        async with self._turn:
            watch = self.watch
            if watch is None or watch.is_given_up or not watch.slept_s:
                return 0.0
            log.warning("the PC slept for %.0f s: calls of that time were not seen", watch.slept_s)
            await self._unheard(watch.slept_s)
            await self._begin_anew(watch.source)
            return watch.slept_s

    async def _begin_anew(self, source: Source) -> None:
        """As after a restart: what was known may be over, and what hung may have left it half changed."""
        await self._leave()
        self._detector = self._new_detector()
        # No end begins a call of before: all that was told is among these.
        self._detector.restore(self._open_calls(), None, ())
        self._start(source)

    async def _unheard(self, seconds: float) -> None:
        """Nothing was heard of the wire for so long, nor is from now on."""
        since_s, before_s = self._clock_s() - seconds, self._blind_since_s
        was_watching, self._is_watching = self._is_watching, False
        # The earliest counts: an adapter that is gone after a sleep is found before the sleep is.
        if was_watching or (before_s is not None and since_s < before_s):
            self._blind_since_s = since_s
            await self._note(datetime.now(UTC) - timedelta(seconds=seconds))

    # Since when

    async def watching(self) -> Unwatched | None:
        """Frames come from now on; the stretch of time before in which nothing was watched, if any."""
        if self._is_watching:
            return None
        now = datetime.now(UTC)
        self._watching_since = now
        self._is_watching = True
        blind_since_s, self._blind_since_s = self._blind_since_s, None
        if blind_since_s is None:  # in this run
            until = await self._watched_until()
        else:
            until = now - timedelta(seconds=self._clock_s() - blind_since_s)
        await self.note_watched()
        if until is not None and (now - until).total_seconds() >= _UNWATCHED_S:
            return Unwatched(until, now)
        return None

    async def interrupted(self) -> None:
        """No frames come any more, until `watching` says that they do."""
        await self._unheard(0)

    async def note_watched(self) -> None:
        """Remember that something was watched until now, if it was."""
        if self._is_watching:
            await self._note(datetime.now(UTC))

    async def _note(self, until: datetime) -> None:
        """Waits a moment only, and is written all the same: a store that hangs must not keep anybody from
        watching anew."""
        if self._keeper is None:
            return
        try:
            async with asyncio.timeout(_NOTE_S):
                await self._store_thread.run(self._keeper.set_meta, _WATCHED_UNTIL, format_at(until))
        except TimeoutError:
            log.debug("the time watched is noted once the database answers")
        except StoreError as error:
            log.warning("the time watched is not noted: %s", error)

    async def heartbeat(self) -> None:
        """Remember it again and again, for ever."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if self.watch is not None and self.watch.state.capture is CaptureState.WATCHING:
                await self.note_watched()

    async def _watched_until(self) -> datetime | None:
        if self._keeper is None:
            return None
        try:
            text = await self._store_thread.run(self._keeper.get_meta, _WATCHED_UNTIL)
            return parse_at(text) if text else None
        except (StoreError, ValueError) as error:
            log.warning("until when it was watched is not known: %s", error)
            return None
