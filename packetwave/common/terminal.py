"""The surroundings a program was started in: a terminal or none, a display or none. Main thread.

A windowed program has neither stdout nor stderr (`sys.stdout is None`) unless they were redirected; nothing
here fails for that.
"""

import argparse
import io
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packetwave.common import parent_console

_log = logging.getLogger(__name__)

_SERVICES = 0


class Parser(argparse.ArgumentParser):
    """An argument parser that also works where there is no terminal to speak to (before Python 3.11.5
    argparse itself does not). Its words go to the console that the program was started from, if any."""

    def _print_message(self, message: str, file: Any = None) -> None:
        if not message:
            return
        if file is None and sys.stderr is None:
            speak()
        stream = file or sys.stderr
        if stream is not None:
            stream.write(message)


def prepare_streams() -> None:
    """Let redirected output be UTF-8 on Windows too, where it would be the code page of the country. For the
    start of a program, before anything is written."""
    if sys.platform == "win32":
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def speak() -> None:
    """Let a windowed program write to the console that it was started from, in place of the streams that it
    lacks. For what is meant to be read. Nothing changes where there is no such console (a double click)."""
    if (sys.stdout is None or sys.stderr is None) and parent_console.attach():
        where = Path("CONOUT$")
        console = where.open("w", encoding="utf-8", errors="backslashreplace", buffering=1)
        console.write("\n")  # the shell has not waited: its prompt stands there
        sys.stdout = sys.stdout or console
        sys.stderr = sys.stderr or console


def say(text: str) -> None:
    """Tell the person who started the program: a line on stderr; where there is none, in the log."""
    if sys.stderr is None:
        _log.error("%s", text)
    else:
        sys.stderr.write(f"{text}\n")


def system_words(error: OSError) -> str:
    """What the system said, with the file that it is about where there is one."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def has_display() -> bool:
    """True if windows can be shown, or drawn offscreen because the environment asks for it."""
    return can_show(sys.platform, os.environ, _session())


def can_show(platform: str, environment: Mapping[str, str], session: int | None) -> bool:
    """`has_display`, on a system such as `sys.platform`. session: Windows' number of the session that the
    program runs in, None where there is none. Nobody sees session 0: it is that of the services, and of the
    tools that install programs as one.

    https://learn.microsoft.com/windows/win32/services/interactive-services
    """
    if environment.get("QT_QPA_PLATFORM"):
        return True
    if platform == "win32":
        return session != _SERVICES
    return platform == "darwin" or any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    def _session() -> int | None:
        session = wintypes.DWORD()
        found = ctypes.WinDLL("kernel32").ProcessIdToSessionId(os.getpid(), ctypes.byref(session))
        return session.value if found else None

else:

    def _session() -> int | None:
        return None
