import pytest

from packetwave.server.sip.faults import fault
from tests.server.sip.messages import read

pytestmark = pytest.mark.case(18)


@pytest.mark.parametrize(
    "via",
    [
        "SIP/2.0/UDP 192.0.2.1",
        "SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1",
        "SIP / 2.0 / UDP  host.example.com  ; branch = z9hG4bK1",
        "SIP/2.0/TLS [2001:db8::1]:5061;branch=z9hG4bK1",
        "SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK1",
        "SIP/2.0/UDP a:5060;branch=z9hG4bK1;received=2001:db8::9",
        'SIP/2.0/UDP a;x="quoted, ;; \\" text";branch=z9hG4bK1',
        "SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK2",
        "SIP/2.0/UDP a;branch=z9hG4bK-.!%66*_+`'~/==;keep",
        "SIP/2.0/UDP a;branch=z9hG4bK1;",  # one separator too many at the end is passed over
        "SIP/2.0/UDP a;branch=",
    ],
)
def test_good_vias(via: str) -> None:
    assert fault(read({"Via": via})) == ""


@pytest.mark.parametrize(
    "via",
    [
        "SIP/2.0/UDP 192.0.2.15;;,;,,",
        "SIP/2.0/UDP a;;branch=x",
        "SIP/2.0/UDP a,,SIP/2.0/UDP b",
        "SIP/2.0/UDP a,;",
        "SIP/2.0/UDP",
        "SIP/2.0 a;branch=x",
        "UDP a",
        "SIP/2.0/UDP a b",
        "SIP/2.0/UDP a:123456",
        "SIP/2.0/UDP a;bra nch=x",
        "SIP/2.0/UDP a;branch=x y",
        'SIP/2.0/UDP a;x="open',
        ";branch=x",
    ],
)
def test_bad_vias(via: str) -> None:
    assert fault(read({"Via": via})) == "bad via"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Max-Forwards": "0"}, ""),
        ({"Max-Forwards": "255"}, ""),
        ({"Max-Forwards": "00000070"}, ""),
        ({"Max-Forwards": None}, ""),
        ({"Max-Forwards": "256"}, "bad max-forwards"),
        ({"Max-Forwards": "-1"}, "bad max-forwards"),
        ({"Max-Forwards": "x"}, "bad max-forwards"),
        ({"Max-Forwards": "9" * 9000}, "bad max-forwards"),
        ({"Expires": "4294967295"}, ""),
        ({"Expires": "4294967296"}, "bad expires"),
        ({"Expires": "1" + "0" * 9000}, "bad expires"),
        ({"Expires": "Thu, 01 Dec 1994 16:00:00 GMT"}, ""),  # as RFC 2543 had it: says nothing here
        ({"Date": "Fri, 01 Jan 2010 16:00:00 GMT"}, ""),
        ({"Date": "Fri, 1 Jan 2010 16:00:00 GMT"}, ""),
        ({"Date": "Fri, 01 Jan 2010 16:00:00 EST"}, "bad date"),
        ({"Date": "yesterday"}, "bad date"),
        ({"Contact": "<sip:1@x>;"}, ""),
        ({"Contact": "*"}, ""),
        ({"Contact": '"a;;b" <sip:1@x;;y>'}, ""),
        ({"Contact": "<sip:1@x>, sip:2@x;q=0.5"}, ""),
        ({"Contact": '"Joe" <sip:joe@x>;;;;'}, "empty parameter in contact"),
        ({"Contact": "sip:user@x?Route=%3Csip:y%3E"}, "? or , in an address without < >"),
        ({"Contact": "< sip:1@x >"}, "white space or brackets in a URI"),
        ({"From": '"Mr. J <sip:1@x>;tag=a'}, "unbalanced quotes"),
        ({"To": "nobody"}, "no URI scheme"),
        ({"From": "Bell, Alexander <sip:1@x>;tag=a"}, ""),
    ],
)
def test_headers(headers: dict[str, str | bytes | list[str] | None], reason: str) -> None:
    assert fault(read(headers)) == reason


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("sip:1001@x;transport=tcp", ""),
        ("sip:a?b@x", ""),  # before the @ it belongs to the user
        ("tel:+8210", ""),
        ("urn:service:sos", ""),
        ("soap.beep://192.0.2.103:3002", ""),
        ("sip:1001@x?Route=%3Csip:y%3E", "headers in the request-uri"),
        ("sips:1001@x?a", "headers in the request-uri"),
        ("<sip:1001@x>", "request-uri in < >"),
        ("1001", "no URI scheme"),
        ("sip:", "no host in a SIP URI"),
    ],
)
def test_request_uris(uri: str, reason: str) -> None:
    assert fault(read(start=f"INVITE {uri} SIP/2.0")) == reason


def test_a_response_has_no_request_uri() -> None:
    assert fault(read(start="SIP/2.0 180 Ringing")) == ""
