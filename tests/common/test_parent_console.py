"""Which console a windowed program is given. The attaching itself is Windows' alone (tests/wine)."""

import sys

import pytest

from packetwave.common.parent_console import attach, starter

SHELL = (1, "cmd.exe")


@pytest.mark.parametrize(
    ("processes", "expected"),
    [
        ({30: (20, "Client.exe"), 20: SHELL}, 20),
        # One file: the program is the child of its own unpacking.
        ({30: (25, "Server.exe"), 25: (20, "SERVER.EXE"), 20: SHELL}, 20),
        ({30: (20, "Client.exe")}, None),  # its starter has ended
        ({30: (25, "Server.exe"), 25: (20, "Server.exe")}, None),
        ({30: (25, "Server.exe"), 25: (30, "Server.exe")}, None),  # process ids used again
        ({}, None),
    ],
)
def test_it_is_that_of_the_nearest_other_program(
    processes: dict[int, tuple[int, str]], expected: int | None
) -> None:
    assert starter(30, processes) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="there it attaches")
def test_elsewhere_there_is_none() -> None:
    assert not attach()
