"""What is changed on the PC as administrator: the firewall's rule, and the task that starts the server.

Each step ends by reading what is there now: a system program that says "done" and did nothing is not
believed. Runs in the process that Windows asked the person about (`packetwave.server.commands.setup`).
"""

import contextlib
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from packetwave.common import data_folder
from packetwave.common.terminal import system_words
from packetwave.server.machine.firewall import LETS_IN, RULE_NAME, Door, judge
from packetwave.server.machine.place import TASK_FILE, VERSION_FILE, installed_program, installed_version
from packetwave.server.machine.policy import read_policy
from packetwave.server.machine.rules import Transport
from packetwave.server.machine.system import Ran, System
from packetwave.server.machine.task import (
    TASK_NAME,
    Account,
    Registered,
    StartState,
    account_for,
    read_task,
    start_state,
    task_xml,
)


class Action(StrEnum):
    """What can be set up. The values are those of the command line (`packetwave-server setup …`)."""

    FIREWALL = "firewall"
    """Add the rule that lets clients in."""

    NO_FIREWALL = "no-firewall"
    """Remove that rule."""

    TASK = "task"
    """Install the program, and the task that starts it with Windows."""

    NO_TASK = "no-task"
    """Remove both."""


class SetupCode(StrEnum):
    """What became of an action. The values stand in the report that the console reads."""

    DONE = "done"
    DECLINED = "declined"
    """The person told Windows no."""

    NO_RIGHTS = "no_rights"
    """The program does not run as administrator."""

    NOT_WINDOWS = "not_windows"
    NOT_INSTALLABLE = "not_installable"
    """The program is not one file that could be copied."""

    COMMAND_FAILED = "command_failed"
    """A program of Windows failed."""

    NO_EFFECT = "no_effect"
    """The programs of Windows said that it was done, and yet it is not so."""

    IN_USE = "in_use"
    """A file could not be replaced."""


_NPCAP = r"SYSTEM\CurrentControlSet\Services\npcap\Parameters"
_ENDING_S = 10.0  # for the task's program to be gone after its end
_AGAIN_S = 0.25
_CONSOLE = "oem" if sys.platform == "win32" else "utf-8"  # what system programs write to a pipe


@dataclass(frozen=True, slots=True)
class SetupResult:
    """What became of an action. detail: what the system said, "" for nothing."""

    code: SetupCode
    detail: str = ""


