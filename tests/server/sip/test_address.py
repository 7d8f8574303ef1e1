import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.sip.address import (
    SipSyntaxError,
    Uri,
    branch_of,
    has_empty_part,
    parse_name_address,
    parse_params,
    parse_uri,
    split_outside_quotes,
    tag_of,
)

latin = st.text(st.characters(max_codepoint=0xFF))
marks = st.text("<>\"';,=:@?&[]%\\ \t+0159azAZ*#()", max_size=60)


@pytest.mark.case(20)
@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:1001@pbx", Uri("sip", "1001", "pbx")),
        ("sips:1001@PBX.example.com:5061", Uri("sips", "1001", "pbx.example.com", 5061)),
        ("SIP:1001@192.0.2.1", Uri("sip", "1001", "192.0.2.1")),
        ("sip:192.0.2.1", Uri("sip", "", "192.0.2.1")),  # no user
        ("sip:pbx;transport=tcp", Uri("sip", "", "pbx", 0, (("transport", "tcp"),))),
        ("sip:1001@[2001:DB8::1]:5070", Uri("sip", "1001", "2001:db8::1", 5070)),
        ("sip:1001@[fe80::1%25eth0]", Uri("sip", "1001", "fe80::1")),
        ("sip:[::1]", Uri("sip", "", "::1")),
        ("sip:+821012345678@x;user=phone", Uri("sip", "+821012345678", "x", 0, (("user", "phone"),))),
        ("sip:1001:secret@x", Uri("sip", "1001", "x")),  # a password is never kept
        ("sip:1001:a;b?c@x", Uri("sip", "1001", "x")),
        ("sip:%2331%2301012345678@x", Uri("sip", "#31#01012345678", "x")),
        ("sip:%2B8210@x", Uri("sip", "+8210", "x")),
        ("sip:*70@x", Uri("sip", "*70", "x")),
        ("sip:user;par=u%40example.net@x", Uri("sip", "user;par=u@example.net", "x")),
        ("sip:1001;ext=5@x", Uri("sip", "1001", "x")),  # parameters of a telephone-subscriber
        ("sip:1001@x?Subject=hi&Route=%3Ca%3E", Uri("sip", "1001", "x", 0, (), "Subject=hi&Route=%3Ca%3E")),
        ("sip:1001@x;a=1?b", Uri("sip", "1001", "x", 0, (("a", "1"),), "b")),
        ("tel:+82-10-1234-5678", Uri("tel", "+82-10-1234-5678", "")),
        (
            "tel:1001;phone-context=pbx.example.com",
            Uri("tel", "1001", "pbx.example.com", 0, (("phone-context", "pbx.example.com"),)),
        ),
        (
            "tel:010-1234-5678;phone-context=+82",
            Uri("tel", "+8210-1234-5678", "+82", 0, (("phone-context", "+82"),)),
        ),
        # Emergency numbers and extensions are local: no country's number is made of them.
        ("tel:119;phone-context=+82", Uri("tel", "119", "+82", 0, (("phone-context", "+82"),))),
        ("sip:1001;phone-context=+82@x", Uri("sip", "1001", "x")),
        ("sip:0212345678;phone-context=+82@x", Uri("sip", "+82212345678", "x")),
        ("tel:+1-415;phone-context=+82", Uri("tel", "+1-415", "+82", 0, (("phone-context", "+82"),))),
        ("urn:service:sos", Uri("urn", "service:sos", "")),
        ("urn:service:sos.police", Uri("urn", "service:sos.police", "")),
        ("http://www.example.com", Uri("http", "", "")),  # names no phone
        ("isbn:2983792873", Uri("isbn", "", "")),
    ],
)  # fmt: skip
def test_uris(text: str, uri: Uri) -> None:
    assert parse_uri(text) == uri


@pytest.mark.case(20)
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no URI scheme"),
        ("1001", "no URI scheme"),
        (":1001@x", "no URI scheme"),
        ("5ip:1001@x", "no URI scheme"),
        ("sip:", "no host in a SIP URI"),
        ("sip:1001@", "no host in a SIP URI"),
        ("sip:@x", "empty user before @"),
        ("sip:a@b@c", "no host in a SIP URI"),
        ("sip:1001@x:", "no host in a SIP URI"),
        ("sip:1001@x:65536", "port over 65535"),
        ("sip:1001@x:" + "9" * 9000, "no host in a SIP URI"),
        ("sip:1001@[::1", "no host in a SIP URI"),
        ("sip:10 01@x", "white space or brackets in a URI"),
        ("sip:1001@x\r\n", "white space or brackets in a URI"),
        ("<sip:1001@x>", "white space or brackets in a URI"),
        ("tel:", "tel URI without a number"),
        ("tel:;phone-context=+82", "tel URI without a number"),
    ],
)
def test_what_is_no_uri(text: str, reason: str) -> None:
    with pytest.raises(SipSyntaxError) as caught:
        parse_uri(text)
    assert str(caught.value) == reason


