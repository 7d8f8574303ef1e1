"""Bytes of a SIP message to its parts. Pure."""

from packetwave.server.sip.faults import fault
from packetwave.server.sip.identity import (
    ANONYMOUS,
    IDENTITY_HEADERS,
    Caller,
    called,
    caller,
    dialled,
    forwarded_by,
)
from packetwave.server.sip.message import Message, Rejected, parse

__all__ = [
    "ANONYMOUS",
    "IDENTITY_HEADERS",
    "Caller",
    "Message",
    "Rejected",
    "called",
    "caller",
    "dialled",
    "fault",
    "forwarded_by",
    "parse",
]
