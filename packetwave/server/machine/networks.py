"""The networks this PC is on now, as Windows PowerShell tells them. Pure: the command, and its answer read.

The answer is JSON in base64: whatever the console's code page is, it arrives. The numbers are those of the
enumerations, which are the same in each language of Windows.
"""

import base64
import json

from packetwave.server.machine.firewall import Network
from packetwave.server.machine.rules import Profile

_PROFILES = {0: Profile.PUBLIC, 1: Profile.PRIVATE, 2: Profile.DOMAIN}

_SCRIPT = (
    "$ErrorActionPreference='Stop';"
    "$found=@(Get-NetConnectionProfile|ForEach-Object{@{"
    "name=[string]$_.Name;interface=[string]$_.InterfaceAlias;category=[int]$_.NetworkCategory;"
    "reach=[Math]::Max([int]$_.IPv4Connectivity,[int]$_.IPv6Connectivity)}});"
    "$json=ConvertTo-Json -Compress -InputObject $found;"
    "[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json))"
)


def networks_command(powershell: str) -> list[str]:
    """What to run. powershell: the path of Windows PowerShell's program."""
    return [powershell, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", _SCRIPT]


def read_networks(answer: bytes) -> tuple[Network, ...] | None:
    """The networks in what the command wrote; None where that cannot be read."""
    try:
        found = json.loads(base64.b64decode(answer.strip(), validate=True))
        return tuple(
            Network(
                name=str(one["name"]),
                interface=str(one["interface"]),
                profile=_PROFILES[one["category"]],
                reach=int(one["reach"]),
            )
            for one in found
        )
    except (ValueError, KeyError, TypeError):
        return None
