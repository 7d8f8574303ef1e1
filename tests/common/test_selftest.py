"""The report of `--self-test`."""

import json
import os
from pathlib import Path

import pytest

from packetwave.common import selftest


def fine(_folder: Path) -> str:
    return "좋음"


def broken(_folder: Path) -> str:
    raise RuntimeError("it is broken")


def test_all_checks_run_and_the_report_says_which_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert selftest.run({"first": broken, "second": fine}, tmp_path / "new") == 1
    report = json.loads((tmp_path / "new" / "self-test.json").read_text("utf-8"))
    assert report["ok"] is False
    assert [(check["name"], check["ok"]) for check in report["checks"]] == [
        ("first", False),
        ("second", True),
    ]
    assert "it is broken" in report["checks"][0]["detail"]
    assert json.loads(capsys.readouterr().out) == report


def test_passed(tmp_path: Path) -> None:
    assert selftest.run({"only": fine}, tmp_path) == 0


def test_a_report_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert selftest.run({"only": fine}, tmp_path / "file" / "below") == 1


@pytest.mark.parametrize(
    ("system", "display", "drawn"),
    [("linux", "", "offscreen"), ("linux", ":0", None), ("win32", "", None)],
)
def test_where_there_is_no_display_windows_are_drawn_into_memory(
    monkeypatch: pytest.MonkeyPatch, system: str, display: str, drawn: str | None
) -> None:
    monkeypatch.setattr("sys.platform", system)
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        monkeypatch.setenv(name, "")  # so that it is put back afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("DISPLAY", display)
    selftest.draw_anywhere()
    assert os.environ.get("QT_QPA_PLATFORM") == drawn
