"""`--self-test`: runs a program's checks and writes the report, by which an installed program proves itself.

The report is `data_dir/self-test.json`, also on stdout where there is one:
`{"ok": …, "version": …, "python": …, "system": …, "checks": [{"name", "ok", "detail"}]}`.
"""

import contextlib
import json
import logging
import os
import platform
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from packetwave import __version__
from packetwave.common import data_folder, files
from packetwave.common.exit_codes import ExitCode

_log = logging.getLogger(__name__)

Check = Callable[[Path], str]
"""Given the data folder: what was found, for the report; raises for what is broken."""


def draw_anywhere() -> None:
    """Let Qt draw into memory where a Linux has no display; for before Qt is loaded."""
    if sys.platform == "linux" and not any(os.environ.get(key) for key in ("DISPLAY", "WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def run(checks: Mapping[str, Check], data_dir: Path) -> int:
    """Run all checks in their order and write the report; 0 when all passed, else 1."""
    with contextlib.suppress(OSError):  # the checks that need it say so
        data_folder.make(data_dir)
    results = [_run(name, check, data_dir) for name, check in checks.items()]
    report = {
        "ok": all(result["ok"] for result in results),
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "checks": results,
    }
    written = True
    try:
        text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
        files.replace(data_dir / "self-test.json", text.encode())
    except OSError as error:
        _log.error("the report could not be written: %s", error)
        written = False
    if sys.stdout is not None:
        sys.stdout.write(json.dumps(report, indent=2) + "\n")  # ASCII: any console can show it
    return ExitCode.FINE if report["ok"] and written else ExitCode.FAILED


def _run(name: str, check: Check, data_dir: Path) -> dict[str, object]:
    try:
        return {"name": name, "ok": True, "detail": check(data_dir)}
    except Exception as error:  # noqa: BLE001 - whatever is broken, the report must say so
        _log.exception("self-test: %s failed", name)
        return {"name": name, "ok": False, "detail": f"{type(error).__name__}: {error}"}
