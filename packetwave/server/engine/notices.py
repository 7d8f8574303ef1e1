"""What the engine tells its window, and what the window asks of the engine. Frozen values only.

Notices go from the loop thread to every listener given to the engine; the console's bridge turns them into
Qt signals. Commands come by `Engine.submit` from any thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from packetwave.common.lines import LinesTrouble
from packetwave.common.loop_watch import Stalls
from packetwave.common.supervision import Failure
from packetwave.server.calls.events import Unwatched
from packetwave.server.capture import CaptureFaultCode, DoorKind, DoorState
from packetwave.server.diagnosis import Finding
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.office.values import CallRecord, MemberChange, MemberTable
from packetwave.server.store.base import StoreHealth, StoreState
from packetwave.server.trust.trust import TrustState
from packetwave.server.watch.detector import DoorCounts
from packetwave.server.watch.states import CaptureState, InterfacesChanged


class FileFault(StrEnum):
    """What was wrong with a file of the data folder when the program started; the log says more."""

    SETTINGS_WRONG_VALUES = "settings_wrong_values"
    SETTINGS_PUT_ASIDE = "settings_put_aside"
    SETTINGS_UNUSABLE = "settings_unusable"


@dataclass(frozen=True, slots=True)
class DoorStatus:
    """A door beside the mirror, and what comes in at it."""

    state: DoorState
    counts: DoorCounts = field(default_factory=DoorCounts)
    datagrams_per_s: float = 0.0
    """From confirmed senders, in the last second."""

    sip_per_s: float = 0.0
    """SIP messages in them."""


@dataclass(frozen=True, slots=True)
class Status:
    """The whole state of the server at one moment; sent on change, at most some times a second."""

    capture: CaptureState = CaptureState.STOPPED
    capture_code: CaptureFaultCode | None = None
    """Why the capture failed, or `no_link`; `cut_file` also after `replayed`; None for nothing."""

    capture_detail: str = ""
    """The interface's description, the file's name, or what the system said."""

    interface: str = ""
    """The name of the interface that is watched, "" for none."""

    frames: int = 0
    """Frames read so far."""

    sip_messages: int = 0
    """SIP messages read so far."""

    sip_per_s: float = 0.0
    """SIP messages read in the last second."""

    rtp_per_s_estimate: float = 0.0
    """From a sample; to be marked ≈."""

    findings: tuple[Finding, ...] = ()
    """What is the matter with the mirror, the worst first."""

    doors: tuple[DoorStatus, ...] = ()
    """The doors beside the mirror that are to be open."""

    dropped_by_kernel: int = 0
    """Frames that the system lost before they could be read."""

    clients: tuple[ClientInfo, ...] = ()
    members_expected: int = 0
    """How many different addresses the members have."""

    store: StoreState = StoreState.EMBEDDED
    store_detail: str = ""
    """Which database it is, or what is the matter with it."""

    unwritten_calls: int = 0
    """Calls that the database has not got yet."""

    store_health: StoreHealth = StoreHealth()  # noqa: RUF009 - a frozen value
    """How the local file is."""

    lines_lost: int = 0
    """Event lines that could not be given to whoever reads them."""

    lines_trouble: LinesTrouble | None = None
    """Why event lines are late or lost now, None for nothing."""

    listening: str = ""
    """HOST:PORT at which clients connect without TLS, "" before, and where that is switched off."""

    tls_listening: str = ""
    """The same with TLS."""

    trust: TrustState = TrustState()  # noqa: RUF009 - a frozen value
    """Who is paired, and who asks for it."""

    file_faults: tuple[FileFault, ...] = ()
    """What was wrong with files at the start."""

    store_still_since: datetime | None = None
    """Since when the database has not answered, None while it does."""

    unwatched: Unwatched | None = None
    """The last stretch of this run in which calls were not seen though they were to be, None for none."""

    stalls: Stalls = Stalls()  # noqa: RUF009 - a frozen value
    """How often the loop stood still, and for how long."""

    failure: Failure | None = None
    """The latest unexpected failure of the program itself, None for none."""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The server's state."""

    status: Status


