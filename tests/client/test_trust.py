import json
import logging
import stat
from pathlib import Path

import pytest

from packetwave.client import secret
from packetwave.client.trust import Keeping, Pairing, Trust
from tests.small_disk import needs_mounts, small_disk

PAIRING = Pairing(bytes(range(32)), 8766, "c0ffee1234567890", "8f" * 32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pairing.json"


def test_a_pairing_is_there_after_a_restart_for_this_user_alone(tmp_path: Path, file: Path) -> None:
    first = Trust(tmp_path)
    assert (first.pairing, first.keeping) == (None, Keeping.WELL)
    assert first.keep(PAIRING)
    again = Trust(tmp_path)
    assert (again.pairing, again.client, again.keeping) == (PAIRING, first.client, Keeping.WELL)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_each_installation_has_an_id_of_its_own_from_the_first_start_on(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    ids = [Trust(tmp_path / name).client for name in ("a", "b")]
    assert len(set(ids)) == 2 and all(len(bytes.fromhex(each)) == 8 for each in ids)
    assert Trust(tmp_path / "a").client == ids[0]


def test_the_key_is_in_no_text_that_may_be_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    Trust(tmp_path).keep(PAIRING)
    Trust(tmp_path)
    assert PAIRING.key not in caplog.text + repr(PAIRING) + str(PAIRING)


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 60_000, b'{"client": 7}', b'{"client": "xyz"}',
     b'{"client": "0badcafe01234567", "pairing": "a"}',
     b'{"client": "0badcafe01234567", "pairing": "a", "key": "\\u00e9", "sealed": "file", "tls_port": 1,'
     b' "fingerprint": "00"}'],
)  # fmt: skip
def test_a_damaged_file_is_put_aside_and_said(tmp_path: Path, file: Path, text: bytes) -> None:
    file.write_bytes(text)
    trust = Trust(tmp_path)
    assert (trust.pairing, trust.keeping) == (None, Keeping.DAMAGED)
    assert (tmp_path / "pairing.json.damaged").read_bytes() == text
    assert trust.keep(PAIRING)
    assert Trust(tmp_path).pairing == PAIRING
    assert trust.keeping is Keeping.WELL


@pytest.mark.parametrize(
    ("key", "value"),
    [("fingerprint", "00"), ("fingerprint", 7), ("tls_port", 0), ("tls_port", 65536), ("tls_port", "8766"),
     ("pairing", ""), ("pairing", 7), ("key", "AAAA"), ("key", 7), ("key", "!")],
)  # fmt: skip
def test_one_wrong_value_makes_it_damaged(tmp_path: Path, file: Path, key: str, value: object) -> None:
    Trust(tmp_path).keep(PAIRING)
    file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))
    assert Trust(tmp_path).keeping is Keeping.DAMAGED


def test_keys_of_a_later_version_are_no_damage(tmp_path: Path, file: Path) -> None:
    Trust(tmp_path).keep(PAIRING)
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": 2, "more": [1]}))
    assert Trust(tmp_path).pairing == PAIRING


def test_a_key_that_another_account_sealed_is_no_pairing_but_the_server_stays_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Trust(tmp_path).keep(PAIRING)

    def unseal(_sealed: bytes) -> bytes:
        raise secret.Unreadable

    monkeypatch.setattr(secret, "unseal", unseal)
    trust = Trust(tmp_path)
    assert trust.keeping is Keeping.SEALED
    assert trust.pairing is not None
    assert (trust.pairing.key, trust.pairing.fingerprint) == ("", PAIRING.fingerprint)
    monkeypatch.undo()
    assert Trust(tmp_path).pairing == PAIRING  # back at the first PC: nothing was lost


def test_without_a_place_it_holds_until_the_end(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "missing"):
        trust = Trust(folder)
        assert not trust.keep(PAIRING)
        assert (trust.pairing, trust.keeping) == (PAIRING, Keeping.UNWRITABLE)


@needs_mounts
def test_a_full_disk_costs_nothing_of_what_was_kept(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        trust = Trust(disk.folder)
        assert trust.keep(PAIRING)
        disk.fill()
        other = Pairing(PAIRING.fingerprint, 1, "b" * 16, "00" * 32)
        assert not trust.keep(other)
        assert (trust.pairing, trust.keeping) == (other, Keeping.UNWRITABLE)
        assert Trust(disk.folder).pairing == PAIRING
        disk.make_room()
        assert trust.keep(other)
        assert trust.keeping is Keeping.WELL


def test_a_link_in_its_place_is_replaced_and_what_it_leads_to_stays(tmp_path: Path, file: Path) -> None:
    other = tmp_path / "other"
    other.write_text("not ours")
    file.symlink_to(other)
    trust = Trust(tmp_path)
    trust.keep(PAIRING)
    assert other.read_text() == "not ours"
    assert not file.is_symlink()
    assert Trust(tmp_path).pairing == PAIRING
