import pytest

from packetwave.server.frames.payload import sip_start

SIP = [
    (b"INVITE sip:1001@example.com SIP/2.0\r\nVia: x\r\n\r\n", 0),
    (b"SIP/2.0 180 Ringing\r\n", 0),
    (b"\r\n\r\nBYE sip:a SIP/2.0\r\n", 4),  # case 12: CRLF before a start-line
    (b"\n\nBYE sip:a SIP/2.0\n", 2),
    (b"INVITE  sip:a  SIP/2.0\r\n", 0),
    (b"OPTIONS sip:a SIP/2.0  \r\n", 0),
    (b"!interesting-Method0123456789_*+`.%indeed'~ sip:a SIP/2.0\r\n", 0),
    (b"OPTIONS sip:a SIP/7.0\r\n", 0),  # another version: for the SIP room to judge
    (b"INVITE sip:a@b;lr=a b SIP/2.0\r\n", 0),
    (b"INVITE sip:1001@example.com SIP/2.0", 0),  # cut short behind the start-line
    (b"SIP/2.0 2", 0),
]
NO_SIP = [
    b"",
    b"\r\n\r\n",
    b"\0\0\0\0",
    b"\x80\x08\x12\x34" + bytes(160),
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"M-SEARCH * HTTP/1.1\r\n\r\n",
    b"INVITE sip:1001@exam",
    b"SIP/2.0",
    b" INVITE sip:a SIP/2.0\r\n",
    b"jaK SIP/2.0\r\n",
    b"text first\r\nINVITE sip:a SIP/2.0\r\n",
]


@pytest.mark.parametrize(("data", "start"), SIP)
def test_sip_is_known_by_its_start_line(data: bytes, start: int) -> None:
    assert sip_start(data) == start


@pytest.mark.parametrize("data", NO_SIP)
def test_anything_else_is_no_sip(data: bytes) -> None:
    assert sip_start(data) == -1
