"""The Windows programs and the MSI on a Windows: what build.ps1 runs, in the Python that it made ready.

The same spec, checks and dist/ as on the bench (installer/windows/build.py). This Python runs PyInstaller,
WiX 3 makes the MSI and lets Windows Installer check it (ICE), signtool signs, and the programs prove
themselves.
"""

import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from installer import bundle, check, programs, signing
from installer.delivery import BUILD, DELIVERED, MSI_NAME, NotGood, deliver, refuse, say, timed
from installer.msi import wix3
from installer.msi.build import ICON
from packetwave import __version__

PYTHON = (3, 13)
SYSTEM = "win-amd64"

Which = Callable[[str], str | None]
"""Where a program is, by its name: shutil.which."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a build uses beside this Python. wix: the folder with candle.exe and light.exe, None to make no
    MSI. certificate: None to sign nothing."""

    wix: Path | None
    certificate: signing.Certificate | None


def wrong_python(version: tuple[int, int], system: str) -> Iterator[str]:
    """What is wrong with a Python of this version, for this system (as sysconfig names it)."""
    if (version, system) != (PYTHON, SYSTEM):
        wanted, found = (".".join(map(str, numbers)) for numbers in (PYTHON, version))
        yield f"64-bit Python {wanted} for Windows ({SYSTEM}) is needed; this is {found} for {system}"


def wix_folder(environment: Mapping[str, str], which: Which) -> Path | None:
    """The folder with candle.exe and light.exe of WiX 3: by WIX, as its set-up sets it, else on PATH."""
    named = environment.get("WIX", "")
    found = which("candle.exe")
    places = [
        *([Path(named) / "bin", Path(named)] if named else []),
        *([Path(found).parent] if found else []),
    ]
    return next((place for place in places if _is_wix(place)), None)


def _is_wix(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("candle.exe", "light.exe"))


def tools(environment: Mapping[str, str], *, msi: bool, which: Which = shutil.which) -> Tools:
    """What this build will use. Raises NotGood with a line for each thing that is missing."""
    missing = list(wrong_python(sys.version_info[:2], sysconfig.get_platform()))
    wix = wix_folder(environment, which) if msi else None
    if msi and wix is None:
        missing.append("WiX 3 is missing (candle.exe, light.exe): install it, or build without the MSI")
    certificate = None
    try:
        certificate = signing.certificate(environment)
    except FileNotFoundError as error:
        missing.append(str(error))
    if certificate is not None and which("signtool") is None:
        missing.append("signtool is not on PATH: it comes with the Windows SDK")
    refuse(missing)
    return Tools(wix, certificate)


def build_all(
    found: Tools,
    target: Path = BUILD,
    delivered: Path = DELIVERED,
    run: programs.Run = programs.run_logged,
    self_test: Callable[[Path], Iterator[str]] = programs.self_test,
) -> None:
    """The programs, the MSI, and all that goes with them in dist/. Raises NotGood, OSError."""
    built = target / "dist"
    if found.certificate is None:
        say("not signed: PACKETWAVE_SIGN_PFX names no certificate")
    command, environment = programs.command(sys.executable, target), os.environ | programs.environment()
    timed("programs", lambda: programs.build(target, command, environment, run))
    refuse(check.programs(built, __version__))
    for program in programs.files(built):
        _sign(found, program, target, run)
    timed("self-tests", lambda: refuse(each for path in programs.files(built) for each in self_test(path)))
    msi = None
    if found.wix is not None:
        msi, wix = target / MSI_NAME, found.wix
        timed("MSI", lambda: build_msi(built / bundle.CLIENT.name, msi, wix, run))
        refuse(check.too_large(msi, bundle.MSI_LIMIT_BYTES))
        _sign(found, msi, target, run)
    deliver(built, msi, delivered)


def build_msi(folder: Path, target: Path, wix: Path, run: programs.Run = programs.run_logged) -> None:
    """Make the MSI of the client's built folder with WiX 3. Raises NotGood where it, or a check of Windows
    Installer's, says no; ValueError for files that cannot be in a package."""
    work = target.parent / "msi"
    target.unlink(missing_ok=True)
    wix3.prepare(folder, work)
    for command in wix3.commands(work, __version__, target, ICON, wix):
        run(command, work / f"{Path(command[0]).stem}.log", None)
    if not target.is_file():
        raise NotGood(f"{target.name} was not made, see {work}")


def _sign(found: Tools, file: Path, target: Path, run: programs.Run) -> None:
    if found.certificate is not None:
        run(found.certificate.windows_command(file), target / "signtool.log", None)
        say(f"signed {file.name}")
