"""`--quit`: ends the clients that run: this user's, and those of every profile where an administrator asks.

An upgrade runs the installed program with `--quit` as the system or as another user, while the clients run in
the sessions of those who work. Owns nothing; in other people's folders it only reads. Blocks for as long as
asked; main thread. `profiles` is the thin shell over the Windows registry.
"""

import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packetwave.common import instance
from packetwave.common.instance import InstanceRequest

_AT_ONCE = 16
_IN_PROFILE = ("AppData", "Local", "PacketWave", "client")


def folders(profile_paths: Iterable[str]) -> list[Path]:
    """The data folders of those of these profiles in which a client runs, or ran and was killed."""
    found = (Path(path, *_IN_PROFILE) for path in profile_paths if path)
    return [folder for folder in dict.fromkeys(found) if _has_run(folder)]


def end(data_dirs: Sequence[Path], limit_s: float) -> list[Path]:
    """Ask the clients with these data folders to end, all at once; the folders whose client has not ended
    within that time."""
    if not data_dirs:
        return []
    deadline = time.monotonic() + limit_s
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="quit") as pool:
        ended = list(pool.map(lambda folder: _end(folder, deadline), data_dirs))
    return [folder for folder, is_gone in zip(data_dirs, ended, strict=True) if not is_gone]


def _end(folder: Path, deadline: float) -> bool:
    if instance.wait_gone(folder, 0):
        return True
    instance.ask(folder, InstanceRequest.QUIT, deadline - time.monotonic())
    return instance.wait_gone(folder, max(0.0, deadline - time.monotonic()))


def _has_run(folder: Path) -> bool:
    try:
        return instance.has_run(folder)
    except OSError:  # a profile on a drive that is away
        return False


if sys.platform == "win32":
    import ctypes
    import winreg

    _PROFILES = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"

    def profiles() -> list[str]:
        """The folders of all profiles of this PC where the program runs as administrator or system, else
        none."""
        if not ctypes.WinDLL("shell32").IsUserAnAdmin():
            return []
        access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        found: list[str] = []
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _PROFILES, 0, access) as key:
            for number in range(winreg.QueryInfoKey(key)[0]):
                try:
                    with winreg.OpenKey(key, winreg.EnumKey(key, number), 0, access) as profile:
                        path = winreg.QueryValueEx(profile, "ProfileImagePath")[0]
                except OSError:  # being made or removed
                    continue
                if isinstance(path, str):
                    found.append(winreg.ExpandEnvironmentStrings(path))
        return found

else:

    def profiles() -> list[str]:
        """None: only Windows lists the profiles of a PC."""
        return []
