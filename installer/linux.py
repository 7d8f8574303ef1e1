"""The same build.spec on Linux: both programs for this system, each proven by its own self-test."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from installer import bundle


def build_programs(target: Path) -> Iterator[str]:
    """Build into `target/dist` and run the self-tests; what went wrong, in words."""
    log = target / "pyinstaller.log"
    target.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--distpath", str(target / "dist"),
        "--workpath", str(target / "work"), "build.spec",
    ]  # fmt: skip
    with log.open("wb") as opened:
        if subprocess.run(command, stdout=opened, stderr=opened, check=False).returncode != 0:
            yield f"PyInstaller failed, see {log}"
            return
    for program in (
        target / "dist" / bundle.SERVER.name,
        target / "dist" / bundle.CLIENT.name / bundle.CLIENT.name,
        target / "dist" / bundle.PORTABLE,
    ):
        with tempfile.TemporaryDirectory() as folder:
            test = [str(program), "--self-test", "--data-dir", folder]
            ended = subprocess.run(test, capture_output=True, text=True, check=False, timeout=120)
        if ended.returncode == 0:
            print(
                f"linux: {program.name}: self-test passed, {program.stat().st_size / 1e6:.1f} MB", flush=True
            )
        else:
            yield f"{program.name}: the self-test ended with {ended.returncode}: {ended.stdout}{ended.stderr}"
