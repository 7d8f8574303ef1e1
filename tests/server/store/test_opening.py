"""Which stores a run has."""

import socket
from datetime import UTC, datetime
from pathlib import Path

from packetwave.server.office.values import CallRecord, Member, Put
from packetwave.server.store.base import StoreHealth, StoreState
from packetwave.server.store.opening import open_stores

LONG_AGO = datetime.fromtimestamp(0, UTC)
CALL = CallRecord("c1", datetime(2026, 11, 23, tzinfo=UTC), "1", "1001")


def test_embedded(tmp_path: Path) -> None:
    stores = open_stores(tmp_path / "새 폴더")
    one: object = stores.members
    assert one is stores.calls
    assert stores.keeper is not None and stores.remote is None
    assert stores.local is not None and stores.local.tend() == StoreHealth()
    stores.calls.put_calls([CALL])
    stores.close()
    stores.close()
    again = open_stores(tmp_path / "새 폴더")
    assert again.calls.load_calls(since=LONG_AGO) == [CALL]
    again.close()


def test_a_replay_has_the_members_and_an_empty_history(tmp_path: Path) -> None:
    stores = open_stores(tmp_path)
    stores.members.change_members([Put(Member("1001", "192.0.2.1"))])
    stores.calls.put_calls([CALL])
    stores.close()
    replay = open_stores(tmp_path, replay=True)
    assert len(replay.members.load_members().members) == 1
    assert replay.calls.load_calls(since=LONG_AGO) == []
    assert replay.keeper is None
    replay.close()


def test_mongodb_that_is_away_has_the_local_file_behind_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    stores = open_stores(tmp_path, mongodb=f"mongodb://127.0.0.1:{port}")
    assert stores.members.load_members().members == ()
    stores.calls.put_calls([CALL])
    assert stores.remote is not None
    assert stores.remote.state()[0] is StoreState.AWAY
    assert stores.remote.unwritten() == 1
    stores.close()
