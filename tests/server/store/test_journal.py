"""What is said of calls is written behind them in one place, and kept while the store does not take it."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packetwave.common.lines import Lines
from packetwave.server.calls.events import DiagnosisOver, Ended, Outcome, Ringing
from packetwave.server.office.values import CallRecord
from packetwave.server.store import journal as module
from packetwave.server.store.base import EventLine, StoreAway
from packetwave.server.store.journal import Journal
from packetwave.server.store.sqlite import SqliteStore

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RECORD = CallRecord("c1", AT, "01012345678", "1001")
MISSED = replace(RECORD, ended_at=AT, outcome=Outcome.MISSED)
RINGS = Ringing("c1", AT, "01012345678", "1001")
ENDS = Ended("c1", AT, Outcome.MISSED)

Writes = list[tuple[list[str], list[int], list[int]]]


class Watched(SqliteStore):
    """A real store that notes each write, and is away for its first `refusals`."""

    def __init__(self, path: Path | str = ":memory:", refusals: int = 0) -> None:
        super().__init__(path)
        self.refusals = refusals
        self.writes: Writes = []

    def journal(
        self,
        records: Sequence[CallRecord],
        lines: Sequence[EventLine] = (),
        done: Sequence[int] = (),
        *,
        mark: bool = False,
    ) -> None:
        if self.refusals:
            self.refusals -= 1
            raise StoreAway("away")
        super().journal(records, lines, done, mark=mark)
        self.writes.append(
            ([record.call_id for record in records], [line.number for line in lines], list(done))
        )


def said(path: Path) -> list[str]:
    return [json.loads(line)["event"] for line in path.read_text().splitlines()]


def test_record_and_line_are_one_write_and_the_line_comes_after_it(tmp_path: Path) -> None:
    store, lines = Watched(refusals=1), Lines(str(tmp_path / "events"))

    async def work() -> None:
        journal = Journal(store, lines)
        await journal.open()
        journal.put(RECORD, RINGS)
        journal.put(MISSED, ENDS)
        assert not await journal.write()
        # The store did not take the record: nobody is told that it rang.
        assert lines.flush(10) and said(tmp_path / "events") == []
        assert journal.unwritten == 1
        assert await journal.write()
        assert lines.flush(10) and said(tmp_path / "events") == ["ringing", "ended"]
        assert store.writes == [(["c1"], [1, 2], [])]
        assert store.load_calls(since=AT) == [MISSED]
        # They are out: the next write forgets them.
        journal.put(replace(RECORD, call_id="c2"))
        assert await journal.write()
        assert store.writes[1:] == [(["c2"], [], [1, 2])]
        await journal.close()

    asyncio.run(work())
    lines.close()
    assert store.lines_left() == []
    store.close()


def test_what_comes_during_a_write_is_the_next_one() -> None:
    store = Watched()

    async def work() -> None:
        journal = Journal(store, None)
        task = asyncio.create_task(journal.run())
        journal.put(RECORD, RINGS)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        journal.put(MISSED, ENDS)
        journal.put(replace(RECORD, call_id="c2"))
        async with asyncio.timeout(10):
            await journal.sent()
        task.cancel()
        await journal.close()

    asyncio.run(work())
    assert [calls for calls, _, _ in store.writes] == [["c1"], ["c1", "c2"]]
    assert store.lines_left() == []  # nobody asked for lines: none is stored
    store.close()


def test_it_goes_on_once_the_store_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    store = Watched(refusals=3)

    async def work() -> None:
        journal = Journal(store, None)
        task = asyncio.create_task(journal.run())
        journal.put(RECORD)
        journal.put(MISSED)
        async with asyncio.timeout(10):
            await journal.sent()
        task.cancel()
        await journal.close()

    asyncio.run(work())
    assert store.load_calls(since=AT) == [MISSED]
    store.close()


def test_lines_without_a_call_are_written_too(tmp_path: Path) -> None:
    store, lines = Watched(), Lines(str(tmp_path / "events"))

    async def work() -> None:
        journal = Journal(store, lines)
        journal.put(None, DiagnosisOver("only_replies", AT))
        await journal.close()

    asyncio.run(work())
    lines.close()
    assert said(tmp_path / "events") == ["diagnosis_over"]
    store.close()


def test_a_kill_before_the_line_was_out_leaves_it_to_the_next_run(tmp_path: Path) -> None:
    """The process dies after the write of the local file, with half a line in the events file."""
    path, events = tmp_path / "db", tmp_path / "events"
    store = SqliteStore(path)
    lines = [f'{{"event":"e{number}"}}' for number in range(3)]
    store.journal([], [EventLine(n, line, str(events)) for n, line in enumerate(lines, start=5)])
    store.close()
    events.write_text(lines[0] + "\n" + lines[1][:7])
    again, out = Watched(path), Lines(str(events))

    async def work() -> None:
        journal = Journal(again, out)
        await journal.open()
        journal.put(RECORD, RINGS)
        await journal.write()
        await journal.close()

    asyncio.run(work())
    out.close()
    assert said(events) == ["e0", "e1", "e2", "ringing"]
    assert [numbers for _, numbers, _ in again.writes if numbers] == [[8]]
    assert again.lines_left() == []
    again.close()


def left_by_a_kill(path: Path, *lines: EventLine) -> None:
    store = SqliteStore(path)
    store.journal([], lines)
    store.close()


def run_with(path: Path, target: str | None) -> list[EventLine]:
    """A run to its end in which one call rings; the lines that are left after it."""
    store, out = SqliteStore(path), Lines(target) if target is not None else None

    async def work() -> None:
        journal = Journal(store, out)
        await journal.open()
        journal.put(RECORD, RINGS)
        await journal.write()
        await journal.close()

    asyncio.run(work())
    if out is not None:
        out.close()
    left = store.lines_left()
    store.close()
    return left


def test_lines_of_an_earlier_run_go_to_the_file_that_they_were_for(tmp_path: Path) -> None:
    """The next start names another."""
    before, now = tmp_path / "before", tmp_path / "now"
    before.write_text('{"event":"e0"}\n{"eve')
    lines = [EventLine(n, f'{{"event":"e{n}"}}', str(before)) for n in range(3)]
    left_by_a_kill(tmp_path / "db", *lines)
    assert run_with(tmp_path / "db", str(now)) == []
    assert (said(before), said(now)) == (["e0", "e1", "e2"], ["ringing"])


@pytest.mark.parametrize("target", [None, "-"])
def test_they_do_so_too_where_no_file_is_asked_for_now(tmp_path: Path, target: str | None) -> None:
    before = tmp_path / "before"
    left_by_a_kill(tmp_path / "db", EventLine(4, '{"event":"e4"}', str(before)))
    assert run_with(tmp_path / "db", target) == []
    assert said(before) == ["e4"]


def test_what_was_for_standard_output_goes_to_no_file(tmp_path: Path) -> None:
    now = tmp_path / "now"
    left_by_a_kill(tmp_path / "db", EventLine(4, '{"event":"e4"}'))
    assert run_with(tmp_path / "db", str(now)) == []
    assert said(now) == ["ringing"]


def test_lines_for_a_file_that_cannot_be_written_wait(tmp_path: Path) -> None:
    before, now = tmp_path / "away" / "before", tmp_path / "now"
    line = EventLine(4, '{"event":"e4"}', str(before))
    left_by_a_kill(tmp_path / "db", line)
    assert run_with(tmp_path / "db", str(now)) == [line]
    before.parent.mkdir()
    assert run_with(tmp_path / "db", str(before)) == []
    assert (said(before), said(now)) == (["e4", "ringing"], ["ringing"])


def test_lines_that_are_lost_are_forgotten_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More wait than are kept. The store does not keep them for ever, either."""
    lines = Lines(str(tmp_path / "events"))
    taken = iter([True, False, False])
    monkeypatch.setattr(lines, "write", lambda _text, _number: next(taken))
    store = Watched()

    async def work() -> None:
        journal = Journal(store, lines)
        for call_id in ("c1", "c2", "c3"):
            journal.put(replace(RECORD, call_id=call_id), RINGS)
        await journal.write()
        assert [line.number for line in store.lines_left()] == [1, 2, 3]
        await journal.close()

    asyncio.run(work())
    lines.close()
    assert [line.number for line in store.lines_left()] == [1]
    store.close()