@pytest.mark.case(19)
@pytest.mark.parametrize(
    ("text", "name", "user"),
    [
        ("<sip:1@x>", "", "1"),
        ("sip:1@x;tag=a", "", "1"),
        ("Kim <sip:1@x>", "Kim", "1"),
        ("Kim<sip:1@x>", "Kim", "1"),
        ("Kim Min Su <sip:1@x>", "Kim Min Su", "1"),
        ("Sales: Kim <sip:1@x>", "Sales: Kim", "1"),
        ('"Sales: Kim" <sip:1@x>', "Sales: Kim", "1"),
        ('"Bell, Alexander" <sip:1@x>', "Bell, Alexander", "1"),
        ("Bell, Alexander <sip:1@x>", "Bell, Alexander", "1"),
        ('"a \\"b\\" \\\\" <sip:1@x>', 'a "b" \\', "1"),
        ('"<sip:9@evil>" <sip:1@x>', "<sip:9@evil>", "1"),
        ('"" <sip:1@x>', "", "1"),
        ('""<sip:1@x>', "", "1"),
        ('"%ED%99%8D" <sip:1@x>', "홍", "1"),
        ("홍길동 <sip:1@x>".encode().decode("latin-1"), "홍길동", "1"),
        ('"홍길동, 부장" <sip:1@x>'.encode("cp949").decode("latin-1"), "홍길동, 부장", "1"),
        ('"\xff\xfe\x80" <sip:1@x>', "", "1"),  # undecodable: the number is shown
        ('\\"Kim\\" <sip:1@x>', "Kim", "1"),  # as some phones do
        ('Kim "Bob" Lee <sip:1@x>', 'Kim "Bob" Lee', "1"),
        (' \t"x" <tel:+8210>;a', "x", "+8210"),
    ],
)
def test_display_names(text: str, name: str, user: str) -> None:
    address = parse_name_address(text)
    assert (address.name, address.uri.user) == (name, user)


def test_parameters_of_an_address() -> None:
    address = parse_name_address('"x;tag=no" <sip:1@x;tag=uri>;TAG=yes;lr;q="a;b\\"c"; e = 5')
    assert address.param("tag") == "yes"
    assert address.param("lr") == ""
    assert address.param("q") == 'a;b"c'
    assert address.param("e") == "5"
    assert address.param("none") is None
    assert (address.uri.param("tag"), address.uri.param("none")) == ("uri", None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"Mr. J <sip:1@x>', "unbalanced quotes"),
        ('Mr" J <sip:1@x>', "unbalanced quotes"),
        ('"x" sip:1@x', "no address after a quoted name"),
        ('"x" y <sip:1@x>', "no address after a quoted name"),
        ("<sip:1@x", "no > after an address"),
        ("<sip:1@x> y", "text after an address"),
        ("< sip:1@x >", "white space or brackets in a URI"),
        ("sip:1@x?a=b", "? or , in an address without < >"),
        ("sip:1@x,sip:2@x", "? or , in an address without < >"),
        ("", "no URI scheme"),
        ("*", "no URI scheme"),
    ],
)
def test_what_is_no_address(text: str, reason: str) -> None:
    with pytest.raises(SipSyntaxError) as caught:
        parse_name_address(text)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("<sip:1@x>;tag=a", "a"),
        ("sip:1@x;tag=a", "a"),
        ("sip:1@x ;   tag    = a", "a"),
        ("<sip:1@x>;x=1;TAG=a;y=2", "a"),
        ('"n" <sip:1@x>;tag=a;p="q"', "a"),
        ('"n" <sip:1@x>;p=";tag=no";tag=a', "a"),
        ('";tag=no" <sip:1@x>;tag=a', "a"),
        ('"a > b" <sip:1@x;tag=no>;tag=a', "a"),
        ('"a \\" ;tag=no" <sip:1@x>;tag=a', "a"),
        ("a > b <sip:1@x;tag=no>;tag=a", "a"),
        ('\\"Kim\\" <sip:1@x>;tag=a', "a"),
        ("<sip:1@x;tag=no>", ""),
        ('";tag=no" <sip:1@x>', ""),
        ("<sip:1@x>;vintage=a", ""),
        ("<sip:1@x>;tag=", ""),
        ("", ""),
    ],
)
def test_tags(text: str, tag: str) -> None:
    assert tag_of(text) == tag


