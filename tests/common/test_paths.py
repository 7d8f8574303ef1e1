import sys
from pathlib import Path

import pytest

from packetwave.common import paths


def test_each_program_has_its_folder_of_the_user() -> None:
    server, client = paths.data_dir("server"), paths.data_dir("client")
    assert server.is_absolute()
    assert server != client
    assert server.parent == client.parent
    assert server.parent.name == "PacketWave"


def test_assets_of_the_source_tree_are_found() -> None:
    assert (paths.assets_dir() / "icons" / "phone.svg").is_file()


def test_assets_of_a_frozen_program_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.assets_dir() == tmp_path / "assets"
