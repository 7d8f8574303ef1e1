"""Reads the system's own colours where its high contrast is on. People who need them have chosen them, so
they come before the program's.

The thin shell over Windows; other systems are not asked. Any thread.
"""

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemColors:
    """The system's own colours, each as `#rrggbb`."""

    window: str
    window_text: str
    highlight: str
    """The ground of what is selected."""

    highlight_text: str
    gray_text: str
    """The text of what is off."""


def color(colorref: int) -> str:
    """A Windows COLORREF (0x00bbggrr) as `#rrggbb`."""
    red, green, blue = colorref & 0xFF, colorref >> 8 & 0xFF, colorref >> 16 & 0xFF
    return f"#{red:02x}{green:02x}{blue:02x}"


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _GET_HIGH_CONTRAST = 0x42
    _IS_ON = 1
    _WINDOW, _WINDOW_TEXT, _HIGHLIGHT, _HIGHLIGHT_TEXT, _GRAY_TEXT = 5, 8, 13, 14, 17

    class _HighContrast(ctypes.Structure):  # HIGHCONTRASTW
        _fields_ = (("size", wintypes.UINT), ("flags", wintypes.DWORD), ("scheme", ctypes.c_void_p))

    def high_contrast() -> SystemColors | None:
        """The system's colours; None where its high contrast is off."""
        user32 = ctypes.WinDLL("user32")
        size = ctypes.sizeof(_HighContrast)
        found = _HighContrast(size)
        is_known = user32.SystemParametersInfoW(_GET_HIGH_CONTRAST, size, ctypes.byref(found), 0)
        if not is_known or not found.flags & _IS_ON:
            return None
        wanted = (_WINDOW, _WINDOW_TEXT, _HIGHLIGHT, _HIGHLIGHT_TEXT, _GRAY_TEXT)
        return SystemColors(*(color(user32.GetSysColor(number)) for number in wanted))

else:

    def high_contrast() -> SystemColors | None:
        """None: only Windows is asked."""
        return None
