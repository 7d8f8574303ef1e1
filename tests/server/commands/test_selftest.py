"""The server proves itself whole."""

import json
from pathlib import Path

import pytest

from packetwave.server.commands import selftest


def test_headless(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert selftest.run(tmp_path / "폴더", headless=True) == 0
    report = json.loads(capsys.readouterr().out)
    assert [check["name"] for check in report["checks"]] == ["store", "hub", "capture"]
    assert [path.name for path in (tmp_path / "폴더").iterdir()] == ["self-test.json"]


def test_a_folder_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert selftest.run(tmp_path / "file", headless=True) == 1
