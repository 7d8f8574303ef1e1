"""Members and calls in MongoDB, by pymongo: database `packetwave`, collections `members` and `calls`.

A member is `{"extension_num": "1001", "default_ip": "192.168.0.101"}`, both texts, as other programs write
it by hand; `name`, `department`, `note` are optional and every other field is kept. Reading never raises
for what a document holds. A call is a document whose `_id` is its `call_id`.

Used on the store thread; pymongo watches the server on threads of its own, which `close` ends. A call
fails with StoreAway about `wait_s` + 1 s after the database went away, at the latest. Here nothing is kept
meanwhile: that is `KeptStore`.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import bson
import pymongo
from bson import json_util
from bson.errors import BSONError
from pymongo.change_stream import CollectionChangeStream
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from packetwave.server.office.values import (
    COLUMNS,
    CallRecord,
    Member,
    MemberChange,
    MemberTable,
    Put,
    texts_of,
)
from packetwave.server.store.base import Place, StoreAway, StoreConflict, StoreError
from packetwave.server.store.forgetting import PLACES, pieces
from packetwave.server.store.mongo_uri import hide, place_of
from packetwave.server.store.rows import call_fields, checked, read_call, read_table, to_milliseconds

# With a database away pymongo's threads log a traceback for each cursor they cannot close there. That it is
# away is told by this module's errors.
logging.getLogger("pymongo.client").setLevel(logging.CRITICAL)

Document = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ANSWER_MS = 1000  # for one answer of a server that is connected
_WATCH_MS = 1000  # between two looks of pymongo's own monitor
_PIECE = 500  # ids in one request
_POLL_S = 5.0  # between two looks at the members where the server offers no change stream
_NO_TRANSACTIONS = (20, 263)  # IllegalOperation: a single server; OperationNotSupportedInTransaction
_NOT_ALLOWED = 13
_BAD_CREDENTIALS = (18, 8000)  # 8000: Atlas
# Tells every type of `_id` apart: the number 5, the text "5" and an ObjectId are three rows.
_JSON = json_util.CANONICAL_JSON_OPTIONS.with_options(tz_aware=True, tzinfo=UTC)


class MongoStore:
    """MemberStore and CallStore in the MongoDB at `uri`. Making one does not connect.

    database: other than `packetwave` in tests only. wait_s: longest wait for the server to be found.
    clock: seconds, for the pace of polling. place: which database this is, without user and password.
    Raises StoreError for a bad URI.
    """

    def __init__(
        self,
        uri: str,
        *,
        database: str = "packetwave",
        wait_s: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.place = place_of(uri, database)
        self._uri = uri
        self._name = database
        self._wait_ms = int(wait_s * 1000)
        self._clock = clock
        self._client: pymongo.MongoClient[Document] | None = None
        self._closed = False
        self._indexed = False
        self._transactions = True  # until the server says otherwise
        self._stream: CollectionChangeStream[Document] | None = None
        self._streams = True  # until the server says otherwise
        self._changed = True
        self._fingerprint = b""
        self._next_poll_at = 0.0

    def close(self) -> None:
        """End pymongo's threads and connections. May be called twice."""
        self._closed = True
        self._stream = None
        if self._client is not None:
            self._client.close()
            self._client = None

    def ping(self) -> None:
        """Ask the server whether it is there. Raises StoreAway; StoreError where it refuses us."""
        with self._told():
            self._database().command("ping")

    def seems_up(self) -> bool:
        """What pymongo's monitor saw last, without asking; True before the first use."""
        return self._client is None or self._client.topology_description.has_writable_server()

    # Members

    def load_members(self) -> MemberTable:
        """All documents. Raises StoreAway, StoreError."""
        with self._told():
            # Before the read: a change after it is then seen as one, never missed.
            self._watch()
            documents = self._member_documents()
        self._changed = False
        self._fingerprint = _fingerprint(documents)
        self._next_poll_at = self._clock() + _POLL_S
        return read_table((_row_id(document.pop("_id")), document) for document in documents)

    def change_members(self, changes: Sequence[MemberChange]) -> MemberTable:
        """Do all changes or none, then return the table. See `MemberStore.change_members`.

        In a transaction where the server has them. A single server has none: there the rows are looked
        at first, and what was done is undone where a later change fails.
        """
        good = [checked(change) for change in changes]
        with self._told():
            if self._transactions:
                try:
                    self._change_in_transaction(good)
                except OperationFailure as error:
                    if error.code not in _NO_TRANSACTIONS:
                        raise
                    self._transactions = False
            if not self._transactions:
                self._change_and_undo(good)
        return self.load_members()

    def members_changed(self) -> bool:
        """True if somebody may have changed the members since the last load (or nothing was loaded yet).

        By change stream; where the server offers none, by reading the documents at most each 5 s.
        """
        if self._changed:
            return True
        with self._told():
            if self._stream is not None:
                self._changed = self._drain(self._stream)
            elif self._clock() >= self._next_poll_at:
                self._next_poll_at = self._clock() + _POLL_S
                self._changed = _fingerprint(self._member_documents()) != self._fingerprint
        return self._changed

    def _member_documents(self) -> list[Document]:
        return list(self._members().find())

    def _change_in_transaction(self, changes: Sequence[MemberChange]) -> None:
        with self._opened().start_session() as session, session.start_transaction():
            for change in changes:
                self._change(change, session)

    def _change_and_undo(self, changes: Sequence[MemberChange]) -> None:
        undo: list[Callable[[], object]] = []
        named = [change.member.row_id if isinstance(change, Put) else change.row_id for change in changes]
        for row_id in filter(None, named):
            self._stored(row_id, None)
        try:
            for change in changes:
                undo.append(self._change(change, None))
        except (PyMongoError, StoreError):
            for step in reversed(undo):
                step()
            raise

    def _change(self, change: MemberChange, session: ClientSession | None) -> Callable[[], object]:
        """Do one change; returns what undoes it outside a transaction."""
        members = self._members()
        if isinstance(change, Put) and not change.member.row_id:
            done = members.insert_one(_new_document(change.member), session=session)
            return lambda: members.delete_one({"_id": {"$eq": done.inserted_id}})
        row_id = change.member.row_id if isinstance(change, Put) else change.row_id
        before = self._stored(row_id, session)
        this = {"_id": {"$eq": before["_id"]}}
        if isinstance(change, Put):
            different = _different(before, change.member)
            if different and not members.update_one(this, {"$set": different}, session=session).matched_count:
                raise _conflict(row_id)
            return lambda: members.replace_one(this, before)
        if not members.delete_one(this, session=session).deleted_count:
            raise _conflict(row_id)
        return lambda: members.insert_one(before)

    def _stored(self, row_id: str, session: ClientSession | None) -> Document:
        document = self._members().find_one({"_id": {"$eq": _id_of(row_id)}}, session=session)
        if document is None:
            raise _conflict(row_id)
        return document

    def _watch(self) -> None:
        """Have a change stream open, with everything in it read."""
        if self._stream is not None:
            self._drain(self._stream)
        if self._stream is None and self._streams:
            try:
                self._stream = self._members().watch(max_await_time_ms=1)
            except OperationFailure as error:
                if _is_away(error) or error.code in _BAD_CREDENTIALS:
                    raise
                self._streams = False  # a single server, or no right to watch

    def _drain(self, stream: CollectionChangeStream[Document]) -> bool:
        """True if there was anything in the stream, or it can tell no more."""
        any_change = False
        try:
            # pymongo itself opens a broken stream again, which may take as long once more.
            with pymongo.timeout(_ANSWER_MS / 1000):
                while stream.try_next() is not None:
                    any_change = True
        except OperationFailure as error:
            if _is_away(error):
                raise
            self._stream = None  # its place in the log is lost: anything may have changed
            return True
        if not stream.alive:
            self._stream = None  # the collection was dropped
            return True
        return any_change

    # Calls

    def put_calls(self, records: Sequence[CallRecord]) -> None:
        """Write each record in the place of what is stored of its `call_id`.

        Where StoreAway comes, some may be written: writing them again does no harm.
        """
        if not records:
            return
        writes = []
        for record in records:
            content = call_fields(record)
            this = {"_id": content.pop("call_id")}
            writes.append(pymongo.ReplaceOne(this, {**this, **content}, upsert=True))
        with self._told():
            # In order, so that of two records of one call the later stays.
            self._calls().bulk_write(writes)

    def load_calls(self, *, since: datetime, limit: int = 1000) -> list[CallRecord]:
        """Calls that rang at or after `since`, newest first."""
        if limit < 1:
            return []
        return self._read_calls({"rang_at": {"$gte": since}}, pymongo.DESCENDING, limit)

    def open_calls(self) -> list[CallRecord]:
        """Calls without an outcome, oldest first."""
        return self._read_calls({"outcome": None}, pymongo.ASCENDING, 0)

    def find_calls(self, who: Sequence[str]) -> list[CallRecord]:
        """Calls that name one of these texts, oldest first."""
        named = {"$or": [{place: {"$in": [*who]}} for place in PLACES]}
        return self._read_calls(named, pymongo.ASCENDING, 0)

    def forget_calls(self, *, before: datetime, limit: int = 500) -> int:
        """See `CallStore.forget_calls`."""
        over = {
            "rang_at": {"$lt": before},
            "outcome": {"$ne": None},
            "$or": [{"ended_at": None}, {"ended_at": {"$lt": before}}],
        }
        with self._told():
            found = [document["_id"] for document in self._calls().find(over, {"_id": 1}).limit(limit)]
        return self.remove_calls(found)

    def remove_calls(self, call_ids: Sequence[str]) -> int:
        """Remove these calls; how many were there."""
        removed = 0
        with self._told():
            for piece in pieces(call_ids, _PIECE):
                removed += self._calls().delete_many({"_id": {"$in": [*piece]}}).deleted_count
        return removed

    def ended_calls(
        self, extensions: Iterable[str], *, since: datetime, after: Place | None = None, limit: int = 200
    ) -> list[CallRecord]:
        """See `CallStore.ended_calls`."""
        if limit < 1:
            return []
        since = to_milliseconds(since)
        query: Document = {
            "called": {"$in": list(extensions)},
            "direction": {"$ne": "out"},
            "$and": [{"$or": [{"ended_at": {"$gte": since}}, {"seen_at": {"$gte": since}}]}],
            "ended_at": {"$gte": _EPOCH},  # a time, whatever other programs wrote there
        }
        if after is not None:
            at, call_id = to_milliseconds(after[0]), after[1]
            beyond = [{"ended_at": {"$gt": at}}, {"ended_at": at, "_id": {"$gt": call_id}}]
            query["$and"].append({"$or": beyond})
        return self._read_calls(query, pymongo.ASCENDING, limit, by="ended_at")

    def calls_by_id(self, call_ids: Iterable[str]) -> list[CallRecord]:
        """See `CallStore.calls_by_id`."""
        return self._read_calls({"_id": {"$in": list(call_ids)}}, pymongo.ASCENDING, 0)

    def _read_calls(
        self, query: Mapping[str, Any], direction: int, limit: int, *, by: str = "rang_at"
    ) -> list[CallRecord]:
        order = [(by, direction), ("_id", direction)]
        with self._told():
            documents = list(self._calls().find(query).sort(order).limit(limit))
        read = (read_call({**document, "call_id": document.get("_id")}) for document in documents)
        return [record for record in read if record is not None]

    # The connection

    def _members(self) -> Collection[Document]:
        return self._database()["members"]

    def _calls(self) -> Collection[Document]:
        calls = self._database()["calls"]
        if not self._indexed:
            try:
                calls.create_index([("rang_at", pymongo.DESCENDING)])
                for name in ("ended_at", "seen_at"):
                    calls.create_index([("called", pymongo.ASCENDING), (name, pymongo.ASCENDING)])
            except OperationFailure as error:
                if _is_away(error) or error.code in _BAD_CREDENTIALS:
                    raise
            self._indexed = True  # or it may not be made: then reading only is slower
        return calls

    def _database(self) -> Database[Document]:
        return self._opened()[self._name]

    def _opened(self) -> pymongo.MongoClient[Document]:
        if self._closed:
            raise StoreError("the store is closed")
        if self._client is None:
            self._client = pymongo.MongoClient(
                self._uri,
                appname="PacketWave",
                tz_aware=True,
                # What other programs wrote is read whatever it is.
                datetime_conversion="DATETIME_AUTO",
                unicode_decode_error_handler="replace",
                journal=True,
                # The kept store tries again, at its own pace; here a failure is told at once.
                retryReads=False,
                retryWrites=False,
                serverSelectionTimeoutMS=self._wait_ms,
                connectTimeoutMS=self._wait_ms,
                socketTimeoutMS=_ANSWER_MS,
                heartbeatFrequencyMS=_WATCH_MS,
            )
        return self._client

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (PyMongoError, BSONError, OverflowError) as error:
            away = _store_error(error, self.place, self._uri)
            if isinstance(away, StoreAway):
                # Whatever comes back may be another server, with other members.
                self._stream, self._streams, self._transactions = None, True, True
                self._changed = True
            # What is wrong with a URI may be told by quoting it.
            raise away from None if isinstance(error, ConfigurationError) else error


