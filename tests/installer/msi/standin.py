"""A stand-in for the client's folder, and the tables of the package made of it: for tests.

After a change of client.wxs `installer/windows/bench.sh run .venv/bin/python -m tests.installer.msi.standin`
writes data/ again, with the real wixl.
"""

import tempfile
from pathlib import Path

from installer.msi import tables
from installer.msi.build import build_msi
from installer.msi.tables import Package
from installer.windows.bench import Bench

DATA = Path(__file__).parent / "data"
VERSION = "1.2.3"
FILES = {
    "PacketWave-Client.exe": b"MZ not really",
    "_internal/Qt6Core.dll": b"MZ not really either",
    "_internal/assets/i18n/client_ko.qm": b"words",
    "_internal/assets/i18n/ui_ko.qm": b"more words",
    "_internal/licences/a name with blanks.txt": b"licence",
}


def make(folder: Path) -> Path:
    """The folder, filled."""
    for name, data in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def package() -> Package:
    """The tables as they were exported."""
    found = {path.stem: tables.parse_table(path.read_bytes().decode("utf-8")) for path in DATA.glob("*.idt")}
    return Package(found, tables.parse_summary((DATA / "summary.txt").read_text("utf-8")))


def export(bench: Bench) -> None:
    for old in DATA.glob("*"):
        old.unlink()
    with tempfile.TemporaryDirectory() as name, bench.scratch() as (here, inside):
        icon = Path(name) / "icon.ico"
        icon.write_bytes(b"")
        build_msi(make(Path(name) / "client"), VERSION, here / "client.msi", bench, icon)
        msi = str(inside / "client.msi")
        for table in tables.names(msi, bench):
            exported = bench.run("msiinfo", "export", msi, table).stdout
            if len(exported.splitlines()) > 3:
                (DATA / f"{table}.idt").write_text(exported, "utf-8", newline="")
        lines = bench.run("msiinfo", "suminfo", msi).stdout.splitlines()
        stable = [line for line in lines if not line.startswith(("Created", "Last saved", "Revision"))]
        (DATA / "summary.txt").write_text("\n".join(stable) + "\n", "utf-8")


if __name__ == "__main__":
    export(Bench())
