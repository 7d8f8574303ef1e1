"""The 49 messages of RFC 4475, judged one by one (signalling.md case 18)."""

from pathlib import Path
from typing import NamedTuple

import pytest

from packetwave.server.sip import Message, Rejected, called, caller, dialled, fault, parse
from packetwave.server.sip.address import NameAddress, parse_name_address

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "rfc4475"

pytestmark = [
    pytest.mark.case(18),
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the messages of RFC 4475 are not in {FOLDER}"),
]


Params = tuple[tuple[str, str], ...]


class Valid(NamedTuple):
    method: str
    caller: str
    called: str
    call_id: str
    cseq: int
    status: int = 0
    name: str = ""


_LONG = "longreq.one" + 20 * "really" + "longcallid"
_ODD_USER = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"

VALID = {
    # Section 3.1.1: valid messages
    "wsinv": Valid("INVITE", "jdrosen", "vivekg", "wsinv.ndaksdj@192.0.2.1", 9, name='J Rosenberg \\"'),
    "intmeth": Valid(
        "!interesting-Method0123456789_*+`.%indeed'~",
        "mundane",
        # The user of the Request-URI is `1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*`; what follows the
        # colon is the password.
        _ODD_USER,
        "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
        139122385,
        name="token1~` token2'+_ token3*%!.-",
    ),
    "esc01": Valid(
        "INVITE",
        "I have spaces",
        "sips:user@example.com",  # an escaped URI as user part: a user like any other
        "esc01.239409asdfakjkn23onasd0-3234",
        234234,
    ),
    "escnull": Valid(
        "REGISTER",
        "null- -null",  # %00 is a legal user part; what cannot be seen is shown as a space
        "null- -null",
        "escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd",
        14398234,
    ),
    "esc02": Valid(
        "RE%47IST%45R",  # no REGISTER: escapes mean nothing in a method
        "resource",
        "resource",
        "esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf",
        29344,
        name="%Z%45",  # nor in a display name
    ),
    "lwsdisp": Valid("OPTIONS", "caller", "user", "lwsdisp.1234abcd@funky.example.com", 60),
    "longreq": Valid("INVITE", 5 * "amazinglylongcallername", "user", _LONG, 3882340),
    "dblreq": Valid("REGISTER", "j.user", "j.user", "dblreq.0ha0isndaksdj99sdfafnl3lk233412", 8),
    "semiuri": Valid("OPTIONS", "caller", "user;par=u@example.net", "semiuri.0ha0isndaksdj", 8),
    "transports": Valid("OPTIONS", "caller", "user", "transports.kijh4akdnaqjkwendsasfdj", 60),
    "mpart01": Valid("MESSAGE", "fluffy", "kumiko", "3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..", 1),
    "unreason": Valid("INVITE", "user", "user", "unreason.1234ksdfak3j2erwedfsASdf", 35, 200),
    "noreason": Valid("INVITE", "user", "user", "noreason.asndj203insdf99223ndf", 35, 100),
    # Section 3.1.2.15: an unquoted comma in a display name. An element may be liberal, and we are: PBXs send
    # such names in INVITEs, and their phones ring.
    "baddn": Valid(
        "OPTIONS", "a.g.bell", "t.watson", "baddn.31415@c.example.com", 3923239, name="Bell, Alexander"
    ),
    # Section 3.2: a branch that is the magic cookie alone. Not invalid in form; it is matched as it stands.
    "badbranch": Valid("OPTIONS", "caller", "user", "badbranch.sadonfo23i420jv0as0derf3j3n", 8),
    # Sections 3.3 and 3.4: well formed; what is asked for is refused by the element that is asked.
    "unkscm": Valid("OPTIONS", "caller", "user", "unkscm.nasdfasser0q239nwsdfasdkl34", 3923423),
    "novelsc": Valid("OPTIONS", "caller", "user", "novelsc.asdfasser0q239nwsdfasdkl34", 3923423),
    "unksm2": Valid(  # To: isbn:2983792873 and From: http://…: no numbers of any phone
        "REGISTER", "anonymous", "", "unksm2.daksdj@hyphenated-host.example.com", 234902
    ),
    "bext01": Valid("OPTIONS", "caller", "user", "bext01.0ha0isndaksdj", 8),
    "invut": Valid("INVITE", "caller", "user", "invut.0ha0isndaksdjadsfij34n23d", 235448),
    "regaut01": Valid("REGISTER", "j.user", "j.user", "regaut01.0ha0isndaksdj", 9338),
    # A response whose second Via is the broadcast address: the element that gets it drops it (3.3.10). It
    # belongs to no call that was seen, so nothing comes of it here either.
    "bcast": Valid("INVITE", "user", "user", "bcast.0384840201234ksdfak3j2erwedfsASdf", 35, 200),
    "zeromf": Valid("OPTIONS", "caller", "user", "zeromf.jfasdlfnm2o2l43r5u0asdfas", 39234321),
    "cparam01": Valid("REGISTER", "watson", "watson", "cparam01.70710@saturn.example.com", 2),
    "cparam02": Valid("REGISTER", "watson", "watson", "cparam02.70710@saturn.example.com", 3),
    "regescrt": Valid("REGISTER", "user", "user", "regescrt.k345asrl3fdbv@192.0.2.1", 14398234),
    "sdp01": Valid("INVITE", "caller", "user", "sdp01.ndaksdj9342dasdd", 8),
    "inv2543": Valid("INVITE", "+13035551111", "UserB", "inv2543.1717@ift.client.example.com", 56),
}

