"""Identity, pairings and requests of one server, put together."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packetwave.protocol.pairing import commitment, nonce
from packetwave.server.trust.asking import Request
from packetwave.server.trust.enrolment import MAX_KEYS
from packetwave.server.trust.identity import IdentityTrouble, server_context
from packetwave.server.trust.keeping import BookTrouble
from packetwave.server.trust.pairings import Refusal, new_pairing
from packetwave.server.trust.trust import TRUST_FOLDER, open_trust
from tests.small_disk import SmallDisk, needs_mounts, small_disk

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_the_state_says_all_that_a_window_needs_and_no_secret(tmp_path: Path) -> None:
    async def work() -> None:
        trust = await open_trust(tmp_path)
        assert trust.state().fingerprint == trust.identity.fingerprint.hex()
        assert (tmp_path / TRUST_FOLDER / "identity.pem").exists()
        pairing, secret = new_pairing("KIM-PC", ("1001",), AT, "192.0.2.1")
        trust.keeper.change(lambda book: book.add(pairing))
        key = await trust.make_key(3, 7)
        mine = nonce()
        trust.asking.ask("kim", "192.0.2.1", "KIM-PC", "", commitment(mine), 0.0, AT)
        request = trust.asking.reveal("kim", mine, 0.0)
        assert isinstance(request, Request)
        state = trust.state()
        assert (state.pairings, state.requests) == ((pairing,), (request,))
        assert [(each.id, each.uses_left) for each in state.keys] == [(key.id, 7)]
        assert key.key not in repr(state)
        assert secret not in repr(state)
        again = await open_trust(tmp_path)
        assert (again.state().pairings, again.state().keys) == (state.pairings, state.keys)

    asyncio.run(work())


def test_what_is_revoked_and_dropped_is_so_on_the_disk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    async def work() -> None:
        trust = await open_trust(tmp_path)
        pairing, secret = new_pairing("KIM-PC", ("1001",), AT, "192.0.2.1")
        trust.keeper.change(lambda book: book.add(pairing))
        key = await trust.make_key(3, 7)
        await trust.revoke(pairing.id)
        await trust.drop_key(key.id)
        book = (await open_trust(tmp_path)).keeper.book
        assert (dict(book.pairings), dict(book.keys), book.revoked) == ({}, {}, (pairing.id,))
        assert key.key not in caplog.text
        assert secret not in caplog.text

    asyncio.run(work())


def test_keys_are_not_without_number(tmp_path: Path) -> None:
    async def work() -> None:
        trust = await open_trust(tmp_path)
        for _ in range(MAX_KEYS):
            await trust.make_key(1, 1)
        with pytest.raises(ValueError, match="already"):
            await trust.make_key(1, 1)
        with pytest.raises(ValueError, match="days"):
            await trust.make_key(0, 1)

    asyncio.run(work())


@needs_mounts
@pytest.mark.parametrize("how", ["full", "read-only"])
def test_on_a_real_disk_that_takes_nothing_pcs_are_paired_revoked_and_kept_once_it_takes_something(
    tmp_path: Path, how: str
) -> None:
    async def work(disk: SmallDisk) -> None:
        before = await open_trust(disk.folder)
        old, old_key = new_pairing("OLD-PC", ("1001",), AT, "192.0.2.1")
        before.keeper.change(lambda book: book.add(old))
        await before.keeper.write()
        if how == "full":
            disk.fill()
        else:
            disk.protect()
        trust = await open_trust(disk.folder)
        assert trust.identity.fingerprint == before.identity.fingerprint
        assert trust.keeper.book.find(old.id, old_key) == old
        new, new_key = new_pairing("NEW-PC", ("1001",), AT, "192.0.2.2")
        trust.keeper.change(lambda book: book.add(new))
        await trust.revoke(old.id)
        assert trust.state().book_trouble is BookTrouble.NOT_KEPT
        assert trust.keeper.book.find(new.id, new_key) == new
        assert trust.keeper.book.find(old.id, old_key) is Refusal.REVOKED
        if how == "full":
            disk.make_room()
        else:
            disk.protect(False)
        await trust.keeper.write()
        assert trust.state().book_trouble is None
        again = await open_trust(disk.folder)
        assert (list(again.keeper.book.pairings), again.keeper.book.revoked) == ([new.id], (old.id,))

    with small_disk(tmp_path / "disk") as disk:
        asyncio.run(work(disk))


@needs_mounts
@pytest.mark.parametrize("how", ["full", "read-only"])
def test_the_first_start_on_such_a_disk_serves_with_a_certificate_of_this_run(
    tmp_path: Path, how: str
) -> None:
    async def work(folder: Path) -> None:
        first, second = await open_trust(folder), await open_trust(folder)
        assert first.state().identity_trouble is IdentityTrouble.NOT_KEPT
        assert first.identity.fingerprint != second.identity.fingerprint
        server_context(first.identity)

    with small_disk(tmp_path / "disk") as disk:
        if how == "full":
            disk.fill()
        else:
            disk.protect()
        asyncio.run(work(disk.folder))
