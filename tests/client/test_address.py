import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.client.address import BadAddress, complete, ways


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("192.168.0.10", "ws://192.168.0.10:8765"),
        (" office-pc ", "ws://office-pc:8765"),
        ("office-pc:9000", "ws://office-pc:9000"),
        ("ws://office-pc", "ws://office-pc:8765"),
        ("WS://Office-PC:8765/", "ws://office-pc:8765/"),
        ("wss://office-pc", "wss://office-pc:8766"),
        ("office-pc:8766", "wss://office-pc:8766"),
        ("ws://office-pc:8766", "ws://office-pc:8766"),
        ("::1", "ws://[::1]:8765"),
        ("[fe80::1]:9000", "ws://[fe80::1]:9000"),
        ("회사서버", "ws://회사서버:8765"),
        ("ws://pc/path?x=1", "ws://pc:8765/path?x=1"),
    ],
)
def test_what_people_type_is_completed(typed: str, url: str) -> None:
    assert complete(typed) == url


@pytest.mark.parametrize(
    ("typed", "protected", "plain"),
    [
        ("pc", "wss://pc:8766", "ws://pc:8765"),
        ("::1", "wss://[::1]:8766", "ws://[::1]:8765"),
        ("pc/path?x=1", "wss://pc:8766/path?x=1", "ws://pc:8765/path?x=1"),
        ("pc:8766", "wss://pc:8766", ""),
        ("wss://pc", "wss://pc:8766", ""),
        ("WSS://PC:9000/x", "wss://pc:9000/x", ""),
        ("pc:8765", "", "ws://pc:8765"),
        ("ws://pc", "", "ws://pc:8765"),
        ("pc:9000", "", "ws://pc:9000"),
    ],
)
def test_which_ways_there_are_is_in_what_was_typed(typed: str, protected: str, plain: str) -> None:
    found = ways(typed)
    assert (found.protected, found.plain) == (protected, plain)
    moved = found.protected_at(1234)
    assert moved == (
        protected if not plain else f"wss://{plain[5:].replace(':8765', ':1234').replace(':9000', ':1234')}"
    )


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "http://pc", "ftp://pc:21", "pc:99999", "pc:0", "pc:port", "a b", "ws://", "[::1", "user@pc",
     ":8765", "pc\u202e", "p\x00c", "x" * 80, "a..b", "pc,pc2", "ws://pc:8765:1"],
)  # fmt: skip
def test_what_cannot_be_an_address_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        complete(typed)


@given(st.text())
def test_nothing_typed_raises_anything_else(typed: str) -> None:
    try:
        url = complete(typed)
    except BadAddress:
        return
    assert complete(url) == url
