"""The engine as a whole, in this process: a recording goes in, clients are told, the store has the calls."""

import contextlib
import json
import logging
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from packetwave.common.exit_codes import ExitCode
from packetwave.common.lines import Lines
from packetwave.protocol import Hello, Watching, Welcome, decode, encode
from packetwave.server.calls.events import CallEvent, Outcome, Stopped
from packetwave.server.capture import CaptureFaultCode, DoorFault, DoorKind
from packetwave.server.engine import running as running_module
from packetwave.server.engine.engine import Engine
from packetwave.server.engine.notices import (
    CallChanged,
    ChangeMembers,
    HistoryLoaded,
    LoadHistory,
    MembersChanged,
    Notice,
    Refused,
    SetDoor,
    StartCapture,
    Status,
    StatusChanged,
    StopCapture,
    TrustSenders,
    WatchPorts,
)
from packetwave.server.engine.running import Plan
from packetwave.server.engine.switchboard import Switchboard
from packetwave.server.faults import StartFault
from packetwave.server.office.values import CallRecord, Member, Put, Remove
from packetwave.server.settings import ServerSettings
from packetwave.server.store.base import EventLine, StoreFound, StoreHealth, StoreTrouble
from packetwave.server.store.opening import OpenStores, open_stores
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from packetwave.server.watch.lookout import source_of
from packetwave.server.watch.states import CaptureState, Live, Recording
from packetwave.server.watch.thread import Watch
from tests.server.capture.test_doors import free_port
from tests.server.diagnosis import mirror
from tests.server.watch.test_thread import hep_of
from tests.server.wire import Leg, write_pcap

T0 = 1_700_000_000.0
KIM = Member("1001", "127.0.0.1", name="김영희")


class Run:
    """An engine, and what it said."""

    def __init__(self, engine: Engine, notices: "queue.Queue[Notice]", ends: "queue.Queue[int]") -> None:
        self.engine = engine
        self.notices = notices
        self.ends = ends

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.engine.port}"

    def wait_for(self, kind: type[Any], passes: Callable[[Any], bool] = lambda _notice: True) -> Any:
        until = time.monotonic() + 20
        while True:
            notice = self.notices.get(timeout=max(0.01, until - time.monotonic()))
            if isinstance(notice, kind) and passes(notice):
                return notice


@contextlib.contextmanager
def running(folder: Path, *, replay: bool = True, **more: Any) -> Iterator[Run]:
    notices: queue.Queue[Notice] = queue.Queue()
    ends: queue.Queue[int] = queue.Queue()
    # Frames of tests are from years ago.
    more.setdefault("settings", ServerSettings(listen="127.0.0.1:0", keep_days=3650))
    settings = more.pop("settings")
    opening = more.pop("open_stores", lambda: open_stores(folder, replay=replay))
    plan = Plan(settings, opening, on_end=lambda code, _reason: ends.put(code), **more)
    engine = Engine(plan, notices.put)
    engine.start()
    stopped = threading.Event()
    try:
        yield Run(engine, notices, ends)
    finally:
        engine.stop(stopped.set)
        engine.stop()
        assert engine.join(20)
        assert stopped.is_set()


def lines_of(events: Lines, folder: Path) -> list[str]:
    events.close()
    return (folder / "events").read_text("utf-8").splitlines()


def with_members(folder: Path, *members: Member) -> None:
    store = SqliteStore(folder / FILE_NAME)
    store.change_members([Put(member) for member in members])
    store.close()


def missed_call(folder: Path, *, rings_s: float = 1.0) -> Path:
    leg = Leg("01012345678", "1001", name="홍길동")
    frames = [
        leg.request(T0, "INVITE"),
        leg.request(T0 + 0.01, "INVITE"),
        leg.response(T0 + 0.02, 180),
        leg.request(T0 + rings_s, "CANCEL"),
        leg.response(T0 + rings_s + 0.01, 487),
    ]
    return write_pcap(folder / "missed.pcap", frames)


