"""The surroundings a program was started in: a terminal or none, a display or none. Main thread.

A windowed program has neither stdout nor stderr (`sys.stdout is None`); nothing here fails for that.
"""

import argparse
import logging
import os
import sys
from typing import Any

_log = logging.getLogger(__name__)


class Parser(argparse.ArgumentParser):
    """An argument parser that also works where there is no terminal to speak to (before Python 3.11.5
    argparse itself does not)."""

    def _print_message(self, message: str, file: Any = None) -> None:
        stream = file or sys.stderr
        if message and stream is not None:
            stream.write(message)


def say(text: str) -> None:
    """Tell the person who started the program: a line on stderr; where there is none, in the log."""
    if sys.stderr is None:
        _log.error("%s", text)
    else:
        sys.stderr.write(f"{text}\n")


def has_display() -> bool:
    """True if windows can be shown, or drawn offscreen because the environment asks for it."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
