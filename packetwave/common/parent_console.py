"""Lets a windowed program write to the console that it was started from. Only Windows needs it.

A windowed program has no console of its own. The one it wants is not simply its parent's: a one-file program
is the child of the process that unpacked it, which has none either. Once attached, Ctrl+C in that console
reaches this program too; so attach only what ends by itself, or is meant to be ended that way.
"""

import sys
from collections.abc import Mapping


def starter(pid: int, processes: Mapping[int, tuple[int, str]]) -> int | None:
    """The nearest ancestor of `pid` that is another program; None where it has ended or is not listed.

    processes: process id to its parent's id and the name of its executable file.
    """
    if pid not in processes:
        return None
    parent, own_name = processes[pid]
    for _ in processes:  # a process id used again may make a ring
        if parent not in processes:
            return None
        if processes[parent][1].casefold() != own_name.casefold():
            return parent
        parent = processes[parent][0]
    return None


if sys.platform == "win32":
    import ctypes
    import os
    from ctypes import wintypes

    _SNAPSHOT_PROCESSES = 2
    _NO_SNAPSHOT = wintypes.HANDLE(-1).value

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.CreateToolhelp32Snapshot.argtypes = [wintypes.DWORD, wintypes.DWORD]
    _kernel32.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
    _kernel32.Process32FirstW.argtypes = [wintypes.HANDLE, ctypes.c_void_p]
    _kernel32.Process32NextW.argtypes = [wintypes.HANDLE, ctypes.c_void_p]
    _kernel32.CloseHandle.argtypes = [wintypes.HANDLE]
    _kernel32.AttachConsole.argtypes = [wintypes.DWORD]

    class _Entry(ctypes.Structure):  # PROCESSENTRY32W
        _fields_ = [
            ("size", wintypes.DWORD),
            ("usage", wintypes.DWORD),
            ("pid", wintypes.DWORD),
            ("heap", ctypes.c_size_t),
            ("module", wintypes.DWORD),
            ("threads", wintypes.DWORD),
            ("parent", wintypes.DWORD),
            ("priority", wintypes.LONG),
            ("flags", wintypes.DWORD),
            ("name", wintypes.WCHAR * 260),
        ]

    def attach() -> bool:
        """Attach to the starter's console; whether it can be written to now, as the file `CONOUT$`."""
        pid = starter(os.getpid(), _processes())
        return pid is not None and bool(_kernel32.AttachConsole(pid))

    def _processes() -> dict[int, tuple[int, str]]:
        snapshot = _kernel32.CreateToolhelp32Snapshot(_SNAPSHOT_PROCESSES, 0)
        if snapshot == _NO_SNAPSHOT:
            return {}
        found: dict[int, tuple[int, str]] = {}
        entry = _Entry(size=ctypes.sizeof(_Entry))
        try:
            more = _kernel32.Process32FirstW(snapshot, ctypes.byref(entry))
            while more:
                found[entry.pid] = (entry.parent, entry.name)
                more = _kernel32.Process32NextW(snapshot, ctypes.byref(entry))
        finally:
            _kernel32.CloseHandle(snapshot)
        return found

else:

    def attach() -> bool:
        """False: other systems give a program its starter's terminal by themselves."""
        return False
