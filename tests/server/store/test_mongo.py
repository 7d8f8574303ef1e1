"""MongoDB over the wire: documents of others, both ways to change rows, streams and polling."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
import pytest
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, ConfigurationError, OperationFailure, ServerSelectionTimeoutError

from packetwave.server.office.values import Member, Put, Remove
from packetwave.server.store.base import StoreAway, StoreConflict, StoreError
from packetwave.server.store.mongo import MongoStore, _id_of, _row_id, _store_error, probe_local
from tests.mongodb import MongoServer, mongodb_server
from tests.server.store.samples import HONG, KIM, NINE, add, call, desks, until


def test_documents_as_the_owner_writes_them(mongo: MongoStore, documents: Any) -> None:
    documents.insert_one({"extension_num": "1001", "default_ip": "192.168.0.101"})
    (member,) = mongo.load_members().members
    assert replace(member, row_id="") == Member("1001", "192.168.0.101")


def test_what_is_written_is_what_the_owner_reads(mongo: MongoStore, documents: Any) -> None:
    mongo.change_members(add(Member("1001", "192.168.0.101"), KIM))
    stored = [{k: v for k, v in document.items() if k != "_id"} for document in documents.find()]
    assert stored == [
        {"extension_num": "1001", "default_ip": "192.168.0.101"},
        {"extension_num": "1002", "default_ip": "192.168.0.102", "name": "김영희"},
    ]


def test_documents_with_missing_or_wrong_fields_are_skipped_and_listed(
    mongo: MongoStore, documents: Any
) -> None:
    good = {"extension_num": "1001", "default_ip": "10.0.0.1"}
    rows: dict[str, Mapping[str, object]] = {
        "no-ext": {"default_ip": "10.0.0.2"},
        "no-ip": {"extension_num": "1002"},
        "null-ip": {"extension_num": "1002", "default_ip": None},
        "empty": {},
        "list-ext": {**good, "extension_num": ["1001"]},
        "int-ip": {**good, "default_ip": 167772161},
        "bool-ext": {**good, "extension_num": True},
        "bad-ext": {**good, "extension_num": "대표"},
        "bad-ip": {**good, "default_ip": "10.0.0"},
        "doubled": {**good, "_id": "doubled"},
        "the-good": good,
    }
    documents.insert_many([{**fields, "_id": row} for row, fields in rows.items()])
    table = mongo.load_members()
    assert [(m.extension_num, m.row_id) for m in table.members] == [("1001", '"doubled"')]
    assert {(d.row_id, d.field_name, d.code, d.value) for d in table.defects} == {
        ('"no-ext"', "extension_num", "missing", ""),
        ('"no-ip"', "default_ip", "missing", ""),
        ('"null-ip"', "default_ip", "missing", ""),
        ('"empty"', "extension_num", "missing", ""),
        ('"empty"', "default_ip", "missing", ""),
        ('"list-ext"', "extension_num", "not_text", "['1001']"),
        ('"int-ip"', "default_ip", "not_text", "167772161"),
        ('"int-ip"', "default_ip", "bad_ip", "167772161"),
        ('"bool-ext"', "extension_num", "not_text", "True"),
        ('"bad-ext"', "extension_num", "bad_extension", "대표"),
        ('"bad-ip"', "default_ip", "bad_ip", "10.0.0"),
        ('"the-good"', "extension_num", "doubled", "1001"),
    }


def test_an_extension_written_as_a_number_serves_and_is_listed(mongo: MongoStore, documents: Any) -> None:
    documents.insert_one({"_id": 7, "extension_num": 1001, "default_ip": "10.0.0.1", "name": 3.0, "note": []})
    table = mongo.load_members()
    (member,) = table.members
    assert (member.extension_num, member.name, member.note) == ("1001", "3", "")
    assert {(defect.field_name, defect.code) for defect in table.defects} == {
        ("extension_num", "not_text"),
        ("name", "not_text"),
        ("note", "not_text"),
    }
    healed = mongo.change_members([Put(replace(member, department="영업"))])
    assert healed.defects == ()
    assert documents.find_one() == {
        "_id": 7,
        "extension_num": "1001",
        "default_ip": "10.0.0.1",
        "name": "3",
        "note": "",
        "department": "영업",
    }


def test_a_row_with_a_defect_is_healed_in_its_place(mongo: MongoStore, documents: Any) -> None:
    documents.insert_one({"_id": "x", "extension_num": "1001", "seat": "A"})
    (defect,) = mongo.load_members().defects
    table = mongo.change_members([Put(replace(HONG, row_id=defect.row_id))])
    assert (desks(table), table.defects) == ([("1001", "192.168.0.101", "홍길동")], ())
    assert documents.find_one({"_id": "x"})["seat"] == "A"


def test_fields_of_others_are_kept_on_an_edit(mongo: MongoStore, documents: Any) -> None:
    others = {"since": datetime(2020, 1, 1, tzinfo=UTC), "tags": ["a", {"b": 1}], "floor": 2, "none": None}
    documents.insert_one({"extension_num": "1001", "default_ip": "10.0.0.1", **others})
    (member,) = mongo.load_members().members
    assert member.extra == others
    documents.update_one({}, {"$set": {"written_meanwhile": "yes"}})
    mongo.change_members([Put(replace(member, name="홍길동"))])
    stored = documents.find_one({}, {"_id": 0})
    assert stored == {
        "extension_num": "1001",
        "default_ip": "10.0.0.1",
        "name": "홍길동",
        "written_meanwhile": "yes",
        **others,
    }


@pytest.mark.parametrize("name", ["$where", "a.b", "", "nul\0"])
def test_a_field_name_that_mongodb_would_take_for_more_is_refused(mongo: MongoStore, name: str) -> None:
    with pytest.raises(StoreError):
        mongo.change_members([Put(HONG), Put(replace(KIM, extra={name: 1}))])
    assert mongo.load_members().members == ()


_IDS = [
    bson.ObjectId("5f0c0a0b0c0d0e0f10111213"),
    *("5f0c0a0b0c0d0e0f10111213", "", "한글", '{"$oid": "5f0c0a0b0c0d0e0f10111213"}'),
    *(5, bson.Int64(5_000_000_000), 5.5, True, None, b"bytes"),
    *(datetime(2026, 1, 1, tzinfo=UTC), {"$ne": 1}, {"office": 1, "row": {"n": [2]}}),
]


@pytest.mark.parametrize("document_id", _IDS, ids=repr)
def test_an_id_of_any_type_is_a_row_id_and_back(document_id: object) -> None:
    assert _id_of(_row_id(document_id)) == document_id
    assert len({_row_id(other) for other in _IDS}) == len(_IDS)


@pytest.mark.parametrize("document_id", _IDS[:3] + _IDS[5:8], ids=repr)
def test_rows_with_ids_of_any_type_are_changed_and_removed(
    mongo: MongoStore, documents: Any, document_id: object
) -> None:
    documents.insert_many(
        [{"_id": document_id, "extension_num": "1001", "default_ip": "10.0.0.1"}, {"_id": "other"}]
    )
    (member,) = mongo.load_members().members
    (edited,) = mongo.change_members([Put(replace(member, name="홍"))]).members
    assert (edited.name, edited.row_id) == ("홍", member.row_id)
    assert mongo.change_members([Remove(member.row_id)]).members == ()
    assert [document["_id"] for document in documents.find()] == ["other"]


@pytest.mark.parametrize("row_id", ["", "no json", "{", '{"$oid": "short"}', '{"$date": {}}', "[" * 5000])
def test_a_row_id_that_is_none_is_a_conflict(row_id: str) -> None:
    with pytest.raises(StoreConflict):
        _id_of(row_id)


# A server that has transactions, and one that refuses them as a single mongod does.


@pytest.fixture(params=["transaction", "undo"])
def changing(
    request: pytest.FixtureRequest, mongo: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MongoStore]:
    if request.param == "undo":

        def refuse(*_: object, **__: object) -> None:
            raise OperationFailure("Transaction numbers are only allowed on a replica set member", 20)

        monkeypatch.setattr(mongo, "_change_in_transaction", refuse)
    yield mongo
    assert mongo._transactions is (request.param == "transaction")


def test_all_changes_or_none(changing: MongoStore, documents: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = changing.change_members(add(HONG, replace(KIM, extra={"seat": "A"}), Member("1003", "10.0.0.3")))
    hong, kim, third = before.members
    at_first = list(documents.find())
    changes: list[Put | Remove] = [
        Put(Member("1004", "10.0.0.4")),
        Put(replace(hong, name="다른", extra={"new": "x"})),
        Remove(kim.row_id),
        Put(replace(third, name="stopped here")),
    ]
    plainly = Collection.update_one

    def fail_on_the_last(self: Any, query: Any, update: Any, **keys: Any) -> Any:
        if update["$set"].get("name") == "stopped here":
            raise OperationFailure("not today", 121)
        return plainly(self, query, update, **keys)

    with monkeypatch.context() as patched:
        patched.setattr(Collection, "update_one", fail_on_the_last)
        with pytest.raises(StoreError, match="not today"):
            changing.change_members(changes)
    assert sorted(documents.find(), key=str) == sorted(at_first, key=str)
    table = changing.change_members(changes[:3])
    assert [member.extension_num for member in table.members] == ["1001", "1003", "1004"]


def test_a_row_that_is_gone_changes_nothing(changing: MongoStore, documents: Any) -> None:
    hong, kim = changing.change_members(add(HONG, KIM)).members
    documents.delete_one({"extension_num": "1002"})
    with pytest.raises(StoreConflict):
        changing.change_members([Put(replace(hong, name="다른")), Remove(kim.row_id)])
    assert desks(changing.load_members()) == [("1001", "192.168.0.101", "홍길동")]


# Noticing changes of others


def test_changes_come_by_change_stream(mongo: MongoStore, documents: Any) -> None:
    mongo.load_members()
    assert mongo._stream is not None
    assert not mongo.members_changed()
    documents.insert_one({"extension_num": "1001", "default_ip": "10.0.0.1"})
    assert mongo.members_changed()
    assert mongo.members_changed()
    mongo.load_members()
    assert not mongo.members_changed()
    documents.update_one({}, {"$set": {"name": "x"}})
    assert mongo.members_changed()


def test_own_changes_are_no_news(mongo: MongoStore) -> None:
    mongo.load_members()
    mongo.change_members(add(HONG))
    assert not mongo.members_changed()


def test_without_change_streams_the_documents_are_compared_each_five_seconds(
    mongodb: MongoServer, database: str, documents: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationFailure("The $changeStream stage is only supported on replica sets", 40573)

    monkeypatch.setattr(Collection, "watch", refuse)
    now = 100.0
    store = MongoStore(mongodb.uri, database=database, clock=lambda: now)
    documents.insert_one({"_id": 1, "extension_num": "1001", "default_ip": "10.0.0.1"})
    store.load_members()
    documents.update_one({"_id": 1}, {"$set": {"default_ip": "10.0.0.2"}})
    assert not store.members_changed(), "not asked again so soon"
    now += 5
    assert store.members_changed()
    assert desks(store.load_members()) == [("1001", "10.0.0.2", "")]
    now += 5
    assert not store.members_changed()
    documents.delete_one({"_id": 1})
    now += 4
    assert not store.members_changed()
    now += 1
    assert store.members_changed()
    store.close()


def test_a_change_stream_whose_place_is_lost_means_changed(
    mongo: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    mongo.load_members()
    assert mongo._stream is not None

    def lost() -> None:
        raise OperationFailure("Resume of change stream was not possible", 286)

    monkeypatch.setattr(mongo._stream, "try_next", lost)
    assert mongo.members_changed()
    mongo.load_members()
    assert not mongo.members_changed()


# Calls


def test_calls_that_others_wrote_never_raise(mongo: MongoStore, mongodb: MongoServer, database: str) -> None:
    mongo.put_calls([call(1)])
    with MongoClient[Any](mongodb.uri) as client:
        calls = client[database]["calls"]
        calls.insert_many(
            [
                {"_id": "no-time"},
                {"_id": "text-time", "rang_at": "2026-11-23"},
                {"_id": 5, "rang_at": NINE},
                {"_id": "odd", "rang_at": NINE, "outcome": "abducted", "told": [1, {"at": 5}], "caller": 5},
            ]
        )
    loaded = mongo.load_calls(since=NINE)
    assert {record.call_id for record in loaded} == {"call-1", "odd"}
    assert mongo.open_calls() == []


# Trouble


def test_a_server_that_is_not_there_is_away_soon(tmp_path: Path) -> None:
    server = MongoServer(tmp_path)
    store = MongoStore(server.uri, wait_s=0.1)
    asked: list[Callable[[], object]] = [
        store.load_members,
        store.members_changed,
        store.open_calls,
        store.ping,
        lambda: store.put_calls([call(1)]),
        lambda: store.change_members(add(HONG)),
        lambda: store.load_calls(since=NINE),
    ]
    assert store.members_changed(), "nothing was loaded yet"
    asked.remove(store.members_changed)
    with pytest.raises(StoreAway, match=f"127.0.0.1:{server.port}/packetwave"):
        store.ping()
    for ask in asked:
        with pytest.raises(StoreAway):
            ask()
    assert not store.seems_up()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.ping()


def test_killed_and_started_again(tmp_path: Path) -> None:
    with mongodb_server(tmp_path) as server:
        store = MongoStore(server.uri)
        store.change_members(add(HONG))
        store.put_calls([call(1)])
        server.kill()
        for ask in (store.load_members, store.open_calls, lambda: store.change_members(add(KIM))):
            with pytest.raises(StoreAway):
                ask()
        assert store.members_changed(), "whatever comes back may have others"
        server.restart()
        until(store.seems_up)
        assert desks(store.load_members()) == [("1001", "192.168.0.101", "홍길동")]
        assert not store.members_changed()
        assert store.load_calls(since=NINE) == [call(1)]
        store.close()


def test_errors_are_told_apart_and_no_document_is_quoted() -> None:
    def told(error: Exception) -> StoreError:
        return _store_error(error, "office:27017/packetwave", "")

    assert type(told(AutoReconnect("connection closed"))) is StoreAway
    assert type(told(ServerSelectionTimeoutError("no servers"))) is StoreAway
    refused = told(OperationFailure("Authentication failed.", 18))
    assert type(refused) is StoreError
    assert "password" in str(refused)
    assert "not let" in str(told(OperationFailure("not authorized", 13)))
    assert type(told(ConfigurationError("bad option"))) is StoreError
    details = {"errmsg": "validation failed", "op": {"caller": "01012345678"}}
    assert "0101234" not in str(told(OperationFailure(f"failed, full error: {details}", 121, details)))
    transient = OperationFailure("write conflict", 112, {"errorLabels": ["TransientTransactionError"]})
    assert type(told(transient)) is StoreConflict


def test_a_name_server_that_is_away_is_no_wrong_uri() -> None:
    from dns.resolver import NoNameservers

    error = ConfigurationError("All nameservers failed to answer the query")
    error.__cause__ = NoNameservers()
    assert type(_store_error(error, "office/packetwave", "")) is StoreAway


def test_the_local_database_is_found_with_its_row_count(tmp_path: Path) -> None:
    with mongodb_server(tmp_path) as server:

        def found() -> int | None:
            return probe_local(5.0, host="127.0.0.1", port=server.port)

        assert found() is None, "there are no members"
        with MongoClient[Any](server.uri) as client:
            client["packetwave"]["members"].insert_many([{"extension_num": str(n)} for n in range(3)])
        assert found() == 3
        server.kill()
        assert probe_local(0.05, host="127.0.0.1", port=server.port) is None
