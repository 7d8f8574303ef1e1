"""Checks a SIP message in full, before it may begin a call, a binding or a referral. Pure.

`message.parse` reads only the five headers that every message needs; others may still be wrong. RFC 4475
section 3.1.2 lists the ways, and each reason here names one of them. Responses and requests such as BYE are
not checked: they have an effect only where they match something that is known already.
"""

import re

from packetwave.server.sip.address import (
    SipSyntaxError,
    has_empty_part,
    parse_name_address,
    parse_uri,
    split_outside_quotes,
)
from packetwave.server.sip.message import Message

_TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]++"
# Linear, whatever a stranger sends: nothing that has matched is given back.
_SENT = re.compile(
    rf"{_TOKEN}\s*+/\s*+{_TOKEN}\s*+/\s*+{_TOKEN}\s++"
    r"(?:\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9_.\-]++)(?:\s*+:\s*+[0-9]{1,5})?"
)
_VIA_PARAMETER = re.compile(rf'{_TOKEN}\s*+(?:=\s*+(?:"(?:[^"\\]|\\.)*+"|[^\s;,"<>]*+))?', re.DOTALL)
_DATE = re.compile(r"(?:[A-Z][a-z]{2}, *+)?[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_MAX_SECONDS = 2**32 - 1


def fault(message: Message) -> str:
    """The reason why the message must be ignored, "" for none."""
    try:
        return (
            _request_uri_fault(message)
            or _via_fault(message)
            or _numbers_fault(message)
            or _date_fault(message)
            or _addresses_fault(message)
        )
    except SipSyntaxError as error:
        return str(error)


def _request_uri_fault(message: Message) -> str:
    if message.status:
        return ""
    if message.request_uri.startswith("<"):
        return "request-uri in < >"
    parse_uri(message.request_uri)
    if message.request_uri[:4].lower() in ("sip:", "sips"):
        after_host = message.request_uri.rpartition("@")[2]
        if "?" in after_host:
            return "headers in the request-uri"
    return ""


def _via_fault(message: Message) -> str:
    if any(has_empty_part(line, ",") or has_empty_part(line, ";") for line in message.headers["via"]):
        return "bad via"
    for via in message.values("via"):
        sent, *parameters = split_outside_quotes(via, ";") or [""]
        if not _SENT.fullmatch(sent) or not all(map(_VIA_PARAMETER.fullmatch, parameters)):
            return "bad via"
    return ""


def _numbers_fault(message: Message) -> str:
    forwards = message.header("max-forwards")
    if forwards and not (forwards.isdecimal() and _at_most(forwards, 255)):
        return "bad max-forwards"
    expires = message.header("expires")
    if expires.isdecimal() and not _at_most(expires, _MAX_SECONDS):
        return "bad expires"
    return ""


def _at_most(digits: str, most: int) -> bool:
    digits = digits.lstrip("0")
    return len(digits) <= 10 and int(digits or 0) <= most


def _date_fault(message: Message) -> str:
    date = message.header("date")
    return "bad date" if date and not _DATE.fullmatch(date) else ""


def _addresses_fault(message: Message) -> str:
    for name in ("from", "to"):
        parse_name_address(message.header(name))
    if any(has_empty_part(line, ";") for line in message.headers.get("contact", ())):
        return "empty parameter in contact"
    for value in message.values("contact"):
        if value != "*":
            parse_name_address(value)
    return ""
