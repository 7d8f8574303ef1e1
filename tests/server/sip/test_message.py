import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.sip.faults import fault
from packetwave.server.sip.identity import called, caller, dialled, forwarded_by
from packetwave.server.sip.message import COMPACT, MAX_HEAD_BYTES, Message, Rejected, parse
from tests.server.sip.messages import HEADERS, invite, read

SDP = b"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n"


def test_a_request() -> None:
    message = read({"Content-Length": str(len(SDP))}, body=SDP)
    assert (message.method, message.status, message.request_uri) == ("INVITE", 0, "sip:1001@192.0.2.20")
    assert (message.call_id, message.cseq, message.branch) == ("c1@192.0.2.10", 1, "z9hG4bKa1")
    assert (message.from_tag, message.to_tag, len(message.values("via"))) == ("f1", "", 1)
    assert (message.body, message.head_whole) == (SDP, True)
    assert message.header("max-forwards") == "70"
    assert (message.header("subject"), message.values("subject")) == ("", [])
    assert message.address("contact") is None
    assert "INVITE" in repr(message)


@pytest.mark.parametrize(
    "line", ["SIP/2.0 180 Ringing", "SIP/2.0 180 ", "SIP/2.0 180", "SIP/2.0 180 \xff=\x80"]
)
def test_a_response(line: str) -> None:
    message = read({"To": "<sip:1001@x>;tag=t1"}, start=line)
    assert (message.method, message.status, message.request_uri) == ("INVITE", 180, "")
    assert message.to_tag == "t1"


@pytest.mark.case(18)
@pytest.mark.parametrize("name", [name.lower() for name in HEADERS])
def test_names_in_any_case_and_compact(name: str) -> None:
    short = next((letter for letter, long in COMPACT.items() if long == name), name)
    before = next(key for key in HEADERS if key.lower() == name)
    expected = read().headers
    for other in (name.upper(), name.title(), short, short.upper(), name + " ", name + " \t "):
        assert read({before: None, other: HEADERS[before]}).headers == expected


@pytest.mark.case(18)
def test_folded_lines() -> None:
    message = read(
        {
            "From": "<sip:2@x>\r\n ;\r\n\ttag\r\n  =\r\n a",
            "CSeq": "0001  \r\n  INVITE",
            "Call-ID": "\r\n c2",
            "Via": "SIP/2.0/UDP a\r\n ;branch=b1,\r\n SIP/2.0/UDP b;branch=b2",
            "Subject": "a\r\n \r\n b",
        }
    )
    assert (message.from_tag, message.cseq, message.call_id) == ("a", 1, "c2")
    assert (message.branch, len(message.values("via"))) == ("b1", 2)
    assert message.header("subject").split() == ["a", "b"]
    assert fault(message) == ""


@pytest.mark.case(18)
def test_vias_on_one_line_or_many_are_the_same() -> None:
    vias = [f"SIP/2.0/UDP h{number};branch=b{number}" for number in range(40)]
    one, many = read({"Via": ", ".join(vias)}), read({"Via": vias})
    mixed = read({"Via": [vias[0], *vias[2:]], "v": vias[1]})
    assert one.values("via") == many.values("via") == vias
    assert one.branch == many.branch == mixed.branch == "b0"
    assert len(one.values("via")) == len(mixed.values("via")) == 40


@pytest.mark.case(12)
@pytest.mark.parametrize("before", [b"\r\n", b"\r\n\r\n\r\n", b"\n", b"\r"])
def test_line_ends_before_a_start_line_are_skipped(before: bytes) -> None:
    message = parse(before + invite())
    assert isinstance(message, Message)
    assert message.call_id == "c1@192.0.2.10"


@pytest.mark.case(18)
@pytest.mark.parametrize(
    "data",
    [
        invite().replace(b"\r\n", b"\n"),
        invite().replace(b"\r\n", b"\r"),
        invite().replace(b"\r\nFrom", b"\nFrom"),
        invite().replace(b"\r\nFrom", b"\rFrom"),
        invite({"Subject": "a\nFrom: <sip:evil@x>"}),
        invite({"Subject": "a\rb"}),
        invite({"Subject": "a\n\rb"}),
    ],
)
@pytest.mark.parametrize("cut", [True, False])
def test_lines_end_in_crlf_alone(data: bytes, cut: bool) -> None:
    assert isinstance(parse(data, cut=cut), Rejected)


