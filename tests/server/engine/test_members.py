"""The members, with a real store behind them."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from packetwave.server.engine import members as module
from packetwave.server.engine.members import Members
from packetwave.server.engine.notices import ChangeMembers, Notice, Refused
from packetwave.server.office.values import Member, MemberChange, MemberTable, Put, Remove
from packetwave.server.store.base import StoreAway
from packetwave.server.store.sqlite import SqliteStore
from packetwave.server.store.thread import StoreThread

KIM = Member("1001", "192.0.2.1", name="김영희")


class Moody(SqliteStore):
    """A real store that is away while it is told to be."""

    away = False

    def load_members(self) -> MemberTable:
        self._be_there()
        return super().load_members()

    def change_members(self, changes: Sequence[MemberChange]) -> MemberTable:
        self._be_there()
        return super().change_members(changes)

    def members_changed(self) -> bool:
        self._be_there()
        return super().members_changed()

    def _be_there(self) -> None:
        if self.away:
            raise StoreAway("away")


class Room:
    """Members and what they said."""

    def __init__(self, thread: StoreThread, store: Moody) -> None:
        self.store = store
        self.tables: list[MemberTable] = []
        self.notices: list[Notice] = []
        self.members = Members(thread, store, self.tables.append, self.notices.append)


async def opened(thread: StoreThread) -> Room:
    return Room(thread, await thread.run(Moody, ":memory:"))


def test_a_change_serves_at_once_and_a_refused_one_is_told() -> None:
    async def work() -> None:
        thread = StoreThread()
        room = await opened(thread)
        await room.members.change(ChangeMembers([Put(KIM)]))
        (row,) = room.tables[-1].members
        assert row.name == "김영희" and room.notices == []
        command = ChangeMembers([Remove(row.row_id), Remove("gone")])
        await room.members.change(command)
        (refused,) = room.notices
        assert isinstance(refused, Refused) and (refused.command, refused.code) == (command, "conflict")
        assert room.tables[-1].members == (row,)  # loaded again: it is not what the window believed
        room.store.away = True
        await room.members.change(command)
        assert isinstance(room.notices[-1], Refused) and room.notices[-1].code == "away"
        await thread.run(room.store.close)
        thread.end()

    asyncio.run(work())


def test_those_of_before_serve_while_the_store_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MEMBERS_S", 0.001)

    async def work() -> None:
        thread = StoreThread()
        room = await opened(thread)
        await room.members.change(ChangeMembers([Put(KIM)]))
        room.store.away = True
        await room.members.load()
        assert len(room.tables) == 1
        watching = asyncio.create_task(room.members.watch())
        async with asyncio.timeout(20):
            while caplog.text.count("cannot be read") < 3:
                await asyncio.sleep(0.001)
        assert len(room.tables) == 1
        watching.cancel()
        await thread.run(room.store.close)
        thread.end()

    asyncio.run(work())


def test_what_is_wrong_with_a_row_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        thread = StoreThread()
        path = tmp_path / "members.db"
        room = Room(thread, await thread.run(Moody, path))
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute(
                "INSERT INTO members (extension_num, default_ip, name, department, note, extra)"
                " VALUES ('1001', 'x', '', '', '', '{}')"
            )
        with caplog.at_level(logging.WARNING):
            await room.members.load()
            await room.members.load()
        await thread.run(room.store.close)
        thread.end()

    asyncio.run(work())
    assert caplog.text.count("a member's 'default_ip' is wrong") == 1
