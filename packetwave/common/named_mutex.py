"""One program a data folder where no lock file can be had: a name that Windows gives to one at a time.

Windows frees it when the program that has it ends, in any way. Elsewhere there is none, and none is needed:
such systems have a place in memory for the lock file.
"""

import ctypes
import hashlib
import os
import sys
from pathlib import Path

_ALREADY_EXISTS = 183


def name_of(folder: Path) -> str:
    """The name that stands for a data folder, the same however its path is spelt. For one session: another
    user's programs are not in the way."""
    path = os.path.normcase(Path(os.path.abspath(folder)))  # noqa: PTH100 - resolve() asks a disk that may be gone
    return "Local\\PacketWave-" + hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class NamedMutex:
    """The name of one folder."""

    def __init__(self, folder: Path) -> None:
        self.name = name_of(folder)
        self._handle: int | None = None

    def take(self) -> bool:
        """Try to get the name; False where another program has it. True where there are no such names."""
        if sys.platform == "win32":
            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            kernel.CreateMutexW.restype = ctypes.c_void_p
            handle = kernel.CreateMutexW(None, False, self.name)
            if handle and ctypes.get_last_error() == _ALREADY_EXISTS:
                kernel.CloseHandle(ctypes.c_void_p(handle))
                return False
            self._handle = handle
        return True

    def give_back(self) -> None:
        """Free the name. May be called twice, and without having it."""
        handle, self._handle = self._handle, None
        if sys.platform == "win32" and handle:
            ctypes.WinDLL("kernel32").CloseHandle(ctypes.c_void_p(handle))
