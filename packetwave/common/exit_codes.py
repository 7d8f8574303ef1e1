"""What both programs end with. Scripts and Windows' Task Scheduler rely on the numbers."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a program ended."""

    FINE = 0
    """It did what was asked, or was told to end."""

    FAILED = 1
    """It could not do what was asked; the reason is on stderr and in the log."""

    WRONG_USAGE = 2
    """The command line cannot be understood. argparse ends programs with the same number."""

    NO_CAPTURE = 3
    """The server cannot read an interface: no driver, no rights, or no such interface."""

    IN_USE = 4
    """Another program has the server's port, or another server its data folder."""


def code_of(ended: SystemExit) -> int:
    """The exit code with which argparse ends a program: 0 after `--help`, 2 for a wrong command line."""
    return ended.code if isinstance(ended.code, int) else ExitCode.WRONG_USAGE
