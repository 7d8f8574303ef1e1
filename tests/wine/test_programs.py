"""Each built program by itself, as users and administrators start it: self-test, windows, output, input."""

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from installer import signing
from installer.delivery import BUILT
from installer.windows import build
from installer.windows.bench import Bench
from tests.e2e.programs import picture, screen, wait_until, windows
from tests.wine.conftest import MakePC, close_window
from tests.wine.pc import running, windows_path

PICTURES = Path(__file__).parents[2] / "build" / "screens" / "windows"
SERVER_DATA = Path("ProgramData") / "PacketWave" / "server"
MEMBERS = "extension_num,default_ip,name\n1001,192.168.0.101,김영희\n"
CONSOLE = {"ko_KR": "PacketWave 서버", "en_US": "PacketWave Server"}

pytestmark = pytest.mark.timeout(180)


def folder_program() -> Path:
    """The client as the MSI installs it."""
    return BUILT / "PacketWave-Client" / "PacketWave-Client.exe"


@pytest.mark.parametrize("name", ["server", "client", "portable"])
def test_the_program_proves_itself(
    name: str, make_pc: MakePC, server_program: Path, portable_client: Path
) -> None:
    program = {"server": server_program, "client": folder_program(), "portable": portable_client}[name]
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"])
        data = pc.drive / "자료 폴더"
        ended = pc.run(
            str(windows_path(pc, program)), "--self-test", "--data-dir", r"C:\자료 폴더", timeout_s=60
        )
    report = json.loads((data / "self-test.json").read_text("utf-8"))
    assert ended.returncode == 0, report
    assert json.loads(ended.stdout) == report
    assert report["ok"]
    checks = {check["name"]: check["detail"] for check in report["checks"]}
    assert "platform windows" in checks["windows"]
    if name == "server":
        assert set(checks) == {"store", "hub", "capture", "windows", "translations"}
        assert "interfaces" in checks["capture"]
    else:
        assert set(checks) == {"settings", "link", "protection", "windows", "translations", "popup"}
        assert checks["protection"].endswith("keys are kept by dpapi")
        PICTURES.mkdir(parents=True, exist_ok=True)
        shutil.copy(data / "self-test-popup.png", PICTURES / f"self-test-popup-{name}.png")


