"""What is watched, how that goes, and what it gives: frozen values that cross from the detector thread."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from packetwave.server.calls.events import CallEvent
from packetwave.server.capture import CaptureFaultCode


class CaptureState(StrEnum):
    """What the capture does."""

    STOPPED = "stopped"
    WATCHING = "watching"
    """Frames come from an interface."""

    NO_LINK = "no_link"
    """They would, but nothing is connected to it."""

    REPLAYING = "replaying"
    """Frames come from a file."""

    REPLAYED = "replayed"
    """The file is at its end."""

    FAILED = "failed"
    """See the reason beside it."""


@dataclass(frozen=True, slots=True)
class InterfaceInfo:
    """A capture interface, with its rates."""

    name: str
    """Stable; with a GUID on Windows."""

    description: str
    """For people."""

    addresses: tuple[str, ...] = ()
    up: bool = True
    """Whether it has a link."""

    loopback: bool = False
    packets_per_s: float | None = None
    """None while it is not measured."""

    sip_per_s: float | None = None
    """As `packets_per_s`."""


@dataclass(frozen=True, slots=True)
class Live:
    """Watch an interface (name or exact description) for SIP on these ports. tunnels: source addresses whose
    tunnels are opened."""

    interface: str
    """"" for none: doors alone are watched."""

    ports: frozenset[int]
    tunnels: frozenset[str] = frozenset()


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
    code: CaptureFaultCode | None = None
    detail: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Call events, and the `perf_counter` at which the frame behind them was there."""

    events: tuple[CallEvent, ...]
    arrived: float


@dataclass(frozen=True, slots=True)
class InterfacesChanged:
    """Answer to `WatchInterfaces`: all interfaces with fresh rates, about once a second while watched.

    code: why none can be listed, None where they can; detail: what the system said.
    """

    interfaces: tuple[InterfaceInfo, ...]
    code: CaptureFaultCode | None = None
    detail: str = ""
