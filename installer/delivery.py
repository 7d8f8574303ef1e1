"""What users get, and where it is made: the same from the bench with Wine and from a real Windows.

build/windows has PyInstaller's work and the MSI, dist/ what is given out, with its checksums.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from installer import bundle, check
from packetwave import __version__

TOP = Path(__file__).parents[1]
BUILD = TOP / "build" / "windows"
BUILT = BUILD / "dist"
DELIVERED = TOP / "dist"
MSI_NAME = f"{bundle.CLIENT.name}-{__version__}.msi"


class NotGood(Exception):
    """What was built is not what it must be, or could not be built; str() has a finding a line."""


def refuse(found: Iterable[str]) -> None:
    """Raise NotGood where there are findings."""
    findings = list(found)
    if findings:
        raise NotGood("\n".join(findings))


def deliver(built: Path, msi: Path | None, target: Path = DELIVERED) -> None:
    """Lay what users get into a fresh folder, with SHA256SUMS. built: PyInstaller's folder of programs.

    msi: None where none was made. Raises NotGood where the old folder cannot be removed.
    """
    if target.exists():
        try:
            shutil.rmtree(target)
        except PermissionError as error:
            raise NotGood(f"{target.name} cannot be removed; does a program in it run? {error}") from error
    target.mkdir()
    programs = (built / f"{bundle.SERVER.name}.exe", built / f"{bundle.PORTABLE}.exe")
    for path in (*programs, *([msi] if msi else [])):
        shutil.copy2(path, target / path.name)
    shutil.copytree(TOP / "build" / "licences" / "server", target / "licences")
    shutil.copytree(
        TOP / "installer" / "policy", target / "policy", ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(target).as_posix()}\n"
        for path in sorted(target.rglob("*"))
        if path.is_file()
    ]
    (target / "SHA256SUMS").write_text("".join(sums), "utf-8", newline="\n")
    for path in sorted(target.iterdir()):
        say(f"{target.name}/{path.name}: {check.size_bytes(path) / 1e6:.1f} MB")
    say(f"installed client: {check.size_bytes(built / bundle.CLIENT.name) / 1e6:.1f} MB")


def timed(what: str, work: Callable[[], object]) -> None:
    """Do the work, and say how long it took."""
    started = time.monotonic()
    work()
    say(f"{what}: {time.monotonic() - started:.0f} s")


def say(line: str) -> None:
    """Print a line of progress."""
    print(f"windows: {line}", flush=True)
