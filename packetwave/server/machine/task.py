"""The task that starts the server with Windows: its definition as XML, and what is found registered. Pure.

A scheduled task and not a service: a service would need a program that speaks the service controller's
protocol, a task starts the very program that is double-clicked (docs/decisions/windows-server.md).
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape

TASK_NAME = "PacketWave Server"
ARGUMENTS = "--headless"
_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"


class Account(StrEnum):
    """Who the task runs as, by the security identifier. Neither has a password."""

    LOCAL_SERVICE = "S-1-5-19"
    SYSTEM = "S-1-5-18"


class StartState(StrEnum):
    """Whether the server starts with Windows."""

    OFF = "off"
    """There is no task for it."""

    ON = "on"
    """The task is there and starts the installed program."""

    OUTDATED = "outdated"
    """The task starts an older version than the one asking."""

    BROKEN = "broken"
    """The task is there, but its program is not, or it is another."""

    DISABLED = "disabled"
    """The task was switched off in the Task Scheduler."""

    UNKNOWN = "unknown"
    """Windows does not tell."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The task as the Task Scheduler has it. command: the program it starts."""

    command: str
    arguments: str
    account: str
    enabled: bool


def account_for(npcap_admin_only: bool) -> Account:
    """The account that the task runs as: LOCAL SERVICE, which may do next to nothing; or SYSTEM where the
    capture driver was installed for administrators only."""
    return Account.SYSTEM if npcap_admin_only else Account.LOCAL_SERVICE


def task_xml(program: str, account: Account) -> str:
    """The definition of the task that starts `program` (a full path) with Windows.

    Every minute it is started should it not be running, whatever it ended with. `RestartOnFailure` is for the
    rest: it sees only what could not be started at all, not exit codes ([MS-TSCH] 2.5.4.2; Count is a byte).
    Administrators may change the task, all may see and start it.
    """
    level = "HighestAvailable" if account is Account.SYSTEM else "LeastPrivilege"
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="{_NAMESPACE}">
  <RegistrationInfo>
    <SecurityDescriptor>D:(A;;FA;;;BA)(A;;FA;;;SY)(A;;FRFX;;;AU)</SecurityDescriptor>
    <Author>PacketWave</Author>
    <Description>Starts the PacketWave server with Windows, also before anybody signs in.</Description>
    <URI>\\{TASK_NAME}</URI>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
      <Repetition>
        <Interval>PT1M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
    </BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="Account">
      <UserId>{account.value}</UserId>
      <RunLevel>{level}</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>4</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Account">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{ARGUMENTS}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def read_task(answer: bytes) -> Registered | None:
    """The task in what `schtasks /query /xml` wrote; None where there is none in it.

    It calls itself UTF-16, and is in the console's code page when it goes to a pipe; what matters of it is
    ASCII.
    """
    text = answer.decode("utf-16" if answer[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    start = text.find("<Task")
    if start < 0:
        return None
    try:
        root = ET.fromstring(text[start:].rstrip("\x00\r\n "))
    except ET.ParseError:
        return None

    def said(path: str, default: str = "") -> str:
        steps = "/".join(f"{{{_NAMESPACE}}}{step}" for step in path.split("/"))
        return (root.findtext(steps) or default).strip()

    command = said("Actions/Exec/Command").strip('"')
    if not command:
        return None
    return Registered(
        command=command,
        arguments=said("Actions/Exec/Arguments"),
        account=said("Principals/Principal/UserId"),
        enabled=said("Settings/Enabled", "true").lower() == "true",
    )


def start_state(
    registered: Registered | None, *, installed: str, installed_version: str | None, version: str
) -> StartState:
    """What to say of the task.

    installed: where the program for it belongs. installed_version: the version of the copy there, None for
    no copy, "" for an unknown one. version: that of the program asking.
    """
    if registered is None:
        # Without the right to see a task Windows says that there is none.
        return StartState.OFF if installed_version is None else StartState.UNKNOWN
    if registered.command.casefold() != installed.casefold() or installed_version is None:
        return StartState.BROKEN
    if not registered.enabled:
        return StartState.DISABLED
    return StartState.OUTDATED if _number(installed_version) < _number(version) else StartState.ON


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
