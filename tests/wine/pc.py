"""What the tests ask of a PC of the bench: packages installed, its machine-wide registry and files.

A PC is `installer.windows.bench.PC`, a Windows of Wine's on a disk of its own. Paths are Windows'; only
`windows_path` and `machine_files` know both sides.
"""

import re
from pathlib import Path, PureWindowsPath

from installer.windows.bench import PC

TOP = Path(__file__).parents[2]
CLIENT_FOLDER = PureWindowsPath(r"C:\Program Files\PacketWave\Client")
CLIENT_PROGRAM = CLIENT_FOLDER / "PacketWave-Client.exe"
CLIENT_KEY = r"HKEY_LOCAL_MACHINE\Software\PacketWave\Client"
KOREAN = "cp949"
"""The code page of batch files and logs on a Korean PC."""
RUN_KEY = r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Run"
UNINSTALL_KEY = r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Uninstall"

Registry = dict[str, dict[str, str]]
"""By key, then by value's name ("" for the key's own): the data as reg.exe writes it, strings as they are."""

# What comes and goes with Wine's programs, package or none. HARDWARE is built anew at each
# start, on Windows as well, and holds what was measured then (the clock of each processor, `~MHz`).
_VOLATILE_HIVES = ("HKEY_LOCAL_MACHINE\\HARDWARE",)
_WINES_OWN_KEYS = (
    r"\Control\ServiceCurrent",
    r"\Control\Class\{4D36E968-E325-11CE-BFC1-08002BE10318}",
    r"\Control\DeviceClasses",
    r"\Control\Video",
    r"\Enum\DISPLAY",
    r"\Enum\PCI",
    r"\Hardware Profiles",
)

_LINE = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|@)=(.*)', re.DOTALL)


def windows_path(pc: PC, path: Path) -> PureWindowsPath:
    """A file of the bench or of the checkout as Windows programs see it."""
    if path.is_relative_to(pc.bench.folder):
        return PureWindowsPath("Z:/") / path.relative_to(pc.bench.folder)
    return PureWindowsPath("Z:/project") / path.relative_to(TOP)


def msiexec(pc: PC, how: str, package: str, *properties: str) -> tuple[int, str]:
    """Install (`/i`), repair (`/f…`) or remove (`/x`) without a window: Windows' exit code, and its log.

    package: a path as Windows sees it, or a product code. properties: `NAME=value`. By a batch file, as
    administrators do it: Korean and blanks then are what Windows makes of them.
    """
    with pc.bench.scratch() as (folder, _):
        log, batch, code = (folder / name for name in ("msi.log", "run.bat", "code.txt"))
        given = [
            f'{name}="{value.replace("%", "%%")}"'
            for name, _, value in (p.partition("=") for p in properties)
        ]
        command = " ".join(
            ["msiexec", how, f'"{package}"', "/qn", "/l*v", f'"{windows_path(pc, log)}"', *given]
        )
        lines = ("@echo off", command, f'>"{windows_path(pc, code)}" echo %errorlevel%')
        batch.write_text("".join(f"{line}\r\n" for line in lines), KOREAN, newline="")
        pc.run("cmd", "/c", str(windows_path(pc, batch)))
        text = log.read_bytes().decode(KOREAN, "replace") if log.exists() else ""
        return int(code.read_text()), text


def registry(pc: PC, key: str) -> Registry:
    """The key and all below it; none where it is not there. Keys as reg.exe writes them, in full."""
    with pc.bench.scratch() as (folder, _):
        file = folder / "keys.reg"
        pc.run("reg", "export", key, str(windows_path(pc, file)), "/y")
        return parse_registry(file.read_bytes().decode("utf-16")) if file.exists() else {}


def values(pc: PC, key: str) -> dict[str, str]:
    """The values of one key; none where it is not there."""
    found = {name.lower(): data for name, data in registry(pc, key).items()}
    return found.get(key.lower(), {})


def parse_registry(text: str) -> Registry:
    """A file of reg.exe's (`Windows Registry Editor Version 5.00`)."""
    found: Registry = {}
    here: dict[str, str] = {}
    for line in re.sub(r"\\\r?\n\s*", "", text).splitlines():
        if line.startswith("[") and line.endswith("]"):
            here = found.setdefault(line[1:-1], {})
        elif match := _LINE.fullmatch(line):
            name, data = match.groups()
            here[_plain(name or "")] = _plain(data[1:-1]) if data.startswith('"') else data
    return found


def lasting(found: Registry) -> dict[tuple[str, str], str]:
    """Every value that stays between two looks at a registry, by key and name; our keys, if empty too."""
    kept = {}
    for key, data in found.items():
        if _comes_and_goes(key.lower()):
            continue
        kept.update({(key, name): value for name, value in data.items()})
        if "packetwave" in key.lower():
            kept[key, ""] = "is there"
    return kept


def _comes_and_goes(key: str) -> bool:
    volatile = any(f"{key}\\".startswith(f"{hive.lower()}\\") for hive in _VOLATILE_HIVES)
    return volatile or any(own.lower() in key for own in _WINES_OWN_KEYS)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def machine_files(pc: PC) -> set[str]:
    """All files and folders of drive C: but those in users' profiles, relative to it."""
    drive = pc.drive
    found = set()
    for path in drive.rglob("*"):
        parts = path.relative_to(drive).parts
        if not (parts[0].lower() == "users" and len(parts) > 1 and parts[1].lower() != "public"):
            found.add("/".join(parts))
    return found


def running(pc: PC, program: str) -> list[int]:
    """The process numbers of all programs of that name."""
    said = pc.run("tasklist", "/fo", "csv", "/nh").stdout.decode("utf-8", "replace")
    rows = (line.strip().strip('"').split('","') for line in said.splitlines())
    return [int(row[1]) for row in rows if row[0].lower() == program.lower()]