@pytest.mark.parametrize(
    ("text", "branch"),
    [
        ("SIP/2.0/UDP a;branch=z9hG4bK1", "z9hG4bK1"),
        ("SIP/2.0/UDP a ; Branch = z9hG4bK1 ;rport", "z9hG4bK1"),
        ("SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK2", "z9hG4bK1"),
        ("SIP/2.0/UDP a, SIP/2.0/UDP b;branch=z9hG4bK2", ""),  # the second hop's is not the top one's
        ('SIP/2.0/UDP a;x=";branch=no";branch=z9hG4bK1', "z9hG4bK1"),
        ('SIP/2.0/UDP a;x="a,b";branch=z9hG4bK1', "z9hG4bK1"),
        ("SIP/2.0/UDP [2001:db8::1]:5060;received=192.0.2.1;branch=z9hG4bK1", "z9hG4bK1"),
        ("SIP/2.0/UDP a", ""),
    ],
)
def test_branches(text: str, branch: str) -> None:
    assert branch_of(text) == branch


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" , ,", []),
        ("a", ["a"]),
        ("a, b ,c", ["a", "b", "c"]),
        ('"a,b" <sip:1@x>, <sip:2@x>', ['"a,b" <sip:1@x>', "<sip:2@x>"]),
        ("<sip:1,2@x>,<sip:3@x>", ["<sip:1,2@x>", "<sip:3@x>"]),
        ('"a\\",b" <sip:1@x>,c', ['"a\\",b" <sip:1@x>', "c"]),
        ('"open, <sip:1@x>,c', ['"open, <sip:1@x>,c']),
        ("<open, c", ["<open, c"]),
        ("a>b,c", ["a>b", "c"]),
        ('\\"a\\" <sip:1,2@x>,b', ['\\"a\\" <sip:1,2@x>', "b"]),
        ('"end\\', ['"end\\']),
        (',"a",', ['"a"']),
    ],
)
def test_lists(text: str, parts: list[str]) -> None:
    assert split_outside_quotes(text, ",") == parts
    assert split_outside_quotes(text.replace(",", ";"), ";") == [part.replace(",", ";") for part in parts]


@pytest.mark.parametrize(
    ("text", "yes"),
    [("a;b", False), ("a;", False), ("a;;b", True), ("a; ;b", True), ('";;" <;;>;a', False), (";;", True)],
)
def test_empty_parts(text: str, yes: bool) -> None:
    assert has_empty_part(text, ";") is yes


def test_parameters() -> None:
    assert parse_params('; A = 1;b ;c="x;y";=z') == (("a", "1"), ("b", ""), ("c", "x;y"))


@given(latin | marks | marks.map("sip:".__add__) | marks.map("tel:".__add__))
def test_a_uri_is_read_or_refused(text: str) -> None:
    try:
        uri = parse_uri(text)
    except SipSyntaxError as error:
        assert str(error)
    else:
        assert uri.scheme == uri.scheme.lower()
        assert uri.host == uri.host.lower()
        assert 0 <= uri.port <= 65535


@given(latin | marks | marks.map('"a" <sip:'.__add__) | marks.map("<sip:1@x>".__add__))
def test_an_address_is_read_or_refused(text: str) -> None:
    try:
        parse_name_address(text)
    except SipSyntaxError as error:
        assert str(error)


@given(latin | marks, st.sampled_from([",", ";"]))
def test_a_list_loses_nothing_but_separators_and_blanks(text: str, separator: str) -> None:
    parts = split_outside_quotes(text, separator)  # type: ignore[arg-type]
    assert all(part and part == part.strip(" \t\r\n") for part in parts)
    assert "".join("".join(parts).split()).replace(separator, "") == "".join(text.split()).replace(
        separator, ""
    )


@given(latin | marks)
def test_tags_and_branches_are_found_or_not(text: str) -> None:
    assert tag_of(text) in text or '"' in text
    assert branch_of(text) in text or '"' in text
    has_empty_part(text, ",")
    assert all(name for name, _ in parse_params(text))


@given(
    st.from_regex(r"[A-Za-z0-9\-._]{1,20}", fullmatch=True), st.from_regex(r"[a-z0-9.]{1,20}", fullmatch=True)
)
def test_what_is_written_is_read(user: str, host: str) -> None:
    assert parse_uri(f"sip:{user}@{host}") == Uri("sip", user, host)
    address = parse_name_address(f'"{user}" <sip:{user}@{host}>;tag={user}')
    assert (address.name, address.uri.user, address.param("tag")) == (user, user, user)
