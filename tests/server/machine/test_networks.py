import base64
import json

import pytest

from packetwave.server.machine.firewall import Network
from packetwave.server.machine.networks import networks_command, read_networks
from packetwave.server.machine.rules import Profile


def answer(*networks: dict[str, object]) -> bytes:
    return base64.b64encode(json.dumps(networks).encode()) + b"\r\n"


def test_the_networks_by_name_and_category() -> None:
    said = answer(
        {"name": "사무실", "interface": "이더넷", "category": 1, "reach": 4},
        {"name": "corp.local", "interface": "Wi-Fi", "category": 2, "reach": 3},
        {"name": "식별되지 않은 네트워크", "interface": "이더넷 2", "category": 0, "reach": 1},
    )
    assert read_networks(said) == (
        Network("사무실", "이더넷", Profile.PRIVATE, 4),
        Network("corp.local", "Wi-Fi", Profile.DOMAIN, 3),
        Network("식별되지 않은 네트워크", "이더넷 2", Profile.PUBLIC, 1),
    )
    assert read_networks(answer()) == ()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"Get-NetConnectionProfile : Access denied",
        base64.b64encode(b"null"),
        base64.b64encode(b"[1]"),
        answer({"name": "a", "interface": "b", "category": 9, "reach": 4}),
        answer({"name": "a", "interface": "b", "category": 1, "reach": None}),
    ],
)
def test_anything_else_is_not_known(said: bytes) -> None:
    assert read_networks(said) is None


def test_the_command_is_powershell_without_profile() -> None:
    command = networks_command(r"C:\ps.exe")
    assert command[0] == r"C:\ps.exe"
    assert "-NoProfile" in command
    assert '"' not in command[-1]  # nothing that quoting could break
