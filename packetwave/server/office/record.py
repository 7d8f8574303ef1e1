"""The call log's line, made from call events. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    CallEvent,
    Corrected,
    Direction,
    Ended,
    Ringing,
)
from packetwave.server.calls.tracker import OpenCall
from packetwave.server.office.directory import Directory
from packetwave.server.office.values import CallRecord, Told


def begin(event: Ringing, directory: Directory, before: CallRecord | None = None) -> CallRecord:
    """The record of a call that rings. before: what is stored of the same call from before a restart."""
    if before is not None:
        return before
    return CallRecord(
        call_id=event.call_id,
        rang_at=event.at,
        caller=event.caller,
        called=event.called,
        caller_name=directory.name_of(event.caller) or event.caller_name,
        called_name=directory.name_of(event.called),
        dialled=event.dialled,
        via=event.via,
        direction=event.direction,
        sip_call_id=event.sip_call_id,
        from_tag=event.from_tag,
    )


def carry_on(record: CallRecord, event: CallEvent) -> CallRecord:
    """The record after a later event of its call; the same one where nothing of it is on the record."""
    match event:
        case Answered():
            return replace(record, answered_at=event.at)
        case Ended():
            return replace(
                record,
                ended_at=event.at,
                outcome=event.outcome,
                by=event.by,
                via=event.via or record.via,
            )
        case CallerChanged():
            return replace(record, caller=event.caller, caller_name=event.caller_name)
        case Corrected():
            return replace(record, outcome=event.outcome, by=event.by or record.by)
    return record


def miss(record: CallRecord, addresses: Iterable[str]) -> CallRecord:
    """The record of a call whose people's PCs at these addresses were not connected when it rang."""
    return replace(record, offline=tuple(addresses))


def tell(record: CallRecord, address: str, at: datetime, took_ms: float) -> CallRecord:
    """The record after a PC was told of the call (each PC once)."""
    if any(told.address == address for told in record.told):
        return record
    return replace(
        record,
        told=(*record.told, Told(address, at, took_ms)),
        offline=tuple(other for other in record.offline if other != address),
    )


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
