"""This PC as the console's settings page needs it: what is set up, and asking for it to be changed.

Everything here blocks, for seconds or until a person has answered Windows' question: never on the Qt thread.
"""

import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from packetwave import __version__
from packetwave.common import addresses
from packetwave.common.paths import shared_dir
from packetwave.server.machine.firewall import SHUTS_OUT, Firewall, Network, judge, worst_of
from packetwave.server.machine.networks import networks_command, read_networks
from packetwave.server.machine.policy import read_policy
from packetwave.server.machine.rules import Transport
from packetwave.server.machine.setup import (
    Action,
    Server,
    SetupCode,
    SetupResult,
    admin_only,
    programs_of,
    read_start_state,
)
from packetwave.server.machine.system import Declined, System, system
from packetwave.server.machine.task import StartState

PERSON_S = 300.0
"""How long a change may take, with the time a person needs to answer Windows' question."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What is set up on this PC."""

    firewall: Firewall
    start: StartState | None
    """None where it cannot be offered: to a program that is not one file, or that keeps its data elsewhere
    than the task would (portable, `--data-dir`)."""

    name: str
    """By which clients may call it."""

    addresses: tuple[str, ...]
    """At which clients may call it (IPv4)."""

    administrators_only: bool = False
    """Whether Npcap serves administrators only."""

    shut_doors: tuple[int, ...] = ()
    """UDP ports of doors beside the mirror that the firewall does not let in."""


class Pc(Protocol):
    """What the settings page asks."""

    def look(self, ports: tuple[int, ...], doors: tuple[int, ...] = ()) -> Setup:
        """What is set up, for a server that listens at these TCP and UDP ports."""

    def change(self, action: Action, ports: tuple[int, ...], doors: tuple[int, ...] = ()) -> SetupResult:
        """Let Windows ask the person, then do it."""


class ThisPc:
    """The PC that this program runs on. shared: its data folder is the one that the task would use."""

    def __init__(self, windows: System, *, shared: bool = True, frozen: bool | None = None) -> None:
        self._windows = windows
        self._frozen = bool(getattr(sys, "frozen", False)) if frozen is None else frozen
        self._shared = shared

    def look(self, ports: tuple[int, ...], doors: tuple[int, ...] = ()) -> Setup:
        windows, server = self._windows, running_server(ports, frozen=self._frozen)
        start = self._start() if self._frozen and self._shared else None
        programs = [str(server.program)]
        if start not in (None, StartState.OFF):
            programs = programs_of(server, windows)
        policy, networks = read_policy(windows.values, os.environ), self._networks()
        return Setup(
            firewall=worst_of(judge(policy, networks, port=port, programs=programs) for port in ports),
            start=start,
            name=socket.gethostname(),
            addresses=own_addresses(),
            administrators_only=admin_only(windows),
            shut_doors=tuple(
                door
                for door in doors
                if judge(policy, networks, port=door, programs=programs, transport=Transport.UDP).door
                in SHUTS_OUT
            ),
        )

    def change(self, action: Action, ports: tuple[int, ...], doors: tuple[int, ...] = ()) -> SetupResult:
        with tempfile.TemporaryDirectory(prefix="packetwave-", ignore_cleanup_errors=True) as folder:
            report = Path(folder) / "report.json"
            itself = [sys.executable] if self._frozen else [sys.executable, "-m", "packetwave.server"]
            udp = ["--udp-ports", ",".join(map(str, doors))] if doors else []
            tcp = ["--ports", ",".join(map(str, ports))]
            command = [*itself, "setup", action.value, *tcp, *udp, "--report", str(report)]
            try:
                code = self._windows.run_as_administrator(command, PERSON_S)
            except Declined:
                return SetupResult(SetupCode.DECLINED)
            except OSError as error:
                return SetupResult(SetupCode.COMMAND_FAILED, str(error))
            return read_report(report, code)

    def _start(self) -> StartState:
        try:
            return read_start_state(self._windows, __version__)
        except OSError:
            return StartState.UNKNOWN

    def _networks(self) -> Sequence[Network] | None:
        powershell = self._windows.system32 / "WindowsPowerShell" / "v1.0" / "powershell.exe"
        try:
            return read_networks(self._windows.run(networks_command(str(powershell))).output)
        except OSError:
            return None


def this_pc(data_dir: Path) -> ThisPc | None:
    """This PC, for a server with this data folder; None where there is no Windows, and so nothing of this."""
    windows = system()
    return None if windows is None else ThisPc(windows, shared=data_dir == shared_dir())


def running_server(ports: tuple[int, ...], *, frozen: bool, udp_ports: tuple[int, ...] = ()) -> Server:
    """The program that runs now."""
    return Server(Path(sys.executable), __version__, ports, installable=frozen, udp_ports=udp_ports)


def write_report(path: Path, result: SetupResult) -> None:
    """Leave what became of a change for who asked for it. OSError, also where the file is there already:
    an administrator's program must not be made to write over anything."""
    with path.open("x", encoding="utf-8") as file:
        json.dump({"code": result.code, "detail": result.detail}, file)


def read_report(path: Path, exit_code: int) -> SetupResult:
    """The report, or what the exit code alone tells where there is none."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        code, detail = SetupCode(said["code"]), str(said["detail"])
    except (OSError, ValueError, KeyError, TypeError):
        return SetupResult(SetupCode.COMMAND_FAILED, f"exit code {exit_code}")
    if code is SetupCode.DECLINED or (code is SetupCode.DONE) != (exit_code == 0):
        return SetupResult(SetupCode.COMMAND_FAILED, f"{code} {detail} (exit code {exit_code})")
    return SetupResult(code, detail)


def own_addresses(
    resolve: Callable[[], Sequence[str]] = lambda: _resolved(socket.gethostname()),
) -> tuple[str, ...]:
    """This PC's IPv4 addresses that others can call; office addresses first."""
    found = {addresses.parse_address(text) for text in resolve() if _is_callable(text)}
    return tuple(map(str, sorted(found, key=lambda address: (not address.is_private, address))))


def _is_callable(text: str) -> bool:
    address = addresses.parse_address(text)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)


def _resolved(name: str) -> Sequence[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(name, None, socket.AF_INET)]
    except OSError:
        return ()
