"""The detector thread: frames from an interface or a file through the detector, call events out.

Owns the capture handles while it runs and, for that time, the detector and the diagnosis. Everything up to a
call event happens here, so that a flood of frames never reaches the loop or a window. The second handle has
no filter and is read for at most 2,000 frames each 10 s: it shows the diagnosis what the filter hides.
"""

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import TypeVar

from packetwave.common.supervision import PAUSES_S
from packetwave.common.wakefulness import Sleep
from packetwave.server.calls.events import CallEvent, Flooded, Ringing
from packetwave.server.capture import (
    BATCH,
    PAUSE_S,
    CaptureFault,
    CaptureFaultCode,
    Doors,
    LiveCapture,
    Replay,
    Steady,
    kernel_filter,
    resolve_interface,
)
from packetwave.server.diagnosis import (
    Budget,
    ClockSet,
    Diagnosis,
    DiagnosisEvent,
    Finding,
    Gauges,
)
from packetwave.server.frames.payload import Payload
from packetwave.server.sip.message import Message, Rejected
from packetwave.server.watch.adapter import link_state, open_sample
from packetwave.server.watch.clock import SteadyClock
from packetwave.server.watch.detector import Counts, Detector, DoorCounts
from packetwave.server.watch.doorstep import Doorstep, diagnosis_of
from packetwave.server.watch.states import CaptureState, Live, Recording, Seen, Source, WatchState

_READ_S = 0.1
"""How long a quiet capture is waited for: the pace at which time passes for the tracker."""

_RETRY_S = 2.0
_AGAIN = frozenset((CaptureFaultCode.LOST, CaptureFaultCode.NO_INTERFACE))
"""Faults that mend themselves when a cable or an adapter is plugged in again."""

_LINK_S = 1.0
"""How often it is asked whether a cable is in."""

_DIAGNOSE_S = 1.0

_REPLAY_BATCH = 500
_REPLAY_STEP_S = 0.1


_Dated = TypeVar("_Dated", CallEvent, DiagnosisEvent)


class _GivenUp(BaseException):
    """Raised in a thread that stood still, wherever it goes on: nobody waits for it any more."""


