"""What users get: all of it, nothing else, with checksums that are right."""

import hashlib
from pathlib import Path

import pytest

from installer import delivery, programs
from installer.delivery import NotGood


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PyInstaller's folder with stand-ins, in a checkout with licences and policy templates."""
    for name in ("build/licences/server/PacketWave.txt", "installer/policy/ko-KR/PacketWave.adml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(name)
    (tmp_path / "installer" / "policy" / "made.py").touch()
    monkeypatch.setattr(delivery, "TOP", tmp_path)
    for path in programs.files(tmp_path / "built"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)
    return tmp_path / "built"


def delivered(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_fresh_folder_with_checksums(built: Path, tmp_path: Path) -> None:
    msi, target = tmp_path / "Client.msi", tmp_path / "dist"
    msi.write_bytes(b"package")
    (target / "old").mkdir(parents=True)
    delivery.deliver(built, msi, target)
    assert delivered(target) == {
        "PacketWave-Server.exe",
        "PacketWave-Client-Portable.exe",
        "Client.msi",
        "licences/PacketWave.txt",
        "policy/ko-KR/PacketWave.adml",
        "SHA256SUMS",
    }
    lines = (target / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert sums.keys() == delivered(target) - {"SHA256SUMS"}
    assert sums["Client.msi"] == hashlib.sha256(b"package").hexdigest()


def test_without_an_msi(built: Path, tmp_path: Path) -> None:
    delivery.deliver(built, None, tmp_path / "dist")
    assert not [name for name in delivered(tmp_path / "dist") if name.endswith(".msi")]


def test_a_program_that_runs_in_the_old_folder_is_said(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(path: Path) -> None:
        raise PermissionError(13, "Access is denied", str(path / "PacketWave-Server.exe"))

    (tmp_path / "dist").mkdir()
    monkeypatch.setattr("installer.delivery.shutil.rmtree", locked)
    with pytest.raises(NotGood, match=r"does a program in it run.*PacketWave-Server\.exe"):
        delivery.deliver(built, None, tmp_path / "dist")


def test_findings_refuse() -> None:
    delivery.refuse([])
    with pytest.raises(NotGood, match=r"^one\ntwo$"):
        delivery.refuse(iter(["one", "two"]))