LOCAL_URI = "mongodb://localhost:27017"


def probe_local(timeout_s: float = 0.5, *, host: str = "localhost", port: int = 27017) -> int | None:
    """How many documents `packetwave.members` has in the MongoDB on this machine; None where there is no
    such server or collection, or it does not answer in time or lets nobody in unnamed."""
    timeout_ms = int(timeout_s * 1000)
    client: pymongo.MongoClient[Document] = pymongo.MongoClient(
        host,
        port,
        appname="PacketWave",
        serverSelectionTimeoutMS=timeout_ms,
        connectTimeoutMS=timeout_ms,
        retryReads=False,
    )
    with client:
        try:
            with pymongo.timeout(timeout_s):
                database = client["packetwave"]
                if "members" not in database.list_collection_names():
                    return None
                return database["members"].estimated_document_count()
        except PyMongoError:
            return None


def _store_error(error: Exception, place: str, uri: str) -> StoreError:
    """The error of this package for one of pymongo's. The text names the database, never a password."""
    reason = hide(_reason(error), uri)
    if _is_away(error):
        return StoreAway(f"MongoDB at {place} cannot be reached: {reason}")
    if isinstance(error, OperationFailure):
        if error.code in _BAD_CREDENTIALS:
            return StoreError(f"MongoDB at {place} refuses the user name or the password")
        if error.code == _NOT_ALLOWED:
            return StoreError(f"MongoDB at {place} does not let this user do that: {reason}")
        if error.has_error_label("TransientTransactionError"):
            return StoreConflict(f"somebody else changes the same members now: {reason}")
    return StoreError(f"MongoDB at {place}: {reason}")


