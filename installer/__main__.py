"""`python -m installer …`: the parts of building the programs, for make and build.ps1.

assets    what build.spec takes: icons and licences, into build/
linux     both programs for this system, into build/linux/dist, and their self-tests
windows   programs, MSI, checks, dist/; on the bench only (make windows)
native    the same on a Windows (build.ps1); --check only says what is missing there
again     build the programs once more and compare what is in them; on the bench only
lock      pin the Windows programs' wheels anew
"""

import argparse
import os
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from installer.delivery import TOP, NotGood


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m installer", description="Builds what users install.")
    steps = made.add_subparsers(dest="step", required=True)
    assets = steps.add_parser("assets", help="icons and licences, into build/")
    assets.add_argument("--site-packages", type=Path, default=Path(sysconfig.get_path("purelib")))
    steps.add_parser("linux", help="both programs for this Linux, into build/linux/dist")
    steps.add_parser("windows", help="Windows programs and the MSI, into dist/ (on the bench)")
    native = steps.add_parser("native", help="Windows programs and the MSI, into dist/ (on a Windows)")
    native.add_argument("--check", action="store_true", help="only say what is missing for it")
    native.add_argument("--skip-msi", action="store_true", help="the programs only, without WiX 3")
    steps.add_parser("again", help="build a second time and compare (on the bench)")
    steps.add_parser("lock", help="pin the Windows programs' wheels anew")
    return made


def main() -> int:
    given = parser().parse_args()
    try:
        return _run(given)
    except NotGood as error:
        return _tell(str(error).splitlines())


def _run(given: argparse.Namespace) -> int:
    match given.step:
        case "assets":
            return _assets(given.site_packages)
        case "linux":
            from installer.linux import build_programs

            return _tell(list(build_programs(TOP / "build" / "linux")))
        case "windows":
            from installer.windows.build import build_all

            build_all()
        case "native":
            from installer import native

            found = native.tools(os.environ, msi=not given.skip_msi)
            if not given.check:
                native.build_all(found)
        case "again":
            from installer.windows.build import build_again

            build_again()
        case _:
            from installer.lock import resolve

            (TOP / "installer" / "windows" / "requirements.txt").write_text(resolve(TOP), "utf-8")
    return 0


def _assets(site_packages: Path) -> int:
    from installer import icons, licences

    for program in licences.PARTS:
        icons.make(program, TOP / "build" / "icons" / f"{program}.ico")
        try:
            licences.make(program, TOP / "build" / "licences" / program, TOP, site_packages)
        except PackageNotFoundError as error:
            return _tell([f"no licence text: {error}"])
    return 0


def _tell(findings: list[str]) -> int:
    for finding in findings:
        print(f"installer: {finding}", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
