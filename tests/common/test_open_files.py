"""The number of open files, in processes of their own: a limit once lowered stays so."""

import subprocess
import sys

import pytest

from packetwave.common import open_files

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no such number")


def allowed(soft: int, hard: int, wanted: int) -> tuple[int, int]:
    """What a process that began with these limits is told, and the limit that it then has."""
    program = (
        "import resource; from packetwave.common import open_files; "
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); "
        f"print(open_files.allow({wanted}), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    said, limit = done.stdout.split()
    return int(said), int(limit)


@posix
@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "got"),
    [
        (256, 900, 700, 700),  # raised
        (256, 900, 5000, 900),  # as far as it goes
        (600, 900, 500, 600),  # never lowered
        (900, 900, 5000, 900),  # nothing to be had
    ],
)
def test_as_many_as_the_system_lets_it_have(soft: int, hard: int, wanted: int, got: int) -> None:
    assert allowed(soft, hard, wanted) == (got, got)


def test_windows_sets_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert open_files.allow(5000) == open_files.ENOUGH
