"""Run by Windows' Python: what Windows sends to one process at the end of the session, to all of its windows.

end_session.py PID off     ask, and call it off
end_session.py PID end     ask, and end it
"""

import ctypes
import sys
from ctypes import wintypes

assert sys.platform == "win32"

WM_QUERYENDSESSION, WM_ENDSESSION = 0x11, 0x16

user32 = ctypes.WinDLL("user32")
Visit = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
user32.EnumWindows.argtypes = [Visit, wintypes.LPARAM]
user32.GetWindowThreadProcessId.argtypes = [wintypes.HWND, ctypes.POINTER(wintypes.DWORD)]
user32.SendMessageW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]
user32.SendMessageW.restype = ctypes.c_ssize_t


def windows_of(pid: int) -> list[int]:
    """All of its top-level windows, hidden ones too."""
    found: list[int] = []

    def visit(window: int, _: int) -> bool:
        owner = wintypes.DWORD()
        user32.GetWindowThreadProcessId(window, ctypes.byref(owner))
        if owner.value == pid:
            found.append(window)
        return True

    user32.EnumWindows(Visit(visit), 0)
    return found


def main(pid: int, *, ends: bool) -> int:
    """0 when all of them agreed."""
    windows = windows_of(pid)
    answers = [user32.SendMessageW(window, WM_QUERYENDSESSION, 0, 0) for window in windows]
    for window in windows:
        user32.SendMessageW(window, WM_ENDSESSION, ends, 0)
    print(len(windows), answers)
    return 0 if windows and all(answers) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), ends=sys.argv[2] == "end"))
