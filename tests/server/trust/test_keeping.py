"""The book on disk, read and written by several programs, and a disk that does not do its part."""

import asyncio
import json
import os
import stat
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packetwave.common import files
from packetwave.server.trust import keeping as module
from packetwave.server.trust.identity import open_identity
from packetwave.server.trust.keeping import PAIRINGS_FILE, BookFile, BookTrouble, Keeper
from packetwave.server.trust.pairings import Book, LaterBookError, Pairing, new_pairing, to_text

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def a_pairing(pc: str = "KIM-PC") -> Pairing:
    return new_pairing(pc, ("1001",), AT, "192.0.2.1")[0]


def run(work: Callable[[], Coroutine[object, object, None]]) -> None:
    asyncio.run(work())


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def test_a_change_is_on_the_disk_for_its_user_only(tmp_path: Path) -> None:
    folder, pairing = tmp_path / "trust", a_pairing()
    assert BookFile(folder).read() == Book()
    book = BookFile(folder).change(lambda book: book.add(pairing))
    assert BookFile(folder).read() == book == Book().add(pairing)
    assert stat.S_IMODE((folder / PAIRINGS_FILE).stat().st_mode) == 0o600


def test_a_file_beside_which_another_was_put_keeps_both_changes(tmp_path: Path) -> None:
    """The server changes the book that the command line has changed meanwhile."""

    async def work() -> None:
        keeper = Keeper(tmp_path)
        await keeper.open()
        mine, theirs = a_pairing("mine"), a_pairing("theirs")
        keeper.change(lambda book: book.add(mine))
        BookFile(tmp_path).change(lambda book: book.add(theirs))
        await keeper.write()
        assert set(keeper.book.pairings) == {mine.id, theirs.id} == set(BookFile(tmp_path).read().pairings)

    run(work)


def test_what_another_program_changes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.01)

    async def work() -> None:
        pairing = a_pairing()
        BookFile(tmp_path).change(lambda book: book.add(pairing))
        keeper = Keeper(tmp_path)
        changes = []
        keeper.on_change = lambda: changes.append(keeper.book)
        await keeper.open()
        assert pairing.id in keeper.book.pairings
        running = asyncio.ensure_future(keeper.run())
        BookFile(tmp_path).change(lambda book: book.revoke(pairing.id))
        await until(lambda: keeper.book.revoked == (pairing.id,))
        assert changes == [keeper.book]
        running.cancel()

    run(work)


def test_a_full_disk_costs_nothing_while_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    async def work() -> None:
        keeper, pairing, other = Keeper(tmp_path), a_pairing(), a_pairing("other")
        await keeper.open()
        with monkeypatch.context() as disk:
            disk.setattr(files, "replace", full)
            keeper.change(lambda book: book.add(pairing))
            await keeper.write()
            keeper.change(lambda book: book.add(other))
            await keeper.write()
            assert keeper.trouble == BookTrouble.NOT_KEPT
            assert set(keeper.book.pairings) == {pairing.id, other.id}
        await keeper.write()
        assert not keeper.trouble
        assert BookFile(tmp_path).read() == keeper.book

    run(work)
    assert caplog.text.count("cannot be kept") == 1


def test_a_damaged_book_is_put_aside_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        (tmp_path / PAIRINGS_FILE).write_bytes(b'{"format": 1, "pairings": [\xff')
        keeper = Keeper(tmp_path)
        await keeper.open()
        assert (keeper.book, keeper.trouble) == (Book(), BookTrouble.DAMAGED)

    run(work)
    (aside,) = tmp_path.glob("pairings.json.*.damaged")
    assert aside.read_bytes().endswith(b"\xff")
    assert "damaged" in caplog.text


def test_a_book_damaged_under_a_running_server_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.01)

    async def work() -> None:
        keeper, pairing = Keeper(tmp_path), a_pairing()
        await keeper.open()
        keeper.change(lambda book: book.add(pairing))
        await keeper.write()
        running = asyncio.ensure_future(keeper.run())
        (tmp_path / PAIRINGS_FILE).write_text("{")
        await until(lambda: list(tmp_path.glob("*.damaged")))
        await until(lambda: (tmp_path / PAIRINGS_FILE).exists() and pairing.id in keeper.book.pairings)
        assert pairing.id in BookFile(tmp_path).read().pairings
        running.cancel()

    run(work)


def test_a_later_programs_book_is_left_alone(tmp_path: Path) -> None:
    later = json.dumps({**json.loads(to_text(Book())), "format": 9})
    (tmp_path / PAIRINGS_FILE).write_text(later)
    with pytest.raises(LaterBookError):
        BookFile(tmp_path).change(lambda book: book.add(a_pairing()))
    assert (tmp_path / PAIRINGS_FILE).read_text() == later


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(to_text(Book()))
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / PAIRINGS_FILE).symlink_to(elsewhere)
    BookFile(folder).change(lambda book: book.add(a_pairing()))
    assert elsewhere.read_text() == to_text(Book())
    assert not (folder / PAIRINGS_FILE).is_symlink()


def test_when_a_pc_was_seen_is_written_now_and_then_and_its_new_address_is_told_at_once(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        keeper, pairing = Keeper(tmp_path), a_pairing()
        await keeper.open()
        keeper.change(lambda book: book.add(pairing))
        await keeper.write()
        told: list[str] = []
        keeper.on_change = lambda: told.append(keeper.book.pairings[pairing.id].address)
        keeper.note_seen(pairing.id, "192.0.2.1", AT)
        assert told == []
        keeper.note_seen(pairing.id, "192.0.2.77", AT)
        assert told == ["192.0.2.77"]
        assert BookFile(tmp_path).read().pairings[pairing.id].seen_at is None
        await keeper.write()
        assert BookFile(tmp_path).read() == keeper.book

    run(work)


def test_another_program_that_has_the_file_is_waited_for_and_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOCK_S", 0.1)
    book_file = BookFile(tmp_path)
    with pytest.raises(TimeoutError):
        book_file.change(lambda _book: BookFile(tmp_path).change(lambda book: book))


def test_the_book_of_before_is_kept_aside(tmp_path: Path) -> None:
    assert BookFile(tmp_path).keep_aside() is None
    BookFile(tmp_path).change(lambda book: book.add(a_pairing()))
    aside = BookFile(tmp_path).keep_aside()
    assert aside is not None
    assert aside.read_bytes() == (tmp_path / PAIRINGS_FILE).read_bytes()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone gives files away")
def test_what_an_administrator_writes_the_servers_own_account_goes_on_reading(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 12345, 12345)
    BookFile(data / "trust").change(lambda book: book.add(a_pairing()))
    open_identity(data / "trust")
    written = [data / "trust", *(data / "trust").iterdir()]
    assert len(written) == 4
    assert {path.stat().st_uid for path in written} == {12345}


def test_a_file_that_cannot_be_read_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    looks: list[None] = []

    def refuse(_file: BookFile) -> object:
        looks.append(None)
        raise PermissionError(13, "Permission denied")

    async def work() -> None:
        keeper, pairing = Keeper(tmp_path), a_pairing()
        await keeper.open()
        keeper.change(lambda book: book.add(pairing))
        await keeper.write()
        monkeypatch.setattr(BookFile, "stamp", refuse)
        running = asyncio.ensure_future(keeper.run())
        await until(lambda: len(looks) > 5)
        running.cancel()
        assert pairing.id in keeper.book.pairings

    run(work)
    assert caplog.text.count("cannot be read") == 1
