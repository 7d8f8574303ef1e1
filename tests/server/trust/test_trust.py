"""Identity, pairings and requests of one server, put together."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packetwave.protocol.pairing import commitment, nonce
from packetwave.server.trust.asking import Request
from packetwave.server.trust.enrolment import MAX_KEYS
from packetwave.server.trust.pairings import new_pairing
from packetwave.server.trust.trust import TRUST_FOLDER, open_trust

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