def test_a_call_reaches_a_client_that_says_nothing(tmp_path: Path) -> None:
    with_members(tmp_path, KIM)
    events = Lines(str(tmp_path / "events"))
    source = Recording(missed_call(tmp_path), real_time=True)
    with running(tmp_path, source=source, events=events) as run, connect(run.url, proxy=None) as client:
        message = json.loads(client.recv(timeout=10))
        assert (message["type"], message["from"], message["to"]) == ("incoming_call", "01012345678", "1001")
        assert (message["from_name"], message["to_name"]) == ("홍길동", "김영희")
        update = json.loads(client.recv(timeout=10))
        assert (update["type"], update["state"]) == ("call_update", "stopped")
        update = json.loads(client.recv(timeout=10))
        assert (update["call_id"], update["state"], update["outcome"]) == (
            message["call_id"],
            "ended",
            "missed",
        )
        assert run.ends.get(timeout=10) == ExitCode.FINE
        changed = run.wait_for(CallChanged, lambda notice: notice.record.outcome and notice.record.told)
        assert changed.record.told[0].address == "127.0.0.1"
    lines = [json.loads(line) for line in lines_of(events, tmp_path)]
    assert [line["event"] for line in lines] == ["ringing", "ended"]
    assert lines[0]["at"] == "2023-11-14T22:13:20.000Z"
    assert lines[0]["from_name"] == "홍길동"


def test_a_desk_that_is_off_is_on_the_record(tmp_path: Path) -> None:
    with_members(tmp_path, Member("1001", "192.0.2.77"))
    source = Recording(missed_call(tmp_path), real_time=False)
    with running(tmp_path, source=source) as run:
        record = run.wait_for(CallChanged).record
        assert (record.offline, record.told) == (("192.0.2.77",), ())


def test_a_replay_keeps_out_of_the_history(tmp_path: Path) -> None:
    with_members(tmp_path, KIM)
    with running(tmp_path, source=Recording(missed_call(tmp_path), real_time=False)) as run:
        run.ends.get(timeout=10)
        run.engine.submit(LoadHistory(datetime.fromtimestamp(0, UTC)))
        (record,) = run.wait_for(HistoryLoaded).records
        assert record.outcome is Outcome.MISSED
    store = SqliteStore(tmp_path / FILE_NAME)
    assert store.load_calls(since=datetime.fromtimestamp(0, UTC)) == []
    store.close()


