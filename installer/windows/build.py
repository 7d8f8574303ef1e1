"""Builds the Windows programs and the MSI on the bench: what `make windows` runs there.

PyInstaller under Wine makes the programs in build/windows/dist; they are checked, signed where a certificate
is given, packed, and laid into dist/ with their checksums.
"""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path, PureWindowsPath

from installer import bundle, check, signing
from installer.msi import build as msi_build
from installer.msi import check as msi_check
from installer.windows.bench import PC, PYTHON, Bench
from packetwave import __version__

TOP = Path(__file__).parents[2]
BUILD = TOP / "build" / "windows"
BUILT = BUILD / "dist"
DELIVERED = TOP / "dist"
MSI_NAME = f"{bundle.CLIENT.name}-{__version__}.msi"


class NotGood(Exception):
    """The built programs are not what they must be; str() has a finding a line."""


def build_all() -> None:
    """The programs, the MSI, and all that goes with them in dist/. Raises NotGood."""
    bench = Bench()
    certificate = signing.certificate(os.environ)
    if certificate is None:
        _say("not signed: PACKETWAVE_SIGN_PFX names no certificate")
    _timed("programs", lambda: build_programs(bench, BUILD))
    _refuse(check.programs(BUILT, __version__))
    if certificate is not None:
        for name in (f"{bundle.SERVER.name}.exe", f"{bundle.PORTABLE}.exe"):
            sign(bench, certificate, BUILT / name)
        sign(bench, certificate, BUILT / bundle.CLIENT.name / f"{bundle.CLIENT.name}.exe")
    _timed(
        "MSI", lambda: msi_build.build_msi(BUILT / bundle.CLIENT.name, __version__, BUILD / MSI_NAME, bench)
    )
    _refuse(msi_check.findings(BUILD / MSI_NAME, BUILT / bundle.CLIENT.name, __version__, bench))
    _refuse(check.too_large(BUILD / MSI_NAME, bundle.MSI_LIMIT_BYTES))
    if certificate is not None:
        sign(bench, certificate, BUILD / MSI_NAME)
    deliver()


def build_programs(bench: Bench, target: Path) -> None:
    """Run PyInstaller under Wine; the programs are then in `target/dist`. Raises NotGood where it fails."""
    pc = PC(bench, f"build-{os.getpid()}")
    inside = PureWindowsPath("Z:/project") / target.relative_to(TOP)
    log = target / "pyinstaller.log"
    target.mkdir(parents=True, exist_ok=True)
    for folder in ("dist", "work"):
        shutil.rmtree(target / folder, ignore_errors=True)
    environment = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": _commit_time(), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        command = pc.command(
            str(PYTHON), "-m", "PyInstaller", "--noconfirm", "--distpath", str(inside / "dist"),
            "--workpath", str(inside / "work"), "build.spec",
            environment=environment,
        )  # fmt: skip
        with log.open("wb") as opened:
            code = subprocess.run(command, stdout=opened, stderr=opened, stdin=subprocess.DEVNULL).returncode
    finally:
        pc.end()
        shutil.rmtree(pc.prefix)
    if code != 0:
        last = "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
        raise NotGood(f"PyInstaller ended with {code}, see {log.relative_to(TOP)}:\n{last}")


def file_lists(built: Path) -> dict[str, list[str]]:
    """What each built program contains, by its name: two builds of a commit must say the same."""
    client = built / bundle.CLIENT.name / f"{bundle.CLIENT.name}.exe"
    paths = (built / f"{bundle.SERVER.name}.exe", client, built / f"{bundle.PORTABLE}.exe")
    return {path.name: check.contents(path) for path in paths}


def build_again() -> None:
    """Build the programs a second time; NotGood where they contain anything else than the first."""
    second = TOP / "build" / "windows-again"
    _timed("programs again", lambda: build_programs(Bench(), second))
    first_lists, second_lists = file_lists(BUILT), file_lists(second / "dist")
    _refuse(
        f"{program}: {name} is in only one of two builds"
        for program, names in first_lists.items()
        for name in sorted(set(names) ^ set(second_lists[program]))
    )
    _say(f"two builds, the same {sum(map(len, first_lists.values()))} files and modules")
    shutil.rmtree(second)


def sign(bench: Bench, certificate: signing.Certificate, file: Path) -> None:
    """Sign a file in place. Raises CalledProcessError."""
    work = bench.folder / "tmp" / f"sign-{os.getpid()}"
    work.mkdir()
    try:
        for source in filter(None, (file, certificate.pfx, certificate.password_file)):
            shutil.copyfile(source, work / source.name)
        inside = Path("/tmp") / work.name
        there = signing.Certificate(
            inside / certificate.pfx.name,
            inside / certificate.password_file.name if certificate.password_file else None,
            certificate.timestamp,
        )
        bench.run(*there.linux_command(inside / file.name, inside / "signed"))
        shutil.copyfile(work / "signed", file)
    finally:
        shutil.rmtree(work)
    _say(f"signed {file.name}")


def deliver() -> None:
    """Lay what users get into dist/, with SHA256SUMS."""
    shutil.rmtree(DELIVERED, ignore_errors=True)
    DELIVERED.mkdir()
    for path in (BUILT / f"{bundle.SERVER.name}.exe", BUILT / f"{bundle.PORTABLE}.exe", BUILD / MSI_NAME):
        shutil.copy2(path, DELIVERED / path.name)
    shutil.copytree(TOP / "build" / "licences" / "server", DELIVERED / "licences")
    shutil.copytree(
        TOP / "installer" / "policy",
        DELIVERED / "policy",
        ignore=shutil.ignore_patterns("*.py", "__pycache__"),
    )
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(DELIVERED).as_posix()}\n"
        for path in sorted(DELIVERED.rglob("*"))
        if path.is_file()
    ]
    (DELIVERED / "SHA256SUMS").write_text("".join(sums), "utf-8", newline="\n")
    for path in sorted(DELIVERED.iterdir()):
        _say(f"dist/{path.name}: {check.size_bytes(path) / 1e6:.1f} MB")
    _say(f"installed client: {check.size_bytes(BUILT / bundle.CLIENT.name) / 1e6:.1f} MB")


def _commit_time() -> str:
    """Seconds of the commit built: dates in the programs are its, not the build's."""
    asked = subprocess.run(
        ["git", "-C", str(TOP), "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "0"


def _refuse(found: Iterable[str]) -> None:
    findings = list(found)
    if findings:
        raise NotGood("\n".join(findings))


def _timed(what: str, work: Callable[[], object]) -> None:
    started = time.monotonic()
    work()
    _say(f"{what}: {time.monotonic() - started:.0f} s")


def _say(line: str) -> None:
    print(f"windows: {line}", flush=True)