INVALID = {
    # Section 3.1.2: invalid messages
    "badinv01": "bad via",
    "clerr": "content-length over the datagram",
    "ncl": "negative content-length",
    "scalar02": "cseq over 2^31-1",
    "scalarlg": "cseq over 2^31-1",
    "quotbal": "unbalanced quotes",
    "ltgtruri": "request-uri in < >",
    "lwsruri": "bad request line",
    "lwsstart": "bad request line",
    "trws": "bad request line",
    "escruri": "headers in the request-uri",
    "baddate": "bad date",
    "regbadct": "? or , in an address without < >",
    "badaspec": "white space or brackets in a URI",
    "badvers": "unknown version",
    "mismatch01": "method and cseq differ",
    "mismatch02": "method and cseq differ",
    "bigcode": "bad status code",
    # Section 3.3: messages that no element can act on
    "insuf": "no from",
    "multi01": "several from",
    "mcl01": "several content-length",
}


def load(name: str) -> Message | Rejected:
    return parse((FOLDER / f"{name}.dat").read_bytes())


def test_every_message_of_the_rfc_is_judged() -> None:
    assert {path.stem for path in FOLDER.glob("*.dat")} == {*VALID, *INVALID}
    assert len(VALID) + len(INVALID) == 49


@pytest.mark.parametrize("name", VALID)
def test_valid(name: str) -> None:
    message = load(name)
    assert isinstance(message, Message), message
    assert fault(message) == ""
    expected = VALID[name]
    calling = caller(message)
    assert message.head_whole is (name != "baddn")  # the file of baddn lacks its empty line
    assert expected == Valid(
        message.method,
        calling.number,
        called(message),
        message.call_id,
        message.cseq,
        message.status,
        calling.name,  # "" for lwsdisp: a name that repeats the user part says nothing
    )


@pytest.mark.parametrize("name", INVALID)
def test_invalid(name: str) -> None:
    message = load(name)
    reason = message.reason if isinstance(message, Rejected) else fault(message)
    assert reason == INVALID[name]


def message(name: str) -> Message:
    found = load(name)
    assert isinstance(found, Message)
    return found


def test_a_short_tortuous_invite() -> None:
    read = message("wsinv")
    assert (read.from_tag, read.to_tag, read.branch) == ("98asjd8", "1918181833n", "390skdjuw")
    assert len(read.values("via")) == 3
    assert read.header("max-forwards") == "0068"
    assert read.header("newfangledheader") == "newfangled value continued newfangled value"
    assert read.header("subject") == ""
    assert len(read.body) == 150
    contact = read.address("contact")
    assert contact is not None
    assert (contact.name, contact.param("newparam"), contact.param("q")) == (
        'Quoted string ""',
        "newvalue",
        "0.33",
    )


def test_a_wide_range_of_characters() -> None:
    read = message("intmeth")
    assert read.from_tag == "_token~1'+`*%!-."
    assert read.branch == "z9hG4bK-.!%66*_+`'~"
    to = read.address("to")
    assert to is not None
    assert to.name == "BEL:  NUL:  DEL:"  # what cannot be seen is not shown
    assert read.header("extensionheader-!.%*+_`'~") == "\ufeff大停電".encode().decode("latin-1")


def test_escapes_in_a_contact() -> None:
    contact = message("esc01").address("contact")
    assert contact is not None
    assert contact.uri.user == "caller"
    # Parameters of URIs are left escaped: nothing here compares them.
    assert [name for name, _ in contact.uri.params] == ["%6c%72", "n%61me"]


def test_an_escaped_header_name_is_another_header() -> None:
    assert [value.uri.user for value in contacts("esc02")] == ["alias1", "alias3"]


def test_escaped_null_users_stay_apart() -> None:
    assert [value.uri.user for value in contacts("escnull")] == ["\0", "\0\0"]


def contacts(name: str) -> list[NameAddress]:
    return [parse_name_address(value) for value in message(name).values("contact")]


def test_a_long_request() -> None:
    read = message("longreq")
    assert read.from_tag == "1" + 50 * "298" + "2424"
    assert len(read.values("via")) == 34
    to = read.address("to")
    assert to is not None
    assert to.name == "I have a user name of " + 10 * "extreme" + " proportion"
    assert to.uri.port == 6000


def test_a_second_request_in_a_datagram_is_no_part_of_the_first() -> None:
    read = message("dblreq")
    assert read.body == b""
    assert read.header("contact") == "sip:j.user@host.example.com"


def test_vias_of_many_transports() -> None:
    assert len(message("transports").values("via")) == 5


def test_a_body_of_several_parts() -> None:
    assert len(message("mpart01").body) == 553


@pytest.mark.parametrize(
    ("name", "params", "uri_params"),
    [
        ("cparam01", (("unknownparam", ""),), ()),  # without < > the parameter is the header's
        ("cparam02", (), (("unknownparam", ""),)),
    ],
)
def test_whose_parameter_it_is(name: str, params: Params, uri_params: Params) -> None:
    (contact,) = contacts(name)
    assert (contact.params, contact.uri.params) == (params, uri_params)
    assert contact.uri.user == "+19725552222"


def test_a_user_part_with_a_semicolon() -> None:
    assert dialled(message("semiuri")) == "j_user"


def test_escaped_headers_in_a_contact() -> None:
    (contact,) = contacts("regescrt")
    assert (contact.uri.user, contact.uri.headers) == ("user", "Route=%3Csip:sip.example.com%3E")


def test_an_old_invite_without_tag_and_branch() -> None:
    read = message("inv2543")
    assert (read.from_tag, read.to_tag, read.branch) == ("", "", "")
    assert dialled(read) == "+16505552222"
