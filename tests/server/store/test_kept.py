"""MongoDB that goes away and comes back: members go on, nothing waits, each call is there once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from packetwave.server.calls.events import Outcome
from packetwave.server.office.values import Member, MemberTable
from packetwave.server.store import mongo
from packetwave.server.store.base import StoreAway, StoreError, StoreState
from packetwave.server.store.kept import KeptStore
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.sqlite import SqliteStore
from tests.mongodb import MongoServer, mongodb_server
from tests.server.store.samples import HONG, KIM, NINE, add, call, desks, until

HONG_ROW = ("1001", "192.168.0.101", "홍길동")
Open = Callable[..., KeptStore]

PATIENT_S, AWAY_S = 30.0, 0.5


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MongoServer]:
    """A server of its own, to be killed."""
    with mongodb_server(tmp_path / "mongodb") as server:
        yield server


@pytest.fixture(autouse=True)
def is_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is there may be slow, where the machine has much to do; it is not away."""
    monkeypatch.setattr(mongo, "_ANSWER_MS", int(PATIENT_S * 1000))


@contextmanager
def away() -> Iterator[None]:
    """What is asked in here of a database that is away waits as long as in the program, and no longer."""
    with pymongo.timeout(AWAY_S):
        yield


@pytest.fixture
def open_kept(tmp_path: Path) -> Iterator[Open]:
    """Opens the store as the server program does at its start: the local file is the same each time."""
    stores: list[KeptStore] = []

    def open_kept(uri: str, **keys: Any) -> KeptStore:
        primary = MongoStore(uri, wait_s=PATIENT_S)
        stores.append(KeptStore(primary, SqliteStore(tmp_path / "packetwave.db"), **keys))
        return stores[-1]

    yield open_kept
    with away():
        for store in stores:
            store.close()


def _come_back(store: KeptStore) -> None:
    """Look for the database again and again, as the engine does about every 2 s."""
    until(store.flush)


def _stored_calls(server: MongoServer) -> list[str]:
    with MongoClient[Any](server.uri) as client:
        return sorted(document["_id"] for document in client["packetwave"]["calls"].find())


def test_with_the_database_there(server: MongoServer, open_kept: Open) -> None:
    store = open_kept(server.uri)
    assert store.state()[0] is StoreState.AWAY, "nobody asked yet"
    store.change_members(add(HONG))
    assert store.state() == (StoreState.MONGODB, f"127.0.0.1:{server.port}/packetwave")
    store.put_calls([call(1)])
    assert store.unwritten() == 0
    assert _stored_calls(server) == ["call-1"]
    assert store.flush()


def test_killed_while_it_serves(server: MongoServer, open_kept: Open) -> None:
    store = open_kept(server.uri)
    store.change_members(add(HONG))
    store.put_calls([call(1, outcome=None)])
    server.kill()

    with away():
        store.put_calls([call(2, outcome=None)])
    state, detail = store.state()
    assert state is StoreState.AWAY
    assert str(server.port) in detail
    store.put_calls([call(1), call(2), call(3)])
    assert desks(store.load_members()) == [HONG_ROW]
    with pytest.raises(StoreAway):
        store.change_members(add(KIM))
    assert not store.members_changed()
    assert store.load_calls(since=NINE) == [call(3), call(2), call(1)]
    assert store.open_calls() == []
    assert store.unwritten() == 3
    assert not store.flush()

    server.restart()
    _come_back(store)
    assert store.state()[0] is StoreState.MONGODB
    assert store.unwritten() == 0
    assert _stored_calls(server) == ["call-1", "call-2", "call-3"]
    assert store.members_changed(), "others may have changed them meanwhile"
    assert desks(store.load_members()) == [HONG_ROW]
    assert not store.members_changed()
    assert store.load_calls(since=NINE) == [call(3), call(2), call(1)]
    assert len(store.change_members(add(KIM)).members) == 2


def test_started_again_with_the_database_away(server: MongoServer, open_kept: Open) -> None:
    store = open_kept(server.uri)
    table = store.change_members(add(HONG, KIM))
    store.put_calls([call(1)])
    server.kill()
    with away():
        store.put_calls([call(2, outcome=None)])
    store.set_meta("watched_until", "x")
    with away():
        store.close()

    store = open_kept(server.uri)
    with away():
        assert store.load_members() == table
    assert store.state()[0] is StoreState.AWAY
    assert store.open_calls() == [call(2, outcome=None)]
    assert store.load_calls(since=NINE) == [call(2, outcome=None), call(1)]
    assert store.get_meta("watched_until") == "x"
    store.put_calls([call(2, outcome=Outcome.BUSY)])
    assert store.unwritten() == 1

    server.restart()
    _come_back(store)
    assert _stored_calls(server) == ["call-1", "call-2"]
    assert store.load_calls(since=NINE) == [call(2, outcome=Outcome.BUSY), call(1)]


def test_never_seen_at_all(tmp_path: Path, open_kept: Open) -> None:
    server = MongoServer(tmp_path / "mongodb")
    store = open_kept(server.uri)
    with away():
        assert store.load_members() == MemberTable()
    store.put_calls([call(1)])
    assert (store.unwritten(), store.load_calls(since=NINE)) == (1, [call(1)])
    server.start()
    try:
        _come_back(store)
        assert _stored_calls(server) == ["call-1"]
    finally:
        server.kill()


