"""Makes the programs with PyInstaller and lets them prove themselves: on the bench, on Windows and on Linux.

Command lines are values; `run_logged` and `self_test` start programs and wait for them.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from installer import bundle
from installer.delivery import TOP, NotGood

Run = Callable[[Sequence[str], Path, Mapping[str, str] | None], None]
"""Runs a command line to its end with a log file and an environment, None for this one. Raises NotGood."""

_SELF_TEST_S = 120


def files(built: Path, suffix: str = ".exe") -> tuple[Path, Path, Path]:
    """Server, client and portable client in PyInstaller's folder. suffix: "" on Linux."""
    return (
        built / f"{bundle.SERVER.name}{suffix}",
        built / bundle.CLIENT.name / f"{bundle.CLIENT.name}{suffix}",
        built / f"{bundle.PORTABLE}{suffix}",
    )


def command(python: str, target: PurePath) -> list[str]:
    """PyInstaller's command line. python, target: as the system on which it runs names them."""
    return [
        python, "-m", "PyInstaller", "--noconfirm", "--distpath", str(target / "dist"),
        "--workpath", str(target / "work"), "build.spec",
    ]  # fmt: skip


def environment() -> dict[str, str]:
    """What makes two builds of a commit the same (no chance in sets, the commit's time in the programs), and
    the log UTF-8 on each Windows."""
    return {
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": _commit_time(),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def run_logged(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run a program to its end, all that it says into the log. Raises NotGood with its last lines where it
    fails, OSError where it cannot be started."""
    with log.open("wb") as opened:
        code = subprocess.run(
            command, stdout=opened, stderr=opened, stdin=subprocess.DEVNULL, env=environment, check=False
        ).returncode
    if code != 0:
        last = "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
        raise NotGood(f"{PurePath(command[0]).name} ended with {code}, see {log}:\n{last}")


def build(
    target: Path,
    command: Sequence[str],
    environment: Mapping[str, str] | None,
    run: Run = run_logged,
) -> None:
    """Make the programs in `target/dist`, which is emptied before. Raises NotGood where it fails."""
    target.mkdir(parents=True, exist_ok=True)
    for folder in ("dist", "work"):
        shutil.rmtree(target / folder, ignore_errors=True)
    run(command, target / "pyinstaller.log", environment)


def self_test(program: Path) -> Iterator[str]:
    """What is wrong with a built program by its own `--self-test`: its exit code and its report."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:  # a virus scanner may hold a file
        test = [str(program), "--self-test", "--data-dir", name]
        try:
            ended = subprocess.run(
                test, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SELF_TEST_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            yield f"{program.name}: no self-test: {error}"
            return
        try:
            report = json.loads((Path(name) / "self-test.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            said = ended.stderr.decode("utf-8", "replace").strip()
            yield f"{program.name}: the self-test ended with {ended.returncode} and no report: {error} {said}"
            return
    failed = [f"{check['name']}: {check['detail']}" for check in report["checks"] if not check["ok"]]
    yield from (f"{program.name}: self-test: {finding}" for finding in failed)
    if ended.returncode != 0 and not failed:
        yield f"{program.name}: the self-test ended with {ended.returncode}"


def _commit_time() -> str:
    """Seconds of the commit built; 0 without git, or without a repository that it trusts."""
    git = shutil.which("git")
    if git is None:
        return "0"
    asked = subprocess.run(
        [git, "-C", str(TOP), "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "0"
