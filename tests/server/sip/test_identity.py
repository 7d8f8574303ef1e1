import itertools
from urllib.parse import quote

import pytest

from packetwave.server.sip.identity import (
    ANONYMOUS,
    IDENTITY_HEADERS,
    Caller,
    called,
    caller,
    dialled,
    forwarded_by,
    is_withheld,
)
from tests.server.sip.messages import read

NUMBERS = {
    "p-asserted-identity": "01000000001",
    "remote-party-id": "01000000002",
    "p-preferred-identity": "01000000003",
    "from": "01000000004",
}


def all_of(*headers: str) -> dict[str, str | bytes | list[str] | None]:
    return {
        {"from": "From"}.get(name, name): f'"{name}" <sip:{NUMBERS[name]}@x>' + ";tag=f1" * (name == "from")
        for name in headers
    }


@pytest.mark.case(21)
@pytest.mark.parametrize("order", list(itertools.permutations(IDENTITY_HEADERS)), ids=" ".join)
def test_every_order(order: tuple[str, ...]) -> None:
    message = read(all_of(*IDENTITY_HEADERS))
    assert caller(message, order=order) == Caller(NUMBERS[order[0]], order[0])


@pytest.mark.case(21)
@pytest.mark.parametrize("there", IDENTITY_HEADERS)
def test_a_header_that_is_absent_is_passed_over(there: str) -> None:
    message = read({"From": "<sip:pbx>;tag=f1", **all_of(there)})
    assert caller(message) == Caller(NUMBERS[there], there)


@pytest.mark.case(21)
def test_the_default_order() -> None:
    assert IDENTITY_HEADERS == ("p-asserted-identity", "remote-party-id", "p-preferred-identity", "from")


@pytest.mark.case(21)
def test_a_header_left_out_of_the_order_is_not_looked_at() -> None:
    message = read(all_of(*IDENTITY_HEADERS))
    assert caller(message, order=("from",)) == Caller(NUMBERS["from"], "from")


@pytest.mark.case(21)
@pytest.mark.parametrize("sip_first", [True, False])
@pytest.mark.parametrize("lines", [1, 2])
def test_a_sip_and_a_tel_uri_are_one_caller(sip_first: bool, lines: int) -> None:
    values = ['"Kim" <sip:kim@corp.example.com>', "<tel:+82-10-1234-5678>"]
    values = values if sip_first else values[::-1]
    message = read({"P-Asserted-Identity": values if lines == 2 else ", ".join(values)})
    assert caller(message) == Caller("01012345678", "Kim")


@pytest.mark.case(21)
def test_a_caller_without_any_number_is_named_by_the_user_part() -> None:
    message = read({"P-Asserted-Identity": "<sip:kim@x>, <sip:lee@x>"})
    assert caller(message).number == "kim"


@pytest.mark.case(21)
def test_the_name_may_stand_in_another_header_than_the_number() -> None:
    message = read(
        {"P-Asserted-Identity": "<tel:+821012345678>", "From": '"홍길동" <sip:010-1234-5678@x>;tag=f1'}
    )
    assert caller(message) == Caller("01012345678", "홍길동")


@pytest.mark.case(21)
def test_the_name_of_another_number_is_not_the_callers() -> None:
    message = read(
        {"P-Asserted-Identity": "<tel:+821012345678>", "From": '"Switchboard" <sip:0212345678@x>;tag=f1'}
    )
    assert caller(message) == Caller("01012345678", "")


@pytest.mark.case(21)
def test_unreadable_identities_are_passed_over() -> None:
    message = read({"P-Asserted-Identity": ['"open <sip:1@x>', "nonsense", "<sip:5@x>"]})
    assert caller(message).number == "5"


@pytest.mark.case(21)
def test_nobody_at_all_is_anonymous() -> None:
    assert caller(read({"From": "<sip:pbx>;tag=f1"})) == Caller(ANONYMOUS, "")