def test_the_return_is_noticed_with_nothing_to_write(server: MongoServer, open_kept: Open) -> None:
    store = open_kept(server.uri)
    store.load_members()
    server.kill()
    with away():
        assert store.load_members() == MemberTable()
    assert store.state()[0] is StoreState.AWAY
    server.restart()
    with MongoClient[Any](server.uri) as client:
        client["packetwave"]["members"].insert_one({"extension_num": "1001", "default_ip": "10.0.0.1"})
    _come_back(store)
    assert store.members_changed()
    assert desks(store.load_members()) == [("1001", "10.0.0.1", "")]


def test_the_loss_is_noticed_with_nothing_to_do(server: MongoServer, open_kept: Open) -> None:
    store = open_kept(server.uri)
    store.load_members()
    server.kill()
    with away():
        assert not store.members_changed()
    assert store.state()[0] is StoreState.AWAY


def test_while_it_is_away_nothing_asks_it(
    server: MongoServer, open_kept: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_kept(server.uri)
    store.load_members()
    server.kill()
    with away():
        store.put_calls([call(0)])

    def asked(*_: object) -> None:
        raise AssertionError("it is known to be away")

    monkeypatch.setattr(MongoStore, "_opened", asked)
    for _ in range(50):
        store.load_members()
        store.members_changed()
        store.put_calls([call(1)])
        store.load_calls(since=NINE)
        store.open_calls()
        with pytest.raises(StoreAway):
            store.change_members(add(KIM))


def test_a_server_that_hangs_counts_as_away(server: MongoServer, open_kept: Open) -> None:
    store = open_kept(server.uri)
    store.change_members(add(HONG))
    server.hang()
    with away():
        store.put_calls([call(1)])
    assert store.state()[0] is StoreState.AWAY
    assert desks(store.load_members()) == [HONG_ROW]
    with away():
        assert not store.flush()
    server.resume()
    _come_back(store)
    assert _stored_calls(server) == ["call-1"]


def test_cut_off_between_the_write_and_its_mark_the_call_is_there_once(
    server: MongoServer, open_kept: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_kept(server.uri)
    with monkeypatch.context() as patched:

        def power_cut(*_: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(SqliteStore, "mark_written", power_cut)
        with pytest.raises(KeyboardInterrupt):
            store.put_calls([call(1)])
    assert _stored_calls(server) == ["call-1"]
    store.close()
    store = open_kept(server.uri)
    assert store.unwritten() == 1
    assert store.flush()
    assert (store.unwritten(), _stored_calls(server)) == (0, ["call-1"])


def test_more_calls_than_one_batch(server: MongoServer, open_kept: Open) -> None:
    store = open_kept(server.uri)
    store.load_members()
    server.kill()
    with away():
        store.put_calls([call(number) for number in range(1201)])
    server.restart()
    _come_back(store)
    assert (store.unwritten(), len(_stored_calls(server))) == (0, 1201)


def test_a_database_that_takes_no_calls_serves_members_and_is_asked_again_later(
    server: MongoServer, open_kept: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    store = open_kept(server.uri, clock=lambda: now)
    store.change_members(add(HONG))
    with monkeypatch.context() as patched:

        def refuse(*_: object, **__: object) -> None:
            raise OperationFailure("not authorized on packetwave", 13)

        patched.setattr(Collection, "bulk_write", refuse)
        store.put_calls([call(1)])
    state, detail = store.state()
    assert state is StoreState.MONGODB
    assert "not authorized" in detail
    assert desks(store.load_members()) == [HONG_ROW]
    assert "not authorized" in store.state()[1]
    assert store.load_calls(since=NINE) == [call(1)], "also what the database has not got"
    assert not store.flush()
    now += 30
    assert store.flush()
    assert "not authorized" not in store.state()[1]
    assert _stored_calls(server) == ["call-1"]


def test_a_database_that_refuses_us_is_away_and_asked_again_later(
    server: MongoServer, open_kept: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    store = open_kept(server.uri, clock=lambda: now)
    table = store.change_members(add(HONG))
    with monkeypatch.context() as patched:

        def refuse(*_: object, **__: object) -> None:
            raise StoreError("MongoDB refuses the user name or the password")

        patched.setattr(MongoStore, "load_members", refuse)
        assert store.load_members() == table
    assert store.state()[0] is StoreState.AWAY
    assert "password" in store.state()[1]
    assert not store.flush(), "not so soon"
    now += 30
    assert store.flush()


def test_members_kept_of_one_database_never_serve_for_another(
    server: MongoServer, tmp_path: Path, open_kept: Open
) -> None:
    store = open_kept(server.uri)
    store.change_members(add(HONG))
    store.close()
    store = open_kept(MongoServer(tmp_path / "other").uri)
    with away():
        assert store.load_members() == MemberTable()


def test_kept_and_embedded_members_are_apart(server: MongoServer, tmp_path: Path, open_kept: Open) -> None:
    embedded = SqliteStore(tmp_path / "packetwave.db")
    embedded.change_members(add(KIM))
    store = open_kept(server.uri)
    store.change_members(add(HONG))
    assert desks(embedded.load_members()) == [("1002", "192.168.0.102", "김영희")]
    embedded.close()


def test_a_full_disk_does_not_stop_members(
    server: MongoServer, open_kept: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_kept(server.uri)

    def full(*_: object) -> None:
        raise StoreError("the disk is full: make room")

    monkeypatch.setattr(SqliteStore, "keep_members", full)
    table = store.change_members(add(replace(HONG, extra={"seat": "A"}), Member("99", "::1")))
    assert len(table.members) == 2