@dataclass
class Watch:
    """One run of the detector thread, on which the `on_` functions are called."""

    source: Source
    detector: Detector
    known: frozenset[str]
    """The extensions of members; may be replaced from any thread."""

    on_seen: Callable[[Seen], None]
    on_state: Callable[[WatchState], None]
    on_diagnosis: Callable[[list[DiagnosisEvent]], None] = lambda _events: None
    on_failure: Callable[[str, BaseException], None] = lambda _what, _error: None
    """Told of bugs (what failed, the error), none of which ends the thread."""

    state: WatchState = field(default_factory=lambda: WatchState(CaptureState.STOPPED))
    """The latest, for any thread to read; so are `counts` and `dropped`."""

    counts: Counts = field(default_factory=Counts)
    dropped: int = 0
    """Frames and datagrams that the system lost."""

    door_counts: Mapping[str, DoorCounts] = field(default_factory=dict)
    """What was made of what came in at doors, by kind; for any thread to read."""

    clock: SteadyClock = field(default_factory=SteadyClock)
    doors: Doors | None = None
    """Doors beside the mirror, open; None for none."""

    beats: int = 0
    """Grows as long as the thread goes on, some times a second at least; for any thread to read."""

    is_opening: bool = False
    """A driver is asked for the interface, which may take long."""

    is_given_up: bool = False
    sleep: Sleep = field(default_factory=Sleep)
    slept_s: float = 0.0
    """How long the PC slept while this watched. The thread has ended then, before any call was judged by that
    time; for any thread to read."""

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._capture: LiveCapture | None = None
        self._diagnosis: Diagnosis | None = None
        self._clock_set: ClockSet | None = None
        self._frames_dropped = 0  # of the captures that are over
        self._lost_before = 0  # at doors, before this diagnosis
        self._diagnosed_s = 0.0  # for doors alone
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="detector", daemon=True)

    def start(self) -> None:
        self._doorstep = Doorstep(self.doors, self.detector, self.clock, self.on_failure)
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; returns at once, from any thread."""
        self._stopping.set()
        self._woken.set()
        with self._lock:
            if self._capture is not None:
                self._capture.interrupt()

    def join(self, timeout_s: float) -> bool:
        """True if the thread has ended within that time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def ident(self) -> int | None:
        """The thread's; None before it was started."""
        return self._thread.ident

    def give_up(self, state: WatchState) -> None:
        """The thread stands still: nothing that it may yet give is heard, and it ends where it goes on, which
        an endless loop does at once and a call into a driver once it returns. state: what it is from now on.
        """
        self.is_given_up = True
        self.on_seen = lambda _seen: None
        self.on_state = lambda _state: None
        self.on_diagnosis = lambda _said: None
        self.on_failure = lambda _what, _error: None
        self.state = state
        self.stop()
        if self.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(_GivenUp))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is the matter with the mirror now."""
        return self._diagnosis.findings if self._diagnosis is not None else ()

    @property
    def rtp_per_s(self) -> float:
        """RTP packets a second, an estimate."""
        return self._diagnosis.rtp_per_s if self._diagnosis is not None else 0.0

    def _run(self) -> None:
        with contextlib.suppress(_GivenUp):
            self._run_until_stopped()

    def _run_until_stopped(self) -> None:
        pauses_s = iter(PAUSES_S)
        while not self._stopping.is_set():
            try:
                if isinstance(self.source, Live):
                    self._run_live(self.source)
                else:
                    self._run_recording(self.source)
                return
            except Exception as error:  # noqa: BLE001 - a bug; it is heard, and the watching begins again
                self.on_failure("watching", error)
                bug = CaptureFault(CaptureFaultCode.INTERNAL, reason=repr(error))
                self._set_state(WatchState(CaptureState.FAILED, bug.code, reason=str(bug)))
                if not isinstance(self.source, Live):
                    return  # read again from its beginning, a file would tell its calls twice
                self._pause(next(pauses_s, PAUSES_S[-1]))
        self._set_state(WatchState(CaptureState.STOPPED))

    def _detect(self, at_s: float, link_type: int, frame: bytes) -> list[CallEvent]:
        self.beats += 1
        try:
            return self.detector.frame(at_s, link_type, frame)
        except Exception as error:  # noqa: BLE001 - a bug met by one frame must not cost the calls in the others
            error.add_note(f"in a frame of {len(frame)} bytes, link type {link_type}")
            self.on_failure("reading a frame", error)
            return []

    def _advance(self, at_s: float) -> list[CallEvent]:
        try:
            return self.detector.advance(at_s)
        except Exception as error:  # noqa: BLE001 - nor may a bug met by one call cost the others
            self.on_failure("letting time pass for the calls", error)
            return []

    def _set_state(self, state: WatchState) -> None:
        if state != self.state and not self.is_given_up:
            self.state = state
            self.on_state(state)

    def _give(self, events: list[CallEvent], arrived: float) -> None:
        self.counts = self.detector.counts()
        if self.doors is not None:
            self.door_counts = self.detector.door_counts()
        if events:
            self.on_seen(Seen(tuple(map(self._dated, events)), arrived))
            if self._diagnosis is not None:
                for event in events:
                    if isinstance(event, Ringing):
                        self._diagnosis.rings(event)
                    elif isinstance(event, Flooded):
                        self._diagnosis.floods(event)

    def _dated(self, event: _Dated) -> _Dated:
        """The event with the system's time as it runs now, which a person may have set meanwhile."""
        shift_s = self.clock.shift_s if isinstance(self.source, Live) else 0.0
        return replace(event, at=event.at + timedelta(seconds=shift_s)) if shift_s else event

    # What is the matter

    def _diagnose_with(self, diagnosis: Diagnosis) -> None:
        self._end_diagnosis()
        self._diagnosis = diagnosis
        self._lost_before = self._doorstep.lost

        def hear(payload: Payload, message: Message | Rejected) -> None:
            try:
                diagnosis.hear(payload, message)
            except Exception as error:  # noqa: BLE001 - the call in this message is worth more than what it shows
                self.on_failure("diagnosing by a message", error)

        self.detector.on_read = hear

    def _sample(self, at_s: float, link_type: int, frame: bytes, wire_length: int) -> None:
        assert self._diagnosis is not None
        try:
            self._diagnosis.frame(at_s, link_type, frame, wire_length)
        except Exception as error:  # noqa: BLE001 - as for the detector
            self.on_failure("diagnosing by a frame", error)

    def _diagnose(self, at_s: float, *, received: int, dropped: int) -> None:
        """Let time pass for the diagnosis. received, dropped: frames since the capture began."""
        assert self._diagnosis is not None
        self._diagnosis.use_members(self.known)
        gauges = Gauges(
            received=received,
            dropped=dropped + self._doorstep.lost - self._lost_before,
            rejected=self.detector.rejected(),
            not_decoded=self.detector.not_decoded(),
            clock_set=self._clock_set,
        )
        try:
            said = self._diagnosis.advance(at_s, gauges)
        except Exception as error:  # noqa: BLE001 - as for a frame
            self.on_failure("letting time pass for the diagnosis", error)
            return
        if said:
            self.on_diagnosis([self._dated(event) for event in said])
        self._doorstep.tell_strangers(at_s, self._diagnosis)

    def _end_diagnosis(self) -> None:
        diagnosis, self._diagnosis = self._diagnosis, None
        self.detector.on_read = None
        if diagnosis is not None and (said := diagnosis.finish()):
            self.on_diagnosis(said)

    # From an interface

    def _run_live(self, source: Live) -> None:
        try:
            while not self._stopping.is_set():
                if not source.interface:
                    self._watch_doors(source)
                elif not self._watch_interface(source):
                    return
                self._pause(_RETRY_S)
        finally:
            self._end_diagnosis()
        self._set_state(WatchState(CaptureState.STOPPED))

    def _watch_interface(self, source: Live) -> bool:
        """Watch until the interface fails or the thread is to end; whether to try again."""
        shown = source.interface
        try:
            self.is_opening = True
            interface = resolve_interface(source.interface)
            shown = interface.description
            with (
                LiveCapture(interface.name, kernel_filter(source.ports, source.tunnels)) as capture,
                open_sample(interface.name) as sample,
            ):
                self.is_opening = False
                self._hold(capture)
                self._diagnose_with(
                    Diagnosis(
                        ports=source.ports,
                        trusted_tunnels=source.tunnels,
                        own_addresses=interface.addresses,
                        is_sampled=sample is not None,
                    )
                )
                try:
                    self._watch(capture, sample, partial(link_state, interface.name, shown))
                finally:
                    self._hold(None)
                    self._end_diagnosis()
        except CaptureFault as fault:
            detail = shown if fault.detail else ""
            self._set_state(WatchState(CaptureState.FAILED, fault.code, detail, str(fault)))
            return fault.code in _AGAIN or self.doors is not None
        finally:
            self.is_opening = False
        return True

    def _hold(self, capture: LiveCapture | None) -> None:
        with self._lock:
            self._capture = capture
            if capture is not None and self._stopping.is_set():
                capture.interrupt()

    def _watch(
        self, capture: LiveCapture, sample: LiveCapture | None, link: Callable[[], WatchState]
    ) -> None:
        detector, link_type, clock = self.detector, capture.link_type, self.clock
        dropped_before = self._frames_dropped
        passed = asked = diagnosed_s = 0.0
        budget = Budget()
        while not self._stopping.is_set():
            self.beats += 1
            if perf_counter() - asked >= _LINK_S:
                asked = perf_counter()
                self._set_state(link())
            if step_s := clock.look():
                self._clock_set = ClockSet(clock.now_s, step_s)
            frames = capture.read(0 if self._doorstep.has_mail else _READ_S)
            if self._has_slept():
                return
            arrived = perf_counter()
            detector.use_members(self.known)
            events: list[CallEvent] = []
            for at_s, _, frame in frames:
                events += self._detect(clock.steady(at_s), link_type, frame)
            events += self._doorstep.take()
            # Behind a stall time passes as it did on the wire, until all that waited is read.
            now_s = clock.now_s if len(frames) < BATCH else clock.steady(frames[-1][0])
            now_s = now_s if self._doorstep.behind_s is None else min(now_s, self._doorstep.behind_s)
            passes = arrived - passed >= _READ_S
            if passes:
                passed = arrived
                events += self._advance(now_s)
                dropped = capture.stats()[1]
                self._frames_dropped = dropped_before + dropped
                self.dropped = self._frames_dropped + self._doorstep.lost
            self._give(events, arrived)
            if passes:
                if sample is not None and (left := budget.left(now_s)):
                    some = sample.read(0)[:left]
                    budget.spend(len(some))
                    for at_s, wire_length, frame in some:
                        self._sample(clock.steady(at_s), link_type, frame, wire_length)
                if not 0 <= now_s - diagnosed_s < _DIAGNOSE_S:
                    diagnosed_s = now_s
                    received = sample.stats()[0] if sample is not None else 0
                    self._diagnose(now_s, received=received, dropped=dropped)

    def _pause(self, seconds: float) -> None:
        """Time passes for the tracker while there is no capture; doors are served all the same."""
        if self.doors is not None and isinstance(self.source, Live) and self._diagnosis is None:
            self._diagnose_with(diagnosis_of(self.source))
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stopping.is_set():
            self._serve_doors()

    # From doors beside the mirror

    def _watch_doors(self, source: Live) -> None:
        """Watch doors alone: no interface is chosen."""
        self._diagnose_with(diagnosis_of(source))
        while not self._stopping.is_set():
            self._set_state(self._doorstep.state())
            if step_s := self.clock.look():
                self._clock_set = ClockSet(self.clock.now_s, step_s)
            self._serve_doors()

    def _serve_doors(self) -> None:
        """Wait for a moment, take what came, and let time pass."""
        self.beats += 1
        if not self._doorstep.has_mail:
            self._woken.wait(_READ_S)
        self._woken.clear()
        if self._has_slept():
            return
        arrived = perf_counter()
        self.detector.use_members(self.known)
        events = self._doorstep.take()
        now_s = self.clock.now_s if self._doorstep.behind_s is None else self._doorstep.behind_s
        self._give([*events, *self._advance(now_s)], arrived)
        self.dropped = self._frames_dropped + self._doorstep.lost
        if self._diagnosis is not None and not 0 <= now_s - self._diagnosed_s < _DIAGNOSE_S:
            self._diagnosed_s = now_s
            self._diagnose(now_s, received=0, dropped=0)

    def _has_slept(self) -> bool:
        """Whether the PC slept: then this is over."""
        slept_s = self.sleep.look()
        if slept_s:
            self.slept_s = slept_s
            self._stopping.set()
        return bool(slept_s)

    def wake(self) -> None:
        """Something waits at the doors. Any thread; returns at once."""
        self._woken.set()
        with self._lock:
            if self._capture is not None:
                self._capture.wake()

    # From a file

    def _run_recording(self, source: Recording) -> None:
        name = source.path.name
        self._diagnose_with(Diagnosis(ports=None, trusted_tunnels=None, is_recording=True))
        try:
            with Replay(source.path) as replay:
                self._set_state(WatchState(CaptureState.REPLAYING, detail=name))
                steady = Steady(replay)
                last_s = self._replay(steady, source.real_time)
        except CaptureFault as fault:
            self._set_state(WatchState(CaptureState.FAILED, fault.code, fault.detail, str(fault)))
            return
        if self._stopping.is_set():
            self._set_state(WatchState(CaptureState.STOPPED))
            return
        self._give(self.detector.finish(last_s), perf_counter())
        reasons = []
        if replay.cut:
            reasons.append(f"'{source.path}' is cut short or damaged: what was readable was used")
        if replay.undeclared:
            left_out = f"{replay.undeclared} packets of interfaces that it does not describe were left out"
            reasons.append(f"'{source.path}': {left_out}")
        if steady.mended:
            reasons.append(f"'{source.path}': {steady.mended} times that cannot be right were passed over")
        code = CaptureFaultCode.CUT_FILE if replay.cut else None
        self._set_state(WatchState(CaptureState.REPLAYED, code, name, "; ".join(reasons)))

    def _replay(self, replay: Steady, real_time: bool) -> float:
        """Play the file until its end or a stop; the packet time reached."""
        detector, budget = self.detector, Budget()
        events: list[CallEvent] = []
        at_s = last_s = diagnosed_s = 0.0
        offset_s: float | None = None
        for number, (at_s, link_type, frame) in enumerate(replay):
            if real_time:
                if offset_s is None or at_s - last_s > PAUSE_S:  # nobody waits for more than a day
                    offset_s = time.monotonic() - at_s
                self._wait_until(at_s, offset_s)
            if self._stopping.is_set():
                return at_s
            last_s = at_s
            detector.use_members(self.known)
            arrived = perf_counter()
            events += self._detect(at_s, link_type, frame)
            if budget.left(at_s):
                budget.spend(1)
                self._sample(at_s, link_type, frame, len(frame))
            if not 0 <= at_s - diagnosed_s < _DIAGNOSE_S:
                diagnosed_s = at_s
                self._diagnose(at_s, received=number, dropped=0)
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
            self._give(self._advance(now_s), perf_counter())
