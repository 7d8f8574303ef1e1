"""What makes a message that begins something invalid although its five headers can be read. Pure.

RFC 4475 section 3.1.2 lists the ways; each reason here names one. Read only for messages that would make
a call, a binding or a referral: a response or a BYE is matched to what is known, which judges it enough.
"""

import re
from email.utils import parsedate_tz

from packetwave.server.sip.address import SipSyntaxError, parse_name_address, parse_uri
from packetwave.server.sip.message import Message

_VIA = re.compile(
    r"[A-Za-z0-9\-.!%*_+`'~]+\s*/\s*[A-Za-z0-9\-.!%*_+`'~]+\s*/\s*[A-Za-z0-9\-.!%*_+`'~]+\s+"
    r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.\-]+)\s*(?::\s*\d{1,5})?\s*"
    r"(?:;\s*[^;,\s]+\s*(?:=\s*(?:\"[^\"]*\"|[^;,\s]*))?\s*)*"
)
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
    if not all(_VIA.fullmatch(via) for via in message.values("via")) or ",," in message.header("via"):
        return "bad via"
    return ""


def _numbers_fault(message: Message) -> str:
    forwards = message.header("max-forwards")
    if forwards and not (forwards.isdecimal() and len(forwards) <= 4 and int(forwards) <= 255):
        return "bad max-forwards"
    expires = message.header("expires")
    if expires.isdecimal() and (len(expires) > 10 or int(expires) > _MAX_SECONDS):
        return "bad expires"
    return ""


def _date_fault(message: Message) -> str:
    date = message.header("date")
    if date and (not date.endswith(" GMT") or parsedate_tz(date) is None):
        return "bad date"
    return ""


def _addresses_fault(message: Message) -> str:
    for name in ("from", "to"):
        parse_name_address(message.header(name))
    for line in message.headers.get("contact", ()):
        if re.search(r";\s*(?:;|$)", line):
            return "empty parameter in contact"
    for value in message.values("contact"):
        if value != "*":
            parse_name_address(value)
    return ""
