"""The command lines that make the client's MSI with WiX 3 on a real Windows; installer/native.py runs them.

They are pure; `prepare` writes the fragment of the files.
"""

from pathlib import Path

from installer.msi import files
from installer.msi.build import SOURCE, product_version

_NOT_MEANT = {
    "ICE18": "a folder with no file of its own is its component's key path and is not created empty",
    "ICE38": "the start menu's entry is for all users: the package installs per machine only",
    "ICE40": "REINSTALLMODE is in the package on purpose, see client.wxs",
    "ICE43": "as ICE38",
    "ICE57": "as ICE38",
    "ICE60": "the languages of libraries are not told from each other",
    "ICE61": "the same version replaces itself on purpose, see client.wxs",
}
"""Windows Installer's checks that do not hold here, and why."""


def commands(work: Path, version: str, target: Path, icon: Path, wix: Path) -> list[list[str]]:
    """candle's and light's command lines. work: has the fragment files.wxs, and gets what they make. icon:
    for the list of installed programs. wix: the folder with both. ValueError for a version that cannot be."""
    objects = [work / "client.wixobj", work / "files.wixobj"]
    compile_ = [
        str(wix / "candle.exe"), "-nologo", "-arch", "x64", f"-dVersion={product_version(version)}",
        f"-dIcon={icon}", "-out", f"{work}\\", str(SOURCE), str(work / "files.wxs"),
    ]  # fmt: skip
    link = [
        str(wix / "light.exe"), "-nologo", *(f"-sice:{name}" for name in _NOT_MEANT), "-spdb",
        "-out", str(target), *map(str, objects),
    ]  # fmt: skip
    return [compile_, link]


def prepare(folder: Path, work: Path) -> None:
    """Write the fragment of the client's built folder into `work`. ValueError, see `files.paths`."""
    found = files.paths(folder)
    work.mkdir(parents=True, exist_ok=True)
    (work / "files.wxs").write_bytes(files.fragment(found, files.versions(folder, found), folder.resolve()))
