import errno
import io
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from packetwave.common import lines as module
from packetwave.common.lines import Lines, LinesTrouble, complete, missing


def test_lines_are_added_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text("before\n")
    lines = Lines(str(path))
    for number in range(1, 101):
        assert lines.write(f"전화 {number}", number)
    assert lines.flush(10)
    assert lines.written == 100
    lines.close()
    assert path.read_text("utf-8").splitlines() == ["before", *(f"전화 {n}" for n in range(1, 101))]


def test_who_asks_hears_which_lines_are_out(tmp_path: Path) -> None:
    heard: list[int] = []
    lines = Lines(str(tmp_path / "events"), on_written=heard.append)
    for number in (1, 2, 3):
        lines.write("x", number)
    assert lines.flush(10)
    lines.close()
    assert heard == [1, 2, 3]


def test_a_pipe_that_nobody_reads_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as reader, os.fdopen(writing, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        lines = Lines("-", limit=1000)
        text = "x" * 999
        taken = [lines.write(text) for _ in range(2000)]
        assert 0 < lines.lost == taken.count(False) < 2000
        monkeypatch.setattr(module, "_STANDS_S", 0.0)
        deadline = time.monotonic() + 10
        while lines.state is not LinesTrouble.UNREAD and time.monotonic() < deadline:
            time.sleep(0.001)
        assert lines.state is LinesTrouble.UNREAD
        # Read after all: what was taken comes, in whole lines.
        got: list[str] = []
        read_all = threading.Thread(target=lambda: got.extend(reader.readlines()))
        read_all.start()
        assert lines.flush(20)
        assert lines.write("the last")
        assert lines.flush(20)
        lines.close()
        monkeypatch.undo()
        pipe.close()
        read_all.join(20)
    assert got == [text + "\n"] * taken.count(True) + ["the last\n"]


def test_a_full_disk_is_said_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Half a line is written, then there is no room: it is gone on with, not begun anew."""
    room = threading.Event()
    stumbled = threading.Event()

    class Full(io.FileIO):
        written = 0

        def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]
            if room.is_set():
                return super().write(data) or 0
            if self.written >= 5:
                stumbled.set()
                raise OSError(28, "No space left on device")
            self.written += 5
            return super().write(bytes(data[:5])) or 0

    monkeypatch.setattr(io, "FileIO", Full)
    path = tmp_path / "events"
    lines = Lines(str(path), again_s=0.001)
    assert lines.write("first line", 1)
    assert lines.write("second line", 2)
    assert stumbled.wait(10)
    deadline = time.monotonic() + 10
    while not lines.trouble and time.monotonic() < deadline:
        time.sleep(0.001)
    assert lines.trouble == "No space left on device" and lines.written == 0
    assert str(lines.state) == LinesTrouble.DISK
    room.set()
    assert lines.flush(10)
    assert (lines.trouble, lines.written) == ("", 2)
    assert lines.state is None
    lines.close()
    assert path.read_text() == "first line\nsecond line\n"
    assert caplog.text.count("cannot be written now") == 1


def test_a_reader_that_went_away_costs_the_lines_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        lines = Lines("-")
        lines.write("one", 1)
        lines.write("two", 2)
        assert lines.flush(10)
        assert lines.trouble and lines.state is LinesTrouble.GONE
        # Nobody has to keep them: they will never be out.
        assert (lines.lost, lines.written) == (2, 2)
        lines.close()
    assert len(caplog.records) == 1


def test_a_target_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="missing"):
        Lines(str(tmp_path / "missing" / "file"))
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OSError, match="no standard output"):
        Lines("-")


def test_closing_waits_a_moment_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: io.FileIO, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(io, "FileIO", type("Full", (io.FileIO,), {"write": full}))
    lines = Lines(str(tmp_path / "events"))
    lines.write("never")
    lines.close()
    assert (tmp_path / "events").read_bytes() == b""


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_disk_that_takes_nothing_at_the_start_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    room = threading.Event()

    class Full(io.FileIO):
        def __init__(self, path: Path, mode: str, **more: Any) -> None:
            if not room.is_set():
                raise OSError(code, "takes nothing")
            super().__init__(path, mode, **more)

    monkeypatch.setattr(io, "FileIO", Full)
    lines = Lines(str(tmp_path / "events"), again_s=0.001)
    assert lines.write("first line", 1)
    room.set()
    assert lines.flush(10)
    lines.close()
    assert (tmp_path / "events").read_text() == "first line\n"


@pytest.mark.parametrize(
    ("tail", "out", "added"),
    [
        (b"", 0, "one\ntwo\nthree\n"),
        (b"before\n", 0, "one\ntwo\nthree\n"),
        (b"before\none\n", 1, "two\nthree\n"),
        (b"before\none\ntwo\nthree\n", 3, ""),
        # Cut in half by the kill.
        (b"before\none\ntw", 1, "o\nthree\n"),
        (b"on", 0, "e\ntwo\nthree\n"),
        (b"one\ntwo", 1, "\nthree\n"),
        # Half a line of somebody else.
        (b"before\nhalf", 0, "\none\ntwo\nthree\n"),
        # One that was lost is no reason to write the later ones twice.
        (b"before\ntwo\n", 2, "three\n"),
    ],
)
def test_what_a_file_lacks_of_an_earlier_run(tail: bytes, out: int, added: str) -> None:
    assert missing(tail, ["one", "two", "three"]) == (out, added.encode())


def test_a_half_line_is_ended_though_nothing_is_left() -> None:
    assert missing(b"before\nhalf", []) == (0, b"\n")
    assert missing("하나\n둘".encode()[:-1], ["하나", "둘"]) == (1, "둘\n".encode()[2:])


def test_lines_of_an_earlier_run_come_first_and_once(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_bytes(b"before\none\ntw")
    lines = Lines(str(path))
    lines.take_up([(7, "one"), (8, "two"), (9, "three")])
    assert lines.write("four", 10)
    assert lines.flush(10)
    assert lines.written == 10
    lines.close()
    assert path.read_text() == "before\none\ntwo\nthree\nfour\n"


def test_nothing_of_an_earlier_run_is_repeated_to_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    lines = Lines("-")
    lines.take_up([(7, "one"), (8, "two")])
    assert lines.written == 8
    lines.write("three", 9)
    assert lines.flush(10)
    lines.close()
    assert "one" not in capfd.readouterr().out


@pytest.mark.parametrize("content", [None, b"", b"before\n", b"before\none\ntw"])
def test_a_file_of_before_is_completed(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "events"
    if content is not None:
        path.write_bytes(content)
    complete(path, ["one", "two"])
    assert path.read_bytes().removeprefix(b"before\n") == b"one\ntwo\n"
    complete(path, ["one", "two"])
    assert path.read_bytes().removeprefix(b"before\n") == b"one\ntwo\n"


def test_what_is_no_file_is_not_written_to(tmp_path: Path) -> None:
    complete(tmp_path, ["one"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the folder's rights decide")
def test_the_file_is_the_users_alone_and_a_link_is_refused(tmp_path: Path) -> None:
    path, precious = tmp_path / "events", tmp_path / "precious"
    path.touch(0o644)
    lines = Lines(str(path))
    lines.write("one")
    assert lines.flush(10)
    lines.close()
    assert path.stat().st_mode & 0o777 == 0o600
    path.replace(precious)
    path.symlink_to(precious)
    with pytest.raises(OSError, match="symbolic link"):
        Lines(str(path))
    assert precious.read_text() == "one\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file")
def test_standard_output_by_its_name_stays_usable() -> None:
    script = "from packetwave.common.lines import Lines; l = Lines('/dev/stdout'); l.write('one'); l.close()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "one\n"
