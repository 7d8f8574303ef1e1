"""The store's interface: members and call history. Two implementations answer to one contract suite.

Everything here blocks and is called on the store thread only. Values in and out are frozen.
Everything but `JournalStore.journal`, that is, which has a thread of its own: what is said of a call waits
neither for a database elsewhere nor for a long history. `StoreAway` is the only error for a database that
cannot be reached now; it may come back by itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from packetwave.server.office.values import CallRecord, MemberChange, MemberTable


class StoreError(Exception):
    """The store cannot do what was asked. The text is for the log; windows have their own words."""


class StoreAway(StoreError):
    """The database cannot be reached now."""


class StoreTrouble(StrEnum):
    """Why the local file cannot be written. Calls, lines and small values are in memory meanwhile."""

    FULL = "full"
    """The disk is full."""

    READ_ONLY = "read_only"
    """The disk, the folder or the file may only be read."""

    LOCKED = "locked"
    """Another program has it locked."""

    UNUSABLE = "unusable"
    """It cannot be opened or read; the log says why."""


class StoreUnwritable(StoreError):
    """The local file cannot be written now. Attribute: trouble."""

    def __init__(self, text: str, trouble: StoreTrouble) -> None:
        super().__init__(text)
        self.trouble = trouble


class StoreFound(StrEnum):
    """What was wrong with the local file, and was seen to."""

    DAMAGED = "damaged"
    """It was damaged: it was put aside, and a new one is used."""

    MEMBERS_KEPT = "members_kept"
    """The members of a file that was damaged or gone are those last known, which are kept beside it."""

    REMOVED = "removed"
    """It was removed under the running program, and written anew."""

    REPLACED = "replaced"
    """Another file was put in its place under the running program: that was put aside, the own one written
    anew."""


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """How the local file is."""

    trouble: StoreTrouble | None = None
    held: int = 0
    """Calls that are only in memory, because the file cannot be written."""

    lost: int = 0
    """Calls of those that had to be given up because too many were."""

    found: tuple[StoreFound, ...] = ()
    """What was seen to since the start."""


class StoreDamaged(StoreError):
    """The database file is not readable as one."""


class StoreConflict(StoreError):
    """A row to be changed or removed is not there any more; nothing of the change was done."""


class MemberStore(Protocol):
    """Members of one office."""

    def load_members(self) -> MemberTable:
        """All rows. Raises StoreAway."""

    def change_members(self, changes: Sequence[MemberChange]) -> MemberTable:
        """Do all changes or none, then return the table. Raises StoreAway, StoreConflict, and StoreError
        for a member whose extension or address `validation` does not pass."""

    def members_changed(self) -> bool:
        """True if somebody else may have changed the members since the last load. Quick. Raises StoreAway."""

    def close(self) -> None:
        """Give the handle back. May be called twice."""


Place = tuple[datetime, str]
"""Where an ended call stands among others: when it ended, its `call_id`."""


def place_of(record: CallRecord) -> Place:
    """Raises ValueError for a call that has not ended."""
    if record.ended_at is None:
        raise ValueError(f"{record.call_id} has not ended")
    return record.ended_at, record.call_id


class CallStore(Protocol):
    """Call history of one office, keyed by `call_id`."""

    def put_calls(self, records: Sequence[CallRecord]) -> None:
        """Write each record over what is stored of its `call_id`, durably, all or none. Raises StoreAway."""

    def load_calls(self, *, since: datetime, limit: int = 1000) -> list[CallRecord]:
        """Calls that rang at or after `since`, newest first. Raises StoreAway."""

    def open_calls(self) -> list[CallRecord]:
        """Calls without an outcome, oldest first. Raises StoreAway."""

    def find_calls(self, who: Sequence[str]) -> list[CallRecord]:
        """Calls that name one of these texts (`forgetting.PLACES`), oldest first. Raises StoreAway."""

    def forget_calls(self, *, before: datetime, limit: int = 500) -> int:
        """Remove calls that were over before that time, so many at the most; how many were removed. Calls
        without an outcome stay. Raises StoreAway."""

    def remove_calls(self, call_ids: Sequence[str]) -> int:
        """Remove these calls; how many were there. Raises StoreAway."""

    def ended_calls(
        self, extensions: Collection[str], *, since: datetime, after: Place | None = None, limit: int = 200
    ) -> list[CallRecord]:
        """Calls to these extensions that ended, or were looked at, at or after `since`, in the order of their
        places; only those after that place, None for from the first. Raises StoreAway."""

    def calls_by_id(self, call_ids: Collection[str]) -> list[CallRecord]:
        """Those of these calls that are stored, in any order. Raises StoreAway."""

    def close(self) -> None:
        """Give the handle back. May be called twice."""


class EventLine(NamedTuple):
    """A line for whoever reads the events. file: which it is for, absolute; "" for standard output."""

    number: int
    text: str
    file: str = ""


class JournalStore(CallStore, Protocol):
    """Where calls and the lines that speak of them are written, so that no two writes can disagree."""

    def journal(
        self, records: Sequence[CallRecord], lines: Sequence[EventLine] = (), done: Sequence[int] = ()
    ) -> None:
        """Write records as `put_calls` does, event lines under their numbers, and forget the lines whose
        numbers are `done`; durably, all or none. On the journal's thread. Raises StoreError."""

    def lines_left(self) -> list[EventLine]:
        """The lines that were written and not forgotten, by their numbers. Raises StoreError."""

    def remove_lines(self, numbers: Sequence[int]) -> None:
        """Remove lines that nobody is to read any more. Raises StoreError."""

    def scrub(self) -> bool:
        """Leave nothing of what was removed in the bytes of the file and its log. True once nothing is; False
        while another program uses the file, or it has no room. Raises StoreError."""


class StoreState(StrEnum):
    """Which database a run has, and whether it is there."""

    EMBEDDED = "embedded"
    MONGODB = "mongodb"
    AWAY = "away"
    """MongoDB cannot be reached; the last known members go on serving."""


class Keeper(Protocol):
    """Small values that outlive the program (`SqliteStore`, `KeptStore`)."""

    def get_meta(self, key: str) -> str | None: ...

    def set_meta(self, key: str, value: str) -> None: ...


class Remote(Protocol):
    """A database elsewhere that may go away (`KeptStore`)."""

    def flush(self) -> bool: ...

    def state(self) -> tuple[StoreState, str]: ...

    def unwritten(self) -> int: ...


class Local(Protocol):
    """The local file, which needs to be looked after (`SteadyStore`)."""

    def tend(self) -> StoreHealth: ...

    def forget_aside(self, before: datetime) -> None: ...


class Stores(Protocol):
    """The stores of one run. calls may be another store than members' (a replay has its own, empty one);
    keeper, remote, local: None where the run has none."""

    @property
    def members(self) -> MemberStore: ...

    @property
    def calls(self) -> JournalStore: ...

    @property
    def keeper(self) -> Keeper | None: ...

    @property
    def remote(self) -> Remote | None: ...

    @property
    def local(self) -> Local | None: ...

    def close(self) -> None: ...
