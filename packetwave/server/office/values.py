"""The values everyone in the server shares: members, and the call log's lines. Pure; frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from packetwave.server.calls.events import Cause, Direction, Outcome


def headings(*names: str) -> Mapping[str, tuple[str, ...]]:
    """Metadata of a member's field: what people call its column in a file, best first: with 내선번호 there,
    번호 is only a running number. In small letters, without spaces and `_ . -`, which make no difference."""
    return {"headings": names}


@dataclass(frozen=True, slots=True)
class Member:
    """One row of the members table: calls to `extension_num` are told to the PC at `default_ip`.

    Several rows may share an extension (two desks), several extensions an IP. Columns of stores, files and
    the window follow from the texts declared here.
    """

    extension_num: str = field(
        metadata=headings(
            *("extensionnum", "extensionnumber", "extension", "ext"), *("내선번호", "내선", "번호")
        )
    )
    default_ip: str = field(
        metadata=headings(
            *("defaultip", "pcip", "pcip주소", "ip주소", "ipaddress", "ip"),
            *("pc아이피", "아이피주소", "아이피"),
        )
    )
    name: str = field(default="", metadata=headings("name", "이름", "성명"))
    department: str = field(default="", metadata=headings("department", "dept", "부서", "부서명"))
    note: str = field(default="", metadata=headings("note", "비고", "메모"))
    company: str = field(default="", metadata=headings("company", "회사", "회사명"))
    """The person's, where it is another than the office's."""

    extra: Mapping[str, object] = field(default_factory=dict)
    """Fields that this program does not know; they are kept."""

    row_id: str = ""
    """The store's key, "" for a row not yet stored."""


COLUMNS: Mapping[str, tuple[str, ...]] = {
    column.name: column.metadata["headings"] for column in fields(Member) if column.metadata
}
"""The texts of a member that people see and edit, in their order, each with its headings."""


def texts_of(member: Member) -> dict[str, str]:
    """The member's `COLUMNS`."""
    return {name: getattr(member, name) for name in COLUMNS}


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
    (extension 1001) and on the texts that may be empty.
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


class ToldHow(StrEnum):
    """How much is known of an alert that was sent. The values are stored."""

    WRITTEN = "written"
    """It was written to the connection; whether it arrived is not known."""

    ARRIVED = "arrived"
    """It has arrived at the PC: an answer came to what was sent after it."""

    ACKNOWLEDGED = "acknowledged"
    """The client said that it has shown it."""

    LOST = "lost"
    """It was written, and the connection ended before it was known to arrive."""


@dataclass(frozen=True, slots=True)
class Told:
    """An alert sent for a call: to which address, when, how long that took from the frame's arrival, and what
    is known of it since."""

    address: str
    at: datetime
    took_ms: float
    how: ToldHow = ToldHow.WRITTEN

    @property
    def has_arrived(self) -> bool:
        """Whether it is known to have reached the PC."""
        return self.how in (ToldHow.ARRIVED, ToldHow.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One line of the call log: everything known of one `call_id`."""

    call_id: str
    rang_at: datetime
    caller: str
    called: str
    caller_name: str = ""
    caller_company: str = ""
    called_name: str = ""
    dialled: str = ""
    via: str = ""
    direction: Direction = Direction.IN
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    """None while the call has not ended."""

    cause: Cause | None = None
    """Why the phone stopped ringing; None while it rings, and where that is not known."""

    by: str = ""
    """Who took the call where somebody else did, "" where unknown."""

    sip_call_id: str = ""
    from_tag: str = ""
    told: tuple[Told, ...] = ()
    """The alerts that were sent for it."""

    offline: tuple[str, ...] = ()
    """Addresses of members rung that had no PC connected when it rang."""

    calls: int = 1
    """More than one for the row of a flood: so many calls came from `caller`, an address ("" for several), to
    `called` ("" for no extension) that they were only counted."""

    seen_at: datetime | None = None
    """When its person looked at it as a missed call; None for not yet."""