def test_other_line_ends_in_a_body_are_its_own() -> None:
    assert read(body=b"a\nb\rc").body == b"a\nb\rc"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no end of headers"),
        (b"\r\n\r\n", "no end of headers"),
        (b"INVITE sip:1@x SIP/2.0", "no end of headers"),
        (b"INVITE sip:1@x SIP/2.0\r\n\r\n", "no via"),
        (invite({"Via": None}), "no via"),
        (invite({"Via": ""}), "no via"),
        (invite({"From": None}), "no from"),
        (invite({"To": None}), "no to"),
        (invite({"Call-ID": " "}), "no call-id"),
        (invite({"CSeq": None}), "no cseq"),
        (invite({"Call-ID": ["a", "b"]}), "several call-id"),
        (invite({"From": ["<sip:1@x>;tag=a", "<sip:2@x>;tag=a"]}), "several from"),
        (invite({"CSeq": ["1 INVITE", "2 INVITE"]}), "several cseq"),
        (invite({"f": "<sip:2@x>"}), "several from"),
        (invite({"CSeq": "INVITE"}), "bad cseq"),
        (invite({"CSeq": "-1 INVITE"}), "bad cseq"),
        (invite({"CSeq": "1"}), "bad cseq"),
        (invite({"CSeq": "1 IN VITE"}), "bad cseq"),
        (invite({"CSeq": "2147483648 INVITE"}), "cseq over 2^31-1"),
        (invite({"CSeq": "9" * 30_000 + " INVITE"}), "cseq over 2^31-1"),
        (invite({"CSeq": "1 ACK"}), "method and cseq differ"),
        (invite({"CSeq": "1 invite"}), "method and cseq differ"),
        (invite({"": "x"}), "a header line without a name"),
        (invite().replace(b"\r\nTo", b"\r\nnonsense\r\nTo"), "a header line without a name"),
        (invite(start="INVITE sip:1@x"), "bad request line"),
        (invite(start="INVITE  sip:1@x SIP/2.0"), "bad request line"),
        (invite(start="INVITE sip:1@x SIP/3.0"), "unknown version"),
        (invite(start="INVITE sip:1@x HTTP/1.1"), "unknown version"),
        (invite(start="IN<ITE sip:1@x SIP/2.0"), "bad method"),
        (invite(start="SIP/2.0 99 Low"), "bad status code"),
        (invite(start="SIP/2.0 700 High"), "bad status code"),
        (invite(start="SIP/2.0 2000 Long"), "bad status code"),
        (invite({"Content-Length": "1"}), "content-length over the datagram"),
        (invite({"Content-Length": "9" * 30_000}), "content-length over the datagram"),
        (invite({"l": "-0"}), "negative content-length"),
        (invite({"Content-Length": ["0", "1"]}, body=b"1"), "several content-length"),
        (invite({"X": "x" * MAX_HEAD_BYTES}), "headers over 32 kB"),
    ],
)
def test_rejected(data: bytes, reason: str) -> None:
    assert parse(data) == Rejected(reason)


@pytest.mark.parametrize(
    "headers",
    [
        {"To": ["<sip:1001@192.0.2.20>", "<sip:9@x>"]},  # the Request-URI says whose phone it is
        {"From": [HEADERS["From"], HEADERS["From"]]},
        {"Call-ID": [HEADERS["Call-ID"], HEADERS["Call-ID"]]},
        {"CSeq": "2147483647 INVITE"},
        {"CSeq": "0000000000000000001 INVITE"},
        {"CSeq": "1\t INVITE"},
        {"Content-Length": "x"},  # no number: says nothing of a datagram
        {"Content-Length": "00000000000000"},
        {"Content-Length": ["0", "0"]},
    ],
)
def test_tolerated(headers: dict[str, str | bytes | list[str] | None]) -> None:
    message = read(headers)
    assert (called(message), caller(message).number, fault(message)) == ("1001", "01012345678", "")


@pytest.mark.parametrize(
    ("length", "body"), [("3", b"abc"), ("0", b""), (None, b"abcdef"), ("x", b"abcdef"), ("06", b"abcdef")]
)
def test_a_body_ends_where_its_length_says(length: str | None, body: bytes) -> None:
    assert read({"Content-Length": length}, body=b"abcdef").body == body


@pytest.mark.case(12)
def test_nine_kilobytes() -> None:
    message = read({f"X-{number}": "y" * 80 for number in range(100)})
    assert called(message) == "1001"


@pytest.mark.case(12)
def test_the_largest_head() -> None:
    room = MAX_HEAD_BYTES - len(invite({"X": ""})) + 4  # the empty line is not counted
    assert isinstance(parse(invite({"X": "x" * room})), Message)
    assert parse(invite({"X": "x" * (room + 1)})) == Rejected("headers over 32 kB")


IMPORTANT = {
    "f": '"A; tag=no" <sip:01012345678@192.0.2.10>\r\n ;tag = f1',
    "Diversion": "<sip:1002@x>;reason=unconditional",
    "User-Agent": "phone",
    "Content-Type": "application/sdp",
    "Content-Length": str(len(SDP)),
}
FOLDED = invite({"From": None, **IMPORTANT}, body=SDP)


