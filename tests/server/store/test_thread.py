"""Calls are written behind the calls, and kept while the store does not take them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from packetwave.server.calls.events import Outcome
from packetwave.server.office.values import CallRecord
from packetwave.server.store import thread as history
from packetwave.server.store.base import StoreAway
from packetwave.server.store.sqlite import SqliteStore
from packetwave.server.store.thread import CallWriter, StoreThread

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RECORD = CallRecord("c1", AT, "01012345678", "1001")


class Moody(SqliteStore):
    """A real store that is away for its first `refusals` writes."""

    def __init__(self, refusals: int) -> None:
        super().__init__(":memory:")
        self.refusals = refusals

    def put_calls(self, records: Sequence[CallRecord]) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreAway("away")
        super().put_calls(records)


def test_the_latest_of_each_call_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "RETRY_S", 0.01)

    async def work() -> list[CallRecord]:
        thread = StoreThread()
        store = Moody(refusals=2)
        writer = CallWriter(thread, store)
        writer.put(RECORD)
        writer.put(replace(RECORD, outcome=Outcome.MISSED))
        writer.put(replace(RECORD, call_id="c2"))
        task = asyncio.create_task(writer.run())
        async with asyncio.timeout(10):
            while writer.unwritten or store.refusals or not await thread.run(store.open_calls):
                await asyncio.sleep(0.005)
        task.cancel()
        calls: list[CallRecord] = await thread.run(lambda: store.load_calls(since=AT))
        await thread.run(store.close)
        thread.end()
        return calls

    calls = asyncio.run(work())
    assert {call.call_id: call.outcome for call in calls} == {"c1": Outcome.MISSED, "c2": None}


class Particular(SqliteStore):
    """A real store with a bug: it stumbles over one call."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.stumbles_over = "c1"

    def put_calls(self, records: Sequence[CallRecord]) -> None:
        if any(record.call_id == self.stumbles_over for record in records):
            raise TypeError("no such column")
        super().put_calls(records)


def test_a_record_that_the_store_stumbles_over_is_kept_and_costs_no_other() -> None:
    async def work() -> None:
        thread = StoreThread()
        store = await thread.run(Particular)
        writer = CallWriter(thread, store)
        for call_id in ("c0", "c1", "c2"):
            writer.put(replace(RECORD, call_id=call_id))
        with pytest.raises(TypeError):
            await writer.write()
        assert writer.unwritten == 1
        stored = await thread.run(store.open_calls)
        assert {call.call_id for call in stored} == {"c0", "c2"}
        store.stumbles_over = ""
        assert await writer.write()
        assert len(await thread.run(store.open_calls)) == 3
        await thread.run(store.close)
        thread.end()

    asyncio.run(work())


def test_a_later_record_is_not_replaced_by_a_refused_earlier_one() -> None:
    async def work() -> tuple[bool, int, bool, CallRecord]:
        thread = StoreThread()
        store = Moody(refusals=1)
        writer = CallWriter(thread, store)
        writer.put(RECORD)
        writing = asyncio.create_task(writer.write())
        await asyncio.sleep(0)
        writer.put(replace(RECORD, outcome=Outcome.BUSY))
        first = await writing
        waiting = writer.unwritten
        second = await writer.write()
        (call,) = await thread.run(lambda: store.load_calls(since=AT))
        thread.end()
        store.close()
        return first, waiting, second, call

    first, waiting, second, call = asyncio.run(work())
    assert (first, waiting, second, call.outcome) == (False, 1, True, Outcome.BUSY)