def test_members_change_while_it_runs(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        run.engine.submit(ChangeMembers([Put(KIM)]))
        table = run.wait_for(MembersChanged, lambda notice: notice.table.members).table
        assert table.members[0].name == "김영희"
        # Another program, such as `members import`, changes them too.
        with_members(tmp_path, Member("1002", "192.0.2.2"))
        table = run.wait_for(MembersChanged, lambda notice: len(notice.table.members) == 2).table
        status = run.wait_for(StatusChanged, lambda notice: notice.status.members_expected == 2)
        assert status.status.listening.startswith("127.0.0.1:")
        run.engine.submit(ChangeMembers([Remove(table.members[0].row_id), Remove("no such row")]))
        assert run.wait_for(Refused).code == "conflict"
        assert len(run.wait_for(MembersChanged).table.members) == 2


class Stumbling(SqliteStore):
    """A real store with two bugs, each met once."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.stumbles = {"journal", "members_changed"}

    def journal(
        self,
        records: Sequence[CallRecord],
        lines: Sequence[EventLine] = (),
        done: Sequence[int] = (),
        *,
        mark: bool = False,
    ) -> None:
        if "journal" in self.stumbles:
            self.stumbles.discard("journal")
            raise ZeroDivisionError("journal")
        super().journal(records, lines, done, mark=mark)

    def members_changed(self) -> bool:
        if "members_changed" in self.stumbles:
            self.stumbles.discard("members_changed")
            raise ZeroDivisionError("members_changed")
        return super().members_changed()


def test_an_unexpected_error_of_the_store_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Calls are written, members of other programs noticed, after each has failed once; it is said."""
    with_members(tmp_path, KIM)

    def opening() -> OpenStores:
        store = Stumbling(tmp_path / FILE_NAME)
        return OpenStores(store, store, store, None)

    source = Recording(missed_call(tmp_path), real_time=True)
    with running(tmp_path, open_stores=opening, source=source) as run:
        told = run.wait_for(StatusChanged, lambda notice: notice.status.failure).status.failure
        assert "ZeroDivisionError" in told.error
        run.wait_for(StatusChanged, lambda notice: notice.status.failure and notice.status.failure.count >= 2)
        with_members(tmp_path, Member("1002", "192.0.2.2"))
        run.wait_for(MembersChanged, lambda notice: len(notice.table.members) == 2)
    assert "writing calls failed" in caplog.text and "watching the members failed" in caplog.text
    store = SqliteStore(tmp_path / FILE_NAME)
    assert [call.outcome for call in store.load_calls(since=datetime.fromtimestamp(0, UTC))] == [
        Outcome.MISSED
    ]
    store.close()


def test_a_faulty_listener_costs_the_others_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        heard: queue.Queue[Notice] = queue.Queue()

        def stumbles(_notice: Notice) -> None:
            raise ZeroDivisionError("a listener")

        run.engine.listen(stumbles)
        run.engine.listen(heard.put)
        run.engine.submit(ChangeMembers([Put(KIM)]))
        assert run.wait_for(MembersChanged, lambda notice: notice.table.members)
        assert heard.get(timeout=20)
        run.wait_for(StatusChanged, lambda notice: notice.status.failure)


def test_a_bug_met_by_one_call_event_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_members(tmp_path, KIM)
    real = Switchboard.take

    def stumbles(self: Switchboard, event: CallEvent, arrived: float) -> None:
        if isinstance(event, Stopped):
            raise ZeroDivisionError("at the stop")
        real(self, event, arrived)

    monkeypatch.setattr(Switchboard, "take", stumbles)
    with running(tmp_path, source=Recording(missed_call(tmp_path), real_time=False)) as run:
        run.wait_for(CallChanged, lambda notice: notice.record.outcome is Outcome.MISSED)
        run.wait_for(StatusChanged, lambda notice: notice.status.failure)


def test_port_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = ServerSettings(listen=f"127.0.0.1:{port}")
        with pytest.raises(StartFault, match="in use") as fault, running(tmp_path, settings=settings):
            pass
    assert fault.value.exit_code == ExitCode.IN_USE


def test_a_data_folder_that_cannot_be_made_costs_the_file_only(tmp_path: Path) -> None:
    """Whether the folder can be used at all is asked before, by the program."""
    (tmp_path / "file").touch()
    with running(tmp_path / "file" / "below", source=Recording(missed_call(tmp_path), False)) as run:
        status = run.wait_for(StatusChanged, lambda notice: notice.status.store_health.trouble).status
        assert status.store_health.trouble is StoreTrouble.UNUSABLE
        run.wait_for(CallChanged, lambda notice: notice.record.outcome is Outcome.MISSED)
        assert run.ends.get(timeout=10) == ExitCode.FINE


def test_interface_that_does_not_exist_is_a_state_not_an_end(tmp_path: Path) -> None:
    source = Live("no-such-interface", frozenset((5060,)))
    with running(tmp_path, replay=False, source=source) as run:
        failed = run.wait_for(
            StatusChanged, lambda notice: notice.status.capture is CaptureState.FAILED
        ).status
        assert failed.capture_code == CaptureFaultCode.NO_INTERFACE
        run.engine.submit(StopCapture())
        stopped: Status = run.wait_for(
            StatusChanged, lambda notice: notice.status.capture is CaptureState.STOPPED
        ).status
        assert stopped.interface == ""


def test_damaged_database_is_put_aside_and_said(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with running(tmp_path) as run:
        status = run.wait_for(StatusChanged, lambda notice: notice.status.store_health.found).status
        assert status.store_health == StoreHealth(found=(StoreFound.DAMAGED,))
    assert list(tmp_path.glob(f"{FILE_NAME}.damaged-*"))


@pytest.mark.case(17)
def test_calls_left_open_by_a_kill_are_taken_up(tmp_path: Path) -> None:
    old = CallRecord(
        "old", datetime(2026, 1, 1, tzinfo=UTC), "01012345678", "1001", sip_call_id="c", from_tag="t"
    )
    store = SqliteStore(tmp_path / FILE_NAME)
    store.put_calls([old])
    store.close()
    source = Live("lo", frozenset((5060,)))
    with running(tmp_path, replay=False, source=source) as run:
        state = run.wait_for(StatusChanged, lambda notice: notice.status.capture_detail).status
        if state.capture is CaptureState.FAILED:
            pytest.skip(f"cannot capture here: {state.capture_code}")
        record = run.wait_for(CallChanged).record
        assert (record.call_id, record.outcome) == ("old", Outcome.UNKNOWN)
    store = SqliteStore(tmp_path / FILE_NAME)
    assert store.open_calls() == []
    store.close()


def test_stretch_not_watched_is_said(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / FILE_NAME)
    store.set_meta("watched_until", "2026-01-01T00:00:00.000Z")
    store.close()
    events = Lines(str(tmp_path / "events"))
    source = Live("lo", frozenset((5060,)))
    with running(tmp_path, replay=False, source=source, events=events) as run:
        state = run.wait_for(StatusChanged, lambda notice: notice.status.capture_detail).status
        if state.capture is CaptureState.FAILED:
            pytest.skip(f"cannot capture here: {state.capture_code}")
    line = json.loads(lines_of(events, tmp_path)[0])
    assert (line["event"], line["from_at"]) == ("unwatched", "2026-01-01T00:00:00.000Z")
    assert line["to_at"] > line["from_at"]


def test_cut_file_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    path = missed_call(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with running(tmp_path, source=Recording(path, real_time=False)) as run:
        status = run.wait_for(
            StatusChanged, lambda notice: notice.status.capture is CaptureState.REPLAYED
        ).status
        assert (status.capture_code, status.sip_messages) == (CaptureFaultCode.CUT_FILE, 4)
        assert run.ends.get(timeout=10) == ExitCode.FINE


@pytest.mark.case(40)
def test_a_broken_mirror_is_said_everywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """In the events, in the status, and in words for who reads stderr."""
    one_sided = mirror.registrations(T0, 5, requests=False)
    path = write_pcap(tmp_path / "replies.pcap", [*one_sided, *mirror.registrations(T0 + 301, 5)])
    events = Lines(str(tmp_path / "events"))
    with caplog.at_level("INFO"), running(tmp_path, source=Recording(path, False), events=events) as run:
        assert run.ends.get(timeout=20) == ExitCode.FINE
    lines = [json.loads(line) for line in lines_of(events, tmp_path)]
    assert [(line["event"], line["code"]) for line in lines] == [
        ("diagnosis", "only_replies"),
        ("diagnosis_over", "only_replies"),
    ]
    assert lines[0]["severity"] == "warning" and lines[0]["replies"] >= 8
    assert "Mirror both directions (rx and tx) of the port." in caplog.text
    assert "no longer so: only_replies" in caplog.text


@pytest.mark.case(40)
def test_what_is_the_matter_is_in_the_status(tmp_path: Path) -> None:
    path = write_pcap(tmp_path / "replies.pcap", mirror.registrations(T0, 5, requests=False))
    with running(tmp_path, source=Recording(path, real_time=False)) as run:
        status = run.wait_for(StatusChanged, lambda notice: notice.status.findings).status
        assert [finding.code for finding in status.findings] == ["only_replies"]


class Pbx:
    """A PBX on this PC that reports its SIP."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def report(self, leg: Leg, *steps: int | str) -> None:
        for data in hep_of(leg, *steps):
            self.socket.sendto(data, ("127.0.0.1", self.port))


@pytest.fixture
def pbx() -> Iterator[Pbx]:
    made = Pbx(free_port())
    yield made
    made.socket.close()


def at_door(run: Run, passes: Callable[[Any], bool]) -> Status:
    """The next status whose only door passes."""
    found: Status = run.wait_for(
        StatusChanged, lambda notice: len(notice.status.doors) == 1 and passes(notice.status.doors[0])
    ).status
    return found


def test_a_door_is_opened_its_sender_named_and_confirmed_while_it_runs(tmp_path: Path, pbx: Pbx) -> None:
    """All of it by commands of the window; nothing starts again but what is watched."""
    with_members(tmp_path, KIM)
    kept: dict[str, Any] = {}
    with running(tmp_path, replay=False, keep=kept.__setitem__) as run:
        run.engine.submit(SetDoor(DoorKind.HEP, pbx.port))
        opened = at_door(run, lambda door: door.state.fault is None)
        if opened.capture is not CaptureState.WATCHING:
            opened = run.wait_for(
                StatusChanged, lambda notice: notice.status.capture is CaptureState.WATCHING
            ).status
        assert (opened.capture_detail, opened.interface) == (f"HEP (UDP {pbx.port})", "")
        pbx.report(Leg("01011112222", "1001", number=1), "INVITE", 180)
        named = run.wait_for(StatusChanged, lambda notice: notice.status.findings).status
        (finding,) = named.findings
        assert (finding.code, finding.figure("sources"), finding.figure("kinds")) == (
            "tunnel_not_trusted",
            ("127.0.0.1",),
            ("hep",),
        )
        run.engine.submit(TrustSenders(("127.0.0.1",)))
        run.wait_for(
            StatusChanged,
            lambda notice: (
                notice.status.capture is CaptureState.WATCHING
                and not notice.status.findings
                and notice.status.doors[0].state.strangers == 0
            ),
        )
        leg = Leg("01012345678", "1001", number=2)
        pbx.report(leg, "INVITE", 180)
        rings = run.wait_for(CallChanged).record
        assert (rings.caller, rings.called) == ("01012345678", "1001")
        counted = at_door(run, lambda door: door.counts.sip == 2)
        assert counted.doors[0].state.datagrams == 2
        # A call that rings meanwhile outlives what is changed, and has its verdict.
        run.engine.submit(WatchPorts((5080, 5060)))
        run.wait_for(
            StatusChanged,
            lambda notice: (
                notice.status.capture is CaptureState.WATCHING and notice.status.doors[0].state.datagrams == 0
            ),
        )
        pbx.report(leg, "CANCEL", 487)
        ended = run.wait_for(CallChanged, lambda notice: notice.record.outcome).record
        assert (ended.call_id, ended.outcome) == (rings.call_id, Outcome.MISSED)
        run.engine.submit(SetDoor(DoorKind.HEP, 0))
        run.wait_for(StatusChanged, lambda notice: notice.status.capture is CaptureState.STOPPED)
    assert kept == {"hep_port": 0, "tunnels": ("127.0.0.1",), "ports": (5060, 5080)}


def test_a_mend_does_not_watch_again_what_was_stopped(tmp_path: Path, pbx: Pbx) -> None:
    settings = ServerSettings(listen="127.0.0.1:0", hep_port=pbx.port)
    source = Live("", frozenset((5060,)))
    kept: queue.Queue[str] = queue.Queue()
    more: dict[str, Any] = {"settings": settings, "source": source}
    with running(tmp_path, replay=False, keep=lambda name, _: kept.put(name), **more) as run:
        run.wait_for(StatusChanged, lambda notice: notice.status.capture is CaptureState.WATCHING)
        run.engine.submit(StopCapture())
        run.wait_for(StatusChanged, lambda notice: notice.status.capture is CaptureState.STOPPED)
        run.engine.submit(TrustSenders(("192.0.2.10",)))
        assert kept.get(timeout=20) == "tunnels"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", pbx.port))  # nobody has it
        run.engine.submit(StartCapture(""))
        run.wait_for(StatusChanged, lambda notice: notice.status.capture is CaptureState.WATCHING)


def test_a_wrong_password_is_counted_as_such(tmp_path: Path, pbx: Pbx) -> None:
    more: dict[str, Any] = {"tunnels": ("127.0.0.1",), "hep_key": "secret"}
    settings = ServerSettings(listen="127.0.0.1:0", hep_port=pbx.port, **more)
    with running(
        tmp_path,
        replay=False,
        settings=settings,
        source=Live("", frozenset((5060,)), frozenset(("127.0.0.1",))),
    ) as run:
        run.wait_for(StatusChanged, lambda notice: notice.status.capture is CaptureState.WATCHING)
        pbx.report(Leg("01012345678", "1001"), "INVITE", 180)
        pbx.socket.sendto(b"HEP3", ("127.0.0.1", pbx.port))
        counts = at_door(run, lambda door: door.counts.unusable == 3).doors[0].counts
        assert (counts.sip, counts.wrong_key) == (0, 2)


def test_a_port_that_is_taken_is_a_fault_that_is_tried_again_and_no_end(tmp_path: Path, pbx: Pbx) -> None:
    """Also for a server that has nothing else to watch, and nobody at its window."""
    settings = ServerSettings(listen="127.0.0.1:0", hep_port=pbx.port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", pbx.port))
        with running(
            tmp_path, replay=False, settings=settings, source=Live("", frozenset((5060,))), must_watch=True
        ) as run:
            failed = run.wait_for(
                StatusChanged, lambda notice: notice.status.capture is CaptureState.FAILED
            ).status
            assert failed.capture_code is CaptureFaultCode.NO_DOOR
            assert f"HEP (UDP {pbx.port})" in failed.capture_detail
            assert failed.doors[0].state.fault is DoorFault.TAKEN
            other.close()
            run.wait_for(StatusChanged, lambda notice: notice.status.capture is CaptureState.WATCHING)
        assert run.ends.empty()


def test_doors_are_watched_while_an_interface_is_not_there(tmp_path: Path, pbx: Pbx) -> None:
    """Without Npcap or rights too: calls are told and strangers named, though nothing can be captured."""
    with_members(tmp_path, KIM)
    settings = ServerSettings(listen="127.0.0.1:0", hep_port=pbx.port, tunnels=("127.0.0.1",))
    source = Live("no-such-interface", frozenset((5060,)), frozenset(("127.0.0.1",)))
    with running(tmp_path, replay=False, settings=settings, source=source, must_watch=True) as run:
        failed = run.wait_for(
            StatusChanged, lambda notice: notice.status.capture is CaptureState.FAILED
        ).status
        assert failed.capture_code is CaptureFaultCode.NO_INTERFACE
        assert failed.doors[0].state.fault is None
        pbx.report(Leg("01012345678", "1001"), "INVITE", 180)
        assert run.wait_for(CallChanged).record.caller == "01012345678"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.7", 0))
            stranger.sendto(b"HEP3", ("127.0.0.1", pbx.port))
            named = run.wait_for(StatusChanged, lambda notice: notice.status.findings).status
        assert named.findings[0].figure("sources") == ("127.0.0.7",)
        assert run.ends.empty()


def test_a_loop_that_stood_still_is_in_the_status(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        begun = threading.Event()
        may_go = threading.Event()

        def stands_in_the_way() -> None:
            begun.set()
            may_go.wait(60)

        crashed = Crashes()
        run.engine._post(stands_in_the_way)
        crashed.wait_for("the loop has stood still")
        may_go.set()
        status = run.wait_for(StatusChanged, lambda notice: notice.status.stalls.count == 1).status
        assert status.stalls.last_s == status.stalls.longest_s > 2
        crashed.close()


def test_a_database_that_does_not_answer_at_the_start_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_module, "_SILENT_S", 0.05)
    said = Crashes("packetwave.server.engine.running")
    may_go = threading.Event()

    def opens() -> OpenStores:
        assert may_go.wait(60)
        return open_stores(tmp_path)

    def let_go() -> None:
        said.wait_for("the database does not answer")
        may_go.set()

    waiting = threading.Thread(target=let_go)
    waiting.start()
    with running(tmp_path, open_stores=opens) as run:
        assert run.engine.port
    waiting.join()
    said.close()


class Crashes(logging.Handler):
    """A logger's lines as they come, the crash log's at first."""

    def __init__(self, name: str = "packetwave.crash") -> None:
        super().__init__()
        self.lines: queue.Queue[str] = queue.Queue()
        self._logger = logging.getLogger(name)
        self._logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put(record.getMessage())

    def wait_for(self, words: str) -> None:
        while words not in self.lines.get(timeout=20):
            pass

    def close(self) -> None:
        self._logger.removeHandler(self)
        super().close()


def test_a_detector_that_hangs_is_in_the_status_and_told_to_clients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ServerSettings(listen="127.0.0.1:0", hep_port=free_port())
    real = Watch._serve_doors
    hangs = threading.Event()

    def serve(watch: Watch) -> None:
        while hangs.is_set():
            pass
        real(watch)

    monkeypatch.setattr(Watch, "_serve_doors", serve)
    source = source_of(settings)
    with running(tmp_path, replay=False, settings=settings, source=source) as run, connect(run.url) as client:
        run.wait_for(StatusChanged, lambda notice: notice.status.capture is CaptureState.WATCHING)
        client.send(encode(Hello(1)))
        assert isinstance(decode(str(client.recv(timeout=20))), Welcome)
        hangs.set()
        status = run.wait_for(StatusChanged, lambda n: n.status.capture is CaptureState.FAILED).status
        assert status.capture_code is CaptureFaultCode.HUNG
        told = decode(str(client.recv(timeout=20)))
        assert isinstance(told, Watching) and (told.is_watching, told.reason) == (False, "hung")
        hangs.clear()
        run.wait_for(StatusChanged, lambda notice: notice.status.capture is CaptureState.WATCHING)
        told = decode(str(client.recv(timeout=20)))
        assert isinstance(told, Watching) and told.is_watching
        status = run.wait_for(StatusChanged, lambda notice: notice.status.unwatched is not None).status
        assert status.unwatched is not None
        assert status.unwatched.from_at < status.unwatched.to_at


def test_a_database_elsewhere_that_is_open_is_a_finding(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    events = Lines(str(tmp_path / "events"))
    settings = ServerSettings(listen="127.0.0.1:0", mongodb="mongodb://office.example,127.0.0.1/")
    with running(tmp_path, settings=settings, events=events) as run:
        changed = run.wait_for(StatusChanged, lambda notice: notice.status.findings)
        codes = [finding.code for finding in changed.status.findings]
        assert codes == ["database_no_login", "database_no_tls"]
    said = [json.loads(line) for line in lines_of(events, tmp_path)]
    assert [(line["event"], line["code"], line["severity"], line["hosts"]) for line in said] == [
        ("diagnosis", code, "warning", ["office.example"]) for code in codes
    ]
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert any("The database at office.example is used without a user name" in line for line in warned)
    assert any("add tls=true" in line for line in warned)
