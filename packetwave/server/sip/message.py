"""One SIP message: its start-line and headers, read as RFC 3261 section 7 has it. Pure; never raises.

`parse` gives a `Message`, or `Rejected` with the reason for the counters. Everything in a `Message` is
Latin-1 text (one character a byte); `address.py` and `text.py` make values and readable text of its parts.
Methods that begin something (INVITE, REGISTER, REFER, …) are judged in full by `faults.py`; those that only
move a known transaction along need no more than what is read here.
"""

import re
from typing import NamedTuple

from packetwave.server.sip.address import (
    NameAddress,
    SipSyntaxError,
    branch_of,
    parse_name_address,
    split_outside_quotes,
    tag_of,
)

MAX_HEAD_BYTES = 32 * 1024
"""Largest start-line and headers read (signalling.md case 12)."""

COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
}

_MAX_CSEQ = 2**31 - 1  # RFC 3261 section 8.1.1.5
_TOO_GREAT = 10**10
_FOLD = re.compile(r"\r\n[ \t]+")
_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
_STATUS = re.compile(r"([1-6][0-9][0-9])(?: |$)")
_CSEQ = re.compile(r"([0-9]+)[ \t]+([A-Za-z0-9\-.!%*_+`'~]+)")
_SINGLE = ("from", "call-id", "cseq")  # a second, different value makes the message ambiguous


class Rejected(NamedTuple):
    """A payload that is not a SIP message to be used. reason: short, for counters and diagnosis."""

    reason: str


class Message:
    """A request (status 0) or a response (request_uri ""). method: for a response that of its CSeq.

    branch: of the top Via, "" without one.
    from_tag, to_tag: "" without one. head_whole: False where the capture cut the headers short.
    """

    __slots__ = (
        "body",
        "branch",
        "call_id",
        "cseq",
        "from_tag",
        "head_whole",
        "headers",
        "method",
        "request_uri",
        "status",
        "to_tag",
    )

    def __init__(
        self,
        *,
        method: str,
        status: int,
        request_uri: str,
        headers: dict[str, list[str]],
        body: bytes,
        head_whole: bool,
        cseq: int,
    ) -> None:
        self.method = method
        self.status = status
        self.request_uri = request_uri
        self.headers = headers
        self.body = body
        self.head_whole = head_whole
        self.cseq = cseq
        self.call_id = headers["call-id"][0]
        self.from_tag = tag_of(headers["from"][0])
        self.to_tag = tag_of(headers["to"][0])
        self.branch = branch_of(headers["via"][0])

    def __repr__(self) -> str:
        return f"<{self.status or 'request'} {self.method} {self.request_uri} {self.call_id}>"

    def header(self, name: str) -> str:
        """The first value of a header (lower-case full name), "" where it is absent."""
        values = self.headers.get(name)
        return values[0] if values else ""

    def values(self, name: str) -> list[str]:
        """All values of a header that may be a list, over all its lines."""
        return [value for line in self.headers.get(name, ()) for value in split_outside_quotes(line, ",")]

    def address(self, name: str) -> NameAddress | None:
        """The first readable address of a header; None where there is none."""
        for value in self.headers.get(name, ()) if name in ("from", "to") else self.values(name):
            try:
                return parse_name_address(value)
            except SipSyntaxError:
                continue
        return None


