"""What stands still or goes away is noticed within 5 s, said to everybody, and begun anew: real process, real
wire, a real client that shows what it was told as event lines."""

import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from packetwave.server.office.values import Member, Put
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from tests.e2e.programs import Program, start_client, start_server, wait_until
from tests.netns import Office, needs_namespaces
from tests.server.frames.building import invite, udp_frame

pytestmark = [needs_namespaces, pytest.mark.timeout(180)]

NOTICED_S = 5.0
BUSY_S = 5.0
"""What a machine that does other things too may add."""


class Desk:
    """An office, a faulty server at its mirror port, and a client that is told of extension 1001."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.sender, self.probe = office.host("sender"), office.host("probe")
        self.data = folder / "server"
        self.switches = folder / "switches"
        for each in (self.data, self.switches):
            each.mkdir()
        store = SqliteStore(self.data / FILE_NAME)
        store.change_members([Put(Member("1001", "127.0.0.1", name="김영희"))])
        store.close()
        self.server = Program(
            self.probe,
            *(sys.executable, "-m", "tests.e2e.faulty", str(self.switches), "--headless"),
            *("--interface", self.probe.interface, "--data-dir", str(self.data)),
            *("--listen", "127.0.0.1:8765", "--events", "-"),
        )
        self.server.err.wait_for_words("watching 'eth0'")
        self.client = start_client(
            self.probe, folder / "client", "ws://127.0.0.1:8765", "--headless", environment={}
        )
        self.began_s = time.monotonic()

    def log(self) -> str:
        path = self.data / "logs" / "server.log"
        return path.read_text("utf-8") if path.exists() else ""

    def switch(self, name: str, content: str = "") -> None:
        self.began_s = time.monotonic()
        (self.switches / name).write_text(content)

    def switch_off(self, name: str) -> None:
        (self.switches / name).unlink()

    def send(self, call: str) -> None:
        with self.sender.frame_socket() as wire:
            wire.send(udp_frame(invite(call)))

    def is_told_of(self, call: str) -> dict[str, Any]:
        """A call is seen, told and on the client's screen list."""
        self.send(call)
        ringing = self.server.out.wait_for_event("ringing")
        told = self.client.out.wait_for_event("incoming_call", call_id=ringing["call_id"])
        assert told["to"] == "1001"
        return ringing

    def was_noticed(self) -> None:
        assert time.monotonic() - self.began_s < NOTICED_S + BUSY_S

    def client_learns(self, *, is_watching: bool, reason: str | None = None) -> None:
        self.client.out.wait_for_event("watching", is_watching=is_watching, reason=reason)

    def end(self) -> None:
        assert self.client.stop() == 0
        assert self.server.stop() == 0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Office() as office:
        yield Desk(office, tmp_path)


def length_s(unwatched: dict[str, Any]) -> float:
    begin, end = (datetime.fromisoformat(unwatched[key]) for key in ("from_at", "to_at"))
    return (end - begin).total_seconds()


@pytest.mark.parametrize("fault", ["a frame that is read for ever", "a read that does not return"])
def test_a_detector_that_hangs_is_begun_anew(desk: Desk, fault: str) -> None:
    known = desk.is_told_of("before")
    if "frame" in fault:
        desk.began_s = time.monotonic()
        desk.send("never-ends")
    else:
        desk.switch("read")
    desk.server.err.wait_for_words("the detector has stood still", timeout_s=NOTICED_S + BUSY_S)
    desk.client_learns(is_watching=False, reason="hung")
    desk.was_noticed()
    assert "in held_up" in desk.log() or 'while b"never-ends" in data' in desk.log()
    if "does not return" in fault:
        desk.switch_off("read")
    unwatched = desk.server.out.wait_for_event("unwatched")
    assert 1.0 < length_s(unwatched) < 30
    desk.client_learns(is_watching=True)
    # What rang before is taken up as after a restart, what comes is told.
    desk.send("before")
    desk.is_told_of("after")
    desk.end()
    events = [line for line in desk.server.out.rest() if known["call_id"] in line and "ringing" in line]
    assert len(events) == 1


def test_an_adapter_that_goes_and_comes_back(desk: Desk) -> None:
    desk.began_s = time.monotonic()
    desk.office.remove_adapter(desk.probe)
    desk.server.err.wait_for_words("went away")
    desk.client_learns(is_watching=False, reason="lost")
    desk.was_noticed()
    desk.office.add_adapter(desk.probe)
    desk.server.out.wait_for_event("unwatched")
    desk.client_learns(is_watching=True)
    desk.is_told_of("back")
    desk.end()


