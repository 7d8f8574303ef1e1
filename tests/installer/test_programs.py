"""The programs' command line, what a build starts from, and the self-tests' verdicts in words."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path, PureWindowsPath

import pytest

from installer import programs
from installer.delivery import NotGood

SCRIPT = """#!{python}
import json, pathlib, sys
assert sys.argv[1:3] == ["--self-test", "--data-dir"]
if {report!r} is not None:
    (pathlib.Path(sys.argv[3]) / "self-test.json").write_text(json.dumps({report!r}))
print("broken", file=sys.stderr)
sys.exit({code})
"""


def program(folder: Path, report: object, code: int) -> Path:
    """A program whose self-test gives this report (none for None) and exit code."""
    made = folder / "Program"
    made.write_text(SCRIPT.format(python=sys.executable, report=report, code=code))
    made.chmod(0o755)
    return made


def test_paths_are_those_of_the_system_that_builds() -> None:
    command = programs.command(r"C:\venv\python.exe", PureWindowsPath(r"C:\프로젝트 1\build"))
    assert command[:3] == [r"C:\venv\python.exe", "-m", "PyInstaller"]
    assert command[command.index("--distpath") + 1] == r"C:\프로젝트 1\build\dist"
    assert command[command.index("--workpath") + 1] == r"C:\프로젝트 1\build\work"
    assert command[-1] == "build.spec"


def test_a_build_starts_from_nothing(tmp_path: Path) -> None:
    started = []

    def run(command: Sequence[str], log: Path, environment: Mapping[str, str] | None) -> None:
        assert not (tmp_path / "dist").exists()
        assert not (tmp_path / "work").exists()
        started.append((command, log, environment))

    (tmp_path / "dist").mkdir()
    (tmp_path / "work" / "old").mkdir(parents=True)
    programs.build(tmp_path, ["build"], {"A": "1"}, run)
    assert started == [(["build"], tmp_path / "pyinstaller.log", {"A": "1"})]


def test_two_builds_have_the_same_environment() -> None:
    first = programs.environment()
    assert first == programs.environment()
    assert first["PYTHONHASHSEED"] == "0"
    assert first["SOURCE_DATE_EPOCH"].isdecimal()


def test_without_git_there_is_a_time_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installer.programs.shutil.which", lambda name: None)
    assert programs.environment()["SOURCE_DATE_EPOCH"] == "0"


def test_what_fails_says_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    programs.run_logged([sys.executable, "-c", "print('fine')"], log)
    assert log.read_text().strip() == "fine"
    code = "import sys; print(*range(40), sep='\\n'); sys.exit(7)"
    with pytest.raises(NotGood) as failed:
        programs.run_logged([sys.executable, "-c", code], log)
    lines = str(failed.value).splitlines()
    assert "ended with 7" in lines[0]
    assert str(log) in lines[0]
    assert lines[1:] == [str(number) for number in range(25, 40)]


def test_a_program_that_proves_itself(tmp_path: Path) -> None:
    report = {"ok": True, "checks": [{"name": "store", "ok": True, "detail": "opened"}]}
    assert list(programs.self_test(program(tmp_path, report, 0))) == []


def test_a_failed_check_is_named(tmp_path: Path) -> None:
    checks = [
        {"name": "store", "ok": True, "detail": "opened"},
        {"name": "windows", "ok": False, "detail": "no platform"},
    ]
    found = list(programs.self_test(program(tmp_path, {"ok": False, "checks": checks}, 1)))
    assert found == ["Program: self-test: windows: no platform"]


def test_an_exit_code_counts_whatever_the_report_says(tmp_path: Path) -> None:
    (finding,) = programs.self_test(program(tmp_path, {"ok": True, "checks": []}, 3))
    assert finding == "Program: the self-test ended with 3"


def test_a_program_without_a_report_proves_nothing(tmp_path: Path) -> None:
    (finding,) = programs.self_test(program(tmp_path, None, 0))
    assert "ended with 0 and no report" in finding
    assert "broken" in finding
    (finding,) = programs.self_test(tmp_path / "not there")
    assert "no self-test" in finding


def test_all_three_programs_are_named_as_pyinstaller_makes_them() -> None:
    names = [path.as_posix() for path in programs.files(Path("dist"))]
    assert names == [
        "dist/PacketWave-Server.exe",
        "dist/PacketWave-Client/PacketWave-Client.exe",
        "dist/PacketWave-Client-Portable.exe",
    ]
    assert [path.suffix for path in programs.files(Path("dist"), "")] == ["", "", ""]
