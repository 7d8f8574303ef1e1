"""A real server forgets: what is too old at its start, and what another program removes while it runs."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from packetwave.server.office.values import CallRecord
from packetwave.server.store.base import EventLine
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from tests.e2e.programs import Lines
from tests.server.capture.test_doors import free_port
from tests.server.store.samples import call, until
from tests.server.watch.test_thread import hep_of
from tests.server.wire import Leg

pytestmark = pytest.mark.timeout(120)

OLD, GONE, STAYS = "01099990000", "01055556666", "01011112222"
LONG_AGO = datetime.now(UTC) - timedelta(days=31)


class Server:
    """A server without a window that a PBX reports to by HEP; its settings keep calls for 30 days."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._hep = free_port()
        keys = {"hep_port": self._hep, "tunnels": ["127.0.0.1"], "listen": "127.0.0.1:0", "keep_days": 30}
        folder.mkdir(exist_ok=True)
        (folder / "settings.json").write_text(json.dumps(keys))
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "packetwave.server", "--headless", "--data-dir", str(folder)),
                *("--events", str(folder.parent / "events")),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.err = Lines(self.process.stderr)
        self._pbx = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._number = 0
        self.err.wait_for_words("watching '")

    def missed(self, caller: str) -> None:
        """A call that nobody takes; returned once it is in the call log."""
        self._number += 1
        for datagram in hep_of(Leg(caller, "1001", number=self._number), "INVITE", 180, "CANCEL", 487):
            self._pbx.sendto(datagram, ("127.0.0.1", self._hep))
        until(lambda: any(record.caller == caller and record.outcome for record in calls(self.folder)))

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)

    def close(self) -> None:
        self._pbx.close()
        self.process.kill()
        self.process.wait(30)
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture
def server(folder: Path) -> Iterator[Callable[[], Server]]:
    """Starts a server in the folder."""
    started: list[Server] = []

    def start() -> Server:
        started.append(Server(folder))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    return data


def calls(folder: Path) -> list[CallRecord]:
    store = SqliteStore(folder / FILE_NAME, busy_s=30)
    try:
        return store.load_calls(since=datetime(2000, 1, 1, tzinfo=UTC))
    finally:
        store.close()


def holding(folder: Path, text: str) -> list[str]:
    """The files in whose bytes the text stands."""
    return [path.name for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_what_is_too_old_is_gone_from_every_file_soon_after_the_start(
    folder: Path, server: Callable[[], Server]
) -> None:
    store = SqliteStore(folder / FILE_NAME)
    old = [replace(call(0), call_id=f"old-{n}", caller=OLD, rang_at=LONG_AGO) for n in range(700)]
    open_call = replace(call(0), call_id="open", caller=STAYS, rang_at=LONG_AGO, outcome=None)
    line = json.dumps({"event": "ringing", "from": OLD, "at": LONG_AGO.isoformat()})
    store.journal([*old, open_call], [EventLine(1, line)])
    store.close()
    aside, log = folder / f"{FILE_NAME}.damaged-1", folder / "logs" / "server.log"
    aside.write_text(OLD)
    os.utime(aside, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    log.parent.mkdir()
    log.write_text(f"{LONG_AGO.astimezone():%Y-%m-%d %H:%M:%S},000 INFO what was said long ago {OLD}\n")
    running = server()
    until(lambda: not holding(folder, OLD))
    running.err.wait_for_words("700 calls of more than 30 days were removed")
    assert not aside.exists()
    assert "what was said long ago" not in log.read_text("utf-8")
    assert "watching" in log.read_text("utf-8")
    running.missed(STAYS)
    assert running.stop() == 0
    assert holding(folder, OLD) == []
    assert {record.caller for record in calls(folder)} == {STAYS}


def test_a_person_is_removed_while_the_server_runs_and_goes_on(
    folder: Path, server: Callable[[], Server]
) -> None:
    running = server()
    for caller in (GONE, STAYS, GONE):
        running.missed(caller)
    assert holding(folder, GONE) != []
    command = ["privacy", "delete", "+82 10-5555-6666", "--yes", "--data-dir", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "packetwave.server", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 calls and ")
    assert holding(folder, GONE) == []
    running.err.wait_for_words("another program removed calls")
    running.missed("0212345678")
    assert running.stop() == 0
    assert holding(folder, GONE) == []
    assert {record.caller for record in calls(folder)} == {STAYS, "0212345678"}
