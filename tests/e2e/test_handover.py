"""The unattended server and the console with the same data folder: who watches, through all ways of ending.
Real processes, a real interface, frames of a real call on the wire; nothing leaves the test's namespaces."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packetwave.server.calls.events import Outcome
from packetwave.server.office.values import CallRecord, Member, Put
from packetwave.server.settings import SETTINGS_FILE
from packetwave.server.store.sqlite import FILE_NAME as DATABASE
from packetwave.server.store.sqlite import SqliteStore
from tests.e2e.programs import WAIT_S, Program, wait_until
from tests.netns import Host, Office, needs_namespaces
from tests.server.wire import Leg, on_the_wire

pytestmark = [needs_namespaces, pytest.mark.timeout(120)]

LISTEN = "127.0.0.1:8765"

CLIENT = """
import asyncio, sys, websockets
async def main():
    while True:
        try:
            async with websockets.connect("ws://127.0.0.1:8765") as websocket:
                print("connected", flush=True)
                while True:
                    print(await websocket.recv(), flush=True)
        except websockets.ConnectionClosed:
            print("closed", websocket.close_code, flush=True)
        except (OSError, websockets.WebSocketException):
            await asyncio.sleep(0.05)
asyncio.run(main())
"""


class Wire:
    """Sends the frames of one call where the server sees them."""

    def __init__(self, host: Host, number: int) -> None:
        self._leg = Leg("01012345678", "1001", number=number)
        self._host = host

    def rings(self) -> None:
        self._send(self._leg.request(time.time(), "INVITE"), self._leg.response(time.time(), 180))

    def is_given_up(self) -> None:
        self._send(self._leg.request(time.time(), "CANCEL"), self._leg.response(time.time(), 487))

    def _send(self, *messages: tuple[float, bytes]) -> None:
        with self._host.frame_socket() as wire:
            for _, frame in messages:
                wire.send(on_the_wire(frame))


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


@pytest.fixture
def pbx(office: Office) -> Host:
    return office.host("pbx")


@pytest.fixture
def probe(office: Office) -> Host:
    return office.host("probe")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "데이터 폴더"
    folder.mkdir()
    store = SqliteStore(folder / DATABASE)
    store.change_members([Put(Member("1001", "127.0.0.1", name="김영희"))])
    store.close()
    (folder / SETTINGS_FILE).write_text(json.dumps({"interface": "eth0", "listen": LISTEN}))
    return folder


def headless(host: Host, folder: Path) -> Program:
    """As the task at system start runs it: its interface is in the settings."""
    arguments = ("--headless", "--data-dir", str(folder), "--events", "-")
    return Program(host, sys.executable, "-m", "packetwave.server", *arguments)


def console(host: Host, folder: Path) -> Program:
    """The console as it is double-clicked; returned once it watches."""
    arguments = ("--data-dir", str(folder), "--events", "-")
    program = Program(
        host,
        *(sys.executable, "-m", "packetwave.server", *arguments),
        environment={"QT_QPA_PLATFORM": "offscreen"},
    )
    wait_for_log(folder, "watching 'eth0'")
    return program


def wait_for_log(folder: Path, words: str, *, times: int | None = None) -> None:
    """Until the words stand in the log once more than at the last call (or so often)."""
    path = folder / "logs" / "server.log"
    wanted = times or _read.get((folder, words), 0) + 1
    until = time.monotonic() + 30
    while not path.exists() or path.read_text("utf-8").count(words) < wanted:
        assert time.monotonic() < until, f"no {words!r} ({wanted}) in {path.read_text('utf-8')}"
        time.sleep(0.02)
    _read[folder, words] = wanted


_read: dict[tuple[Path, str], int] = {}


def calls(folder: Path) -> list[CallRecord]:
    store = SqliteStore(folder / DATABASE)
    try:
        return store.load_calls(since=datetime(2020, 1, 1, tzinfo=UTC))
    finally:
        store.close()


def test_the_console_takes_over_and_hands_back_however_it_ends(probe: Host, pbx: Host, folder: Path) -> None:
    unattended = headless(probe, folder)
    wait_for_log(folder, "watching 'eth0'")
    client = Program(probe, sys.executable, "-c", CLIENT)
    client.out.wait_for_words("connected")
    for number, end in enumerate((signal.SIGTERM, signal.SIGKILL, signal.SIGKILL), start=1):
        call = Wire(pbx, number)
        call.rings()
        call_id = unattended.out.wait_for_event("ringing")["call_id"]
        client.out.wait_for_words(call_id)

        window = console(probe, folder)
        client.out.wait_for_words("closed 1001")
        client.out.wait_for_words("connected")
        wait_for_log(folder, "standing by")
        # The call that the other one saw begin ends here.
        call.is_given_up()
        assert window.out.wait_for_event("ended")["call_id"] == call_id
        wait_until(lambda: not any(call.outcome is None for call in calls(folder)), "the end is stored")

        window.process.send_signal(end)
        assert window.process.wait(WAIT_S) == (0 if end == signal.SIGTERM else -end)
        wait_for_log(folder, "watching 'eth0'")
        client.out.wait_for_words("connected")
    after = Wire(pbx, 9)
    after.rings()
    unattended.out.wait_for_event("ringing")
    after.is_given_up()
    unattended.out.wait_for_event("ended")
    assert unattended.process.poll() is None
    assert unattended.stop() == 0
    assert [call.outcome for call in calls(folder)] == [Outcome.MISSED] * 4


def test_the_time_between_the_two_is_said(probe: Host, folder: Path) -> None:
    unattended = headless(probe, folder)
    wait_for_log(folder, "watching 'eth0'")
    window = console(probe, folder)
    wait_for_log(folder, "standing by")
    # The console dies at lunch, and the PC stands still for a while.
    unattended.process.send_signal(signal.SIGSTOP)
    window.kill()
    store = SqliteStore(folder / DATABASE)
    store.set_meta("watched_until", "2026-11-23T03:00:00.000Z")
    store.close()
    unattended.process.send_signal(signal.SIGCONT)
    event = unattended.out.wait_for_event("unwatched")
    assert event["from_at"] == "2026-11-23T03:00:00.000Z"
    assert unattended.stop() == 0


def test_the_console_goes_on_without_the_unattended_one(probe: Host, pbx: Host, folder: Path) -> None:
    unattended = headless(probe, folder)
    wait_for_log(folder, "watching 'eth0'")
    window = console(probe, folder)
    wait_for_log(folder, "standing by")
    unattended.kill()
    call = Wire(pbx, 1)
    call.rings()
    window.out.wait_for_event("ringing")
    # The task's restart: it stands by beside the console, and watches after it.
    again = headless(probe, folder)
    wait_for_log(folder, "standing by")
    call.is_given_up()
    window.out.wait_for_event("ended")
    assert window.stop() == 0
    wait_for_log(folder, "watching 'eth0'")
    # Killed while it watches, its claim is gone too.
    again.kill()
    last = console(probe, folder)
    assert last.stop() == 0


def test_what_stays_as_it_was(probe: Host, folder: Path) -> None:
    """A second unattended one is refused, a second console raises the first."""
    unattended = headless(probe, folder)
    wait_for_log(folder, "watching 'eth0'")
    assert headless(probe, folder).process.wait(20) == 4
    window = console(probe, folder)
    wait_for_log(folder, "standing by")
    refused = headless(probe, folder)
    assert refused.process.wait(20) == 4
    second = Program(
        probe,
        *(sys.executable, "-m", "packetwave.server", "--data-dir", str(folder)),
        environment={"QT_QPA_PLATFORM": "offscreen"},
    )
    assert second.process.wait(20) == 0
    assert window.process.poll() is None
    assert window.stop() == 0
    wait_for_log(folder, "watching 'eth0'")
    assert unattended.stop() == 0
