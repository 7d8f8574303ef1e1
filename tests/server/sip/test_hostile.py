"""What a stranger may send to make reading slow or memory grow. Were any step quadratic or worse, these
inputs of 32 kB would take from many seconds to for ever, and the time limit would end them."""

import sys

import pytest

from packetwave.server.calls.kinship import media_of
from packetwave.server.sip import address, numbers
from packetwave.server.sip.address import (
    SipSyntaxError,
    branch_of,
    has_empty_part,
    parse_name_address,
    parse_params,
    parse_uri,
    split_outside_quotes,
    tag_of,
)
from packetwave.server.sip.faults import fault
from packetwave.server.sip.identity import called, caller, dialled, forwarded_by
from packetwave.server.sip.message import Message, parse
from packetwave.server.sip.numbers import normalise
from packetwave.server.sip.text import display_name, readable, unescape
from tests.server.sip.messages import HEADERS, invite

pytestmark = pytest.mark.timeout(20)

SIZE = 31_000

UNITS = [
    " ",
    "\t ",
    ";",
    "; ",
    ",",
    ", ",
    '"',
    '\\"',
    '"\\',
    "\\",
    "<",
    ">",
    "<>",
    '<"',
    "=",
    ";a=b",
    ";a= b ",
    ';a="b"',
    ';a="',
    "; tag = ",
    ";tag",
    ";branch",
    "; branch =",
    "@",
    ":",
    "a:",
    "%",
    "%4",
    "%EA",
    "%ED%99%8D",
    "[",
    "[:",
    "/",
    " / ",
    "SIP/2.0/UDP a;",
    "SIP/2.0/UDP a,",
    "0",
    "8",
    "+",
    "(",
    "1-",
    "- ",
    "a",
    "a ",
    "sip:",
    "<sip:1@x>,",
    "<sip:1@x;cause=302>;index=1;mp=1,",
    "\xea",
    "\xb0\xa1",
    "\r\n ",
    " \r\n ",
    "\r\n\t",
]
ENDS = ["", "x", '"', ";; y"]
STARTS = ["", "sip:a@", '"', '<sip:1@x>;a="', "SIP/2.0/UDP a"]
PLACES = [
    "Via",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Contact",
    "Max-Forwards",
    "Date",
    "Expires",
    "Content-Length",
    "Privacy",
    "P-Asserted-Identity",
    "Remote-Party-ID",
    "Diversion",
    "History-Info",
]


def hostile(start: str, unit: str, end: str) -> str:
    return start + unit * ((SIZE - len(start) - len(end)) // len(unit)) + end


def read_as_address(text: str) -> None:
    for parser in (parse_uri, parse_name_address):
        try:
            parser(text)
        except SipSyntaxError as error:
            assert len(str(error)) < 60


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_long_values(unit: str) -> None:
    for start in STARTS:
        for end in ENDS:
            text = hostile(start, unit, end)
            read_as_address(text)
            tag_of(text)
            branch_of(text)
            parse_params(text)
            for separator in (",", ";"):
                assert len(split_outside_quotes(text, separator)) <= SIZE
                has_empty_part(text, separator)
            assert len(readable(text)) <= 128
            assert len(display_name(text)) <= 128
            assert len(unescape(text)) <= SIZE
            assert len(normalise(text)) <= SIZE


@pytest.mark.parametrize("place", PLACES)
def test_long_headers(place: str) -> None:
    start = HEADERS.get(place, "<sip:1@x>;a")
    for unit in UNITS:
        for end in ("x", '"'):
            data = invite({place: hostile(start, unit, end).encode("latin-1")})
            message = parse(data)
            if isinstance(message, Message):
                fault(message)
                caller(message)
                called(message)
                dialled(message)
                forwarded_by(message)


@pytest.mark.parametrize("unit", ["sip:", ";a=b", "a@", "%41", "1-", "?", "a", "[", ":"])
def test_long_request_uris(unit: str) -> None:
    for start in ("sip:", "sip:1@x", "tel:", ""):
        message = parse(invite(start=f"INVITE {hostile(start, unit, '')} SIP/2.0"))
        assert isinstance(message, Message)
        fault(message)
        called(message)


@pytest.mark.parametrize("line", ["a:b", "Via: x", "Contact: <sip:1@x>", "From: <sip:1@x>", ":", "\t", " "])
def test_many_lines(line: str) -> None:
    lines = (line + "\r\n") * (SIZE // (len(line) + 2) - 100)
    usual = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    for head in (usual + lines, lines + usual):
        message = parse(f"INVITE sip:1@x SIP/2.0\r\n{head}\r\n".encode())
        if isinstance(message, Message):
            fault(message)
            caller(message)
            forwarded_by(message)


@pytest.mark.parametrize(
    "unit", [b"c=IN IP4 1", b"m=audio 1", b"\nc=IN IP4 ", b"\nm=audio ", b"c=", b"\n", b"1"]
)
def test_long_bodies(unit: bytes) -> None:
    body = unit * (65_000 // len(unit))
    media_of(body)
    media_of(b"c=IN IP4 192.0.2.1\r\nm=audio " + body)


def test_long_texts_are_not_kept() -> None:
    """What the caches keep is bounded in bytes, not only in entries."""
    address._kept_uri.cache_clear()
    address._kept_name_address.cache_clear()
    numbers._normalised.cache_clear()
    for number in range(50):
        parse_uri(f"sip:{number}@" + "x" * SIZE)
        parse_name_address(f"<sip:{number}@" + "x" * SIZE + ">")
        normalise(str(number) * SIZE)
    assert address._kept_uri.cache_info().currsize == 0
    assert address._kept_name_address.cache_info().currsize == 0
    assert numbers._normalised.cache_info().currsize == 0
    parse_name_address("<sip:1@x>")
    normalise("1")
    assert address._kept_uri.cache_info().currsize == 1
    assert address._kept_name_address.cache_info().currsize == 1
    assert numbers._normalised.cache_info().currsize == 1


def test_more_digits_than_python_reads_raise_nothing() -> None:
    digits = "9" * (sys.get_int_max_str_digits() + 1)
    for place in ("CSeq", "Content-Length", "Max-Forwards", "Expires"):
        message = parse(invite({place: digits + " INVITE" * (place == "CSeq")}))
        if isinstance(message, Message):
            assert fault(message).startswith("bad ")
    read_as_address(f"sip:1@x:{digits}")
