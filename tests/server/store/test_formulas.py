import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.store.formulas import bare, doubled, for_pasting, inert

_TEXTS = st.text(st.sampled_from("'= ;\t\r\n\"x1+＝－@,"), max_size=12)


@given(_TEXTS)
def test_every_text_comes_back(text: str) -> None:
    assert bare(inert(text)) == text
    assert bare(doubled(text)) == text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("김민수", "김민수"),
        ("a - b, -1", "a - b, -1"),
        ("=1", "'=1"),
        ("  ＝1", "'  ＝1"),
        ("x;=1", "x;'=1"),
        ('x"\n@y', "x\"\n'@y"),
        ("'=1", "''=1"),
    ],
)
def test_only_what_may_run_is_guarded(cell: str, written: str) -> None:
    assert inert(cell) == written


def test_numbers_are_pasted_as_they_are_dialled() -> None:
    assert for_pasting("+82 2-555-0100") == "+82 2-555-0100"
    assert for_pasting("+1;=1") == "'+1;'=1"
    assert for_pasting("=1+1") == "'=1+1"
