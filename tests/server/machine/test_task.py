"""The task's XML is held to the order and the values of the Task Scheduler's schema ([MS-TSCH] 2.5)."""

import re
import xml.etree.ElementTree as ET

import pytest

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

INSTALLED = r"C:\Program Files\PacketWave\Server\PacketWave-Server.exe"
NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
BOOLEAN = r"true|false"
DURATION = r"P(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?"

# The parts of the schema that the task uses: xs:sequence (in this order) and xs:all (in any order).
SEQUENCES = {
    "BootTrigger": ["Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "Delay"],
}
CHILDREN = {
    "Task": {"RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"},
    "RegistrationInfo": {
        *("URI", "SecurityDescriptor", "Source", "Date", "Author", "Version", "Description", "Documentation"),
    },
    "Triggers": {"BootTrigger"},
    "Repetition": {"Interval", "Duration", "StopAtDurationEnd"},
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"},
    "Settings": {
        *("AllowStartOnDemand", "RestartOnFailure", "MultipleInstancesPolicy", "DisallowStartIfOnBatteries"),
        *("StopIfGoingOnBatteries", "AllowHardTerminate", "StartWhenAvailable", "RunOnlyIfNetworkAvailable"),
        *("WakeToRun", "Enabled", "Hidden", "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle"),
    },
    "RestartOnFailure": {"Interval", "Count"},
    "Actions": {"Exec"},
    "Exec": {"Command", "Arguments", "WorkingDirectory"},
}
VALUES = {
    "UserId": r"S-1-5-(18|19)",
    "RunLevel": r"LeastPrivilege|HighestAvailable",
    "MultipleInstancesPolicy": r"Parallel|Queue|IgnoreNew|StopExisting",
    "Priority": r"[0-9]|10",
    "Count": r"[1-9]\d?|1\d\d|2[0-4]\d|25[0-5]",
    "Command": r".{1,260}",
    **dict.fromkeys(("Interval", "ExecutionTimeLimit"), DURATION),
    **dict.fromkeys(("SecurityDescriptor", "Author", "Description", "URI", "Arguments"), r".+"),
}


def check(element: ET.Element) -> None:
    name = element.tag.removeprefix(NAMESPACE)
    inside = [child.tag.removeprefix(NAMESPACE) for child in element]
    if not inside:
        assert re.fullmatch(VALUES.get(name, BOOLEAN), element.text or ""), (name, element.text)
        return
    assert len(set(inside)) == len(inside), f"{name} says something twice"
    if name in SEQUENCES:
        assert inside == [one for one in SEQUENCES[name] if one in inside], name
    else:
        assert set(inside) <= CHILDREN[name], name
    for child in element:
        check(child)


@pytest.mark.parametrize("account", list(Account))
def test_the_xml_is_what_the_schema_asks_for(account: Account) -> None:
    text = task_xml(INSTALLED, account)
    assert text.startswith('<?xml version="1.0" encoding="UTF-16"?>\n')
    task = ET.fromstring(text.encode("utf-16"))
    assert task.tag == f"{NAMESPACE}Task"
    assert task.get("version") == "1.2"
    check(task)
    principal, actions = task.find(f".//{NAMESPACE}Principal"), task.find(f"{NAMESPACE}Actions")
    assert principal is not None
    assert actions is not None
    assert principal.get("id") == actions.get("Context")


def test_what_was_written_is_read() -> None:
    text = task_xml(INSTALLED, Account.LOCAL_SERVICE)
    registered = Registered(INSTALLED, "--headless", "S-1-5-19", enabled=True)
    assert read_task(text.encode("utf-16")) == registered
    assert read_task(b"\r\n" + text.encode("cp949").replace(b"\n", b"\r\r\n") + b"\r\n") == registered
    disabled = text.replace(
        "<AllowStartOnDemand>true</AllowStartOnDemand>\n    <Enabled>true", "<Enabled>false"
    )
    again = read_task(disabled.encode())
    assert again is not None
    assert not again.enabled


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"ERROR: The system cannot find the file specified.",
        b"<Task",
        b"<Task/>",
        b"\xff\xfe\x00",
        b"<Task>\xb0",
    ],
)
def test_no_task_is_no_task(answer: bytes) -> None:
    assert read_task(answer) is None


def test_marks_in_the_path_are_escaped() -> None:
    path = r"C:\A & B <x>\S.exe"
    registered = read_task(task_xml(path, Account.SYSTEM).encode())
    assert registered is not None
    assert registered.command == path


def test_the_account_goes_by_npcap() -> None:
    assert account_for(npcap_admin_only=False) is Account.LOCAL_SERVICE
    assert account_for(npcap_admin_only=True) is Account.SYSTEM


@pytest.mark.parametrize(
    ("command", "enabled", "installed_version", "state"),
    [
        (None, True, None, StartState.OFF),
        (None, True, "0.9.0", StartState.UNKNOWN),
        (INSTALLED, True, "1.0.0", StartState.ON),
        (INSTALLED.upper(), True, "1.0.0", StartState.ON),
        (INSTALLED, True, "1.1.0", StartState.ON),
        (INSTALLED, True, "0.10.0", StartState.OUTDATED),
        (INSTALLED, True, "", StartState.OUTDATED),
        (INSTALLED, True, None, StartState.BROKEN),
        (r"C:\other.exe", True, "1.0.0", StartState.BROKEN),
        (INSTALLED, False, "1.0.0", StartState.DISABLED),
    ],
)
def test_states(command: str | None, enabled: bool, installed_version: str | None, state: StartState) -> None:
    registered = Registered(command, "--headless", "S-1-5-19", enabled) if command else None
    said = start_state(registered, installed=INSTALLED, installed_version=installed_version, version="1.0.0")
    assert said is state


def test_it_is_found_by_one_name() -> None:
    assert f"<URI>\\{TASK_NAME}</URI>" in task_xml(INSTALLED, Account.SYSTEM)
