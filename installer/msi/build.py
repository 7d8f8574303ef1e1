"""Makes the client's MSI on the bench: the files' fragment, wixl, then what wixl lacks.

Main thread; everything is done in a folder of its own below the bench's /tmp, which goes again.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from installer.msi import files, tables, wixl
from installer.msi.cabinet import Member, cabinet
from installer.windows.bench import Bench

HERE = Path(__file__).parent
ICON = HERE.parents[1] / "build" / "icons" / "client.ico"
SOURCE = HERE / "client.wxs"
CODE_PAGE = 949
TEMPLATE = "x64;0"
"""Summary information: the processor, and the language, which is neutral."""

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,5})")


def product_version(version: str) -> str:
    """The version as Windows Installer compares it. ValueError where it could not."""
    match = _VERSION.fullmatch(version)
    if match is None or any(
        int(part) > most for part, most in zip(match.groups(), (255, 255, 65535), strict=True)
    ):
        raise ValueError(f"no version of an MSI (at most 255.255.65535): {version}")
    return version


def build_msi(folder: Path, version: str, target: Path, bench: Bench, icon: Path = ICON) -> None:
    """Make `target` from the client's built folder.

    version: `1.2.3`. icon: for the list of installed programs. Raises ValueError for a version or file name
    that cannot be, CalledProcessError with what wixl or msibuild said.
    """
    product_version(version)
    found = files.paths(folder)
    prepared = wixl.prepare(SOURCE.read_bytes())
    with bench.scratch() as (here, inside):
        shutil.copytree(folder, here / "files")
        shutil.copyfile(icon, here / "client.ico")
        (here / "client.wxs").write_bytes(prepared.source)
        fragment = files.fragment(found, files.versions(folder, found), inside / "files")
        (here / "files.wxs").write_bytes(fragment)
        msi = str(inside / "client.msi")
        bench.run(
            "wixl", "--arch", "x64", "-D", f"Version={version}", "-D", f"Icon={inside / 'client.ico'}",
            "--output", msi, str(inside / "files.wxs"), str(inside / "client.wxs"),
            environment={"G_DEBUG": "fatal-criticals"},
        )  # fmt: skip
        (here / "_ForceCodepage.idt").write_text(f"\r\n\r\n{CODE_PAGE}\t_ForceCodepage\r\n", newline="")
        bench.run("msibuild", msi, "-i", str(inside / "_ForceCodepage.idt"))
        made = tables.read(msi, bench)
        bench.run("msibuild", msi, "-q", *wixl.queries(prepared, made))
        (here / "client.cab").write_bytes(cabinet(_members(folder, found, made)))
        bench.run("msibuild", msi, "-a", "client.cab", str(inside / "client.cab"))
        bench.run("msibuild", msi, "-s", "PacketWave", "PacketWave", TEMPLATE)
        shutil.copyfile(here / "client.msi", target)


def _members(folder: Path, found: Iterable[PurePosixPath], made: tables.Package) -> Iterator[Member]:
    """The files as the package's File table numbers them."""
    sequence = {key: int(number) for key, number in made.cells("File", "Sequence").items()}
    by_key = {files.file_id(path): folder / path for path in found}
    for key in sorted(by_key, key=sequence.__getitem__):
        changed = datetime.fromtimestamp(by_key[key].stat().st_mtime, UTC)
        yield Member(key, by_key[key].read_bytes(), changed)