def essence(message: Message) -> tuple[object, ...]:
    return (
        message.method,
        message.request_uri,
        message.call_id,
        message.cseq,
        message.branch,
        message.from_tag,
        message.to_tag,
        caller(message),
        called(message),
        dialled(message),
    )


@pytest.mark.case(12)
def test_cut_at_every_byte_it_is_read_right_or_not_at_all() -> None:
    whole = parse(FOLDED)
    assert isinstance(whole, Message)
    head = FOLDED.index(b"\r\n\r\n") + 4
    enough = FOLDED.index(b"Content-Type")
    for end in range(len(FOLDED)):
        strict, cut = parse(FOLDED[:end]), parse(FOLDED[:end], cut=True)
        if isinstance(cut, Message):
            assert essence(cut) == essence(whole)
            assert cut.head_whole is (end >= head)
            assert SDP.startswith(cut.body)
            assert forwarded_by(cut) in ("", "1002")
        else:
            assert end <= enough
        if end < head - 2:
            assert isinstance(strict, Rejected) or FOLDED[:end].endswith(b"\r\n")
        elif end > head:
            assert strict == Rejected("content-length over the datagram")
    assert isinstance(parse(FOLDED[: enough + 1], cut=True), Message)


@pytest.mark.case(12)
def test_a_head_without_its_empty_line_is_read() -> None:
    message = parse(invite()[:-2])
    assert isinstance(message, Message)
    assert message.head_whole is False


def use(data: bytes) -> None:
    """Everything the room makes of bytes."""
    for cut in (False, True):
        message = parse(data, cut=cut)
        if isinstance(message, Rejected):
            assert 0 < len(message.reason) < 60
            continue
        for text in (*caller(message), called(message), dialled(message), forwarded_by(message)):
            assert text.isprintable()
        assert len(fault(message)) < 60
        assert repr(message)
        for name in message.headers:
            message.values(name)
            message.address(name)


@given(st.binary(max_size=400) | st.text().map(str.encode))
def test_no_bytes_raise(data: bytes) -> None:
    use(data)
    use(b"INVITE sip:1@x SIP/2.0\r\n" + data + b"\r\n\r\n")


VARIED = invite(
    {
        "From": None,
        **IMPORTANT,
        "P-Asserted-Identity": '"Kim" <sip:+821012345678@x>, <tel:+82-10-1234-5678>',
        "Remote-Party-ID": "<sip:1@x>;privacy=off",
        "History-Info": "<sip:1@x?Reason=SIP%3Bcause%3D302>;index=1, <sip:2@x;cause=302>;index=1.1;mp=1",
        "Contact": "<sip:1@[2001:db8::1]:5060>;q=0.5",
        "Privacy": "none",
        "Date": "Fri, 01 Jan 2010 16:00:00 GMT",
    },
    body=SDP,
)


@given(
    st.lists(
        st.tuples(st.integers(0, len(VARIED) - 1), st.integers(0, 3), st.binary(min_size=0, max_size=3)),
        max_size=6,
    )
)
def test_no_damage_raises(damage: list[tuple[int, int, bytes]]) -> None:
    data = VARIED
    for position, taken, put in damage:
        data = data[:position] + put + data[position + taken :]
    use(data)


def test_every_single_bit_may_flip() -> None:
    for position in range(VARIED.index(b"\r\n\r\n")):
        for bit in (0, 2, 5, 7):
            data = bytearray(VARIED)
            data[position] ^= 1 << bit
            use(bytes(data))


line = st.sampled_from(
    [
        *HEADERS,
        "f",
        "t",
        "m",
        "v",
        "l",
        "Contact",
        "Privacy",
        "Diversion",
        "P-Asserted-Identity",
        "Remote-Party-ID",
        "History-Info",
        "Date",
        "Expires",
    ]
)
value = st.text("<>\"';,=:@?&[]%\\/ \t+0159azAZ*#()\xb1\xc8", max_size=40)


@given(st.lists(st.tuples(line, value), max_size=8), value)
def test_no_headers_raise(lines: list[tuple[str, str]], uri: str) -> None:
    head = "".join(f"{name}: {text}\r\n" for name, text in lines)
    start = "INVITE sip:1001@x SIP/2.0\r\n"
    usual = "".join(f"{name}: {text}\r\n" for name, text in HEADERS.items())
    use((start + usual + head + "\r\n").encode("latin-1"))
    use((f"INVITE sip:{uri.replace(' ', '')} SIP/2.0\r\n" + head + usual + "\r\n").encode("latin-1"))
