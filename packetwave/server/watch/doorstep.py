"""What came in at doors beside the mirror goes through the detector. Detector thread.

Bounded at each turn, so that a flood at a door leaves the interface its own.
"""

from collections.abc import Callable

from packetwave.server.calls.events import CallEvent
from packetwave.server.capture import BATCH, CaptureFault, CaptureFaultCode, Doors, DoorState
from packetwave.server.diagnosis import Diagnosis
from packetwave.server.watch.clock import SteadyClock
from packetwave.server.watch.detector import Detector
from packetwave.server.watch.states import CaptureState, Live, WatchState


class Doorstep:
    """Takes what waits at the doors, a bounded turn at a time.

    doors: None for none. on_failure: told of bugs, none of which costs another datagram.
    behind_s: the time of the last datagram taken, while more wait than a turn takes; else None.
    """

    def __init__(
        self,
        doors: Doors | None,
        detector: Detector,
        clock: SteadyClock,
        on_failure: Callable[[str, BaseException], None],
    ) -> None:
        self.behind_s: float | None = None
        self._doors = doors
        self._detector = detector
        self._clock = clock
        self._on_failure = on_failure

    @property
    def has_mail(self) -> bool:
        """Whether something waits."""
        return self._doors is not None and self._doors.is_waiting

    @property
    def lost(self) -> int:
        """Datagrams lost so far."""
        return self._doors.lost if self._doors is not None else 0

    def take(self) -> list[CallEvent]:
        """A turn's events."""
        self.behind_s = None
        if self._doors is None:
            return []
        events: list[CallEvent] = []
        came = self._doors.take(BATCH)
        for at_s, kind, source, data in came:
            try:
                events += self._detector.datagram(self._clock.steady(at_s), kind, source, data)
            except Exception as error:  # noqa: BLE001 - a bug met by one datagram must not cost the calls in others
                error.add_note(f"in {len(data)} bytes")
                self._on_failure(f"reading a datagram of {kind}", error)
        if len(came) == BATCH:
            self.behind_s = self._clock.steady(came[-1].at_s)
        return events

    def tell_strangers(self, at_s: float, diagnosis: Diagnosis) -> None:
        """Name those who were turned away."""
        for kind, source in self._doors.strangers() if self._doors is not None else ():
            diagnosis.stranger(at_s, kind, source)

    def state(self) -> WatchState:
        """What is watched where doors are all there is: those that are open."""
        return state_of(self._doors.states() if self._doors is not None else ())


def diagnosis_of(source: Live) -> Diagnosis:
    """The diagnosis of what comes in at doors while no frames do."""
    return Diagnosis(ports=source.ports, trusted_tunnels=source.tunnels, is_sampled=False)


def state_of(doors: tuple[DoorState, ...]) -> WatchState:
    """`watching` as soon as one of these is open."""
    opened = [door for door in doors if door.fault is None]
    if opened:
        named = ", ".join(f"{door.kind.upper()} (UDP {door.port})" for door in opened)
        return WatchState(CaptureState.WATCHING, detail=named)
    named = ", ".join(f"{door.kind.upper()} (UDP {door.port}): {door.reason}" for door in doors)
    fault = CaptureFault(CaptureFaultCode.NO_DOOR, named)
    return WatchState(CaptureState.FAILED, fault.code, named, str(fault))
