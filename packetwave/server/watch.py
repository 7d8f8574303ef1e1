"""The detector thread: frames from an interface or a file through the detector, call events out.

Owns the capture handle while it runs and, for that time, the detector. Everything up to a call event happens
here, so that a flood of frames never reaches the loop or a window.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from packetwave.server.calls.events import CallEvent
from packetwave.server.capture import CaptureFault, LiveCapture, Replay, kernel_filter, resolve_interface
from packetwave.server.detector import Counts, Detector
from packetwave.server.notices import CaptureState

crash_log = logging.getLogger("packetwave.crash")

_BUGS_LOGGED = 20

_READ_S = 0.1
"""How long a quiet capture is waited for: the pace at which time passes for the tracker."""

_RETRY_S = 2.0
_AGAIN = frozenset(("lost", "no_interface"))
"""Faults that mend themselves when a cable or an adapter is plugged in again."""

_REPLAY_BATCH = 500
_REPLAY_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Live:
    """Watch an interface (name or exact description) for SIP on these ports."""

    interface: str
    ports: frozenset[int]


@dataclass(frozen=True, slots=True)
class Recording:
    """Read a capture file, with its own pauses or as fast as it goes."""

    path: Path
    real_time: bool


Source = Live | Recording


@dataclass(frozen=True, slots=True)
class WatchState:
    """What the thread does. code, detail: as in `notices.Status`; reason: an English sentence for stderr."""

    capture: CaptureState
    code: str = ""
    detail: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Call events, and the `perf_counter` at which the frame behind them was there."""

    events: tuple[CallEvent, ...]
    arrived: float


@dataclass
class Watch:
    """One run of the detector thread. on_seen, on_state: called on that thread.

    state, counts, dropped: the latest, for any thread to read. known: extensions of members, to be replaced
    from any thread.
    """

    source: Source
    detector: Detector
    known: frozenset[str]
    on_seen: Callable[[Seen], None]
    on_state: Callable[[WatchState], None]
    state: WatchState = field(default_factory=lambda: WatchState(CaptureState.STOPPED))
    counts: Counts = field(default_factory=Counts)
    dropped: int = 0

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._capture: LiveCapture | None = None
        self._bugs = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="detector", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; returns at once, from any thread."""
        self._stopping.set()
        with self._lock:
            if self._capture is not None:
                self._capture.interrupt()

    def join(self, timeout_s: float) -> bool:
        """True if the thread has ended within that time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        if isinstance(self.source, Live):
            self._run_live(self.source)
        else:
            self._run_recording(self.source)

    def _detect(self, at_s: float, link_type: int, frame: bytes) -> list[CallEvent]:
        try:
            return self.detector.frame(at_s, link_type, frame)
        except Exception:  # noqa: BLE001 - a bug met by one frame must not cost the calls in the others
            self._bugs += 1
            if self._bugs <= _BUGS_LOGGED:
                crash_log.exception("a frame of %d bytes, link type %d", len(frame), link_type)
            return []

    def _set_state(self, state: WatchState) -> None:
        if state != self.state:
            self.state = state
            self.on_state(state)

    def _give(self, events: list[CallEvent], arrived: float) -> None:
        self.counts = self.detector.counts()
        if events:
            self.on_seen(Seen(tuple(events), arrived))

    # From an interface

    def _run_live(self, source: Live) -> None:
        while not self._stopping.is_set():
            try:
                name = resolve_interface(source.interface)
                with LiveCapture(name, kernel_filter(source.ports)) as capture:
                    self._hold(capture)
                    self._set_state(WatchState(CaptureState.WATCHING, detail=source.interface))
                    self._watch(capture)
            except CaptureFault as fault:
                self._set_state(WatchState(CaptureState.FAILED, fault.code, fault.detail, str(fault)))
                if fault.code not in _AGAIN:
                    return
            finally:
                self._hold(None)
            self._pause(_RETRY_S)
        self._set_state(WatchState(CaptureState.STOPPED))

    def _hold(self, capture: LiveCapture | None) -> None:
        with self._lock:
            self._capture = capture
            if capture is not None and self._stopping.is_set():
                capture.interrupt()

    def _watch(self, capture: LiveCapture) -> None:
        detector, link_type = self.detector, capture.link_type
        dropped_before = self.dropped
        passed_s = 0.0
        while not self._stopping.is_set():
            frames = capture.read(_READ_S)
            arrived = perf_counter()
            detector.tracker.use_members(self.known)
            events: list[CallEvent] = []
            for at_s, _, frame in frames:
                events += self._detect(at_s, link_type, frame)
            now_s = time.time()
            if now_s - passed_s >= _READ_S:
                passed_s = now_s
                events += detector.tracker.advance(now_s)
                self.dropped = dropped_before + capture.stats()[1]
            self._give(events, arrived)

    def _pause(self, seconds: float) -> None:
        """Time passes for the tracker while there is no capture."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stopping.wait(_READ_S):
            self._give(self.detector.tracker.advance(time.time()), perf_counter())

    # From a file

    def _run_recording(self, source: Recording) -> None:
        name = source.path.name
        try:
            with Replay(source.path) as replay:
                self._set_state(WatchState(CaptureState.REPLAYING, detail=name))
                last_s = self._replay(replay, source.real_time)
        except CaptureFault as fault:
            self._set_state(WatchState(CaptureState.FAILED, fault.code, fault.detail, str(fault)))
            return
        if self._stopping.is_set():
            self._set_state(WatchState(CaptureState.STOPPED))
            return
        self._give(self.detector.tracker.finish(last_s), perf_counter())
        reason = f"'{source.path}' is cut short or damaged: what was readable was used" if replay.cut else ""
        self._set_state(WatchState(CaptureState.REPLAYED, "cut_file" if replay.cut else "", name, reason))

    def _replay(self, replay: Replay, real_time: bool) -> float:
        """Play the file until its end or a stop; the packet time reached."""
        detector = self.detector
        events: list[CallEvent] = []
        at_s = 0.0
        offset_s: float | None = None
        for number, (at_s, link_type, frame) in enumerate(replay):
            if real_time:
                if offset_s is None:
                    offset_s = time.monotonic() - at_s
                self._wait_until(at_s, offset_s)
            if self._stopping.is_set():
                return at_s
            detector.tracker.use_members(self.known)
            arrived = perf_counter()
            events += self._detect(at_s, link_type, frame)
            if real_time or number % _REPLAY_BATCH == 0:
                self._give(events, arrived)
                events = []
        self._give(events, perf_counter())
        return at_s

    def _wait_until(self, at_s: float, offset_s: float) -> None:
        while (left_s := at_s + offset_s - time.monotonic()) > 0:
            if self._stopping.wait(min(left_s, _REPLAY_STEP_S)):
                return
            now_s = min(time.monotonic() - offset_s, at_s)
            self._give(self.detector.tracker.advance(now_s), perf_counter())
