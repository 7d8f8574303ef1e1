"""The pinned wheels of the Windows programs (installer/windows/requirements.txt), from pyproject.toml."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

# What builds the programs. pip does not ask for PyInstaller's own needs of Windows when it runs elsewhere.
_BUILD = ("pyinstaller>=6.11,<7", "pywin32-ctypes", "pefile", "colorama", "Pillow>=11,<13")
_HEAD = "# What the Windows programs are made of and with; written by: python -m installer lock\n"


def resolve(top: Path) -> str:
    """The file's text: each package with its version and its wheel's hash. Raises CalledProcessError."""
    wanted = tomllib.loads((top / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-",
        "--platform", "win_amd64", "--python-version", "3.13", "--only-binary=:all:", "--target", "nowhere",
        *wanted, *_BUILD,
    ]  # fmt: skip
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return _HEAD + "".join(sorted(_line(package) for package in report["install"]))


def _line(package: dict[str, dict[str, dict[str, dict[str, str]]]]) -> str:
    name = re.sub(r"[-_.]+", "-", str(package["metadata"]["name"])).lower()
    wheel = package["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{name}=={package['metadata']['version']} --hash=sha256:{wheel}\n"
