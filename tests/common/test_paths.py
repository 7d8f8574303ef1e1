"""Where files are."""

import sys
from pathlib import Path

import platformdirs
import pytest

from packetwave.common import paths
from packetwave.common.paths import assets_dir, choose, data_dir, spare_dir

EXE = Path("/프로그램/PacketWave-Server.exe")


def test_each_program_has_its_folder() -> None:
    assert data_dir("server") != data_dir("client")
    assert data_dir("server").name == "server"


@pytest.mark.parametrize("exe", [None, EXE])
def test_the_server_on_windows_serves_the_whole_pc(exe: Path | None) -> None:
    site = Path(platformdirs.site_data_dir("PacketWave", appauthor=False))
    user = Path(platformdirs.user_data_dir("PacketWave", appauthor=False))
    assert choose("server", platform="win32", exe=exe, portable=False) == site / "server"
    assert choose("client", platform="win32", exe=exe, portable=False) == user / "client"
    for program in ("server", "client"):
        assert choose(program, platform="linux", exe=exe, portable=False) == user / program


@pytest.mark.parametrize("platform", ["win32", "linux"])
@pytest.mark.parametrize("program", ["server", "client"])
def test_a_portable_program_keeps_its_files_beside_itself(platform: str, program: str) -> None:
    expected = EXE.parent / "PacketWave-Data" / program
    assert choose(program, platform=platform, exe=EXE, portable=True) == expected
    # From source there is no program to be beside of.
    assert "PacketWave-Data" not in str(choose(program, platform=platform, exe=None, portable=True))


def test_the_mark_lies_beside_the_frozen_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "PacketWave-Client.exe"))
    (tmp_path / paths.PORTABLE_MARK).touch()
    assert "PacketWave-Data" not in str(data_dir("client"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert data_dir("client") == tmp_path / "PacketWave-Data" / "client"
    (tmp_path / paths.PORTABLE_MARK).unlink()
    assert "PacketWave-Data" not in str(data_dir("client"))


def test_assets_in_the_source_tree() -> None:
    assert (assets_dir() / "icons").is_dir()
    assert list((assets_dir() / "i18n").glob("*.qm"))


def test_assets_in_a_frozen_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", "/unpacked", raising=False)
    assert assets_dir() == Path("/unpacked/assets")


def test_each_data_folder_has_its_spare_place_in_the_users_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    one, other = spare_dir(Path("/data/하나")), spare_dir(Path("/data/둘"))
    assert one is not None
    assert one.parent == tmp_path / "packetwave"
    assert one != other
    assert spare_dir(Path("/data/하나")) == one
    for nowhere in ("", str(tmp_path / "missing")):
        monkeypatch.setenv("XDG_RUNTIME_DIR", nowhere)
        assert spare_dir(Path("/data/하나")) is None
    assert list(tmp_path.iterdir()) == []
