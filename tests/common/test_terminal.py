"""Programs with and without a terminal or a display."""

import logging
import sys
from pathlib import Path

import pytest

from packetwave.common import parent_console
from packetwave.common.terminal import (
    Parser,
    can_show,
    has_display,
    prepare_streams,
    say,
    speak,
    system_words,
)


def test_usage_without_a_terminal_is_still_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    for arguments, code in ((["--nonsense"], 2), (["--help"], 0)):
        with pytest.raises(SystemExit) as stop:
            Parser(prog="x").parse_args(arguments)
        assert stop.value.code == code


def test_usage_with_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Parser(prog="x").parse_args(["--nonsense"])
    assert "--nonsense" in capsys.readouterr().err


def test_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    say("it is so")
    assert capsys.readouterr().err == "it is so\n"
    monkeypatch.setattr(sys, "stderr", None)
    with caplog.at_level(logging.ERROR):
        say("it is otherwise")
    assert "it is otherwise" in caplog.text


def test_what_the_system_said(tmp_path: Path) -> None:
    with pytest.raises(OSError) as missing:
        (tmp_path / "none").read_bytes()
    assert system_words(missing.value) == f"{tmp_path / 'none'}: No such file or directory"
    assert system_words(OSError("not done in 5 s")) == "not done in 5 s"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert not has_display()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert has_display()


@pytest.mark.parametrize(
    ("platform", "environment", "session", "shown"),
    [
        ("win32", {}, 1, True),
        ("win32", {}, 0, False),  # started by a service
        ("win32", {}, None, True),  # a Windows that does not say
        ("win32", {"QT_QPA_PLATFORM": "offscreen"}, 0, True),
        ("win32", {"DISPLAY": ":0"}, 0, False),  # left over from something else
        ("darwin", {}, None, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, None, True),
        ("linux", {"DISPLAY": ""}, None, False),
    ],
)
def test_where_windows_can_be_shown(
    platform: str, environment: dict[str, str], session: int | None, shown: bool
) -> None:
    assert can_show(platform, environment, session) is shown


def test_a_windowed_program_speaks_on_its_starters_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where `CONOUT$` is a file as any other
    monkeypatch.setattr(parent_console, "attach", lambda: True)
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(SystemExit):
        Parser(prog="x").parse_args(["--nonsense"])
    assert sys.stdout is sys.stderr
    say("구내번호")
    sys.stdout.close()
    text = (tmp_path / "CONOUT$").read_text("utf-8")
    assert "unrecognized arguments: --nonsense" in text
    assert text.endswith("\n구내번호\n")


def test_what_is_redirected_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(parent_console, "attach", lambda: True)
    with (tmp_path / "x.csv").open("w") as redirected:
        monkeypatch.setattr(sys, "stdout", redirected)
        monkeypatch.setattr(sys, "stderr", None)
        speak()
        assert sys.stdout is redirected
        assert sys.stderr is not None
        sys.stderr.close()


def test_a_double_click_attaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent_console, "attach", lambda: False)
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    speak()
    assert sys.stdout is None
    assert sys.stderr is None


def test_streams_that_are_no_files_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    prepare_streams()
    say("구내번호")
    assert capsys.readouterr().err == "구내번호\n"