class Particular(Watched):
    """A store with a bug: it stumbles over one call."""

    stumbles_over = "c1"

    def journal(
        self,
        records: Sequence[CallRecord],
        lines: Sequence[EventLine] = (),
        done: Sequence[int] = (),
        *,
        mark: bool = False,
    ) -> None:
        if any(record.call_id == self.stumbles_over for record in records):
            raise TypeError("no such column")
        super().journal(records, lines, done, mark=mark)


def test_an_entry_that_the_store_stumbles_over_is_kept_and_costs_no_other(tmp_path: Path) -> None:
    store, lines = Particular(), Lines(str(tmp_path / "events"))

    async def work() -> None:
        journal = Journal(store, lines)
        journal.put(replace(RECORD, call_id="c0"), RINGS)
        journal.put(RECORD, RINGS)
        journal.put(replace(RECORD, call_id="c2"), DiagnosisOver("x", AT))
        journal.put(MISSED, ENDS)
        with pytest.raises(TypeError):
            await journal.write()
        # Those of the same call wait in their order.
        assert journal.unwritten == 1
        assert {call.call_id for call in store.open_calls()} == {"c0", "c2"}
        assert lines.flush(10) and said(tmp_path / "events") == ["ringing", "diagnosis_over"]
        store.stumbles_over = ""
        assert await journal.write()
        assert lines.flush(10) and said(tmp_path / "events")[2:] == ["ringing", "ended"]
        await journal.close()

    asyncio.run(work())
    lines.close()
    assert [call.outcome for call in store.load_calls(since=AT) if call.call_id == "c1"] == [Outcome.MISSED]
    store.close()


def test_what_waits_for_a_store_that_takes_nothing_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 10)
    store = Watched(refusals=1)

    async def work() -> None:
        journal = Journal(store, None)
        for number in range(30):  # a store that is only slow costs nothing
            journal.put(replace(RECORD, call_id=str(number)))
        assert journal.lost == 0
        assert not await journal.write()
        for number in range(30, 35):
            journal.put(replace(RECORD, call_id=str(number)))
        assert journal.lost == 5
        await journal.close()

    asyncio.run(work())
    store.close()
