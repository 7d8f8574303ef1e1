"""What goes into a bundle and what is found in it that must not be there."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from installer import bundle


@pytest.mark.parametrize(
    "target",
    [
        "PySide6/opengl32sw.dll",
        "PySide6\\Qt6Network.dll",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt6QmlModels.dll",
        "PySide6/plugins/platforms/qdirect2d.dll",
        "PySide6/plugins/imageformats/qjpeg.dll",
        "PySide6/plugins/tls/qopensslbackend.dll",
        "PySide6/translations/qtbase_de.qm",
        "PySide6/translations/qtwebengine_locales/ko.pak",
        "api-ms-win-crt-heap-l1-1-0.dll",
        "ucrtbase.dll",
    ],
)
def test_what_no_window_loads_is_left_out(target: str) -> None:
    assert bundle.is_dropped(target)


@pytest.mark.parametrize(
    "target",
    [
        "PySide6/Qt6Core.dll",
        "PySide6/Qt6Svg.dll",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/plugins/platforms/qoffscreen.dll",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/plugins/imageformats/qsvg.dll",
        "PySide6/translations/qtbase_ko.qm",
        "assets/icons/client.svg",
        "VCRUNTIME140.dll",
    ],
)
def test_what_is_needed_stays(target: str) -> None:
    assert not bundle.is_dropped(target)
    assert bundle.forbidden([target], client=True) == []


def test_what_windows_brings_is_left_out() -> None:
    assert bundle.is_dropped("dbghelp.dll", "C:\\windows\\system32\\dbghelp.dll")
    assert not bundle.is_dropped("python3.dll", "Z:\\opt\\python\\python3.dll")


def test_each_file_of_the_runtime_is_there_once() -> None:
    binaries = [
        ("PySide6\\VCRUNTIME140.dll", "old", "BINARY"),
        ("VCRUNTIME140.dll", "new", "BINARY"),
        ("shiboken6/MSVCP140.dll", "a", "BINARY"),
        ("PySide6/MSVCP140.dll", "b", "BINARY"),
        ("PySide6/Qt6Core.dll", "c", "BINARY"),
    ]
    assert bundle.with_one_runtime(binaries) == [
        ("MSVCP140.dll", "b", "BINARY"),
        ("PySide6/Qt6Core.dll", "c", "BINARY"),
        ("VCRUNTIME140.dll", "new", "BINARY"),
    ]


def test_a_compressed_archive_holds_the_same(tmp_path: Path) -> None:
    archive = tmp_path / "base_library.zip"
    with zipfile.ZipFile(archive, "w") as stored:
        stored.writestr("os.pyc", b"\0" * 10_000)
        stored.writestr("encodings/ascii.pyc", b"code")
    before = archive.stat().st_size
    bundle.compress(archive)
    assert archive.stat().st_size < before
    with zipfile.ZipFile(archive) as compressed:
        assert compressed.namelist() == ["os.pyc", "encodings/ascii.pyc"]
        assert compressed.read("os.pyc") == b"\0" * 10_000


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/opengl32sw.dll",
        "PySide6/Qt6Qml.dll",
        "PySide6/QtWebEngineCore.pyd",
        "unicodedata/tests/x.txt",
        "websockets.testing.x",
        "_testcapi.pyd",
        "tkinter.ttk",
    ],
)
def test_forbidden_everywhere(name: str) -> None:
    assert bundle.forbidden(["os", name], client=False) == [name]


@pytest.mark.parametrize(
    "name",
    [
        "scapy",
        "scapy.libs.winpcapy",
        "pymongo._cmessage",
        "packetwave.server.app",
        "_sqlite3.pyd",
        "dns.name",
        "cryptography.x509",
        "_cffi_backend.cp313-win_amd64.pyd",
    ],
)
def test_forbidden_in_the_client_only(name: str) -> None:
    assert bundle.forbidden([name], client=True) == [name]
    assert bundle.forbidden([name], client=False) == []


def test_no_program_leaves_its_own_package_out() -> None:
    for program in (bundle.SERVER, bundle.CLIENT):
        assert not any(f"packetwave.{program.part}".startswith(name) for name in program.excluded)
        assert (Path("installer/start") / f"{program.part}.py").is_file()
        assert (Path("assets/icons") / f"{program.part}.svg").is_file()
        for name in program.translations:
            assert (Path("assets/i18n") / name).is_file()


WITHOUT = """
import importlib.abc, sys
excluded = sys.argv[2].split()
class Left(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if any(name == out or name.startswith(out + ".") for out in excluded):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Left())
for name in list(sys.modules):
    if any(name == out or name.startswith(out + ".") for out in excluded):
        del sys.modules[name]
from importlib import import_module
sys.exit(import_module(f"packetwave.{sys.argv[1]}.app").main(["--self-test", "--data-dir", sys.argv[3]]))
"""


@pytest.mark.parametrize("program", [bundle.SERVER, bundle.CLIENT], ids=lambda program: program.part)
def test_the_program_works_without_what_is_left_out(program: bundle.Program, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", WITHOUT, program.part, " ".join(program.excluded), str(tmp_path)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
