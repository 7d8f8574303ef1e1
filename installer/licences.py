"""The folder `licences` of a built program: the licence texts of all that is inside it.

Texts that a library's own package carries are taken from there (so they are those of the version built);
the others lie in assets/licences. docs/licences.md says which licence each is used under.
"""

import re
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from pathlib import Path

_TEXT = re.compile(r"(licen[cs]e|copying|notice)", re.IGNORECASE)
_NOT_OURS = re.compile(r"commercial", re.IGNORECASE)  # Qt's other licence


@dataclass(frozen=True, slots=True)
class Part:
    """What a program contains. package: where its own licence text is, "" for none.

    texts: files of assets/licences that go with it.
    """

    name: str
    package: str = ""
    texts: tuple[str, ...] = ()


_BOTH = (
    Part("Python", texts=("Python.txt", "Apache-2.0.txt", "Python-libraries.txt")),
    Part("PySide6, shiboken6 and Qt", texts=("LGPL-3.0.txt", "GPL-3.0.txt", "Qt.txt")),
    Part("websockets", "websockets"),
    Part("platformdirs", "platformdirs"),
    Part("filelock", "filelock"),
    Part("PyInstaller's start-up program", "pyinstaller"),
)
_SERVER = (
    Part("scapy", "scapy"),
    Part("pymongo", "pymongo"),
    Part("dnspython", "dnspython"),
    Part("openpyxl", "openpyxl"),
    Part("et_xmlfile", "et_xmlfile"),
    Part("cryptography, with OpenSSL", "cryptography"),
    Part("cffi", "cffi"),
)
PARTS = {"client": _BOTH, "server": _BOTH + _SERVER}


def make(program: str, target: Path, top: Path, site_packages: Path) -> None:
    """Write the licences of `client` or `server` into a fresh folder. top: the project's.

    Raises PackageNotFoundError for a package that is not in site_packages or carries no text.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    shutil.copyfile(top / "LICENSE", target / "PacketWave.txt")
    for part in PARTS[program]:
        for name in part.texts:
            shutil.copyfile(top / "assets" / "licences" / name, target / name)
        for text in _texts(part.package, site_packages) if part.package else ():
            shutil.copyfile(text, target / f"{part.package}-{text.stem}.txt")


def _texts(package: str, site_packages: Path) -> list[Path]:
    for folder in sorted(site_packages.glob("*.dist-info")):
        if folder.name.partition("-")[0].lower() == package.lower():
            found = [
                path
                for path in sorted(folder.rglob("*"))
                if path.is_file() and _TEXT.match(path.name) and not _NOT_OURS.search(path.name)
            ]
            if found:
                return found
    raise PackageNotFoundError(f"{package} with its licence text in {site_packages}")
