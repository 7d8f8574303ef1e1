"""What a paired PC missed, over TLS, with both programs' engines: each call once, looked at once for all."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from packetwave.client import trust as client_trust
from packetwave.client.calls import CallMissed, CallRinging, MissedKept, MissedSeen
from packetwave.client.engine import Engine, LinkChanged, Notice
from packetwave.client.link import Phase
from packetwave.client.shown import FILE_NAME as SHOWN_FILE
from packetwave.client.shown import Entry, Shown
from packetwave.common.lines import Lines
from packetwave.server.calls.events import Cause, Direction, Outcome
from packetwave.server.engine.notices import CallChanged, StatusChanged
from packetwave.server.office.values import CallRecord
from packetwave.server.settings import ServerSettings
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from packetwave.server.trust.identity import open_identity
from packetwave.server.trust.keeping import PAIRINGS_FILE
from packetwave.server.trust.pairings import Book, new_pairing, to_text
from packetwave.server.trust.trust import TRUST_FOLDER
from tests.ports import free_port
from tests.server.engine.test_engine import KIM, Run, lines_of, running, with_members

pytestmark = pytest.mark.timeout(120)

NOW = datetime.now(UTC).replace(microsecond=0)
PCS = 3


def ended(number: int, outcome: Outcome = Outcome.MISSED, called: str = "1001", **said: Any) -> CallRecord:
    """A call that ended so many minutes ago."""
    at = NOW - timedelta(minutes=number)
    return CallRecord(
        f"{number:016x}",
        at - timedelta(seconds=9),
        "0101",
        called,
        ended_at=at,
        outcome=outcome,
        direction=said.pop("direction", Direction.IN),
        **said,
    )


class Pc:
    """One run of a client, and what it was told."""

    def __init__(self, folder: Path, url: str) -> None:
        self._notices: queue.Queue[Notice] = queue.Queue()
        self.engine = Engine(
            self._notices.put,
            url,
            shown=Shown(folder / SHOWN_FILE),
            trust=client_trust.Trust(folder),
        )
        self.engine.start()

    def wait_for(self, passes: Callable[[Any], bool]) -> Any:
        until = time.monotonic() + 20
        while True:
            notice = self._notices.get(timeout=max(0.01, until - time.monotonic()))
            if passes(notice):
                return notice

    def missed(self, count: int) -> list[CallMissed]:
        return [self.wait_for(lambda notice: isinstance(notice, CallMissed)) for _ in range(count)]

    def welcomed(self) -> None:
        self.wait_for(
            lambda notice: isinstance(notice, LinkChanged) and notice.state.phase is Phase.CONNECTED
        )

    def told_so_far(self) -> list[Notice]:
        found = []
        while not self._notices.empty():
            found.append(self._notices.get())
        return found

    def stop(self) -> None:
        self.engine.stop()
        assert self.engine.join(10)


class Office:
    """A server's folder and three PCs that are paired for one person."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder / "server"
        self._stack = stack
        self._port = free_port()
        self.folder.mkdir()
        with_members(self.folder, KIM)
        trust = self.folder / TRUST_FOLDER
        trust.mkdir()
        identity = open_identity(trust)
        book = Book()
        self._pcs = [folder / f"pc-{number}" for number in range(PCS)]
        for pc in self._pcs:
            pc.mkdir()
            made_at = NOW - timedelta(hours=2)
            pairing, key = new_pairing(pc.name, ("1001",), made_at, "192.0.2.9")
            book = book.add(pairing)
            kept = client_trust.Pairing(identity.fingerprint, self._port, pairing.id, key)
            assert client_trust.Trust(pc).keep(kept)
        (trust / PAIRINGS_FILE).write_text(to_text(book))

    def store(self, *records: CallRecord) -> None:
        with closing(SqliteStore(self.folder / FILE_NAME)) as store:
            store.put_calls(records)

    def stored(self) -> dict[str, CallRecord]:
        with closing(SqliteStore(self.folder / FILE_NAME)) as store:
            return {record.call_id: record for record in store.load_calls(since=NOW - timedelta(days=1))}

    def serve(self, stack: ExitStack | None = None, **more: Any) -> Run:
        settings = ServerSettings(listen="127.0.0.1:0", tls_listen=f"127.0.0.1:{self._port}")
        run = (stack or self._stack).enter_context(
            running(self.folder, replay=False, settings=settings, data_dir=self.folder, **more)
        )
        run.wait_for(StatusChanged, lambda notice: notice.status.tls_listening)
        return run

    def pc(self, number: int = 0) -> Pc:
        pc = Pc(self._pcs[number], f"wss://127.0.0.1:{self._port}")
        self._stack.callback(pc.stop)
        return pc

    def shown(self, number: int = 0) -> Shown:
        return Shown(self._pcs[number] / SHOWN_FILE)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(tmp_path, stack)


