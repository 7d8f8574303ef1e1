"""Stored rows and frozen values, one into the other. Pure; shared by the embedded store and MongoDB.

Rows may have been written by hand or by other programs: reading never raises for what a row holds, it
lists what is wrong. Times are kept to the millisecond, the finest that both stores have.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any, cast, get_args, get_type_hints

from packetwave.common import addresses
from packetwave.server.office.validation import CHECKS
from packetwave.server.office.values import (
    COLUMNS,
    CallRecord,
    Defect,
    DefectCode,
    Member,
    MemberChange,
    MemberTable,
    Put,
    Told,
    ToldHow,
    texts_of,
)
from packetwave.server.store.base import StoreError

_SHOWN_CHARACTERS = 100  # of a wrong value

Reader = Callable[[object], Any]


def read_table(rows: Iterable[tuple[str, Mapping[str, object]]]) -> MemberTable:
    """The good rows in the order of their extensions, and the defects of all. Each row: its id and fields.

    An extension written as a number (1001) is plainly meant: it serves, and is listed as `not_text`.
    So are the texts that may be empty (a name). Everything else listed does not serve. Of rows with
    the same extension and address the first in order serves.
    """
    members: list[Member] = []
    defects: list[Defect] = []
    for row_id, stored in rows:
        member = _read_member(row_id, stored, defects)
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
    texts = texts_of(change.member)
    for name, check in CHECKS.items():
        code = check(texts[name])
        if code is not None:
            raise StoreError(f"{name} {texts[name][:_SHOWN_CHARACTERS]!r}: {code}")
    stored: dict[str, Any] = {name: clean(text).strip() for name, text in texts.items()}
    stored["default_ip"] = addresses.normal(texts["default_ip"])
    return Put(replace(change.member, **stored))


def call_fields(record: CallRecord) -> dict[str, Any]:
    """The record as plain values: texts, aware datetimes, None, and lists of these."""
    return {name: _plain(getattr(record, name)) for name in CALL_FIELDS}


def read_call(stored: Mapping[str, object]) -> CallRecord | None:
    """The record in a stored row; None where it has no id or no time. A code that this version does not know
    reads as `unknown`, where its kind has that, else as what the field is by default."""
    values = {name: read(stored.get(name)) for name, read in _CALL_READERS.items()}
    if not values["call_id"] or values["rang_at"] is None:
        return None
    return CallRecord(**values)


def clean(text: str) -> str:
    """The text without lone surrogates, which neither store can write."""
    return text.encode("utf-8", "replace").decode("utf-8")


def to_milliseconds(at: datetime) -> datetime:
    """The same time in UTC, cut to the millisecond."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _read_member(row_id: str, stored: Mapping[str, object], defects: list[Defect]) -> Member | None:
    found: list[Defect] = []

    def defect(field_name: str, code: DefectCode, value: object) -> None:
        found.append(Defect(row_id, field_name, code, str(value)[:_SHOWN_CHARACTERS]))

    texts: dict[str, str] = {}
    serves = True
    for field_name in COLUMNS:
        value = stored.get(field_name)
        text = "" if value is None else _as_text(value)
        check = CHECKS.get(field_name)
        if text is None:
            defect(field_name, DefectCode.NOT_TEXT, value)
            serves = serves and check is None
            text = ""
        elif value is not None and not isinstance(value, str):
            defect(field_name, DefectCode.NOT_TEXT, value)
        texts[field_name] = text.strip()
        code = check(text) if check else None
        # What is no text at all was listed above; it is not missing besides.
        if code is not None and (value is None or isinstance(value, str) or code is not DefectCode.MISSING):
            defect(field_name, code, text)
        serves = serves and code is None
    defects.extend(found)
    if not serves:
        return None
    extra = {name: value for name, value in stored.items() if name not in COLUMNS}
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


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, datetime):
        return to_milliseconds(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Told):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(Told)}
    return value


def _tolds(value: object) -> tuple[Told, ...]:
    return tuple(filter(None, map(_told, _items(value))))


def _told(value: object) -> Told | None:
    if not isinstance(value, Mapping):
        return None
    at, took_ms = _time(value.get("at")), value.get("took_ms")
    if at is None or not isinstance(took_ms, (int, float)):
        return None
    how = _code(ToldHow, ToldHow.WRITTEN, value.get("how"))
    return Told(_text(value.get("address")), at, float(took_ms), cast(ToldHow, how))


def _number(value: object) -> int:
    """A number of calls: at least one. Text where the embedded store has it."""
    text = str(value) if isinstance(value, (int, str)) else ""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 16 else 1


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in _items(value) if isinstance(item, str))


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _time(value: object) -> datetime | None:
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else None


def _code(kind: type[StrEnum], otherwise: object, value: object) -> object:
    if value is None:
        return otherwise
    try:
        return kind(str(value))
    except ValueError:
        return getattr(kind, "UNKNOWN", otherwise)


_READERS: Mapping[object, Reader] = {
    str: _text,
    int: _number,
    datetime: _time,
    datetime | None: _time,
    tuple[str, ...]: _texts,
    tuple[Told, ...]: _tolds,
}
_HINTS = get_type_hints(CallRecord)


def _reader(name: str, default: object) -> Reader:
    """What reads a field of a record: by its annotation, which is one of `_READERS` or a kind of codes."""
    reader = _READERS.get(_HINTS[name])
    if reader is not None:
        return reader
    (kind,) = (kind for kind in get_args(_HINTS[name]) or (_HINTS[name],) if kind is not type(None))
    return partial(_code, kind, default)


_CALL_READERS = {field.name: _reader(field.name, field.default) for field in fields(CallRecord)}
CALL_FIELDS = tuple(_CALL_READERS)
"""The fields of a call, in the order declared."""
CALL_TIMES = tuple(name for name, read in _CALL_READERS.items() if read is _time)
CALL_LISTS = tuple(name for name, read in _CALL_READERS.items() if read in (_texts, _tolds))
