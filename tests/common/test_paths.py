"""Where files are."""

import sys
from pathlib import Path

import pytest

from packetwave.common.paths import assets_dir, data_dir


def test_each_program_has_its_folder() -> None:
    assert data_dir("server") != data_dir("client")
    assert data_dir("server").name == "server"


def test_assets_in_the_source_tree() -> None:
    assert (assets_dir() / "icons").is_dir()
    assert list((assets_dir() / "i18n").glob("*.qm"))


def test_assets_in_a_frozen_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", "/unpacked", raising=False)
    assert assets_dir() == Path("/unpacked/assets")
