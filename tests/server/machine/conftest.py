"""A Windows for tests: a registry, and system programs that change it as the real ones do."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from packetwave.server.machine.system import Declined, Ran
from packetwave.server.machine.task import TASK_NAME

FIREWALL = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
RULES = rf"{FIREWALL}\FirewallRules"


class Windows:
    """registry: values by key. tasks: the XML of each task. ran: every command, the program by its name.

    deaf: programs that say "done" and do nothing (as Wine's do). fails: programs that end with 1.
    """

    def __init__(self, folder: Path) -> None:
        self.program_files = folder / "Program Files"
        self.program_data = folder / "ProgramData"
        self.system32 = folder / "System32"
        self.registry: dict[str, dict[str, object]] = {RULES: {}}
        for name in ("DomainProfile", "StandardProfile", "PublicProfile"):
            self.registry[rf"{FIREWALL}\{name}"] = {"EnableFirewall": 1}
        self.tasks: dict[str, str] = {}
        self.ran: list[list[str]] = []
        self.deaf: set[str] = set()
        self.fails: set[str] = set()
        self.networks = b""
        self.administrator = True
        self.says_no = False
        self.elevated: Callable[[Sequence[str]], int] = lambda _command: 0

    def values(self, key: str) -> dict[str, object] | None:
        return self.registry.get(key)

    def is_administrator(self) -> bool:
        return self.administrator

    def run_as_administrator(self, command: Sequence[str], timeout_s: float) -> int:
        assert timeout_s > 0
        if self.says_no:
            raise Declined
        return self.elevated(command)

    def run(self, command: Sequence[str]) -> Ran:
        program = Path(command[0]).stem
        self.ran.append([program, *command[1:]])
        if program in self.fails:
            return Ran(1, b"The system cannot do that.\r\n")
        if program in self.deaf:
            return Ran(0, b"")
        return {"netsh": self._netsh, "schtasks": self._schtasks}.get(program, self._other)(command[1:])

    def _other(self, _arguments: Sequence[str]) -> Ran:
        return Ran(0, self.networks)

    def _netsh(self, arguments: Sequence[str]) -> Ran:
        said = dict(one.split("=", 1) for one in arguments[4:])
        rules = self.registry[RULES]
        if arguments[2] == "add":
            ports = "".join(f"LPort={port}|" for port in said["localport"].split(","))
            number = {"TCP": 6, "UDP": 17}[said["protocol"]]
            profiles = "".join(f"Profile={name.capitalize()}|" for name in said["profile"].split(","))
            rules[f"{{{len(self.ran)}}}"] = (
                f"v2.32|Action=Allow|Active=TRUE|Dir=In|Protocol={number}|{profiles}{ports}"
                f"App={said['program']}|Name={said['name']}|"
            )
            return Ran(0, b"Ok.\r\n")
        gone = [
            key
            for key, text in rules.items()
            if f"|Name={said['name']}|" in str(text) and f"|App={said.get('program', '')}" in str(text)
        ]
        for key in gone:
            del rules[key]
        return Ran(0 if gone else 1, b"")

    def _schtasks(self, arguments: Sequence[str]) -> Ran:
        assert arguments[1:3] == ["/tn", TASK_NAME]
        match arguments[0]:
            case "/create":
                text = Path(arguments[4]).read_text(encoding="utf-16")
                ET.fromstring(text)
                self.tasks[TASK_NAME] = text
            case "/query" if TASK_NAME in self.tasks:
                return Ran(0, self.tasks[TASK_NAME].encode("ascii"))
            case "/delete" if TASK_NAME in self.tasks:
                del self.tasks[TASK_NAME]
            case _:
                return Ran(1, b"ERROR: The system cannot find the file specified.\r\n")
        return Ran(0, b"SUCCESS\r\n")

    def commands(self, program: str) -> list[list[str]]:
        return [command[1:] for command in self.ran if command[0] == program]


@pytest.fixture
def windows(tmp_path: Path) -> Windows:
    return Windows(tmp_path)
