import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.ui.plain import plain, unmarked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("홍길동", "홍길동"),
        ("  한빛상사\r\n 영업부 ", "한빛상사 영업부"),
        ("<b>굵게</b>", "<b>굵게</b>"),
        ("abc\u202egnp.exe", "abc gnp.exe"),
        ("a\x00b\u200bc\ue000d\u2028e", "a b c d e"),
        ("a\nb\tc\x00", "a b c"),
        ("\u202eabc", "abc"),
        ("x" * 300, "x" * 199 + "…"),
        ("", ""),
    ],
)
def test_only_what_is_seen_stays(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(st.characters()), st.integers(1, 50))
def test_always_one_short_line_without_invisible_signs(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("홍길동", "홍길동"),
        ("two\nlines &amp; more", "two\nlines &amp; more"),
        (
            '<h1>x</h1>\n<img src="file:///etc/hostname">',
            "<qt>&lt;h1&gt;x&lt;/h1&gt;<br>&lt;img src=&quot;file:///etc/hostname&quot;&gt;</qt>",
        ),
    ],
)
def test_a_tool_tip_shows_the_characters_of_markup(text: str, shown: str) -> None:
    assert unmarked(text) == shown
