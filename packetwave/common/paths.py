"""Where each program keeps its files, when `--data-dir` does not say otherwise."""

import sys
from pathlib import Path

import platformdirs


def data_dir(program: str) -> Path:
    """The per-user data folder of `server` or `client`; not made yet."""
    return Path(platformdirs.user_data_dir("PacketWave", appauthor=False)) / program


def assets_dir() -> Path:
    """Icons and translations: in the frozen program, in the installed package, or in the source tree."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen) / "assets"
    package = Path(__file__).parents[1]
    installed = package / "assets"
    return installed if installed.is_dir() else package.parent / "assets"
