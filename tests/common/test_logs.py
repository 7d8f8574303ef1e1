import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packetwave.common import logs
from tests.small_disk import needs_mounts, small_disk


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logs.Logs]:
    level = logging.getLogger().level
    installed = logs.install(tmp_path, "client", verbose=False)
    yield installed
    installed.close()
    logging.getLogger().setLevel(level)


def text_of(log: logs.Logs) -> str:
    assert log.flush(10)
    assert log.path is not None
    return log.path.read_text("utf-8")


def test_info_goes_to_the_file_and_warnings_also_to_stderr(
    log: logs.Logs, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("packetwave.test").info("전화 %s", 1)
    assert "전화 1" in text_of(log)
    assert capsys.readouterr().err == ""


def test_headless_says_more_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installed = logs.install(tmp_path, "client", verbose=True)
    logging.getLogger("packetwave.test").info("said")
    logging.getLogger("packetwave.test").debug("not said")
    installed.close()
    assert "said" in capsys.readouterr().err
    assert "not said" not in text_of(installed)


def test_a_message_is_one_line_whatever_it_holds(log: logs.Logs) -> None:
    logging.getLogger("packetwave.test").warning("from %s", "x\r\n2026 CRITICAL forged\x1b[31m")
    lines = [line for line in text_of(log).splitlines() if line]
    assert len(lines) == 1
    assert "\\x0a2026 CRITICAL forged\\x1b" in lines[0]


def test_a_crash_of_any_thread_is_in_the_file(log: logs.Logs, capsys: pytest.CaptureFixture[str]) -> None:
    def crash() -> None:
        raise LookupError("in a thread")

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()
    try:
        raise LookupError("in the main thread")
    except LookupError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    text = text_of(log)
    assert "LookupError: in a thread" in text
    assert "LookupError: in the main thread" in text


def test_the_file_is_let_go_until_there_is_a_line_for_it(log: logs.Logs) -> None:
    assert log.path is not None
    logging.getLogger("packetwave.test").info("before")
    log.let_go()
    log.path.rename(log.path.with_suffix(".1"))  # by another program that begins a new one
    logging.getLogger("packetwave.test").info("after")
    assert "after" in text_of(log)
    assert "before" not in text_of(log)


def test_a_full_file_that_another_program_has_open_goes_on_and_nothing_is_lost(
    log: logs.Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert log.path is not None
    full = "x" * 999_990 + "\n"
    log.path.write_text(full)
    older = log.path.with_name("client.log.1")
    older.write_text("older")
    with monkeypatch.context() as held:

        def refuse(path: Path, _target: object) -> None:
            raise PermissionError(13, "sharing violation", str(path))

        held.setattr(Path, "rename", refuse)  # as Windows does then
        logging.getLogger("packetwave.test").info("one")
        logging.getLogger("packetwave.test").info("two")
        assert [line[-3:] for line in text_of(log).splitlines()[1:]] == ["one", "two"]
        assert older.read_text() == "older"
    logging.getLogger("packetwave.test").info("three")
    assert text_of(log).endswith("three\n")
    assert "two" not in text_of(log)
    assert older.read_text().startswith(full)
    assert log.path.with_name("client.log.2").read_text() == "older"


def test_a_crash_is_told_once(log: logs.Logs) -> None:
    told: list[str] = []
    log.on_crash = lambda: told.append(text_of(log))
    for number in (1, 2):
        try:
            raise LookupError(f"crash {number}")
        except LookupError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    assert ["crash 1" in text for text in told] == [True]
    assert "crash 2" in text_of(log)


def test_a_native_crash_is_noted_and_dated_by_the_next_start(tmp_path: Path) -> None:
    script = """
import faulthandler, os, pathlib, sys
if sys.argv[2] == "windowed":
    sys.stderr = None
from packetwave.common import logs
from tests.small_disk import needs_mounts, small_disk
installed = logs.install(pathlib.Path(sys.argv[1]), "server", verbose=False)
if sys.argv[3] == "crash":
    os.abort()
installed.close()
"""
    noted = tmp_path / "logs" / "server.crash"
    for kind in ("windowed", "console"):
        before = noted.read_text() if noted.exists() else ""
        for end in ("crash", "fine", "fine"):
            subprocess.run([sys.executable, "-c", script, str(tmp_path), kind, end], check=False)
        added = noted.read_text().removeprefix(before)
        assert added.startswith("Fatal Python error: Aborted")
        assert "<string>" in added
        assert added.splitlines()[-1].startswith("== noted until 20")
        assert added.count("== noted") == 1
    assert (tmp_path / "logs" / "server.log").read_text("utf-8").count("native code failed") == 2


def test_works_without_stderr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    installed = logs.install(tmp_path, "client", verbose=True)
    logging.getLogger("packetwave.test").error("heard")
    installed.close()
    assert "heard" in text_of(installed)


def test_a_folder_that_cannot_be_written_is_said_and_survived(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("in the way")
    installed = logs.install(tmp_path, "client", verbose=False)
    assert installed.path is None
    installed.close()
    installed.close()
    assert "no log file can be written" in capsys.readouterr().err


def test_the_hooks_are_given_back(tmp_path: Path) -> None:
    before = (sys.excepthook, threading.excepthook)
    logs.install(tmp_path, "client", verbose=False).close()
    assert (sys.excepthook, threading.excepthook) == before


def test_a_stderr_that_nobody_reads_keeps_nobody_waiting(tmp_path: Path) -> None:
    """More than a pipe holds is logged: the file has every line, and the program ends."""
    script = """
import logging, pathlib, sys
from packetwave.common import logs
from tests.small_disk import needs_mounts, small_disk
installed = logs.install(pathlib.Path(sys.argv[1]), "server", verbose=True)
for number in range(2000):
    logging.getLogger("packetwave.test").warning("line %d %s", number, "x" * 200)
    if number % 500 == 0:
        installed.flush(0.01)
installed.close()
print("ended")
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ended\n"
        assert process.wait(30) == 0
    text = (tmp_path / "logs" / "server.log").read_text("utf-8")
    assert text.count("line ") == 2000


def test_lines_that_were_lost_are_counted_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_WAITING", 5)
    level = logging.getLogger().level
    installed = logs.install(tmp_path, "server", verbose=False)
    standing, go = threading.Event(), threading.Event()
    real = logs._Rotating.emit

    def stands_still(self: logs._Rotating, record: logging.LogRecord) -> None:
        standing.set()
        go.wait(20)
        real(self, record)

    monkeypatch.setattr(logs._Rotating, "emit", stands_still)
    log = logging.getLogger("packetwave.test")
    log.info("first")
    assert standing.wait(10)
    for number in range(20):
        log.info("line %d", number)
    go.set()
    installed.flush(10)
    log.info("after")
    assert "15 lines of the log were lost" in text_of(installed)
    installed.close()
    logging.getLogger().setLevel(level)


@needs_mounts
def test_lines_that_a_full_disk_does_not_take_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    level = logging.getLogger().level
    with small_disk(tmp_path / "disk") as disk:
        installed = logs.install(disk.folder, "client", verbose=False)
        say = logging.getLogger("packetwave.test").info
        say("before")
        assert "before" in text_of(installed)
        disk.fill()
        for number in range(500):  # more than is left of the file's last block
            say("lost %d %s", number, "x" * 100)
        assert installed.flush(10)
        disk.make_room()
        say("after")
        text = text_of(installed)
        installed.close()
    logging.getLogger().setLevel(level)
    lost = 500 - text.count("lost ")
    assert 400 < lost <= 501
    assert text.endswith("after\n")
    assert re.search(r"(\d+) lines of the log could not be written\n", text) is not None
    assert capsys.readouterr().err == ""


@needs_mounts
def test_on_a_full_disk_it_is_installed_and_closed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    level = logging.getLogger().level
    with small_disk(tmp_path / "disk") as disk:
        (disk.folder / "logs").mkdir()
        (disk.folder / "logs" / "client.crash").write_text("Fatal Python error: Aborted")
        disk.fill()
        installed = logs.install(disk.folder, "client", verbose=False)
        logging.getLogger("packetwave.test").info("said to nobody")
        installed.close()
    logging.getLogger().setLevel(level)
    assert "Traceback" not in capsys.readouterr().err


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="on Windows the folder's rights decide")


_SAYS = """
import logging, pathlib, sys
from packetwave.common import logs
installed = logs.install(pathlib.Path(sys.argv[1]), "client", verbose=False)
for text in ("one", "two"):
    logging.getLogger("packetwave.test").warning(text)
installed.close()
"""


def says(data: Path) -> str:
    """What a program says on stderr that logs into this folder."""
    command = [sys.executable, "-c", _SAYS, str(data)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


@POSIX
def test_the_files_are_the_users_alone_also_those_of_before(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for name in ("client.log", "client.log.1", "client.crash"):
        (folder / name).touch(0o644)
    (folder / "client.log").write_text("x" * 999_990 + "\n")
    says(tmp_path)
    found = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert found == dict.fromkeys(("client.log", "client.log.1", "client.log.2", "client.crash"), 0o600)


@POSIX
@pytest.mark.parametrize("name", ["logs", "logs/client.log", "logs/client.crash"])
def test_a_link_is_not_followed_and_is_said(tmp_path: Path, name: str) -> None:
    data, precious = tmp_path / "data", tmp_path / "precious"
    planted = data / name
    planted.parent.mkdir(parents=True)
    if name == "logs":
        precious.mkdir()
    else:
        precious.write_text("precious")
    planted.symlink_to(precious)
    said = says(data)
    assert list(precious.iterdir()) == [] if name == "logs" else precious.read_text() == "precious"
    assert "is a symbolic link, which is not followed" in said
    assert str(planted) in said
    assert "two" in said


def test_lines_of_before_a_time_are_removed_from_every_file(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    old, new = "2026-01-01 09:00:00,000 INFO old\n", "2026-03-01 09:00:00,000 INFO kept\n"
    (folder / "client.log").write_text(f"torn\n{old}Traceback of old\n{new}Traceback kept\n")
    (folder / "client.log.1").write_text(old + new)
    (folder / "client.log.2").write_text(old * 3)
    (folder / "server.log").write_text(old)
    (folder / "client.crash").write_text("Fatal Python error: Aborted\n== noted until 2025-01-01 00:00:00\n")
    os.utime(folder / "client.crash", (1.7e9, 1.7e9))
    script = """
import datetime, logging, pathlib, sys
from packetwave.common import logs
installed = logs.install(pathlib.Path(sys.argv[1]), "client", verbose=False)
logging.getLogger("packetwave.test").info("said before")
installed.forget(datetime.datetime(2026, 2, 1, tzinfo=datetime.timezone.utc))
logging.getLogger("packetwave.test").info("said after")
installed.close()
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    found = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert sorted(found) == ["client.crash", "client.log", "client.log.1", "server.log"]
    assert found["client.log"].startswith(f"{new}Traceback kept\n")
    assert [line[-6:] for line in found["client.log"].splitlines()[2:]] == ["before", " after"]
    assert found["client.log.1"] == new
    assert found["server.log"] == old, "another program's"
    assert found["client.crash"] == ""


def test_another_program_that_has_the_log_open_goes_on_in_it(log: logs.Logs) -> None:
    assert log.path is not None
    with log.path.open("a") as another:
        another.write("2026-01-01 09:00:00,000 INFO old\n")
        another.flush()
        log.forget(datetime(2026, 2, 1, tzinfo=UTC))
        assert log.flush(10)
        another.write("2026-03-01 09:00:00,000 INFO of another\n")
    logging.getLogger("packetwave.test").info("ours")
    assert [line[-4:] for line in text_of(log).splitlines()] == ["ther", "ours"]
