"""The real programs in the hosts of a small office: sipp as PBX and phone, server, client, a screen."""

import contextlib
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.netns import Host

SCENARIOS = Path(__file__).parents[1] / "recording" / "scenarios"
WAIT_S = 30.0

needs_sipp = pytest.mark.skipif(
    shutil.which("sipp") is None, reason="sipp (Debian: sip-tester) is not installed"
)
needs_screen = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xdotool") is None,
    reason="a virtual screen (Xvfb) and xdotool are not installed",
)


class Lines:
    """What a program writes, line by line as it comes."""

    def __init__(self, stream: Any) -> None:
        self._queue: queue.Queue[str | None] = queue.Queue()
        self.seen: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: Any) -> None:
        with contextlib.suppress(ValueError):  # closed while reading
            for line in stream:
                self._queue.put(line)
        self._queue.put(None)

    def wait_for(self, passes: Callable[[str], bool], *, timeout_s: float = WAIT_S) -> str:
        """The next line that passes; AssertionError with all seen so far when none comes."""
        until = time.monotonic() + timeout_s
        while True:
            try:
                line = self._queue.get(timeout=max(0.01, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no such line; there were: {self.seen}") from None
            if line is None:
                self._queue.put(None)
                raise AssertionError(f"the program ended; it said: {self.seen}")
            self.seen.append(line)
            if passes(line):
                return line

    def wait_for_words(self, words: str, *, timeout_s: float = WAIT_S) -> str:
        return self.wait_for(lambda line: words in line, timeout_s=timeout_s)

    def wait_for_event(self, name: str, **keys: object) -> dict[str, Any]:
        """The next JSON line whose `event` is `name` and which has these keys."""

        def passes(line: str) -> bool:
            event = json.loads(line)
            return bool(event["event"] == name and all(event.get(key) == keys[key] for key in keys))

        return dict(json.loads(self.wait_for(passes)))

    def rest(self) -> list[str]:
        """All lines that have come and nobody has asked for."""
        while True:
            try:
                line = self._queue.get_nowait()
            except queue.Empty:
                return self.seen
            if line is not None:
                self.seen.append(line)


class Program:
    """A started program with its stdout and stderr as lines."""

    def __init__(self, host: Host, *command: str, environment: dict[str, str] | None = None) -> None:
        self.process = host.start(
            *command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | (environment or {}),
        )
        self.out = Lines(self.process.stdout)
        self.err = Lines(self.process.stderr)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(WAIT_S)

    def stop(self) -> int:
        """SIGTERM; the exit code. A busy machine takes its time; the limits of the stages have tests."""
        self.process.terminate()
        return self.process.wait(WAIT_S)


def start_server(host: Host, folder: Path, *more: str) -> Program:
    """A server that watches the host's interface; returned once it does."""
    program = Program(
        host,
        *(sys.executable, "-m", "packetwave.server", "--headless", "--interface", host.interface),
        *("--data-dir", str(folder), "--listen", "0.0.0.0:8765", "--events", "-", *more),
    )
    program.err.wait_for_words("watching")
    return program


def start_client(host: Host, folder: Path, server: str, *more: str, environment: dict[str, str]) -> Program:
    """A client; returned once it is connected."""
    program = Program(
        host,
        *(sys.executable, "-m", "packetwave.client", "--server", server, "--data-dir", str(folder)),
        *("--events", "-", *more),
        environment=environment,
    )
    program.out.wait_for_event("connected")
    return program


def sipp(
    host: Host, scenario: str, *more: str, peer: str = "", folder: Path | None = None
) -> "subprocess.Popen[Any]":
    """One call, from or to this host. peer: who is called, "" waits to be called. folder: has the sound."""
    address = re.findall(r"inet ([\d.]+)/", host.run("ip", "-4", "addr", "show", host.interface).stdout)[0]
    return host.start(
        *("sipp", "-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", address, "-p", "5060", "-m", "1"),
        *("-timeout", "60", "-nostdin", *more, *([f"{peer}:5060"] if peer else [])),
        stdin=subprocess.DEVNULL,
        cwd=folder,
    )


def caller(number: str, name: str) -> tuple[str, ...]:
    """sipp options: who calls."""
    keys = {"name": name, "caller": number, "domain": "10.9.0.10", "asserted": number, "asserted_name": name}
    return tuple(word for key, value in (keys | {"privacy": "none"}).items() for word in ("-key", key, value))


@contextlib.contextmanager
def screen() -> Iterator[dict[str, str]]:
    """A virtual screen; the environment of programs that show themselves on it."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as numbers:
        display = f":{numbers.readline().strip()}"
    environment = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    manager = subprocess.Popen(
        ["openbox"], env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield environment
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait(10)


def windows(environment: dict[str, str], name: str) -> list[str]:
    """The visible windows on the screen with this in their title."""
    done = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", name],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


def wait_until(condition: Callable[[], object], what: str) -> None:
    until = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < until, f"waited in vain until {what}"
        time.sleep(0.02)


def picture(environment: dict[str, str], path: Path) -> None:
    """The whole screen, as a person sees it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    script = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]); "
        "sys.exit(not app.primaryScreen().grabWindow(0).save(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], env=os.environ | environment, check=True)
