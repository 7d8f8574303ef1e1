"""Where the program that starts with Windows is, and which version of it. Reads only.

Under Program Files, where only administrators can write: what runs before anybody signs in must not be a
file that any user of the PC can replace.
"""

from pathlib import Path

from packetwave.server.machine.system import System

VERSION_FILE = "version.txt"
TASK_FILE = "task.xml"


def installed_program(system: System) -> Path:
    """The path of the copy that the task starts, whether it is there or not."""
    return system.program_files / "PacketWave" / "Server" / "PacketWave-Server.exe"


def installed_version(system: System) -> str | None:
    """The version of that copy; None where there is none."""
    installed = installed_program(system)
    if not installed.is_file():
        return None
    try:
        return installed.with_name(VERSION_FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
