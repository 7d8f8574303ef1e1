"""Builds the Windows programs and the MSI on the bench: what `make windows` runs there.

PyInstaller under Wine makes the programs in build/windows/dist; they are checked, signed where a certificate
is given, packed, and laid into dist/ with their checksums. installer/native.py does the same on a Windows.
"""

import os
import secrets
import shutil
from pathlib import Path, PureWindowsPath

from installer import bundle, check, programs, signing
from installer.delivery import BUILD, BUILT, MSI_NAME, TOP, deliver, refuse, say, timed
from installer.msi import build as msi_build
from installer.msi import check as msi_check
from installer.windows.bench import PC, PYTHON, Bench
from packetwave import __version__


def build_all() -> None:
    """The programs, the MSI, and all that goes with them in dist/. Raises NotGood."""
    bench = Bench()
    msi = BUILD / MSI_NAME
    certificate = signing.certificate(os.environ)
    if certificate is None:
        say("not signed: PACKETWAVE_SIGN_PFX names no certificate")
    timed("programs", lambda: build_programs(bench, BUILD))
    refuse(check.programs(BUILT, __version__))
    if certificate is not None:
        for file in programs.files(BUILT):
            sign(bench, certificate, file)
    timed("MSI", lambda: msi_build.build_msi(BUILT / bundle.CLIENT.name, __version__, msi, bench))
    refuse(msi_check.findings(msi, BUILT / bundle.CLIENT.name, __version__, bench))
    refuse(check.too_large(msi, bundle.MSI_LIMIT_BYTES))
    if certificate is not None:
        sign(bench, certificate, msi)
    deliver(BUILT, msi)


def build_programs(bench: Bench, target: Path) -> None:
    """Run PyInstaller under Wine; the programs are then in `target/dist`. Raises NotGood where it fails."""
    pc = PC(bench, f"build-{secrets.token_hex(4)}")  # process numbers begin at 1 in each run of the bench
    inside = PureWindowsPath("Z:/project") / target.relative_to(TOP)
    command = pc.command(*programs.command(str(PYTHON), inside), environment=programs.environment())
    try:
        programs.build(target, command, None)
    finally:
        pc.end()
        shutil.rmtree(pc.prefix)


def file_lists(built: Path) -> dict[str, list[str]]:
    """What each built program contains, by its name: two builds of a commit must say the same."""
    return {path.name: check.contents(path) for path in programs.files(built)}


def build_again() -> None:
    """Build the programs a second time; NotGood where they contain anything else than the first."""
    second = TOP / "build" / "windows-again"
    timed("programs again", lambda: build_programs(Bench(), second))
    first_lists, second_lists = file_lists(BUILT), file_lists(second / "dist")
    refuse(
        f"{program}: {name} is in only one of two builds"
        for program, names in first_lists.items()
        for name in sorted(set(names) ^ set(second_lists[program]))
    )
    say(f"two builds, the same {sum(map(len, first_lists.values()))} files and modules")
    shutil.rmtree(second)


def sign(bench: Bench, certificate: signing.Certificate, file: Path) -> None:
    """Sign a file in place. Raises CalledProcessError."""
    with bench.scratch() as (here, inside):
        for source in filter(None, (file, certificate.pfx, certificate.password_file)):
            shutil.copyfile(source, here / source.name)
        there = signing.Certificate(
            Path(inside / certificate.pfx.name),
            Path(inside / certificate.password_file.name) if certificate.password_file else None,
            certificate.timestamp,
        )
        bench.run(*there.linux_command(Path(inside / file.name), Path(inside / "signed")))
        shutil.copyfile(here / "signed", file)
    say(f"signed {file.name}")