@pytest.mark.case(21)
@pytest.mark.parametrize(
    "headers",
    [
        {"From": '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=f1'},
        {"From": '"Anonymous" <sip:01012345678@x>;tag=f1'},
        {"From": "<sip:anonymous@x>;tag=f1"},
        {"From": "<sip:Restricted@x>;tag=f1"},
        {"From": "<sip:c8oqz84zk7z@privacy.anonymous.invalid>;tag=f1"},
        {"Privacy": "id"},
        {"Privacy": "ID; critical"},
        {"Privacy": "header;user"},
        {"Privacy": ["critical", "id"]},
        {"Remote-Party-ID": "<sip:01012345678@x>;party=calling;privacy=full"},
        {"Remote-Party-ID": "<sip:01012345678@x>;privacy=URI"},
    ],
)
def test_a_withheld_caller(headers: dict[str, str | bytes | list[str] | None]) -> None:
    message = read({"P-Asserted-Identity": '"Kim" <sip:+821012345678@x>', **headers})
    assert is_withheld(message)
    assert caller(message) == Caller(ANONYMOUS, "")
    assert caller(message, show_withheld=True) == Caller("01012345678", "Kim")


@pytest.mark.case(21)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Privacy": "none"},
        {"Privacy": ""},
        {"Privacy": "session"},
        {"Remote-Party-ID": "<sip:01012345678@x>;privacy=off"},
    ],
)
def test_a_caller_who_withholds_nothing(headers: dict[str, str | bytes | list[str] | None]) -> None:
    message = read(headers)
    assert not is_withheld(message)
    assert caller(message).number == "01012345678"


@pytest.mark.case(21)
def test_only_the_name_is_withheld() -> None:
    message = read(
        {
            "Remote-Party-ID": '"Kim" <sip:01012345678@x>;privacy=name',
            "From": '"Kim" <sip:01012345678@x>;tag=f1',
        }
    )
    assert caller(message) == Caller("01012345678", "")


@pytest.mark.case(21)
def test_withheld_and_no_asserted_number() -> None:
    message = read({"From": '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=f1'})
    assert caller(message, show_withheld=True) == Caller(ANONYMOUS, "")


@pytest.mark.case(19)
@pytest.mark.parametrize("name", ["01012345678", "+82 10-1234-5678", "\x00\x07", ""])
def test_a_name_that_says_nothing_is_none(name: str) -> None:
    assert caller(read({"From": f'"{name}" <sip:01012345678@x>;tag=f1'})) == Caller("01012345678", "")


@pytest.mark.case(19)
@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("홍길동".encode(), "홍길동"),
        ("홍길동".encode("cp949"), "홍길동"),
        (b"\xff\xfe\x80", ""),  # undecodable: the number is shown
        (b"%ED%99%8D", "홍"),
        ("부장, 홍길동: 영업".encode(), "부장, 홍길동: 영업"),
    ],
)
@pytest.mark.parametrize("mark", [b'"', b""])
def test_names_as_pbxs_send_them(sent: bytes, name: str, mark: bytes) -> None:
    message = read({"From": mark + sent + mark + b" <sip:01012345678@x>;tag=f1"})
    assert caller(message) == Caller("01012345678", name)


@pytest.mark.case(19)
@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_user_part_in_korean(encoding: str) -> None:
    escaped = quote("영업", encoding=encoding)  # ends in the byte 0x85 in UTF-8, which is no blank here
    message = read({"From": f"<sip:{escaped}@x>;tag=f1"}, start=f"INVITE sip:{escaped}@x SIP/2.0")
    assert caller(message) == Caller("영업", "")
    assert called(message) == "영업"


@pytest.mark.case(19)
def test_every_syllable_is_kept_whatever_its_bytes() -> None:
    for code in range(0xAC00, 0xD7A4, 7):
        for encoding in ("utf-8", "cp949"):
            for name in (chr(code), chr(code) + "과"):
                header = name.encode(encoding) + b" <sip:1@x>;tag=f1"
                # Some CP949 bytes happen to be UTF-8 of something else: that is what UTF-8 first means.
                if encoding == "utf-8" or not _is_utf8(name.encode(encoding)):
                    assert caller(read({"From": header})).name == name


def _is_utf8(data: bytes) -> bool:
    try:
        return bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


