from dataclasses import replace
from pathlib import Path

import pytest

from packetwave.server.machine import setup
from packetwave.server.machine.firewall import RULE_NAME
from packetwave.server.machine.place import installed_program, installed_version
from packetwave.server.machine.setup import Action, Server, SetupCode, SetupResult, read_start_state, set_up
from packetwave.server.machine.task import TASK_NAME, StartState
from tests.server.machine.conftest import RULES, Windows

NPCAP = r"SYSTEM\CurrentControlSet\Services\npcap\Parameters"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "_ENDING_S", 0.0)
    monkeypatch.setattr(setup, "_AGAIN_S", 0.0)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    program = tmp_path / "Downloads" / "PacketWave-Server.exe"
    program.parent.mkdir()
    program.write_bytes(b"MZ new")
    return Server(program, "1.1.0", (8765,), installable=True)


def do(action: Action, server: Server, windows: Windows) -> SetupResult:
    return set_up(action, server, windows, {})


@pytest.mark.parametrize("action", Action)
def test_nothing_is_tried_without_rights(action: Action, server: Server, windows: Windows) -> None:
    windows.administrator = False
    assert do(action, server, windows) == SetupResult(SetupCode.NO_RIGHTS)
    assert windows.ran == []


def test_the_rule_is_added_for_both_programs_and_replaces_older_ones(
    server: Server, windows: Windows
) -> None:
    windows.registry[RULES]["old"] = (
        f"v2.32|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=1|App=C:\\moved.exe|Name={RULE_NAME}|"
    )
    assert do(Action.FIREWALL, server, windows) == SetupResult(SetupCode.DONE)
    rules = [str(text) for text in windows.registry[RULES].values()]
    assert [("Profile=Domain|Profile=Private|LPort=8765|" in rule) for rule in rules] == [True, True]
    assert f"App={server.program}|" in rules[0]
    assert f"App={installed_program(windows)}|" in rules[1]
    assert do(Action.FIREWALL, server, windows) == SetupResult(SetupCode.DONE)
    assert len(windows.registry[RULES]) == 2


def test_doors_beside_the_mirror_get_a_rule_of_their_own(server: Server, windows: Windows) -> None:
    with_doors = replace(server, udp_ports=(9060, 4789))
    assert do(Action.FIREWALL, with_doors, windows) == SetupResult(SetupCode.DONE)
    rules = [str(text) for text in windows.registry[RULES].values()]
    assert ["Protocol=17|" in rule and "LPort=9060|LPort=4789|" in rule for rule in rules].count(True) == 2
    assert len(rules) == 4
    assert do(Action.FIREWALL, server, windows) == SetupResult(SetupCode.DONE)  # switched off again
    assert len(windows.registry[RULES]) == 2
    assert do(Action.NO_FIREWALL, with_doors, windows) == SetupResult(SetupCode.DONE)
    assert windows.registry[RULES] == {}


def test_a_block_of_a_doors_port_is_said(server: Server, windows: Windows) -> None:
    windows.registry[RULES]["all"] = (
        "v2.32|Action=Block|Active=TRUE|Dir=In|Protocol=17|LPort=9060|Name=never|"
    )
    assert do(Action.FIREWALL, server, windows) == SetupResult(SetupCode.DONE)
    with_doors = replace(server, udp_ports=(9060,))
    assert do(Action.FIREWALL, with_doors, windows) == SetupResult(SetupCode.NO_EFFECT, "blocked")


def test_what_windows_question_left_behind_is_removed(server: Server, windows: Windows) -> None:
    blocks = "v2.32|Action=Block|Active=TRUE|Dir=In|Protocol=6|Profile=Private|"
    windows.registry[RULES] = {
        "asked": f"{blocks}App={server.program}|Name=packetwave-server.exe|",
        "other": f"{blocks}App=C:\\other.exe|Name=other|",
    }
    assert do(Action.FIREWALL, server, windows) == SetupResult(SetupCode.DONE)
    assert "asked" not in windows.registry[RULES]
    assert "other" in windows.registry[RULES]


def test_an_administrators_block_is_left_and_said(server: Server, windows: Windows) -> None:
    windows.registry[RULES]["all"] = "v2.32|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=8765|Name=never|"
    assert do(Action.FIREWALL, server, windows) == SetupResult(SetupCode.NO_EFFECT, "blocked")
    assert "all" in windows.registry[RULES]


@pytest.mark.parametrize(("action", "detail"), [(Action.FIREWALL, "closed"), (Action.TASK, "off")])
def test_system_programs_that_do_nothing_are_not_believed(
    action: Action, detail: str, server: Server, windows: Windows
) -> None:
    windows.deaf = {"netsh", "schtasks"}
    outcome = do(action, server, windows)
    assert outcome.code == SetupCode.NO_EFFECT
    assert detail in (outcome.detail, "off")
    assert not installed_program(windows).exists()


