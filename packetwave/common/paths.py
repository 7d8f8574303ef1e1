"""Where each program keeps its files, when `--data-dir` does not say otherwise. Makes none of them
(`common.data_folder` does)."""

import hashlib
import os
import sys
import tempfile
from pathlib import Path

import platformdirs

PORTABLE_MARK = "portable.txt"
_PORTABLE_FOLDER = "PacketWave-Data"


def data_dir(program: str) -> Path:
    """The data folder of `server` or `client`; not made yet."""
    exe = Path(sys.executable) if getattr(sys, "frozen", False) else None
    portable = exe is not None and exe.with_name(PORTABLE_MARK).exists()
    return choose(program, platform=sys.platform, exe=exe, portable=portable)


def choose(program: str, *, platform: str, exe: Path | None, portable: bool) -> Path:
    """The data folder of `server` or `client`. exe: the frozen program's file, None from source.

    The server watches a Windows PC's mirror port for whoever is signed in, and for nobody: its folder there
    is the PC's. Everything else is the user's own. A portable program keeps its files beside itself.
    """
    if exe is not None and portable:
        return exe.parent / _PORTABLE_FOLDER / program
    if platform == "win32" and program == "server":
        return shared_dir()
    return Path(platformdirs.user_data_dir("PacketWave", appauthor=False)) / program


def shared_dir() -> Path:
    """The server's folder of the whole PC: `%ProgramData%\\PacketWave\\server` (on Windows)."""
    return Path(platformdirs.site_data_dir("PacketWave", appauthor=False)) / "server"


def spare_dir(folder: Path) -> Path | None:
    """Where a program notes that it runs when its data folder cannot be written: for the user alone, another
    place for each data folder. In memory; on Windows, which has no such place, among the user's temporary
    files. None where the system has neither."""
    runtime = tempfile.gettempdir() if sys.platform == "win32" else os.environ.get("XDG_RUNTIME_DIR", "")
    if not runtime or not Path(runtime).is_dir():
        return None
    name = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    return Path(runtime) / "packetwave" / name


def assets_dir() -> Path:
    """Icons and translations: in the frozen program, in the installed package, or in the source tree."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen) / "assets"
    package = Path(__file__).parents[1]
    installed = package / "assets"
    return installed if installed.is_dir() else package.parent / "assets"
