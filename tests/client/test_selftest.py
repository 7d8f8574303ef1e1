import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from packetwave.client import selftest


def test_the_program_proves_itself(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "packetwave.client", "--self-test", "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads((tmp_path / "self-test.json").read_text("utf-8"))
    assert json.loads(said.stdout) == report
    assert (said.returncode, report["ok"]) == (0, True)
    assert [check["name"] for check in report["checks"]] == [
        "settings", "link", "windows", "translations", "popup",
    ]  # fmt: skip
    assert QImage(str(tmp_path / "self-test-popup.png")).width() > 300


def test_what_is_broken_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_data_dir: Path) -> str:
        raise OSError("Qt's platform plugin is missing")

    monkeypatch.setattr(selftest, "_CHECKS", (("windows", broken),))
    assert selftest.run(tmp_path) == 1
    [check] = json.loads(capsys.readouterr().out)["checks"]
    assert check == {"name": "windows", "ok": False, "detail": "OSError: Qt's platform plugin is missing"}


def test_without_a_console_the_report_is_still_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "_CHECKS", (("link", selftest._check_link),))
    monkeypatch.setattr(sys, "stdout", None)
    assert selftest.run(tmp_path) == 0
    assert json.loads((tmp_path / "self-test.json").read_text("utf-8"))["ok"]


def test_a_folder_that_cannot_be_written_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "_CHECKS", ())
    assert selftest.run(tmp_path / "missing") == 1
