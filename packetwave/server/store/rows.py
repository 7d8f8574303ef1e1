"""Stored rows and frozen values, one into the other. Pure; shared by the embedded store and MongoDB.

Rows may have been written by hand or by other programs: reading never raises for what a row holds, it
lists what is wrong. Times are kept to the millisecond, the finest that both stores have.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from packetwave.common import addresses
from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.office.validation import check_extension, check_ip
from packetwave.server.office.values import (
    CallRecord,
    Defect,
    DefectCode,
    Member,
    MemberChange,
    MemberTable,
    Put,
    Told,
)
from packetwave.server.store.base import StoreError

KNOWN_FIELDS = ("extension_num", "default_ip", "name", "department", "note")

_SHOWN_CHARACTERS = 100  # of a wrong value

E = TypeVar("E", bound=StrEnum)


def read_table(rows: Iterable[tuple[str, Mapping[str, object]]]) -> MemberTable:
    """The good rows in the order of their extensions, and the defects of all. Each row: its id and fields.

    An extension written as a number (1001) is plainly meant: it serves, and is listed as `not_text`.
    So are the lesser texts (name, department, note). Everything else listed does not serve. Of rows with
    the same extension and address the first in order serves.
    """
    members: list[Member] = []
    defects: list[Defect] = []
    for row_id, fields in rows:
        member = _read_member(row_id, fields, defects)
        if member is not None:
            members.append(member)
    members.sort(key=_order)
    seen: set[tuple[str, str]] = set()
    serving: list[Member] = []
    for member in members:
        desk = (member.extension_num, member.default_ip)
        if desk in seen:
            defects.append(Defect(member.row_id, "extension_num", DefectCode.DOUBLED, member.extension_num))
        else:
            seen.add(desk)
            serving.append(member)
    return MemberTable(tuple(serving), tuple(defects))


def checked(change: MemberChange) -> MemberChange:
    """The change as it may be stored: texts trimmed, the address in its one form, no broken characters.
    Raises StoreError with the code of what is wrong."""
    if not isinstance(change, Put):
        return change
    member = change.member
    for field_name, text, code in (
        ("extension_num", member.extension_num, check_extension(member.extension_num)),
        ("default_ip", member.default_ip, check_ip(member.default_ip)),
    ):
        if code is not None:
            raise StoreError(f"{field_name} {text[:_SHOWN_CHARACTERS]!r}: {code}")
    return Put(
        replace(
            member,
            extension_num=member.extension_num.strip(),
            default_ip=addresses.normal(member.default_ip),
            name=clean(member.name).strip(),
            department=clean(member.department).strip(),
            note=clean(member.note).strip(),
        )
    )


def member_fields(member: Member) -> dict[str, str]:
    """The five known fields."""
    return {
        "extension_num": member.extension_num,
        "default_ip": member.default_ip,
        "name": member.name,
        "department": member.department,
        "note": member.note,
    }


def call_fields(record: CallRecord) -> dict[str, Any]:
    """The record as plain values: texts, aware datetimes, None, and lists of these."""
    return {
        "call_id": clean(record.call_id),
        "rang_at": to_milliseconds(record.rang_at),
        "caller": clean(record.caller),
        "called": clean(record.called),
        "caller_name": clean(record.caller_name),
        "called_name": clean(record.called_name),
        "dialled": clean(record.dialled),
        "via": clean(record.via),
        "direction": record.direction.value,
        "answered_at": to_milliseconds(record.answered_at) if record.answered_at else None,
        "ended_at": to_milliseconds(record.ended_at) if record.ended_at else None,
        "outcome": record.outcome.value if record.outcome else None,
        "by": clean(record.by),
        "sip_call_id": clean(record.sip_call_id),
        "from_tag": clean(record.from_tag),
        "told": [
            {"address": told.address, "at": to_milliseconds(told.at), "took_ms": told.took_ms}
            for told in record.told
        ],
        "offline": list(record.offline),
    }


def read_call(fields: Mapping[str, object]) -> CallRecord | None:
    """The record in a stored row; None where it has no id or no time. An outcome or direction that this
    version does not know reads as `unknown` and `in`."""
    rang_at = _time(fields.get("rang_at"))
    call_id = _text(fields, "call_id")
    if not call_id or rang_at is None:
        return None
    outcome = fields.get("outcome")
    return CallRecord(
        call_id=call_id,
        rang_at=rang_at,
        caller=_text(fields, "caller"),
        called=_text(fields, "called"),
        caller_name=_text(fields, "caller_name"),
        called_name=_text(fields, "called_name"),
        dialled=_text(fields, "dialled"),
        via=_text(fields, "via"),
        direction=_one_of(Direction, fields.get("direction"), Direction.IN),
        answered_at=_time(fields.get("answered_at")),
        ended_at=_time(fields.get("ended_at")),
        outcome=None if outcome is None else _one_of(Outcome, outcome, Outcome.UNKNOWN),
        by=_text(fields, "by"),
        sip_call_id=_text(fields, "sip_call_id"),
        from_tag=_text(fields, "from_tag"),
        told=tuple(_read_told(fields.get("told"))),
        offline=tuple(item for item in _items(fields.get("offline")) if isinstance(item, str)),
    )


def clean(text: str) -> str:
    """The text without lone surrogates, which neither store can write."""
    return text.encode("utf-8", "replace").decode("utf-8")


def to_milliseconds(at: datetime) -> datetime:
    """The same time in UTC, cut to the millisecond."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _read_member(row_id: str, fields: Mapping[str, object], defects: list[Defect]) -> Member | None:
    found: list[Defect] = []

    def defect(field_name: str, code: DefectCode, value: object) -> None:
        found.append(Defect(row_id, field_name, code, str(value)[:_SHOWN_CHARACTERS]))

    texts: dict[str, str] = {}
    serves = True
    for field_name in KNOWN_FIELDS:
        value = fields.get(field_name)
        text = "" if value is None else _as_text(value)
        if text is None:
            defect(field_name, DefectCode.NOT_TEXT, value)
            serves = serves and field_name not in ("extension_num", "default_ip")
            text = ""
        elif value is not None and not isinstance(value, str):
            defect(field_name, DefectCode.NOT_TEXT, value)
        texts[field_name] = text.strip()
        checks = {"extension_num": check_extension, "default_ip": check_ip}
        check = checks.get(field_name)
        code = check(text) if check else None
        # What is no text at all was listed above; it is not missing besides.
        if code is not None and (value is None or isinstance(value, str) or code is not DefectCode.MISSING):
            defect(field_name, code, text)
        serves = serves and code is None
    defects.extend(found)
    if not serves:
        return None
    extra = {name: value for name, value in fields.items() if name not in KNOWN_FIELDS}
    texts["default_ip"] = addresses.normal(texts["default_ip"])
    return Member(**texts, extra=extra, row_id=row_id)


def _as_text(value: object) -> str | None:
    """A text as it is, a number as its digits; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None


def _order(member: Member) -> tuple[bool, int, str, str, str]:
    extension = member.extension_num
    number = int(extension) if extension.isascii() and extension.isdecimal() else -1
    return (number < 0, number, extension, member.default_ip, member.row_id)


def _read_told(value: object) -> Iterable[Told]:
    for item in _items(value):
        if not isinstance(item, Mapping):
            continue
        at, took_ms = _time(item.get("at")), item.get("took_ms")
        if at is not None and isinstance(took_ms, (int, float)):
            yield Told(_text(item, "address"), at, float(took_ms))


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _time(value: object) -> datetime | None:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else None


def _one_of(kind: type[E], value: object, otherwise: E) -> E:
    try:
        return kind(str(value))
    except ValueError:
        return otherwise