def _reason(error: Exception) -> str:
    """The server's own words, short: pymongo's text quotes whole documents, with numbers and names."""
    details = error.details if isinstance(error, OperationFailure) else None
    if not details:
        return re.split(r" \(configured timeouts|, Timeout: ", str(error))[0][:200]
    refused = details.get("writeErrors") or [details]
    return str(refused[0].get("errmsg", "refused"))[:200]


def _is_away(error: Exception) -> bool:
    if isinstance(error, InvalidURI):
        return False
    if isinstance(error, ConfigurationError):
        # mongodb+srv whose name cannot be looked up now: its cause is dnspython's.
        return type(error.__cause__ or error.__context__).__module__.startswith("dns.")
    if isinstance(error, (ConnectionFailure, ExecutionTimeout, WTimeoutError)):
        return True
    return isinstance(error, PyMongoError) and error.timeout


def _row_id(document_id: object) -> str:
    return json_util.dumps(document_id, json_options=_JSON)


def _id_of(row_id: str) -> Any:
    try:
        return json_util.loads(row_id, json_options=_JSON)
    except (ValueError, TypeError, BSONError, RecursionError):
        raise _conflict(row_id) from None


def _conflict(row_id: str) -> StoreConflict:
    return StoreConflict(f"member document {row_id} is not there any more")


def _new_document(member: Member) -> Document:
    known: dict[str, Any] = {name: text for name, text in texts_of(member).items() if text}
    return {**_storable(member.extra), **known}


def _different(before: Document, member: Member) -> Document:
    """The fields to set so that the document says what the member says. Compared as they are stored: a
    number that stood for a text becomes the text when its row is edited."""
    known = {name: text for name, text in texts_of(member).items() if before.get(name, "") != text}
    extra = {
        name: value for name, value in member.extra.items() if name not in before or before[name] != value
    }
    return {**_storable(extra), **known}


def _storable(extra: Mapping[str, object]) -> Document:
    """The fields that are not ours, as they came. Raises StoreError for names that MongoDB would take for
    operators or paths."""
    for name in extra:
        if not name or name.startswith("$") or "." in name or "\0" in name or name == "_id":
            raise StoreError(f"a field cannot be named {name[:50]!r} in MongoDB")
    return {name: value for name, value in extra.items() if name not in COLUMNS}


def _fingerprint(documents: Sequence[Document]) -> bytes:
    digest = hashlib.sha256()
    for encoded in sorted(bson.encode(document) for document in documents):
        digest.update(encoded)
    return digest.digest()
