import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.sip.text import display_name, readable, unescape

latin = st.text(st.characters(max_codepoint=0xFF))


def as_latin(text: str, encoding: str) -> str:
    return text.encode(encoding).decode("latin-1")


@pytest.mark.case(19)
@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "euc-kr"])
@pytest.mark.parametrize("name", ["홍길동", "김대리 (영업1팀)", "서울상사, 02:1234", "한"])
def test_korean_names(name: str, encoding: str) -> None:
    assert readable(as_latin(name, encoding)) == name


@pytest.mark.case(19)
def test_syllables_that_only_cp949_has() -> None:
    assert readable(as_latin("펲시 똠", "cp949")) == "펲시 똠"


@pytest.mark.case(19)
@pytest.mark.parametrize("raw", [b"\xff\xfe\x80", b"Kim \xc8", b"\x80", b"\xc1\xc1\xff"])
def test_undecodable_names_are_none(raw: bytes) -> None:
    assert readable(raw.decode("latin-1")) == ""


@pytest.mark.case(19)
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("%ED%99%8D%EA%B8%B8%EB%8F%99", "홍길동"),
        ("%ed%99%8d %EA%B8%B8", "홍 길"),
        ("%C8%AB%B1%E6%B5%BF", "홍길동"),  # CP949, escaped
        ("Kim%20Lee", "Kim%20Lee"),  # escapes are no part of the grammar here; ASCII ones stay
        ("%Z%45", "%Z%45"),
        ("100%", "100%"),
        ("%FF%FE", "%FF%FE"),  # no text when resolved: shown as it stands
    ],
)
def test_percent_escapes(sent: str, shown: str) -> None:
    assert display_name(sent) == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("BEL:\a NUL:\0 DEL:\x7f", "BEL:  NUL:  DEL:"),
        ("a\r\nb\tc", "a b c"),
        ("\x1b[31mred", "[31mred"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u200b\u2066b\u2069", "a b"),
        ("\u3164\uffa0\u115f", ""),  # Hangul fillers: a name of nothing
        ("\ufeff김", "김"),
        ("x" * 1000, "x" * 128),
        ("   ", ""),
    ],
)
def test_what_cannot_be_seen_is_not_shown(sent: str, shown: str) -> None:
    assert readable(as_latin(sent, "utf-8")) == shown


def test_every_invisible_character_is_taken_out() -> None:
    unseen = [
        chr(code)
        for code in range(0x110000)
        if not 0xD800 <= code < 0xE000
        and unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp")
        and readable(as_latin("a" + chr(code) + "b", "utf-8")) != "a b"
    ]
    assert unseen == []


@given(latin)
def test_any_bytes_give_short_text_without_controls(text: str) -> None:
    for shown in (readable(text), display_name(text)):
        assert len(shown) <= 128
        assert shown == shown.strip()
        assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in shown)


@given(st.binary())
def test_unescape_takes_any_escape_back(raw: bytes) -> None:
    assert unescape("".join(f"%{byte:02X}" for byte in raw)) == raw.decode("latin-1")


@given(latin)
def test_unescape_takes_any_text(text: str) -> None:
    assert len(unescape(text)) <= len(text)
