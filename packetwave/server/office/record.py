"""The call log's line, made from call events. Pure."""

from collections.abc import Iterable
from dataclasses import MISSING, fields, replace
from datetime import datetime
from typing import Any

from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    CallEvent,
    Corrected,
    Direction,
    Ended,
    Flooded,
    Outcome,
    Ringing,
)
from packetwave.server.calls.tracker import OpenCall
from packetwave.server.office.directory import Directory
from packetwave.server.office.values import CallRecord, Told, ToldHow


def begin(event: Ringing, directory: Directory, before: CallRecord | None = None) -> CallRecord:
    """The record of a call that rings. before: what is stored of the same call from before a restart."""
    if before is not None:
        return before
    return CallRecord(
        **{**shared(event, CallRecord), **caller_of(event, directory)},
        rang_at=event.at,
        called_name=directory.member(event.called).name,
    )


def flood(event: Flooded) -> CallRecord:
    """The row of a flood; it is never open, since nobody waits for its end."""
    return CallRecord(
        call_id=event.call_id,
        rang_at=event.from_at,
        caller=event.source,
        called=event.called,
        ended_at=event.at,
        outcome=Outcome.UNKNOWN,
        calls=event.count,
    )


def carry_on(record: CallRecord, event: CallEvent, directory: Directory) -> CallRecord:
    """The record after a later event of its call; the same one where nothing of it is on the record."""
    match event:
        case Answered():
            return replace(record, answered_at=event.at)
        case Ended():
            return replace(record, **shared(event, CallRecord), ended_at=event.at)
        case CallerChanged():
            return replace(record, **caller_of(event, directory))
        case Corrected():
            return replace(record, **shared(event, CallRecord))
    return record


def caller_of(event: Ringing | CallerChanged, directory: Directory) -> dict[str, Any]:
    """What a record and an alert say of who calls, by the names of their fields."""
    member = directory.member(event.caller)
    return {
        "caller": event.caller,
        "caller_name": member.name or event.caller_name,
        "caller_company": member.company,
    }


def shared(source: Any, shape: type) -> dict[str, Any]:
    """What a value says in the fields that `shape` has too, by their names; without what says nothing where
    `shape` does without it."""
    said = {field.name: getattr(source, field.name) for field in fields(source)}
    return {
        field.name: said[field.name]
        for field in fields(shape)
        if field.name in said and (field.default is MISSING or said[field.name] not in ("", None))
    }


def miss(record: CallRecord, addresses: Iterable[str]) -> CallRecord:
    """The record of a call whose people's PCs at these addresses were not connected when it rang."""
    return replace(record, offline=tuple(addresses))


def tell(record: CallRecord, address: str, at: datetime, took_ms: float, how: ToldHow) -> CallRecord:
    """The record after a PC was told of the call, or more is known of that; each PC is on it once. What has
    arrived was not lost afterwards."""
    before = next((told for told in record.told if told.address == address), None)
    told = Told(address, at, took_ms, how)
    if before is None and how is ToldHow.LOST:
        return record
    if before is None:
        return replace(
            record,
            told=(*record.told, told),
            offline=tuple(other for other in record.offline if other != address),
        )
    if before.how in (how, ToldHow.ACKNOWLEDGED) or (before.has_arrived and not told.has_arrived):
        return record
    if before.how is not ToldHow.LOST:  # the same alert, of which more is known
        told = replace(before, how=how)
    return replace(record, told=tuple(told if each is before else each for each in record.told))


def as_open(record: CallRecord) -> OpenCall:
    """What the tracker needs to take a call up again after a restart."""
    return OpenCall(
        call_id=record.call_id,
        sip_call_id=record.sip_call_id,
        from_tag=record.from_tag,
        extension=record.called,
        caller=record.caller,
        direction=Direction(record.direction),
        rang_s=record.rang_at.timestamp(),
        answered_s=record.answered_at.timestamp() if record.answered_at else None,
    )


def is_open(record: CallRecord) -> bool:
    return record.outcome is None