class StepFailed(Exception):
    """A step failed. outcome: as it is reported."""

    def __init__(self, code: SetupCode, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.outcome = SetupResult(code, detail)


@dataclass(frozen=True, slots=True)
class Server:
    """The program that is set up."""

    program: Path
    version: str
    ports: tuple[int, ...]
    """Those at which clients connect."""

    installable: bool
    """Whether it is one file that can be copied, and not Python with a package."""

    udp_ports: tuple[int, ...] = ()
    """Those of doors beside the mirror."""

    def gates(self) -> list[tuple[Transport, int]]:
        """All that has to be let in."""
        tcp = [(Transport.TCP, port) for port in self.ports]
        return tcp + [(Transport.UDP, port) for port in self.udp_ports]


def set_up(action: Action, server: Server, system: System, environ: Mapping[str, str]) -> SetupResult:
    """Do it; what became of it. Never raises for what the system may answer."""
    if not system.is_administrator():
        return SetupResult(SetupCode.NO_RIGHTS)
    try:
        match action:
            case Action.FIREWALL:
                _add_rule(server, system, environ)
            case Action.NO_FIREWALL:
                _remove_rule(server, system, environ)
            case Action.TASK:
                _add_task(server, system)
            case Action.NO_TASK:
                _remove_task(server, system)
            case _:
                assert_never(action)
    except StepFailed as failed:
        return failed.outcome
    except OSError as error:
        in_use = isinstance(error, PermissionError)
        return SetupResult(SetupCode.IN_USE if in_use else SetupCode.COMMAND_FAILED, system_words(error))
    return SetupResult(SetupCode.DONE)


def admin_only(system: System) -> bool:
    """Whether Npcap was installed for administrators only."""
    return (system.values(_NPCAP) or {}).get("AdminOnly") == 1


def programs_of(server: Server, system: System) -> list[str]:
    """The programs that clients connect to: the one running, and the one that the task starts."""
    return list(dict.fromkeys((str(server.program), str(installed_program(system)))))


# The firewall's rule


def _add_rule(server: Server, system: System, environ: Mapping[str, str]) -> None:
    netsh = str(system.system32 / "netsh.exe")
    programs = programs_of(server, system) if server.installable else [str(server.program)]
    _run(system, [netsh, *_delete_rule(RULE_NAME)], may_fail=True)  # of a program that was moved, or older
    policy = read_policy(system.values, environ)
    for rule in policy.own if policy else ():
        # Windows' own question "may it be reached?", answered with no or closed, has left these behind.
        ours = any(
            rule.is_about(port, program, transport)
            for transport, port in server.gates()
            for program in programs
        )
        if ours and rule.program and not rule.allows:
            _run(system, [netsh, *_delete_rule(rule.name), f"program={rule.program}"], may_fail=True)
    for program in programs:
        _run(system, [netsh, *_new_rule(program, "TCP", server.ports)])
        if server.udp_ports:
            _run(system, [netsh, *_new_rule(program, "UDP", server.udp_ports)])
    policy = read_policy(system.values, environ)
    doors = {
        judge(policy, None, port=port, programs=programs, transport=transport).door
        for transport, port in server.gates()
    }
    if not doors <= LETS_IN:
        raise StepFailed(SetupCode.NO_EFFECT, ", ".join(sorted(doors - LETS_IN)))


def _remove_rule(_server: Server, system: System, environ: Mapping[str, str]) -> None:
    _run(system, [str(system.system32 / "netsh.exe"), *_delete_rule(RULE_NAME)], may_fail=True)
    policy = read_policy(system.values, environ)
    if policy is None or any(rule.name == RULE_NAME for rule in policy.own):
        raise StepFailed(SetupCode.NO_EFFECT, Door.UNKNOWN if policy is None else "")


def _delete_rule(name: str) -> list[str]:
    return ["advfirewall", "firewall", "delete", "rule", f"name={name}", "dir=in"]


def _new_rule(program: str, protocol: str, ports: Sequence[int]) -> list[str]:
    return [
        *("advfirewall", "firewall", "add", "rule", f"name={RULE_NAME}", "dir=in", "action=allow"),
        *(f"program={program}", f"protocol={protocol}", f"localport={','.join(map(str, ports))}"),
        *("profile=domain,private", "enable=yes"),
    ]


# The task


def _add_task(server: Server, system: System) -> None:
    if not server.installable:
        raise StepFailed(SetupCode.NOT_INSTALLABLE)
    account = account_for(admin_only(system))
    installed = installed_program(system)
    if installed.resolve() != server.program.resolve():
        _end_task(system)
        _copy(server, installed)
    try:
        _open_data_folder(system, account)
        _register(system, installed, account, server.version)
    except StepFailed:
        if _registered(system) is None:
            _remove_copy(server, installed)
        raise


def _register(system: System, installed: Path, account: Account, version: str) -> None:
    # In a folder that only administrators write to: nobody can change it before it is read.
    definition = installed.with_name(TASK_FILE)
    definition.write_text(task_xml(str(installed), account), encoding="utf-16")
    try:
        _schtasks(system, "/create", "/tn", TASK_NAME, "/xml", str(definition), "/f")
    finally:
        definition.unlink(missing_ok=True)
    state = read_start_state(system, version)
    if state is not StartState.ON:
        raise StepFailed(SetupCode.NO_EFFECT, state)


def _copy(server: Server, installed: Path) -> None:
    installed.parent.mkdir(parents=True, exist_ok=True)
    new, old = installed.with_suffix(".new"), installed.with_suffix(".old")
    shutil.copyfile(server.program, new)

    def put() -> None:
        old.unlink(missing_ok=True)
        if installed.exists():
            installed.replace(old)  # a program that still runs can be renamed, but not replaced
        new.replace(installed)

    _once_free(put)
    with contextlib.suppress(OSError):
        old.unlink(missing_ok=True)
    installed.with_name(VERSION_FILE).write_text(server.version, encoding="ascii")


def _open_data_folder(system: System, account: Account) -> None:
    """Let the task write to the folder that it shares with the window, also where that made it otherwise.

    SYSTEM has every right already.
    """
    folder = system.program_data / "PacketWave" / "server"
    data_folder.make(folder)
    if account is not Account.SYSTEM:
        rights = f"*{account.value}:(OI)(CI)F"
        _run(system, [str(system.system32 / "icacls.exe"), str(folder), "/grant", rights, "/T", "/C", "/Q"])


def _remove_task(server: Server, system: System) -> None:
    _end_task(system)
    _schtasks(system, "/delete", "/tn", TASK_NAME, "/f", may_fail=True)
    if _registered(system) is not None:
        raise StepFailed(SetupCode.NO_EFFECT, StartState.ON)
    _remove_copy(server, installed_program(system))


def _remove_copy(server: Server, installed: Path) -> None:
    installed.with_name(VERSION_FILE).unlink(missing_ok=True)
    if installed.resolve() == server.program.resolve():
        return  # it cannot remove itself

    def remove() -> None:
        for file in (installed, installed.with_suffix(".old"), installed.with_suffix(".new")):
            file.unlink(missing_ok=True)

    _once_free(remove)
    with contextlib.suppress(OSError):
        installed.parent.rmdir()
        installed.parent.parent.rmdir()  # the client's folder may be there too


def _once_free(step: Callable[[], None]) -> None:
    """Do it as soon as the program in the way has ended; PermissionError where it does not."""
    deadline = time.monotonic() + _ENDING_S
    while True:
        try:
            return step()
        except PermissionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_AGAIN_S)


def _end_task(system: System) -> None:
    _schtasks(system, "/end", "/tn", TASK_NAME, may_fail=True)


def read_start_state(system: System, version: str) -> StartState:
    """What there is of the task; needs no rights."""
    return start_state(
        _registered(system),
        installed=str(installed_program(system)),
        installed_version=installed_version(system),
        version=version,
    )


def _registered(system: System) -> Registered | None:
    answer = _schtasks(system, "/query", "/tn", TASK_NAME, "/xml", may_fail=True)
    return read_task(answer.output) if answer.code == 0 else None


def _schtasks(system: System, *arguments: str, may_fail: bool = False) -> Ran:
    return _run(system, [str(system.system32 / "schtasks.exe"), *arguments], may_fail=may_fail)


def _run(system: System, command: Sequence[str], *, may_fail: bool = False) -> Ran:
    ran = system.run(command)
    if ran.code != 0 and not may_fail:
        said = " ".join(ran.output.decode(_CONSOLE, "replace").split())
        raise StepFailed(SetupCode.COMMAND_FAILED, f"{Path(command[0]).name} ({ran.code}): {said}"[:300])
    return ran
