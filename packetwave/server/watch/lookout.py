"""What is watched, and since when: the detector thread's keeper on the loop.

Owns the detector through all its captures (so that a restarted capture alerts nobody twice), the running
`Watch`, and the note of until when something was watched. On the loop thread, but for `Watch` itself.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from packetwave.protocol.fields import format_at, parse_at
from packetwave.server.calls.events import Unwatched
from packetwave.server.calls.tracker import REPLAY_PATIENCE_S, OpenCall, Tracker
from packetwave.server.capture import Doors
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

HEARTBEAT_S = 5.0
"""How exactly a killed server knows, on its return, until when it watched."""

_WATCHED_UNTIL = "watched_until"
_UNWATCHED_S = 1.0  # shorter stretches are said by nobody
_END_S = 0.6


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
    on_failure: told of its bugs, on that thread.
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
        self.watch: Watch | None = None
        self._clock = SteadyClock()
        self._settings = settings
        self.doors: Doors | None = None
        self._detector = Detector(
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
        await self.end()
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
        doors, self.doors = self.doors, None
        if doors is not None:
            await asyncio.to_thread(doors.close)
        watch, self.watch = self.watch, None
        if watch is None:
            return
        watch.stop()
        if not await asyncio.to_thread(watch.join, _END_S):
            log.error("the detector thread does not end")
        await self.interrupted()
        self._watching_since = None

    async def watching(self) -> Unwatched | None:
        """Frames come from now on; the stretch of time before in which nothing was watched, if any."""
        now = datetime.now(UTC)
        until = await self._watched_until()
        self._watching_since = now
        self._is_watching = True
        await self.note_watched()
        if until is not None and (now - until).total_seconds() >= _UNWATCHED_S:
            return Unwatched(until, now)
        return None

    async def interrupted(self) -> None:
        """No frames come any more, until `watching` says that they do."""
        was_watching, self._is_watching = self._is_watching, False
        if was_watching:
            await self._note_until_now()

    async def note_watched(self) -> None:
        """Remember that something was watched until now, if it was."""
        if self._is_watching:
            await self._note_until_now()

    async def _note_until_now(self) -> None:
        if self._keeper is None:
            return
        now = format_at(datetime.now(UTC))
        try:
            await self._store_thread.run(self._keeper.set_meta, _WATCHED_UNTIL, now)
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
