"""Certificate and pairings carried to another PC."""

import json

import pytest

from packetwave.server.trust.carry import CarryError, WrongPassphraseError, lock, unlock

PEM, BOOK, WORD = b"-----BEGIN CERTIFICATE-----\n", '{"format": 1}', "비밀번호 문장입니다"


def test_what_was_locked_is_there_and_hidden_before() -> None:
    content = lock(PEM, BOOK, WORD)
    assert unlock(content, WORD) == (PEM, BOOK)
    assert b"BEGIN" not in content
    assert lock(PEM, BOOK, WORD) != content  # another salt, another nonce


def test_a_wrong_passphrase_is_said_to_be_one() -> None:
    with pytest.raises(WrongPassphraseError):
        unlock(lock(PEM, BOOK, WORD), WORD + "?")


def test_a_passphrase_has_a_length() -> None:
    with pytest.raises(CarryError, match="8 characters"):
        lock(PEM, BOOK, "1234567")


@pytest.mark.parametrize("place", ["salt", "nonce", "locked", "sum"])
def test_damage_is_not_taken_for_a_wrong_passphrase(place: str) -> None:
    said = json.loads(lock(PEM, BOOK, WORD))
    said[place] = said[place][:-6] + ("AAAA" if said[place][-6:-2] != "AAAA" else "BBBB") + said[place][-2:]
    with pytest.raises(CarryError, match="damaged") as refused:
        unlock(json.dumps(said).encode(), WORD)
    assert not isinstance(refused.value, WrongPassphraseError)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged"),
        (b"\xff\xfe", "damaged"),
        (b"[]", "damaged"),
        (b'{"what": "something"}', "no file"),
        (b'{"what": "PacketWave trust", "format": 2}', "later version"),
        (b'{"what": "PacketWave trust", "format": 1, "salt": 5}', "damaged"),
    ],
)
def test_other_files_are_refused(content: bytes, why: str) -> None:
    with pytest.raises(CarryError, match=why):
        unlock(content, WORD)


def test_a_cut_file_is_damaged() -> None:
    with pytest.raises(CarryError, match="damaged"):
        unlock(lock(PEM, BOOK, WORD)[:-20], WORD)
