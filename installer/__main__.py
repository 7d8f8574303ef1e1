"""`python -m installer …`: the parts of building the programs, for make and build.ps1.

assets    what build.spec takes: icons and licences, into build/
linux     both programs for this system, into build/linux/dist, and their self-tests
windows   programs, MSI, checks, dist/; on the bench only (make windows)
check     check programs built elsewhere (build.ps1): prints findings, exit code 1 where there are any
again     build the programs once more and compare what is in them; on the bench only
lock      pin the Windows programs' wheels anew
"""

import argparse
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from packetwave import __version__

TOP = Path(__file__).parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m installer", description="Builds what users install.")
    steps = parser.add_subparsers(dest="step", required=True)
    assets = steps.add_parser("assets", help="icons and licences, into build/")
    assets.add_argument("--site-packages", type=Path, default=Path(sysconfig.get_path("purelib")))
    steps.add_parser("linux", help="both programs for this Linux, into build/linux/dist")
    steps.add_parser("windows", help="Windows programs and the MSI, into dist/ (on the bench)")
    steps.add_parser("again", help="build a second time and compare (on the bench)")
    check = steps.add_parser("check", help="check built Windows programs")
    check.add_argument("folder", type=Path)
    steps.add_parser("lock", help="pin the Windows programs' wheels anew")
    given = parser.parse_args()
    match given.step:
        case "assets":
            return _assets(given.site_packages)
        case "linux":
            from installer.linux import build_programs

            return _tell(list(build_programs(TOP / "build" / "linux")))
        case "windows" | "again":
            return _on_bench(given.step)
        case "check":
            from installer.check import programs

            return _tell(list(programs(given.folder, __version__)))
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


def _on_bench(step: str) -> int:
    from installer.windows import build

    try:
        if step == "windows":
            build.build_all()
        else:
            build.build_again()
    except build.NotGood as error:
        return _tell(str(error).splitlines())
    return 0


def _tell(findings: list[str]) -> int:
    for finding in findings:
        print(f"installer: {finding}", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