def test_a_pc_that_was_off_is_told_each_call_once_also_across_restarts_of_both(office: Office) -> None:
    office.store(
        ended(5),
        ended(4, Outcome.ANSWERED),
        ended(3, called="1002"),
        ended(2, direction=Direction.OUT),
        ended(180),  # before it was paired
        ended(1, Outcome.BUSY),
    )
    with ExitStack() as first_run:
        office.serve(first_run)
        pc = office.pc()
        told = pc.missed(3)
        assert [(each.missed.outcome, each.is_listed) for each in told] == [
            ("missed", True),
            ("answered", False),
            ("busy", True),
        ]
        for each in told[:2]:  # the last is on its way to the screen, when the PC loses its power
            pc.engine.noted(each.missed.call_id)
        pc.stop()
        pc = office.pc()
        kept = pc.wait_for(lambda notice: isinstance(notice, MissedKept))
        assert [call.call_id for call in kept.calls] == [f"{5:016x}"]
        (last,) = pc.missed(1)
        assert last.missed.call_id == f"{1:016x}"
        pc.engine.noted(last.missed.call_id)
        pc.stop()
    office.serve()
    pc = office.pc()
    pc.welcomed()
    again = office.pc(1)
    again.missed(3)  # the same calls, on another PC; by then the first was told what it is told
    pc.stop()
    assert [type(notice) for notice in pc.told_so_far() if isinstance(notice, CallMissed | CallRinging)] == []
    assert office.shown().until is not None


def test_what_is_looked_at_on_one_pc_is_looked_at_on_all(office: Office) -> None:
    office.store(ended(5), ended(4))
    run = office.serve()
    first, second = office.pc(0), office.pc(1)
    for pc in (first, second):
        for each in pc.missed(2):
            pc.engine.noted(each.missed.call_id)
    first.engine.look_at([f"{5:016x}"])
    seen = second.wait_for(lambda notice: isinstance(notice, MissedSeen))
    assert seen.call_ids == (f"{5:016x}",)
    run.wait_for(CallChanged, lambda notice: notice.record.seen_at is not None)
    third = office.pc(2)
    assert [(each.missed.call_id, each.missed.is_seen, each.is_listed) for each in third.missed(2)] == [
        (f"{5:016x}", True, False),
        (f"{4:016x}", False, True),
    ]
    second.stop()  # off, while the person looks at the other one
    first.engine.look_at([f"{4:016x}"])
    third_seen = third.wait_for(lambda notice: isinstance(notice, MissedSeen))
    assert third_seen.call_ids == (f"{4:016x}",)
    second = office.pc(1)
    seen = second.wait_for(lambda notice: isinstance(notice, MissedSeen))
    assert seen.call_ids == (f"{4:016x}",)
    assert office.shown(1).missed() == ()


def test_a_call_that_a_killed_server_never_wrote_is_taken_from_the_pc_that_showed_it(office: Office) -> None:
    lost = Entry("5f0c3a9be1d24c77", "01012345678", "1001", datetime.now(UTC), "홍길동", epoch="of before")
    shown = office.shown()
    shown.put(lost)
    shown.close()
    events = Lines(str(office.folder / "events"))
    with ExitStack() as first_run:
        run = office.serve(first_run, events=events)
        office.pc()
        record = run.wait_for(CallChanged).record
        assert (record.call_id, record.caller, record.called_name) == (
            lost.call_id,
            "01012345678",
            "김영희",
        )
        assert (record.outcome, record.cause) == (Outcome.UNKNOWN, Cause.UNSEEN)
        other = office.pc(1)
        (told,) = other.missed(1)
        assert told.missed.call_id == lost.call_id
    lines = lines_of(events, office.folder)
    assert [("ringing" in line, "ended" in line) for line in lines if lost.call_id in line] == [
        (True, False),
        (False, True),
    ]
    assert office.stored()[lost.call_id].outcome is Outcome.UNKNOWN
