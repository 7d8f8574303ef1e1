"""The thin shell over Windows: registry, known folders, programs run, programs run as administrator.

Everything that decides anything is elsewhere, with a `System` as its argument. Blocks for as long as it
says; so never on the Qt thread. Windows alone.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

RUN_S = 20.0
"""How long a system program may take: they are quick, but PowerShell on a cold disk is not."""


class Declined(Exception):
    """The person said no when Windows asked whether the program may change this PC."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that has ended. output: both of its streams."""

    code: int
    output: bytes


class System(Protocol):
    """What is asked of Windows. All may raise OSError (TimeoutError for what took too long).

    system32, program_files, program_data: folders as Windows itself names them; the environment, which the
    person who started the program can change, does not come into it.
    """

    @property
    def system32(self) -> Path: ...
    @property
    def program_files(self) -> Path: ...
    @property
    def program_data(self) -> Path: ...

    def values(self, key: str) -> dict[str, object] | None:
        """The values of a key below HKEY_LOCAL_MACHINE (64-bit view); None where it is not there or
        closed to this person."""

    def run(self, command: Sequence[str]) -> Ran:
        """Run a program without a window."""

    def run_as_administrator(self, command: Sequence[str], timeout_s: float) -> int:
        """Run a program after Windows has asked the person; its exit code. Raises Declined."""

    def is_administrator(self) -> bool:
        """Whether this very process may change the PC."""


if sys.platform == "win32":
    import ctypes
    import winreg
    from ctypes import wintypes

    _SYSTEM = "{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}"
    _PROGRAM_FILES = "{905E63B6-C1BF-494E-B29C-65B732D3D21A}"
    _PROGRAM_DATA = "{62AB5D82-FDC1-4DC3-A9DD-070D1D495D97}"

    _NO_CLOSE_PROCESS, _NO_ASYNC, _NO_UI = 0x40, 0x100, 0x400
    _CANCELLED = 1223
    _APARTMENT_THREADED, _DISABLE_OLE1DDE = 0x2, 0x4
    _STILL_WAITING = 0x102

    class _Execute(ctypes.Structure):
        """SHELLEXECUTEINFOW."""

        _fields_ = (
            ("cbSize", wintypes.DWORD),
            ("fMask", wintypes.ULONG),
            ("hwnd", wintypes.HWND),
            ("lpVerb", wintypes.LPCWSTR),
            ("lpFile", wintypes.LPCWSTR),
            ("lpParameters", wintypes.LPCWSTR),
            ("lpDirectory", wintypes.LPCWSTR),
            ("nShow", ctypes.c_int),
            ("hInstApp", wintypes.HINSTANCE),
            ("lpIDList", ctypes.c_void_p),
            ("lpClass", wintypes.LPCWSTR),
            ("hkeyClass", wintypes.HKEY),
            ("dwHotKey", wintypes.DWORD),
            ("hIcon", wintypes.HANDLE),
            ("hProcess", wintypes.HANDLE),
        )

    class WindowsSystem:
        """The real one."""

        @property
        def system32(self) -> Path:
            return _known_folder(_SYSTEM)

        @property
        def program_files(self) -> Path:
            return _known_folder(_PROGRAM_FILES)

        @property
        def program_data(self) -> Path:
            return _known_folder(_PROGRAM_DATA)

        def values(self, key: str) -> dict[str, object] | None:
            found: dict[str, object] = {}
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            try:
                with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, access) as opened:
                    for index in range(winreg.QueryInfoKey(opened)[1]):
                        name, value, _ = winreg.EnumValue(opened, index)
                        found[name] = value
            except OSError:
                return None
            return found

        def run(self, command: Sequence[str]) -> Ran:
            try:
                done = subprocess.run(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=RUN_S,
                    check=False,
                    creationflags=subprocess.CREATE_NO_WINDOW,
                )
            except subprocess.TimeoutExpired as error:
                raise TimeoutError(f"{Path(command[0]).name} did not end in {RUN_S:.0f} s") from error
            return Ran(done.returncode, done.stdout)

        def run_as_administrator(self, command: Sequence[str], timeout_s: float) -> int:
            # The program started is this one again, and must unpack itself anew (PyInstaller).
            os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
            shell32 = ctypes.WinDLL("shell32", use_last_error=True)
            kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
            ole32 = ctypes.WinDLL("ole32")
            kernel32.WaitForSingleObject.argtypes = (wintypes.HANDLE, wintypes.DWORD)
            kernel32.GetExitCodeProcess.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD))
            kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
            asked = _Execute(
                cbSize=ctypes.sizeof(_Execute),
                fMask=_NO_CLOSE_PROCESS | _NO_ASYNC | _NO_UI,
                lpVerb="runas",
                lpFile=command[0],
                lpParameters=subprocess.list2cmdline(command[1:]),
                nShow=0,
            )
            ole32.CoInitializeEx(None, _APARTMENT_THREADED | _DISABLE_OLE1DDE)
            try:
                started = shell32.ShellExecuteExW(ctypes.byref(asked))
                error = ctypes.get_last_error()
            finally:
                ole32.CoUninitialize()
            if not started:
                if error == _CANCELLED:
                    raise Declined
                raise ctypes.WinError(error)
            if not asked.hProcess:
                raise OSError("Windows started no program")
            try:
                if kernel32.WaitForSingleObject(asked.hProcess, int(timeout_s * 1000)) == _STILL_WAITING:
                    raise TimeoutError(f"not done in {timeout_s:.0f} s")
                code = wintypes.DWORD()
                if not kernel32.GetExitCodeProcess(asked.hProcess, ctypes.byref(code)):
                    raise ctypes.WinError(ctypes.get_last_error())
                return int(code.value)
            finally:
                kernel32.CloseHandle(asked.hProcess)

        def is_administrator(self) -> bool:
            return bool(ctypes.WinDLL("shell32").IsUserAnAdmin())

    def _known_folder(identifier: str) -> Path:
        guid = (ctypes.c_byte * 16)()
        found = ctypes.c_wchar_p()
        ole32, shell32 = ctypes.WinDLL("ole32"), ctypes.WinDLL("shell32")
        failed = ole32.CLSIDFromString(identifier, ctypes.byref(guid))
        failed = failed or shell32.SHGetKnownFolderPath(ctypes.byref(guid), 0, None, ctypes.byref(found))
        try:
            if failed or not found.value:
                raise OSError(f"Windows does not name its folder {identifier}")
            return Path(found.value)
        finally:
            ole32.CoTaskMemFree(found)


def system() -> System | None:
    """Windows; None on any other system."""
    if sys.platform == "win32":
        return WindowsSystem()
    return None
