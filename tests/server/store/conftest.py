"""Stores for the contract suite: SQLite in a file, MongoDB over the wire, MongoDB with the kept copy."""

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from packetwave.server.store.kept import KeptStore
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.sqlite import SqliteStore
from tests.mongodb import MongoServer, mongodb_server

_OTHER_SERVER = os.environ.get("PACKETWAVE_TEST_MONGODB_URI", "")
_KINDS = ["sqlite", "mongo", "kept", *(["other-mongo"] if _OTHER_SERVER else [])]


@pytest.fixture(scope="session")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    """One server for all tests that do not kill it."""
    with mongodb_server(tmp_path_factory.mktemp("mongodb")) as server:
        yield server


@pytest.fixture
def database() -> str:
    """A name that no other test has."""
    return f"packetwave_{uuid.uuid4().hex[:12]}"


@pytest.fixture
def documents(mongodb: MongoServer, database: str) -> Iterator[Any]:
    """The members collection of `database`, as another program sees it."""
    with MongoClient[Any](mongodb.uri, tz_aware=True) as client:
        yield client[database]["members"]
        client.drop_database(database)


@pytest.fixture
def mongo(mongodb: MongoServer, database: str) -> Iterator[MongoStore]:
    store = MongoStore(mongodb.uri, database=database)
    yield store
    store.close()
    with MongoClient[Any](mongodb.uri) as client:
        client.drop_database(database)


@dataclass
class Opened:
    """A store under the contract, and another handle on the same data (another process would have one)."""

    store: Any
    open_another: Callable[[], Any]


@pytest.fixture(params=_KINDS)
def opened(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> Iterator[Opened]:
    handles: list[Any] = []
    uri = ""
    if request.param in ("mongo", "kept"):
        uri = request.getfixturevalue("mongodb").uri
    elif request.param == "other-mongo":
        uri = _OTHER_SERVER

    def open_one() -> Any:
        store: Any
        if request.param == "sqlite":
            store = SqliteStore(tmp_path / "packetwave.db")
        else:
            store = MongoStore(uri, database=database, wait_s=5.0)
        if request.param == "kept":
            store = KeptStore(store, SqliteStore(tmp_path / f"kept-{len(handles)}.db"))
        handles.append(store)
        return store

    yield Opened(open_one(), open_one)
    for handle in handles:
        handle.close()
    if uri:
        with MongoClient[Any](uri) as client:
            client.drop_database(database)
