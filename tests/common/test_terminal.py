"""Programs with and without a terminal or a display."""

import logging
import sys

import pytest

from packetwave.common.terminal import Parser, has_display, say


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


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert not has_display()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert has_display()
