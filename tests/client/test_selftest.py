import json
import subprocess
import sys
from pathlib import Path

from PySide6.QtGui import QImage


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
        "settings", "link", "protection", "windows", "translations", "popup",
    ]  # fmt: skip
    assert QImage(str(tmp_path / "self-test-popup.png")).width() > 300
