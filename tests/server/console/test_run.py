import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@contextmanager
def program(action: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.server.console.program", action],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def until(running: subprocess.Popen[str], line: str) -> list[str]:
    assert running.stdout is not None
    said: list[str] = []
    for each in running.stdout:
        said.append(each.strip())
        if said[-1] == line:
            return said
    raise AssertionError(f"ended without {line!r}: {said}")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_engine_and_window_in_order(number: signal.Signals) -> None:
    with program("wait") as running:
        assert "LoadHistory" in until(running, "open")
        running.send_signal(number)
        until(running, "stopped")
        assert running.wait(10) == 0


def test_closing_the_window_stops_the_server() -> None:
    with program("close") as running:
        until(running, "stopped")
        assert running.wait(10) == 0


def test_a_second_start_brings_the_window_to_the_front() -> None:
    with program("raise") as running:
        until(running, "raised")
        assert running.wait(10) == 0


def test_an_engine_that_must_end_gives_its_exit_code() -> None:
    with program("end") as running:
        until(running, "stopped")
        assert running.wait(10) == 3
