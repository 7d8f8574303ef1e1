"""What `pip` and whoever builds from the source archive get: all that a checkout has, and only what runs."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def tracked() -> set[str]:
    """The files that git keeps and that are there."""
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout: git cannot say what belongs to it")
    asked = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in said.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel, made from a copy of what git keeps."""
    folder = tmp_path_factory.mktemp("packages")
    source = folder / "source"
    for name in tracked():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_source_archive_has_all_that_a_checkout_has(built: Path) -> None:
    (archive,) = built.glob("packetwave-*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {entry.name.partition("/")[2] for entry in opened if not entry.isdir()}
    assert names == tracked() | {"PKG-INFO"}


def test_the_wheel_has_the_programs_with_their_pictures_and_words_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("packetwave-*.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info/" not in name}
    code = {name for name in tracked() if name.startswith("packetwave/")}
    icons = {f"packetwave/{name}" for name in tracked() if name.startswith("assets/icons/")}
    words = {
        f"packetwave/{name}"
        for name in tracked()
        if name.startswith("assets/i18n/") and not name.endswith(".ts")  # what translators work on
    }
    assert len(words) == 3
    assert names == code | icons | words
