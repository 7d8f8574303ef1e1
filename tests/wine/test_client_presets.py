"""What is set for the client beforehand, and what it finds: registry, other profiles, damaged settings."""

import json
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest

from installer.windows.bench import PC
from packetwave.client.preset import INSTALLED_KEY, POLICY_KEY
from tests.client.loopback import WAIT_S, LoopbackServer
from tests.e2e.programs import picture, screen, wait_until, windows
from tests.wine.conftest import MakePC
from tests.wine.pc import running, windows_path
from tests.wine.test_programs import PICTURES, folder_program

SETTINGS = "settings.json"
IN_PROFILE = Path("AppData", "Local", "PacketWave", "client")
PROFILES = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def servers() -> Iterator[list[LoopbackServer]]:
    made = [LoopbackServer() for _ in range(4)]
    yield made
    for server in made:
        server.close()


def profile(pc: PC) -> Path:
    """That of the user of the bench."""
    return pc.drive / "users" / "root"


def set_value(pc: PC, key: str, name: str, data: str) -> None:
    assert pc.run("reg", "add", key, "/v", name, "/t", "REG_SZ", "/d", data, "/f").returncode == 0


def test_policy_beats_the_installation_and_that_the_user(
    make_pc: MakePC, servers: list[LoopbackServer]
) -> None:
    machine_policy, user_policy, installed, own = servers
    pc_policy_key, user_policy_key = rf"HKLM\{POLICY_KEY}", rf"HKCU\{POLICY_KEY}"
    installed_key = rf"HKLM\{INSTALLED_KEY}"
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"])
        program = str(windows_path(pc, folder_program()))
        folder = profile(pc) / IN_PROFILE
        folder.mkdir(parents=True)
        (folder / SETTINGS).write_text(json.dumps({"server": own.url}), "utf-8")
        for key, server, extension in (
            (pc_policy_key, machine_policy, "1001"),
            (user_policy_key, user_policy, "1002"),
            (installed_key, installed, "1003"),
        ):
            set_value(pc, key, "Server", server.url)
            set_value(pc, key, "Extension", extension)

        wanted = (
            (pc_policy_key, machine_policy, "1001"),
            (user_policy_key, user_policy, "1002"),
            (installed_key, installed, "1003"),
            ("", own, ""),
        )
        for key, server, extension in wanted:
            pc.start("start", "/wait", program)
            hello = server.hellos.get(timeout=WAIT_S)
            assert hello.get("extension", "") == extension, hello
            assert pc.run(program, "--quit").returncode == 0
            if key:
                assert pc.run("reg", "delete", key, "/f").returncode == 0
        assert all(server.hellos.empty() for server in servers)


def test_a_malformed_server_of_the_installation_is_said(make_pc: MakePC) -> None:
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"])
        program = str(windows_path(pc, folder_program()))
        set_value(pc, rf"HKLM\{INSTALLED_KEY}", "Server", "http://이것은 주소가 아님")
        pc.start(program)
        wait_until(lambda: windows(display, "^PacketWave$"), "the window asks for the address")
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture(display, PICTURES / "client-malformed-server.png")
        log = (profile(pc) / IN_PROFILE / "logs" / "client.log").read_text("utf-8")
        assert "Traceback" not in log
        assert pc.run(program, "--quit").returncode == 0


def test_an_administrator_ends_the_clients_of_other_profiles(
    make_pc: MakePC, servers: list[LoopbackServer]
) -> None:
    """Windows' rights between users are not Wine's: this shows the way from the list of profiles to it."""
    server = servers[0]
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"])
        program = windows_path(pc, folder_program())
        folder = str(PureWindowsPath("C:/users/홍 길동", *IN_PROFILE.parts))
        pc.start("start", "/wait", str(program), "--data-dir", folder, "--server", server.url)
        server.hellos.get(timeout=WAIT_S)
        assert pc.run(str(program), "--quit").returncode == 0
        assert running(pc, program.name)  # nobody knows of that profile yet
        set_value(pc, rf"{PROFILES}\S-1-5-21-1-2-3-1001", "ProfileImagePath", r"C:\users\홍 길동")
        assert pc.run(str(program), "--quit").returncode == 0
        assert running(pc, program.name) == []
        assert (pc.drive / "users" / "홍 길동" / IN_PROFILE / "logs" / "client.log").is_file()


def test_damaged_settings_are_kept_aside_and_the_client_runs(
    make_pc: MakePC, servers: list[LoopbackServer]
) -> None:
    server = servers[0]
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"])
        program = windows_path(pc, folder_program())
        folder = profile(pc) / IN_PROFILE
        folder.mkdir(parents=True)
        (folder / SETTINGS).write_text('{"server": "ws://10.0.', "utf-8")
        set_value(pc, rf"HKLM\{INSTALLED_KEY}", "Server", server.url)
        pc.start("start", "/wait", str(program))
        server.hellos.get(timeout=WAIT_S)
        assert (folder / f"{SETTINGS}.damaged").read_text("utf-8") == '{"server": "ws://10.0.'
        assert "was damaged" in (folder / "logs" / "client.log").read_text("utf-8")
        assert pc.run(str(program), "--quit").returncode == 0
        wait_until(lambda: not running(pc, program.name), "the client has ended")
        assert not (folder / SETTINGS).exists()
