"""The licence folder of a program: every part's text, taken from what is installed."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from installer import licences

TOP = Path(__file__).parents[2]


def packages(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / f"{name}-1.0.dist-info" / "licenses").mkdir(parents=True)
        (folder / f"{name}-1.0.dist-info" / "licenses" / "LICENSE").write_text(f"of {name}")
        (folder / f"{name}-1.0.dist-info" / "licenses" / "LicenseRef-Commercial.txt").write_text("no")
    return folder


def needed(program: str) -> list[str]:
    return [part.package for part in licences.PARTS[program] if part.package]


@pytest.mark.parametrize("program", ["client", "server"])
def test_every_part_has_its_text(program: str, tmp_path: Path) -> None:
    site = packages(tmp_path / "site", *needed(program))
    target = tmp_path / "licences"
    target.mkdir()
    (target / "of-before.txt").touch()
    licences.make(program, target, TOP, site)
    names = {path.name for path in target.iterdir()}
    assert {"PacketWave.txt", "LGPL-3.0.txt", "Qt.txt", "Python.txt"} <= names
    assert {f"{package}-LICENSE.txt" for package in needed(program)} <= names
    assert "of-before.txt" not in names
    assert all(path.stat().st_size for path in target.iterdir())
    assert "no" not in {path.read_text("utf-8") for path in target.iterdir()}


def test_a_package_without_its_text_is_named(tmp_path: Path) -> None:
    site = packages(tmp_path / "site", *(name for name in needed("client") if name != "filelock"))
    with pytest.raises(PackageNotFoundError, match="filelock"):
        licences.make("client", tmp_path / "licences", TOP, site)


def test_scapy_is_the_server_s_alone() -> None:
    assert "scapy" in needed("server")
    assert "scapy" not in needed("client")
