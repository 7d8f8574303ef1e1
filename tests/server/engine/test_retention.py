"""What is older than it may become is removed, from the bytes of every file too."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from packetwave.common.lines import Lines
from packetwave.server.engine import retention
from packetwave.server.engine.notices import HistoryRemoved, KeepDays
from packetwave.server.engine.retention import Retention
from packetwave.server.office.values import CallRecord
from packetwave.server.settings import ServerSettings
from packetwave.server.store.base import EventLine, StoreAway
from packetwave.server.store.forgetting import REMOVED
from packetwave.server.store.opening import OpenStores, open_stores
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from packetwave.server.store.thread import StoreThread
from tests.mongodb import MongoServer, mongodb_server
from tests.server.engine.test_engine import running
from tests.server.store.samples import NINE, call

OLD, NEW = "01099990000", "01011112222"
TODAY = NINE + timedelta(days=200)


def rang(call_id: str, days_ago: float, number: str) -> CallRecord:
    at = TODAY - timedelta(days=days_ago)
    return replace(call(0), call_id=call_id, caller=number, rang_at=at, ended_at=at + timedelta(seconds=9))


CALLS = [
    rang("old", 91, OLD),
    rang("just in time", 89, NEW),
    replace(rang("open", 150, NEW), outcome=None, ended_at=None),
]
LINES = [
    EventLine(1, json.dumps({"event": "ringing", "from": OLD, "at": "2026-11-23T09:00:00.000Z"})),
    EventLine(2, json.dumps({"event": "ringing", "from": NEW, "at": TODAY.isoformat()})),
]


class Made:
    """A retention of 90 days over these stores, and what it did."""

    def __init__(self, stores: OpenStores, days: int = 90) -> None:
        self.logs: list[datetime] = []
        self.told: list[str] = []
        self.thread = StoreThread()
        self.retention = Retention(
            self.thread,
            stores,
            days,
            forget_logs=self.logs.append,
            on_removed=lambda: self.told.append("here"),
            on_removed_elsewhere=lambda: self.told.append("elsewhere"),
            now=lambda: TODAY,
        )


def on(stores: OpenStores, work: Callable[[Made], Awaitable[Any]], days: int = 90) -> Made:
    made = Made(stores, days)
    asyncio.run(_run(work(made)))
    made.thread.end()
    return made


async def _run(work: Awaitable[Any]) -> None:
    await work


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def remove(made: Made) -> None:
    assert await made.retention.remove_old(TODAY)


def left(stores: OpenStores) -> set[str]:
    return {record.call_id for record in stores.calls.load_calls(since=NINE - timedelta(days=999))}


def test_calls_lines_and_databases_put_aside_go_and_their_bytes(tmp_path: Path) -> None:
    for name, days_ago in (("damaged-1", 91), ("damaged-1-wal", 91), ("replaced-1", 89)):
        aside = tmp_path / f"{FILE_NAME}.{name}"
        aside.write_text(OLD if days_ago > 90 else NEW)
        at_s = (TODAY - timedelta(days=days_ago)).timestamp()
        os.utime(aside, (at_s, at_s))
    (tmp_path / f"{FILE_NAME}.mine").write_text("a copy that somebody made")
    stores = open_stores(tmp_path)
    stores.calls.journal(CALLS, LINES)
    assert OLD.encode() in bytes_in(tmp_path)
    made = on(stores, remove)
    assert left(stores) == {"just in time", "open"}
    assert [line.number for line in stores.calls.lines_left()] == [2]
    assert OLD.encode() not in bytes_in(tmp_path)
    assert bytes_in(tmp_path).count(NEW.encode()) >= 3
    assert made.logs == [TODAY - timedelta(days=90)]
    assert made.told == ["here"]
    assert sorted(path.name for path in tmp_path.glob("*.*-1*")) == [f"{FILE_NAME}.replaced-1"]
    assert (tmp_path / f"{FILE_NAME}.mine").exists()
    assert on(stores, remove).told == [], "a second time there is nothing"
    stores.close()


def test_many_calls_go_in_pieces_between_which_others_have_their_turn(tmp_path: Path) -> None:
    stores = open_stores(tmp_path)
    stores.calls.put_calls([rang(f"old-{number}", 100, OLD) for number in range(3 * retention.PIECE)])
    turns: list[int] = []

    async def work(made: Made) -> None:
        async def others() -> None:
            while len(left(stores)) > 0:
                turns.append(await made.thread.run(lambda: len(left(stores))))

        await asyncio.gather(remove(made), others())

    on(stores, work)
    assert {500, 1000} & set(turns), "between two pieces"
    assert left(stores) == set()
    stores.close()


def test_a_replay_removes_nothing(tmp_path: Path) -> None:
    stores = open_stores(tmp_path)
    stores.calls.put_calls(CALLS)
    stores.close()
    replay = open_stores(tmp_path, replay=True)
    made = on(replay, lambda made: asyncio.wait_for(made.retention.run(), 10))
    on(replay, lambda made: asyncio.wait_for(made.retention.watch(), 10))
    assert made.logs == []
    replay.close()
    store = SqliteStore(tmp_path / FILE_NAME)
    assert len(store.load_calls(since=NINE - timedelta(days=999))) == 3
    store.close()


def test_it_comes_again_each_day_and_sooner_where_it_could_not_be_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = open_stores(tmp_path)
    slept: list[float] = []
    refused = iter((True, False))
    forget = stores.calls.forget_calls

    def away_once(**keys: Any) -> int:
        if next(refused, False):
            raise StoreAway("away")
        return forget(**keys)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise asyncio.CancelledError

    monkeypatch.setattr(stores.calls, "forget_calls", away_once)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        on(stores, lambda made: made.retention.run())
    assert slept == [retention.AGAIN_S, retention.DAY_S]
    stores.close()


def test_that_another_program_removed_calls_is_noticed_once(tmp_path: Path) -> None:
    stores = open_stores(tmp_path)

    async def work(made: Made) -> None:
        await made.retention.look()
        assert made.told == []
        another = SqliteStore(tmp_path / FILE_NAME)
        another.set_meta(REMOVED, "1")
        another.close()
        for _ in range(2):
            await made.retention.look()

    assert on(stores, work).told == ["elsewhere"]
    stores.close()


@pytest.fixture(scope="module")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with mongodb_server(tmp_path_factory.mktemp("mongodb")) as server:
        yield server


def test_a_mongodb_and_what_the_local_file_has_of_it(tmp_path: Path, mongodb: MongoServer) -> None:
    stores = open_stores(tmp_path, mongodb=mongodb.uri)
    stores.calls.put_calls(CALLS)
    assert left(stores) == {"old", "just in time", "open"}
    on(stores, remove)
    assert left(stores) == {"just in time", "open"}
    assert OLD.encode() not in bytes_in(tmp_path)
    mongodb.kill()

    async def in_vain(made: Made) -> None:
        assert not await made.retention.remove_old(TODAY + timedelta(days=5))

    on(stores, in_vain)
    assert b"just in time" not in bytes_in(tmp_path), "here it is removed all the same"
    mongodb.restart()
    stores.close()


def test_a_server_removes_at_its_start_and_tells_its_window(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / FILE_NAME)
    store.put_calls([replace(call(0), caller=OLD, rang_at=NINE - timedelta(days=2000))])
    store.close()
    kept: dict[str, Any] = {}
    with running(
        tmp_path,
        replay=False,
        settings=ServerSettings(listen="127.0.0.1:0", keep_days=1000),
        events=Lines(str(tmp_path / "events")),
        keep=kept.__setitem__,
    ) as run:
        run.wait_for(HistoryRemoved)
        assert OLD.encode() not in bytes_in(tmp_path)
        another = SqliteStore(tmp_path / FILE_NAME)
        another.set_meta(REMOVED, "1")
        run.wait_for(HistoryRemoved)
        another.close()
        run.engine.submit(KeepDays(30))
    assert kept == {"keep_days": 30}
