import base64
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from packetwave.server.commands.setup import main as setup_cli
from packetwave.server.machine.firewall import Door, Firewall
from packetwave.server.machine.setup import Action, Server, SetupCode, SetupResult, set_up
from packetwave.server.machine.task import StartState
from packetwave.server.machine.this_pc import (
    ThisPc,
    own_addresses,
    read_report,
    this_pc,
    write_report,
)
from tests.server.machine.conftest import RULES, Windows


def office(windows: Windows) -> None:
    networks = [{"name": "사무실", "interface": "이더넷", "category": 1, "reach": 4}]
    windows.networks = base64.b64encode(json.dumps(networks).encode())


@pytest.mark.skipif(sys.platform == "win32", reason="what other systems say")
def test_elsewhere_nothing_is_set_up() -> None:
    assert this_pc(Path("data")) is None


def test_what_is_set_up(windows: Windows) -> None:
    office(windows)
    pc = ThisPc(windows, frozen=True)
    found = pc.look((8765,))
    assert found.firewall == Firewall(Door.CLOSED)
    assert found.start is StartState.OFF
    assert found.name
    set_up(Action.FIREWALL, Server(Path(sys.executable), "0.1.0", (8765,), installable=True), windows, {})
    assert pc.look((8765,)).firewall.door is Door.OPEN
    assert pc.look((8766,)).firewall.door is Door.CLOSED
    assert pc.look((8765, 8766)).firewall.door is Door.CLOSED  # a rule of before there was TLS


def test_doors_that_the_firewall_keeps_shut_are_named(windows: Windows) -> None:
    office(windows)
    pc = ThisPc(windows, frozen=False)
    windows.elevated = lambda command: setup_cli(command[command.index("setup") + 1 :], windows)
    assert pc.change(Action.FIREWALL, (8765,)) == SetupResult(SetupCode.DONE)
    assert pc.look((8765,), (9060, 4789)).shut_doors == (9060, 4789)
    assert pc.change(Action.FIREWALL, (8765,), (9060,)) == SetupResult(SetupCode.DONE)
    found = pc.look((8765,), (9060, 4789))
    assert (found.shut_doors, found.firewall.door) == ((4789,), Door.OPEN)
    assert pc.look((8765,)).shut_doors == ()


def test_the_tasks_program_must_be_reachable_too(windows: Windows) -> None:
    office(windows)
    server = Server(Path(sys.executable), "0.1.0", (8765,), installable=True)
    windows.registry[RULES]["a"] = (
        f"v2.32|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8765|App={sys.executable}|Name=x|"
    )
    pc = ThisPc(windows, frozen=True)
    assert pc.look((8765,)).firewall.door is Door.OPEN
    assert set_up(Action.TASK, server, windows, {}).code == SetupCode.DONE
    found = pc.look((8765,))
    assert found.start is StartState.ON
    assert found.firewall.door is Door.CLOSED


@pytest.mark.parametrize(("shared", "frozen"), [(False, True), (True, False)])
def test_the_start_with_windows_is_for_an_installable_program(
    windows: Windows, shared: bool, frozen: bool
) -> None:
    assert ThisPc(windows, shared=shared, frozen=frozen).look((8765,)).start is None


def test_a_powershell_that_hangs_is_no_answer(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    real = windows.run

    def run(command: Sequence[str]) -> object:
        if Path(command[0]).stem == "powershell":
            raise TimeoutError
        return real(command)

    monkeypatch.setattr(windows, "run", run)
    assert ThisPc(windows, frozen=True).look((8765,)).firewall.door is Door.CLOSED


def test_a_task_scheduler_that_hangs_is_no_answer(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_command: Sequence[str]) -> object:
        raise TimeoutError

    monkeypatch.setattr(windows, "run", run)
    found = ThisPc(windows, frozen=True).look((8765,))
    assert (found.start, found.firewall.door) == (StartState.UNKNOWN, Door.CLOSED)


def test_a_change_is_done_by_the_same_program_as_administrator(windows: Windows) -> None:
    asked: list[Sequence[str]] = []

    def elevated(command: Sequence[str]) -> int:
        asked.append(command)
        return setup_cli(command[command.index("setup") + 1 :], windows)

    windows.elevated = elevated
    pc = ThisPc(windows, frozen=False)
    assert pc.change(Action.FIREWALL, (8765,)) == SetupResult(SetupCode.DONE)
    assert pc.look((8765,)).firewall.door is Door.OPEN
    assert asked[0][:3] == [sys.executable, "-m", "packetwave.server"]
    assert not Path(asked[0][-1]).parent.exists()  # the report's folder is gone
    windows.deaf = {"netsh"}
    assert pc.change(Action.NO_FIREWALL, (8765,)).code == SetupCode.NO_EFFECT


def test_no_is_an_answer(windows: Windows) -> None:
    windows.says_no = True
    assert ThisPc(windows, frozen=True).change(Action.FIREWALL, (8765,)) == SetupResult(SetupCode.DECLINED)


def test_a_program_that_cannot_be_started_is_said(windows: Windows) -> None:
    def fail(_command: Sequence[str]) -> int:
        raise TimeoutError("not done in 300 s")

    windows.elevated = fail
    assert ThisPc(windows, frozen=True).change(Action.TASK, (8765,)) == SetupResult(
        SetupCode.COMMAND_FAILED, "not done in 300 s"
    )


def test_a_report_is_written_once_and_read(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report(path, SetupResult(SetupCode.NO_EFFECT, "닫힘"))
    assert read_report(path, 1) == SetupResult(SetupCode.NO_EFFECT, "닫힘")
    assert read_report(path, 0).code == SetupCode.COMMAND_FAILED  # they contradict each other
    with pytest.raises(FileExistsError):
        write_report(path, SetupResult(SetupCode.DONE))


@pytest.mark.parametrize(
    "text", ["", "[]", '{"code": 1, "detail": ""}', '{"code": "declined", "detail": ""}']
)
def test_a_report_that_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    assert read_report(path, 0).code == read_report(path, 1).code == SetupCode.COMMAND_FAILED
    assert read_report(tmp_path / "none.json", 3) == SetupResult(SetupCode.COMMAND_FAILED, "exit code 3")


def test_addresses_that_others_can_call() -> None:
    said = ["127.0.0.1", "169.254.3.4", "8.8.8.8", "192.168.0.20", "192.168.0.3", "192.168.0.3"]
    assert own_addresses(lambda: said) == ("192.168.0.3", "192.168.0.20", "8.8.8.8")