def test_a_rule_that_stays_is_said(server: Server, windows: Windows) -> None:
    assert do(Action.FIREWALL, server, windows).code == SetupCode.DONE
    windows.deaf = {"netsh"}
    assert do(Action.NO_FIREWALL, server, windows).code == SetupCode.NO_EFFECT
    windows.deaf.clear()
    assert do(Action.NO_FIREWALL, server, windows) == SetupResult(SetupCode.DONE)
    assert windows.registry[RULES] == {}
    assert do(Action.NO_FIREWALL, server, windows) == SetupResult(SetupCode.DONE)


def test_what_a_program_said_is_in_the_outcome(server: Server, windows: Windows) -> None:
    windows.fails = {"netsh"}
    assert do(Action.FIREWALL, server, windows) == SetupResult(
        SetupCode.COMMAND_FAILED, "netsh.exe (1): The system cannot do that."
    )


def test_python_itself_is_not_installed(server: Server, windows: Windows) -> None:
    python = Server(server.program, server.version, server.ports, installable=False)
    assert do(Action.TASK, python, windows) == SetupResult(SetupCode.NOT_INSTALLABLE)
    assert do(Action.FIREWALL, python, windows) == SetupResult(SetupCode.DONE)
    assert len(windows.registry[RULES]) == 1


def test_the_task_runs_a_copy_that_users_cannot_replace(server: Server, windows: Windows) -> None:
    assert read_start_state(windows, "1.1.0") is StartState.OFF
    assert do(Action.TASK, server, windows) == SetupResult(SetupCode.DONE)
    installed = installed_program(windows)
    assert installed.read_bytes() == b"MZ new"
    assert installed_version(windows) == "1.1.0"
    assert sorted(file.name for file in installed.parent.iterdir()) == [
        "PacketWave-Server.exe",
        "version.txt",
    ]
    assert f"<Command>{installed}</Command>" in windows.tasks[TASK_NAME]
    assert "S-1-5-19" in windows.tasks[TASK_NAME]
    assert read_start_state(windows, "1.1.0") is StartState.ON
    assert read_start_state(windows, "1.2.0") is StartState.OUTDATED


def test_the_task_and_the_window_share_one_folder(server: Server, windows: Windows) -> None:
    do(Action.TASK, server, windows)
    [granted] = windows.commands("icacls")
    assert granted[0] == str(windows.program_data / "PacketWave" / "server")
    assert Path(granted[0]).is_dir()
    assert "*S-1-5-19:(OI)(CI)F" in granted


def test_with_npcap_for_administrators_the_task_is_system(server: Server, windows: Windows) -> None:
    windows.registry[NPCAP] = {"AdminOnly": 1}
    assert do(Action.TASK, server, windows) == SetupResult(SetupCode.DONE)
    assert "S-1-5-18" in windows.tasks[TASK_NAME]
    assert windows.commands("icacls") == []


def test_the_copy_is_renewed(server: Server, windows: Windows) -> None:
    do(Action.TASK, server, windows)
    server.program.write_bytes(b"MZ newer")
    newer = Server(server.program, "1.2.0", (8765,), installable=True)
    assert do(Action.TASK, newer, windows) == SetupResult(SetupCode.DONE)
    assert installed_program(windows).read_bytes() == b"MZ newer"
    assert read_start_state(windows, "1.2.0") is StartState.ON
    assert ["/end", "/tn", TASK_NAME] in windows.commands("schtasks")


def test_the_copy_sets_itself_up_without_copying(server: Server, windows: Windows) -> None:
    do(Action.TASK, server, windows)
    itself = Server(installed_program(windows), "1.1.0", (8765,), installable=True)
    assert do(Action.TASK, itself, windows) == SetupResult(SetupCode.DONE)
    assert do(Action.NO_TASK, itself, windows) == SetupResult(SetupCode.DONE)
    assert itself.program.exists()  # it cannot remove itself
    assert read_start_state(windows, "1.1.0") is StartState.OFF


def test_a_copy_that_cannot_be_replaced_is_said(
    server: Server, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, _to: Path) -> Path:
        raise PermissionError(13, "in use", str(self))

    monkeypatch.setattr(Path, "replace", refuse)
    assert do(Action.TASK, server, windows).code == SetupCode.IN_USE
    assert TASK_NAME not in windows.tasks


def test_removal_leaves_nothing(server: Server, windows: Windows) -> None:
    do(Action.TASK, server, windows)
    assert do(Action.NO_TASK, server, windows) == SetupResult(SetupCode.DONE)
    assert windows.tasks == {}
    assert not (windows.program_files / "PacketWave").exists()
    assert read_start_state(windows, "1.1.0") is StartState.OFF
    do(Action.TASK, server, windows)
    client = windows.program_files / "PacketWave" / "Client"
    client.mkdir()
    assert do(Action.NO_TASK, server, windows) == SetupResult(SetupCode.DONE)
    assert client.exists()


def test_a_task_that_stays_is_said(server: Server, windows: Windows) -> None:
    do(Action.TASK, server, windows)
    real = windows._schtasks

    def keep(arguments: list[str]) -> object:
        return real(["/query", *arguments[1:3]] if arguments[0] == "/delete" else arguments)

    windows._schtasks = keep  # type: ignore[assignment,method-assign]
    assert do(Action.NO_TASK, server, windows) == SetupResult(SetupCode.NO_EFFECT, "on")
    assert installed_program(windows).exists()