def parse(data: bytes, *, cut: bool = False) -> Message | Rejected:
    """The SIP message at the start of `data`.

    cut: bytes are known to be missing at the end (a short snaplen, or a stream whose body is not kept):
    the body's length is then not held against the message, and headers already whole are used.
    """
    if data[:1] in (b"\r", b"\n"):
        data = data.lstrip(b"\r\n")
    head_end = data.find(b"\r\n\r\n", 0, MAX_HEAD_BYTES + 4)
    head_whole = head_end >= 0
    if head_whole:
        text = data[:head_end].decode("latin-1")
        body = data[head_end + 4 :]
    elif len(data) > MAX_HEAD_BYTES:
        return Rejected("headers over 32 kB")
    else:
        text = data.decode("latin-1")
        body = b""
        if cut:
            text = text.removesuffix("\r")
        elif not text.endswith("\r\n"):
            return Rejected("no end of headers")
    if not text.count("\r\n") == text.count("\r") == text.count("\n"):
        return Rejected("bare CR or LF")  # lines that others may cut elsewhere
    if "\r\n " in text or "\r\n\t" in text:
        text = _FOLD.sub(" ", text)
    if not head_whole:
        text = text.removesuffix("\r\n")
        if cut:
            # The last line may be half a line, or go on in a fold: what it says cannot be trusted.
            text = text.rpartition("\r\n")[0]
    lines = text.split("\r\n")
    start_line = lines[0]

    headers: dict[str, list[str]] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t").lower()
        if not colon or not name:
            return Rejected("a header line without a name")
        if len(name) == 1:
            name = COMPACT.get(name, name)
        if name in headers:
            headers[name].append(value.strip(" \t"))
        else:
            headers[name] = [value.strip(" \t")]

    for required in ("via", "from", "to", "call-id", "cseq"):
        if required not in headers or not headers[required][0]:
            return Rejected(f"no {required}")
    for name in _SINGLE:
        values = headers[name]
        if len(values) > 1 and any(value != values[0] for value in values):
            return Rejected(f"several {name}")
    cseq = _CSEQ.fullmatch(headers["cseq"][0])
    if cseq is None:
        return Rejected("bad cseq")
    number = _integer(cseq[1])
    if number > _MAX_CSEQ:
        return Rejected("cseq over 2^31-1")

    if start_line.startswith("SIP/2.0 "):
        status = _STATUS.match(start_line, 8)
        if status is None:
            return Rejected("bad status code")
        return Message(
            method=cseq[2],
            status=int(status[1]),
            request_uri="",
            headers=headers,
            body=_body_of(body, headers),
            head_whole=head_whole,
            cseq=number,
        )
    parts = start_line.split(" ")
    if len(parts) != 3:
        return Rejected("bad request line")
    method, request_uri, version = parts
    if version != "SIP/2.0":
        return Rejected("unknown version")
    if not _TOKEN.fullmatch(method):
        return Rejected("bad method")
    if method != cseq[2]:
        return Rejected("method and cseq differ")
    length_fault = _length_fault(headers.get("content-length"), len(body), cut=cut or not head_whole)
    if length_fault:
        return Rejected(length_fault)
    return Message(
        method=method,
        status=0,
        request_uri=request_uri,
        headers=headers,
        body=_body_of(body, headers),
        head_whole=head_whole,
        cseq=number,
    )


def _length_fault(values: list[str] | None, have: int, *, cut: bool) -> str:
    """Why a Content-Length makes the message unusable, "" for fine. One that is no number says nothing
    about a datagram and is passed over (RFC 3261 section 18.3 needs it on streams only)."""
    if not values:
        return ""
    if len(values) > 1 and any(value != values[0] for value in values):
        return "several content-length"
    value = values[0]
    if value.startswith("-"):
        return "negative content-length"
    if value.isdecimal() and not cut and _integer(value) > have:
        return "content-length over the datagram"
    return ""


def _body_of(rest: bytes, headers: dict[str, list[str]]) -> bytes:
    """What the Content-Length says of the bytes behind the head: in a datagram, what follows is no part of
    the message (RFC 3261 section 18.3)."""
    length = headers.get("content-length", [""])[0]
    return rest[: _integer(length)] if length.isdecimal() else rest


def _integer(digits: str) -> int:
    """The value of decimal digits; that of more than ten figures is `_TOO_GREAT`, over every limit here."""
    digits = digits.lstrip("0")
    return int(digits or 0) if len(digits) <= 10 else _TOO_GREAT