@pytest.mark.case(20)
@pytest.mark.parametrize(
    ("uri", "to", "target", "number"),
    [
        ("sip:1001@192.0.2.20", "<sip:1001@pbx>", "1001", "1001"),
        ("sip:1001@[2001:db8::5]:5062;transport=udp", "<sip:0212345678@pbx>", "1001", "0212345678"),
        ("sip:+82-70-1234-5678@x;user=phone", "tel:+827012345678", "07012345678", "07012345678"),
        ("sip:192.0.2.20", "<sip:1001@pbx>", "1001", "1001"),  # no user: To tells
        ("urn:service:sos", "<urn:service:sos>", "service:sos", "service:sos"),
        ("sip:119@x", "<tel:119;phone-context=+82>", "119", "119"),
        ("sip:%2A70@x", "<sip:*70@x>", "*70", "*70"),
        ("nonsense", "<sip:1001@x>", "1001", "1001"),
        ("sip:x.example.com", "<sip:x.example.com>", "", ""),
        ("sip:1001@x", '"open <sip:2@x>', "1001", ""),
    ],
)
def test_who_is_called_and_what_was_dialled(uri: str, to: str, target: str, number: str) -> None:
    message = read({"To": to}, start=f"INVITE {uri} SIP/2.0")
    assert (called(message), dialled(message)) == (target, number)


@pytest.mark.case(23)
@pytest.mark.parametrize(
    ("headers", "via"),
    [
        ({}, ""),
        ({"Diversion": "<sip:1002@x>;reason=unconditional"}, "1002"),
        ({"Diversion": '"Lee" <tel:+82-2-1234-5678>;reason=no-answer;counter=1'}, "0212345678"),
        # the topmost is the last who forwarded
        ({"Diversion": "<sip:1003@x>;reason=user-busy, <sip:1002@x>;reason=unconditional"}, "1003"),
        ({"Diversion": ["<sip:1003@x>", "<sip:1002@x>"]}, "1003"),
        ({"Diversion": "nonsense, <sip:pbx>, <sip:1002@x>"}, "1002"),
        # RFC 7044: the entry that the last forwarded one was mapped from
        ({"History-Info": "<sip:1002@x>;index=1, <sip:1001@x;cause=302>;index=1.1;mp=1"}, "1002"),
        (
            {
                "History-Info": "<sip:1002@x>;index=1, <sip:1003@x>;index=1.1;rc=1, "
                "<sip:1001@x;cause=486>;index=1.2;mp=1"
            },
            "1002",
        ),
        (
            {
                "History-Info": [
                    "<sip:1002@x>;index=1",
                    "<sip:1003@x;cause=302>;index=1.1;mp=1",
                    "<sip:1001@x;cause=408>;index=1.1.1;mp=1.1",
                    "<sip:a1b2@192.0.2.9>;index=1.1.1.1;rc=1.1.1",
                ]
            },
            "1003",
        ),
        ({"History-Info": "<sip:1002@x>;index=1, <sip:1001@x>;index=1.1;mp=7"}, "1002"),
        # RFC 4244: the Reason stands in the entry that was left
        ({"History-Info": "<sip:1002@x?Reason=SIP%3Bcause%3D302>;index=1, <sip:1001@x>;index=2"}, "1002"),
        # nobody forwarded: the proxy only found the phone
        ({"History-Info": "<sip:1001@x>;index=1, <sip:a1b2@192.0.2.9>;index=1.1;rc=1"}, ""),
        ({"History-Info": "<sip:1001@x>;index=1"}, ""),
        ({"History-Info": "<sip:1001@x;cause=302>;index=1"}, ""),
        ({"History-Info": "<sip:pbx>;index=1, <sip:1001@x;cause=302>;index=1.1;mp=1"}, ""),
        # Diversion, where there are both
        (
            {
                "Diversion": "<sip:1005@x>",
                "History-Info": "<sip:1002@x>;index=1, <sip:1001@x;cause=302>;index=1.1;mp=1",
            },
            "1005",
        ),
    ],
)
def test_who_forwarded(headers: dict[str, str | bytes | list[str] | None], via: str) -> None:
    message = read(headers)
    assert forwarded_by(message) == via
    assert caller(message).number == "01012345678"  # the forwarder is never the caller