@pytest.mark.parametrize("language", ["ko_KR", "en_US"])
def test_both_windows_speak_the_language_of_windows(
    language: str, make_pc: MakePC, server_program: Path
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"], language=language)
        pc.start(str(windows_path(pc, server_program)))
        wait_until(lambda: windows(display, CONSOLE[language]), "the console is there")
        wait_until(lambda: (pc.drive / SERVER_DATA / "packetwave.db").is_file(), "the store is made")
        picture(display, PICTURES / f"console-{language[:2]}.png")
        # Started again, it comes to the front; there is one.
        assert pc.run(str(windows_path(pc, server_program)), timeout_s=60).returncode == 0
        assert len(windows(display, CONSOLE[language])) == 1
        close_window(display, CONSOLE[language])
        wait_until(lambda: not running(pc, server_program.name), "the console has ended")

        client = str(windows_path(pc, folder_program()))
        pc.start(client)
        wait_until(
            lambda: windows(display, "^PacketWave$"), "the client's window is there: it has no server yet"
        )
        picture(display, PICTURES / f"client-{language[:2]}.png")
        assert pc.run(client, timeout_s=60).returncode == 0
        assert len(windows(display, "^PacketWave$")) == 1
        assert pc.run(client, "--quit", timeout_s=60).returncode == 0
        assert running(pc, folder_program().name) == []


def test_output_goes_where_it_is_redirected_to(make_pc: MakePC, server_program: Path) -> None:
    pc = make_pc()
    (pc.drive / "members.csv").write_text(MEMBERS, "utf-8")
    program = windows_path(pc, server_program)
    assert pc.run(str(program), "members", "import", r"C:\members.csv").returncode == 0
    (pc.drive / "list.bat").write_text(f'@"{program}" members list > C:\\x.csv\r\n', "ascii")
    pc.run("cmd", "/c", r"C:\list.bat")
    wait_until(
        lambda: (pc.drive / "x.csv").stat().st_size > len(MEMBERS), "the list is written"
    )  # cmd may not wait
    text = (pc.drive / "x.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["extension_num"], row["default_ip"], row["name"]) for row in rows] == [
        ("1001", "192.168.0.101", "김영희")
    ]
    # A line of wrong usage is said where it can be read, and by the exit code.
    wrong = pc.run(str(program), "--replay")
    assert wrong.returncode == 2
    assert b"--replay" in wrong.stderr
    version = pc.run(str(program), "--version")
    assert version.stdout.split()[0] == b"PacketWave"


def test_portable_keeps_its_files_beside_it(make_pc: MakePC, server_program: Path) -> None:
    pc = make_pc()
    folder = pc.drive / "도구 모음"
    folder.mkdir()
    shutil.copy(server_program, folder)
    (folder / "portable.txt").touch()
    (pc.drive / "members.csv").write_text(MEMBERS, "utf-8")
    program = rf"C:\도구 모음\{server_program.name}"
    assert pc.run(program, "members", "import", r"C:\members.csv").returncode == 0
    assert (folder / "PacketWave-Data" / "server" / "packetwave.db").is_file()
    assert not (pc.drive / SERVER_DATA).exists()


def test_damaged_files_are_kept_aside(make_pc: MakePC, server_program: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"])
        data = pc.drive / SERVER_DATA
        data.mkdir(parents=True)
        (data / "settings.json").write_text("{not json", "utf-8")
        (data / "packetwave.db").write_bytes(b"no database at all" * 500)
        pc.start(str(windows_path(pc, server_program)))
        wait_until(lambda: windows(display, CONSOLE["ko_KR"]), "the console is there")
        wait_until(lambda: (data / "packetwave.db.damaged-1").is_file(), "the damaged database is kept")
        assert (data / "settings.json.damaged").read_text("utf-8") == "{not json"
        assert (data / "packetwave.db.damaged-1").read_bytes().startswith(b"no database")
        picture(display, PICTURES / "damaged-files.png")


def test_a_data_folder_that_cannot_be_is_said(make_pc: MakePC, server_program: Path) -> None:
    """The server says it in a dialog and ends. The client works without: its window says it."""
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"])
        (pc.drive / "file").write_text("in the way")
        # As the Explorer starts it: with no output to write to.
        given = ("--data-dir", r"C:\file\data")
        pc.start("start", "/wait", str(windows_path(pc, server_program)), *given)
        wait_until(lambda: windows(display, "PacketWave"), "a dialog says it")
        picture(display, PICTURES / f"no-data-folder-{server_program.stem}.png")
        close_window(display, "PacketWave")
        wait_until(lambda: not running(pc, server_program.name), "the server has ended")

        client = str(windows_path(pc, folder_program()))
        pc.start("start", "/wait", client, *given)
        wait_until(lambda: windows(display, "^PacketWave$"), "the client's window is there")
        picture(display, PICTURES / f"no-data-folder-{folder_program().stem}.png")
        close_window(display, "^PacketWave$")
        assert pc.run(client, *given, "--quit", timeout_s=60).returncode == 0
        wait_until(lambda: not running(pc, folder_program().name), "the client has ended")
    assert (pc.drive / "file").read_text() == "in the way"


def test_setup_says_that_nothing_came_of_it(make_pc: MakePC, server_program: Path) -> None:
    """Wine's netsh and schtasks do nothing and say nothing: the program looks for itself."""
    pc = make_pc()
    for action in ("firewall", "task"):
        ended = pc.run(str(windows_path(pc, server_program)), "setup", action, timeout_s=120)
        assert ended.returncode == 1, ended
        assert ended.stderr


def test_a_program_is_signed(bench: Bench, make_pc: MakePC, server_program: Path, tmp_path: Path) -> None:
    pc = make_pc()
    with bench.scratch() as (folder, inside):
        key, pem, pfx, password = (folder / name for name in ("key.pem", "cert.pem", "cert.pfx", "password"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem,
             "-days", "2", "-subj", "/CN=PacketWave test", "-addext", "extendedKeyUsage=codeSigning"],
            check=True, capture_output=True,
        )  # fmt: skip
        password.write_text("geheim")
        subprocess.run(
            [
                "openssl",
                "pkcs12",
                "-export",
                "-inkey",
                key,
                "-in",
                pem,
                "-out",
                pfx,
                "-passout",
                f"file:{password}",
            ],
            check=True,
        )
        signed = folder / "PacketWave-Server.exe"
        shutil.copy(server_program, signed)
        build.sign(bench, signing.Certificate(pfx, password, ""), signed)
        said = bench.run(
            "osslsigncode", "verify", "-CAfile", str(inside / "cert.pem"), "-in", str(inside / signed.name)
        ).stdout
        assert "Signature verification: ok" in said
        assert pc.run(str(windows_path(pc, signed)), "--version").stdout.startswith(b"PacketWave")