def test_a_cable_that_is_out_is_told_to_clients(desk: Desk) -> None:
    desk.began_s = time.monotonic()
    desk.office.plug(desk.probe, False)
    desk.client_learns(is_watching=False, reason="no_link")
    desk.was_noticed()
    # Who comes meanwhile is told too.
    late = start_client(
        desk.probe, desk.data.parent / "late", "ws://127.0.0.1:8765", "--headless", environment={}
    )
    late.out.wait_for_event("watching", is_watching=False, reason="no_link")
    desk.office.plug(desk.probe, True)
    desk.client_learns(is_watching=True)
    late.out.wait_for_event("watching", is_watching=True)
    assert late.stop() == 0
    desk.end()


def test_a_loop_that_stands_still_is_said_and_loses_nothing(desk: Desk) -> None:
    desk.switch("loop")
    for number in range(20):
        desk.send(f"blocked-{number}")
    desk.server.err.wait_for_words("the loop has stood still", timeout_s=NOTICED_S + BUSY_S)
    desk.was_noticed()
    wait_until(lambda: "in held_up" in desk.log(), "the log says where it stands")
    desk.switch_off("loop")
    desk.server.err.wait_for_words("the loop goes on")
    told = {desk.server.out.wait_for_event("ringing")["call_id"] for _ in range(20)}
    shown = {desk.client.out.wait_for_event("incoming_call")["call_id"] for _ in range(20)}
    assert told == shown and len(told) == 20
    desk.end()


def test_a_store_that_hangs_is_said_and_loses_nothing(desk: Desk) -> None:
    desk.switch("store")
    calls = set()
    for number in range(20):
        desk.send(f"hangs-{number}")
        # The alert does not wait; the event line does, for its record.
        calls.add(desk.client.out.wait_for_event("incoming_call")["call_id"])
    desk.server.err.wait_for_words("the database has not answered", timeout_s=NOTICED_S + BUSY_S)
    desk.was_noticed()
    desk.send("and-one-more")
    calls.add(desk.client.out.wait_for_event("incoming_call")["call_id"])
    desk.switch_off("store")
    desk.server.err.wait_for_words("the database answers again")
    assert {desk.server.out.wait_for_event("ringing")["call_id"] for _ in range(21)} == calls
    desk.end()
    rows = sqlite3.connect(desk.data / FILE_NAME).execute("SELECT call_id FROM calls").fetchall()
    assert {call_id for (call_id,) in rows} == calls


def test_a_database_that_another_program_locks_is_said_and_loses_nothing(desk: Desk) -> None:
    other = sqlite3.connect(desk.data / FILE_NAME, isolation_level=None, timeout=30)
    other.execute("BEGIN EXCLUSIVE")
    desk.began_s = time.monotonic()
    desk.send("locked")
    call_id = desk.client.out.wait_for_event("incoming_call")["call_id"]
    desk.server.err.wait_for_words("the database has not answered", timeout_s=NOTICED_S + BUSY_S)
    desk.was_noticed()
    other.close()
    desk.server.err.wait_for_words("the database answers again")
    assert desk.server.out.wait_for_event("ringing")["call_id"] == call_id
    desk.end()


def test_a_store_that_hangs_for_ever_lets_the_program_end(desk: Desk) -> None:
    desk.switch("store")
    desk.send("hangs")
    desk.client.out.wait_for_event("incoming_call")
    desk.server.err.wait_for_words("the database has not answered", timeout_s=NOTICED_S + BUSY_S)
    desk.end()


def test_a_database_that_is_locked_at_the_start_keeps_nobody_waiting(tmp_path: Path) -> None:
    with Office() as office:
        sender, probe = office.host("sender"), office.host("probe")
        store = SqliteStore(tmp_path / FILE_NAME)
        store.change_members([Put(Member("1001", "127.0.0.1"))])
        store.close()
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        server = start_server(probe, tmp_path)
        client = start_client(probe, tmp_path / "client", "ws://127.0.0.1:8765", "--headless", environment={})
        with sender.frame_socket() as wire:
            wire.send(udp_frame(invite("locked")))
        call_id = client.out.wait_for_event("incoming_call")["call_id"]
        other.close()
        server.err.wait_for_words("the local file is written again")
        assert client.stop() == 0
        assert server.stop() == 0
        rows = sqlite3.connect(tmp_path / FILE_NAME).execute("SELECT call_id FROM calls").fetchall()
        assert rows == [(call_id,)]


def test_a_pc_that_slept_knows_that_it_did_not_watch(desk: Desk) -> None:
    known = desk.is_told_of("before")
    desk.switch("slept", "3600")
    desk.server.err.wait_for_words("the PC slept for 3600 s", timeout_s=NOTICED_S + BUSY_S)
    unwatched = desk.server.out.wait_for_event("unwatched")
    desk.was_noticed()
    assert 3600 <= length_s(unwatched) < 3630
    # Its phone cannot ring any more. What became of it was not seen, and nothing else is said.
    ended = desk.server.out.wait_for_event("ended", call_id=known["call_id"])
    assert (ended["outcome"], ended["cause"]) == ("unknown", "unseen")
    desk.is_told_of("after")
    desk.end()
