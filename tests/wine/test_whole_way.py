"""A call's whole way with the programs that users get.

sipp's PBX and phone, a flooding switch, PacketWave-Server.exe on the probe's port, PacketWave-Client.exe
installed by its MSI on the called person's PC: each a Windows of its own in a network namespace of its own.
"""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from installer.windows.bench import PC
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from tests.e2e.programs import caller, picture, screen, sipp, wait_until, windows
from tests.netns import Host, Office
from tests.wine.conftest import MakePC, close_window
from tests.wine.pc import CLIENT_PROGRAM, RUN_KEY, msiexec, running, values, windows_path

PICTURES = Path(__file__).parents[2] / "build" / "screens" / "windows"
PBX, PHONE, SERVER, STAFF = (f"10.9.0.{n}" for n in (10, 21, 30, 101))
POPUP, CONSOLE = "전화 수신", "PacketWave 서버"
HONG = caller("01012345678", "홍길동")

pytestmark = pytest.mark.timeout(300)


class Events:
    """The lines that a program's `--events FILE` writes, read from this side."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def all(self) -> list[dict[str, Any]]:
        if not self._file.exists():
            return []
        return [
            json.loads(line)
            for line in self._file.read_text("utf-8").splitlines(keepends=True)
            if line.endswith("\n")
        ]

    def wait_for(self, name: str, **keys: object) -> dict[str, Any]:
        wanted = {"event": name} | keys
        found: list[dict[str, Any]] = []

        def there() -> bool:
            found[:] = [event for event in self.all() if wanted.items() <= event.items()]
            return bool(found)

        wait_until(there, f"{name} {keys} is among {self.all()}")
        return found[0]


def watched_interface(pc: PC, program: str) -> str:
    """The stable name of the one adapter that has the server's address."""
    listed = pc.run(program, "--list-interfaces").stdout.decode("utf-8")
    names = [line.split("\t")[0] for line in listed.splitlines() if SERVER in line]
    assert len(names) == 1, listed
    return names[0]


def established(host: Host) -> str:
    """The connections that clients have to this host."""
    ports = ("sport", "=", ":8765", "or", "sport", "=", ":8766")
    return host.run("ss", "-Htn", "state", "established", *ports).stdout


def test_a_call_becomes_a_popup_and_a_row(
    make_pc: MakePC, office: Office, server_program: Path, package: Path, tmp_path: Path
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    pbx, phone = office.host("pbx", f"{PBX}/24"), office.host("phone", f"{PHONE}/24")
    probe, desk = office.host("probe", f"{SERVER}/24"), office.host("staff", f"{STAFF}/24")
    with screen() as server_screen, screen() as staff_screen:
        server_pc = make_pc(display=server_screen["DISPLAY"], netns=probe.namespace)
        staff_pc = make_pc(display=staff_screen["DISPLAY"], netns=desk.namespace)
        server = str(windows_path(server_pc, server_program))

        # The members come from a table, through the program itself.
        (server_pc.drive / "members.csv").write_text(
            f"extension_num,default_ip,name\n1001,{STAFF},김영희\n", "utf-8"
        )
        assert server_pc.run(server, "members", "import", r"C:\members.csv").returncode == 0
        data = server_pc.drive / "ProgramData" / "PacketWave" / "server"
        assert (data / FILE_NAME).is_file()

        server_pc.start(
            server, "--interface", watched_interface(server_pc, server), "--events", r"C:\events.jsonl"
        )
        events = Events(server_pc.drive / "events.jsonl")
        wait_until(lambda: windows(server_screen, CONSOLE), "the console is on the screen")

        code, log = msiexec(
            staff_pc,
            "/i",
            str(windows_path(staff_pc, package)),
            f"SERVER={SERVER}",
            "EXTENSION=1001",
            "LANG=ko",
        )
        assert code == 0, log[-3000:]
        # What Windows starts at log-on.
        assert values(staff_pc, RUN_KEY)["PacketWave"].strip('"') == str(CLIENT_PROGRAM)
        if not running(staff_pc, CLIENT_PROGRAM.name):
            staff_pc.start(str(CLIENT_PROGRAM))
        wait_until(lambda: STAFF in established(probe), "the client is connected")
        assert windows(staff_screen, POPUP) == []

        sipp(phone, "phone_rings")
        call = sipp(pbx, "pbx_calls_and_cancels", "-s", "1001", "-d", "6000", *HONG, peer=PHONE)
        ringing = events.wait_for("ringing")
        assert (ringing["from"], ringing["to"], ringing["from_name"]) == ("01012345678", "1001", "홍길동")
        wait_until(lambda: windows(staff_screen, POPUP), "the popup is on the screen")
        picture(staff_screen, PICTURES / "whole-way-popup.png")
        picture(server_screen, PICTURES / "whole-way-console.png")
        assert len(windows(staff_screen, POPUP)) == 1
        ended = events.wait_for("ended", call_id=ringing["call_id"])
        assert ended["outcome"] == "missed"
        wait_until(lambda: not windows(staff_screen, POPUP), "the popup is gone")
        assert call.wait(20) == 0
        picture(staff_screen, PICTURES / "whole-way-after.png")
        picture(server_screen, PICTURES / "whole-way-log.png")

        # The members, as a manager takes them to Excel.
        listed = server_pc.run(server, "members", "list")
        rows = list(csv.reader(io.StringIO(listed.stdout.decode("utf-8-sig"))))
        assert rows[1][:3] == ["1001", STAFF, "김영희"], rows

        assert staff_pc.run(str(CLIENT_PROGRAM), "--quit").returncode == 0
        assert running(staff_pc, CLIENT_PROGRAM.name) == []
        close_window(server_screen, CONSOLE)
        wait_until(lambda: not running(server_pc, server_program.name), "the console has ended")
        store = SqliteStore(data / FILE_NAME)
        assert store.open_calls() == []
        kept = store.load_calls(since=datetime(2026, 1, 1, tzinfo=UTC))
        store.close()
        assert [(row.call_id, row.caller, row.called, row.outcome) for row in kept] == [
            (ringing["call_id"], "01012345678", "1001", "missed")
        ]
