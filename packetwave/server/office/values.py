"""The values everyone in the server shares: members, and the call log's lines. Pure; frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from packetwave.server.calls.events import Direction, Outcome


@dataclass(frozen=True, slots=True)
class Member:
    """One row of the members table: calls to `extension_num` are told to the PC at `default_ip`.

    row_id: the store's key, "" for a row not yet stored. extra: fields this program does not know, kept.
    Several rows may share an extension (two desks), several extensions an IP.
    """

    extension_num: str
    default_ip: str
    name: str = ""
    department: str = ""
    note: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)
    row_id: str = ""


class DefectCode(StrEnum):
    """What is wrong with a field of a member. The values are stored, and shown by `members list`."""

    MISSING = "missing"
    """There is nothing where something must be."""

    NOT_TEXT = "not_text"
    """It is stored as something else than text, such as a number."""

    BAD_EXTENSION = "bad_extension"
    """It cannot be an extension."""

    BAD_IP = "bad_ip"
    """It cannot be the IP address of a PC."""

    DOUBLED = "doubled"
    """Another row has the same extension and address."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with a stored row.

    Such a row does not serve, but for `not_text` where a number stands for the text it plainly means
    (extension 1001) and on name, department and note.
    """

    row_id: str
    field_name: str
    code: DefectCode
    value: str


@dataclass(frozen=True, slots=True)
class MemberTable:
    """All good rows in the order of their extensions, and what is wrong with the others."""

    members: tuple[Member, ...] = ()
    defects: tuple[Defect, ...] = ()


@dataclass(frozen=True, slots=True)
class Put:
    """Add a member (`row_id` "") or put it in the place of the row with its `row_id`.

    There, keys of `extra` are set and others that the row has are kept.
    """

    member: Member


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a row."""

    row_id: str


MemberChange = Put | Remove


@dataclass(frozen=True, slots=True)
class Told:
    """An alert sent for a call: to which address, when, and how long it took from the frame's arrival."""

    address: str
    at: datetime
    took_ms: float


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One line of the call log: everything known of one `call_id`. outcome None: not ended yet.

    offline: addresses of members rung that had no PC connected when it rang.
    """

    call_id: str
    rang_at: datetime
    caller: str
    called: str
    caller_name: str = ""
    called_name: str = ""
    dialled: str = ""
    via: str = ""
    direction: Direction = Direction.IN
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    by: str = ""
    sip_call_id: str = ""
    from_tag: str = ""
    told: tuple[Told, ...] = ()
    offline: tuple[str, ...] = ()
