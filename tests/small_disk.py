"""A disk so small that a test can fill it. Needs root: mark such tests with `needs_mounts`."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_FILLER = "filler"


def why_not() -> str:
    """Why no disk can be mounted here; "" where one can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "mounting needs root on Linux"
    with tempfile.TemporaryDirectory() as folder:
        if _mount(Path(folder), 64).returncode != 0:
            return "nothing can be mounted here"
        subprocess.run(["umount", folder], check=True)
    return ""


@dataclass(frozen=True)
class SmallDisk:
    """Attribute: folder, where it is mounted."""

    folder: Path

    def fill(self) -> None:
        """Leave not a byte."""
        handle = os.open(self.folder / _FILLER, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for size in (4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        os.write(handle, b"\0" * size)
        finally:
            os.close(handle)

    def make_room(self) -> None:
        """Take back what `fill` took."""
        (self.folder / _FILLER).unlink()

    def protect(self, is_protected: bool = True, process: int | None = None) -> None:
        """Make it read-only, or writable again. process: one that sees mounts of its own, for which too (what
        `ip netns exec` starts)."""
        command = ["mount", "-o", "remount,ro" if is_protected else "remount,rw", str(self.folder)]
        subprocess.run(command, check=True)
        if process is not None:
            subprocess.run(["nsenter", "--target", str(process), "--mount", *command], check=True)


@contextlib.contextmanager
def small_disk(folder: Path, size_kb: int = 1024) -> Iterator[SmallDisk]:
    """A disk of this size at `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    done = _mount(folder, size_kb)
    assert done.returncode == 0, done.stderr
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(folder: Path, size_kb: int) -> "subprocess.CompletedProcess[str]":
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "none", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


_WHY_NOT = why_not()
needs_mounts = pytest.mark.skipif(bool(_WHY_NOT), reason=_WHY_NOT or "")
