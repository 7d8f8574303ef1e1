"""The book, as a value."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.trust import pairings as module
from packetwave.server.trust.enrolment import new_key
from packetwave.server.trust.pairings import (
    Book,
    BookError,
    LaterBookError,
    Refusal,
    from_text,
    new_pairing,
    to_text,
)

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_a_pairing_is_found_by_its_id_and_key_and_by_nothing_else() -> None:
    pairing, key = new_pairing("KIM-PC", ("1001",), AT, "192.0.2.1")
    other, other_key = new_pairing("LEE-PC", ("1002",), AT, "192.0.2.2")
    book = Book().add(pairing).add(other)
    assert book.find(pairing.id, key) is pairing
    wrong = (other_key, "", key[:-1], key[:-1] + "é", "0" * 64, "x" * 64, pairing.key_hash)
    for said in wrong:
        assert book.find(pairing.id, said) is Refusal.UNKNOWN
    assert book.find("", key) is Refusal.UNKNOWN
    assert book.find("0" * 16, "0" * 64) is Refusal.UNKNOWN


def test_the_key_itself_is_nowhere_in_the_book() -> None:
    pairing, key = new_pairing("KIM-PC", ("1001",), AT, "192.0.2.1")
    assert len(bytes.fromhex(key)) == 32
    assert key not in to_text(Book().add(pairing))
    assert key not in repr(pairing)


def test_what_is_revoked_is_known_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REVOKED", 2)
    made = [new_pairing(f"PC{number}", ("1001",), AT, "192.0.2.1") for number in range(3)]
    book = Book()
    for pairing, _ in made:
        book = book.add(pairing)
    for pairing, _ in made:
        book = book.revoke(pairing.id)
    assert [book.find(pairing.id, key) for pairing, key in made] == [
        Refusal.UNKNOWN,  # so long ago that it is forgotten
        Refusal.REVOKED,
        Refusal.REVOKED,
    ]
    assert book.revoke("unknown") is book


def test_where_and_when_a_pc_was_seen() -> None:
    pairing, _ = new_pairing("KIM-PC", ("1001",), AT, "192.0.2.1")
    later = AT + timedelta(hours=1)
    book = Book().add(pairing).seen(pairing.id, later, "192.0.2.77")
    assert book.pairings[pairing.id] == replace(pairing, seen_at=later, address="192.0.2.77")
    assert book.seen("unknown", later, "192.0.2.1") is book


def test_who_has_an_extension_already() -> None:
    old, _ = new_pairing("OLD", ("1001", "1005"), AT - timedelta(days=1), "192.0.2.1")
    new, _ = new_pairing("NEW", ("1001",), AT, "192.0.2.2")
    book = Book().add(new).add(old)
    assert book.of_extensions(("1001",)) == (old, new)
    assert book.of_extensions(("1005", "1009")) == (old,)


def test_there_are_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PAIRINGS", 1)
    pairing, _ = new_pairing("A", ("1001",), AT, "192.0.2.1")
    book = Book().add(pairing)
    book.seen(pairing.id, AT, "192.0.2.2")
    with pytest.raises(BookError):
        book.add(new_pairing("B", ("1001",), AT, "192.0.2.1")[0])


def test_enrolment_keys_are_used_up_and_forgotten_when_they_are_over() -> None:
    key = new_key(AT, 1, 2)
    book = Book().put_key(key).use_key(key.id)
    assert book.keys[key.id].uses_left == 1
    assert book.use_key("unknown") is book
    assert book.serving(AT).keys == book.keys
    assert book.use_key(key.id).serving(AT).keys == {}
    assert book.serving(AT + timedelta(days=1)).keys == {}
    assert book.drop_key(key.id).keys == {}


def test_what_is_written_is_read() -> None:
    pairing, _ = new_pairing("김영희 PC", ("1001", "*7"), AT, "fe80::1")
    gone, _ = new_pairing("B", ("1002",), AT, "192.0.2.1")
    book = Book().add(pairing).add(gone).revoke(gone.id).seen(pairing.id, AT, "192.0.2.9")
    book = book.put_key(new_key(AT))
    assert from_text(to_text(book)) == book
    assert from_text(to_text(Book())) == Book()


@given(st.text() | st.just("null") | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str))
def test_what_is_no_book_is_refused_and_nothing_else_raised(text: str) -> None:
    with pytest.raises(BookError):
        from_text(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-30],
        lambda text: text.replace('"pc": "A"', '"pc": 5'),
        lambda text: text.replace('"key_sha256": "', '"key_sha256": "zz'),
        lambda text: text.replace('"made_at": "2026', '"made_at": "'),
        lambda text: text.replace('"revoked"', '"forgotten"'),
        lambda text: "[]",
    ],
)
def test_a_book_with_something_wrong_is_refused(change: object) -> None:
    text = to_text(Book().add(new_pairing("A", ("1001",), AT, "192.0.2.1")[0]))
    with pytest.raises(BookError) as refused:
        from_text(change(text))  # type: ignore[operator]
    assert not isinstance(refused.value, LaterBookError)


def test_a_later_programs_book_is_not_taken_for_damage() -> None:
    with pytest.raises(LaterBookError):
        from_text(to_text(Book()).replace('"format": 1', '"format": 2'))