@dataclass(frozen=True, slots=True)
class CallChanged:
    """A call is new or changed: the whole record, to be put over the one with the same `call_id`."""

    record: CallRecord


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """The members table as stored now (also after a change that this window asked for)."""

    table: MemberTable


@dataclass(frozen=True, slots=True)
class HistoryLoaded:
    """Answer to `LoadHistory`, newest first."""

    records: tuple[CallRecord, ...]


@dataclass(frozen=True, slots=True)
class HistoryRemoved:
    """Calls that were over were removed from the history: load it anew."""


class RefusalCode(StrEnum):
    """Why a command to the store was not done."""

    AWAY = "away"
    """The database cannot be reached now."""

    CONFLICT = "conflict"
    """Somebody else changed or removed one of the rows meanwhile; nothing was done."""

    UNWRITABLE = "unwritable"
    """The local file cannot be written now; the detail says why."""

    FAILED = "failed"
    """The database refused it; the detail says why."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A command was not done. detail: what the store or the system said, in plain English."""

    command: "Command"
    code: RefusalCode | CaptureFaultCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeyMade:
    """Answer to `MakeEnrolmentKey`. key: hexadecimal digits, to be shown once and kept nowhere."""

    key: str = field(repr=False)
    until: datetime
    uses: int


Notice = (
    KeyMade
    | StatusChanged
    | CallChanged
    | MembersChanged
    | InterfacesChanged
    | HistoryLoaded
    | HistoryRemoved
    | Refused
)


@dataclass(frozen=True, slots=True)
class ChangeMembers:
    """Change the members, all or none; answered by `MembersChanged` or `Refused`."""

    changes: Sequence[MemberChange]


@dataclass(frozen=True, slots=True)
class StartCapture:
    """Watch this interface from now on (and remember it); replaces the one watched before."""

    interface: str


@dataclass(frozen=True, slots=True)
class SetDoor:
    """Receive at this door on this UDP port from now on, 0 for not at all (and remember it)."""

    kind: DoorKind
    port: int


@dataclass(frozen=True, slots=True)
class TrustSenders:
    """Believe these senders, by their IP addresses, from now on (and remember it)."""

    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WatchPorts:
    """Look for SIP on these ports too from now on (and remember it)."""

    ports: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StopCapture:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class WatchInterfaces:
    """Send `InterfacesChanged` about once a second, or stop sending it."""

    on: bool


@dataclass(frozen=True, slots=True)
class LoadHistory:
    """Ask for the calls that rang at or after `since`."""

    since: datetime
    limit: int = 100_000


@dataclass(frozen=True, slots=True)
class KeepDays:
    """Keep calls so many days from now on (and remember it)."""

    days: int


@dataclass(frozen=True, slots=True)
class ApprovePairing:
    """The digits are the same on both screens: pair this PC. retired: the pairings that are over with that.
    extension: whose calls it is told; "" for those of its address, or the one it was installed for."""

    request: str
    retired: tuple[str, ...] = ()
    extension: str = ""


@dataclass(frozen=True, slots=True)
class DenyPairing:
    """Do not pair this PC."""

    request: str


@dataclass(frozen=True, slots=True)
class RevokePairing:
    """This pairing counts no more, at once."""

    pairing: str


@dataclass(frozen=True, slots=True)
class MakeEnrolmentKey:
    """Make a key by which so many PCs may pair themselves within so many days; answered by `KeyMade` or
    `Refused`."""

    days: int
    uses: int


@dataclass(frozen=True, slots=True)
class DropEnrolmentKey:
    """This enrolment key serves no more."""

    key: str


@dataclass(frozen=True, slots=True)
class UsePlain:
    """Let clients connect without TLS, or not (and remember it)."""

    on: bool


Command = (
    ApprovePairing
    | DenyPairing
    | RevokePairing
    | MakeEnrolmentKey
    | DropEnrolmentKey
    | UsePlain
    | ChangeMembers
    | StartCapture
    | SetDoor
    | TrustSenders
    | WatchPorts
    | StopCapture
    | WatchInterfaces
    | LoadHistory
    | KeepDays
)
