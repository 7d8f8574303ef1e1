import json
import sys
from pathlib import Path

import pytest

from packetwave.common import selftest


def fine(data_dir: Path) -> str:
    return str(data_dir)


def broken(_data_dir: Path) -> str:
    raise OSError("Qt's platform plugin is missing")


def test_all_checks_passed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert selftest.run({"windows": fine}, tmp_path / "data") == 0
    report = json.loads((tmp_path / "data" / "self-test.json").read_text("utf-8"))
    assert json.loads(capsys.readouterr().out) == report
    assert report["ok"] is True
    assert report["checks"] == [{"name": "windows", "ok": True, "detail": str(tmp_path / "data")}]


def test_what_is_broken_is_named_and_the_rest_still_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert selftest.run({"windows": broken, "link": fine}, tmp_path) == 1
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert checks[0] == {"name": "windows", "ok": False, "detail": "OSError: Qt's platform plugin is missing"}
    assert checks[1]["ok"]


def test_without_a_console_the_report_is_still_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert selftest.run({"link": fine}, tmp_path) == 0
    assert json.loads((tmp_path / "self-test.json").read_text("utf-8"))["ok"]


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert selftest.run({"link": fine}, tmp_path / "file") == 1
