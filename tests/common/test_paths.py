import sys
from pathlib import Path

import pytest

from packetwave.common import paths


def test_each_program_has_its_own_folder_of_the_user() -> None:
    assert paths.data_dir("server") != paths.data_dir("client")
    assert paths.data_dir("client").parent.name == "PacketWave"


def test_the_assets_are_there() -> None:
    for needed in ("icons/client.svg", "i18n/client_ko.qm", "i18n/console_ko.qm"):
        assert (paths.assets_dir() / needed).is_file()


def test_a_frozen_program_brings_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.assets_dir() == tmp_path / "assets"
