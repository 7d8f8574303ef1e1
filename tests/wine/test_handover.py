"""The task at system start and the console that is double-clicked, on one PC: who watches, and when.

docs/decisions/handover.md says how. tests/e2e/test_handover.py has all of it on Linux; here Windows' locks
and renames, and its ways to end a program, have to keep it.
"""

import json
import os
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packetwave.server.calls.events import Outcome
from packetwave.server.settings import SETTINGS_FILE
from packetwave.server.store.sqlite import FILE_NAME as DATABASE
from packetwave.server.store.sqlite import SqliteStore
from tests.e2e.programs import screen, sipp, wait_until, windows
from tests.e2e.test_handover import Wire
from tests.netns import Host, Office
from tests.wine.conftest import MakePC, close_window
from tests.wine.pc import running, windows_path
from tests.wine.test_whole_way import (
    CONSOLE,
    HONG,
    PBX,
    PHONE,
    SERVER,
    STAFF,
    Events,
    watched_interface,
)

pytestmark = pytest.mark.timeout(180)


class Calls:
    """Calls on the wire; `seen`: the ids of those that a server has told of."""

    def __init__(self, office: Office) -> None:
        self._pbx, self._phone = office.host("pbx", f"{PBX}/24"), office.host("phone", f"{PHONE}/24")
        self.seen: list[str] = []

    def whole(self, events: Events) -> None:
        """One that begins and ends while the same server watches."""
        sipp(self._phone, "phone_rings")
        call = sipp(self._pbx, "pbx_calls_and_cancels", "-s", "1001", "-d", "500", *HONG, peer=PHONE)
        call_id = self._next(events)
        assert call.wait(20) == 0
        assert events.wait_for("ended", call_id=call_id)["outcome"] == "missed"

    def begin(self, events: Events) -> Wire:
        """One that goes on ringing; its id is `seen[-1]`."""
        call = Wire(self._pbx, len(self.seen) + 1)
        call.rings()
        self._next(events)
        return call

    def _next(self, events: Events) -> str:
        def new() -> list[str]:
            told = (event["call_id"] for event in events.all() if event["event"] == "ringing")
            return [call_id for call_id in told if call_id not in self.seen]

        wait_until(new, "the server tells of the call")
        self.seen += new()
        return self.seen[-1]


class Log:
    """The server's log, into which both write, with its older files."""

    def __init__(self, data: Path) -> None:
        self._path = data / "logs" / "server.log"

    def older(self) -> list[Path]:
        return list(self._path.parent.glob("server.log.*"))

    def text(self) -> str:
        files = (*self.older(), self._path)
        return "".join(path.read_text("utf-8") for path in files if path.exists())

    def fill(self) -> None:
        """Whoever opens it from now on begins a new file instead with the first line."""
        missing = 999_990 - self._path.stat().st_size
        with self._path.open("a", encoding="utf-8") as file:
            file.write("x" * missing + "\n")

    def wait_for(self, words: str, *, times: int) -> None:
        wait_until(lambda: self.text().count(words) >= times, f"{words!r} is there {times} times")
        assert self.text().count(words) == times, self.text()


def kill(display: dict[str, str], name: str) -> None:
    """End the program with this window as the task manager does."""
    (window,) = windows(display, name)
    command = ["xdotool", "getwindowpid", window]
    asked = subprocess.run(command, env=os.environ | display, capture_output=True, text=True, check=True)
    os.kill(int(asked.stdout), signal.SIGKILL)


def test_the_console_takes_over_and_hands_back_however_it_ends(
    make_pc: MakePC, office: Office, server_program: Path
) -> None:
    calls = Calls(office)
    probe: Host = office.host("probe", f"{SERVER}/24")
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"], netns=probe.namespace)
        server = str(windows_path(pc, server_program))
        (pc.drive / "members.csv").write_text(
            f"extension_num,default_ip,name\n1001,{STAFF},김영희\n", "utf-8"
        )
        assert pc.run(server, "members", "import", r"C:\members.csv").returncode == 0
        data = pc.drive / "ProgramData" / "PacketWave" / "server"
        (data / SETTINGS_FILE).write_text(json.dumps({"interface": watched_interface(pc, server)}), "utf-8")
        log = Log(data)
        unattended, console = Events(pc.drive / "unattended.jsonl"), Events(pc.drive / "console.jsonl")

        pc.start(server, "--headless", "--events", r"C:\unattended.jsonl")
        log.wait_for("watching '", times=1)
        calls.whole(unattended)
        task = running(pc, server_program.name)
        assert pc.run(server, "--headless").returncode == 4

        for before, end in enumerate((close_window, kill)):
            across = calls.begin(unattended)
            log.fill()
            # As the Explorer starts it: with no output to write to.
            pc.start("start", "/wait", server, "--events", r"C:\console.jsonl")
            wait_until(lambda: windows(display, CONSOLE), "the console is on the screen")
            log.wait_for("a console takes over", times=before + 1)
            log.wait_for("watching '", times=2 * before + 2)
            log.wait_for("standing by", times=before + 1)
            across.is_given_up()
            assert console.wait_for("ended", call_id=calls.seen[-1])["outcome"] == "missed"
            calls.whole(console)
            assert len(log.older()) == before + 1  # in spite of the other one

            end(display, CONSOLE)
            log.wait_for("the console is gone", times=before + 1)
            log.wait_for("watching '", times=2 * before + 3)
            wait_until(lambda: running(pc, server_program.name) == task, "the console has ended")
            calls.whole(unattended)

        assert " ERROR " not in log.text()
        assert " CRITICAL " not in log.text()
        assert (data / "logs" / "server.crash").stat().st_size == 0
        pc.end()
        store = SqliteStore(data / DATABASE)
        kept = store.load_calls(since=datetime(2020, 1, 1, tzinfo=UTC))
        store.close()
    assert sorted(call.call_id for call in kept) == sorted(calls.seen)
    assert {call.outcome for call in kept} == {Outcome.MISSED}
    assert len(kept) == 7
