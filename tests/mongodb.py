"""A real MongoDB server for tests: nx-27017 in a process of its own, on a free port of the loopback.

`kill()` is kill -9; `restart()` starts it again on the same port with what it had stored; `hang()` and
`resume()` stop and continue the process, so that it accepts connections and never answers.
"""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.netns import Host
from tests.ports import free_port

_READY_WITHIN_S = 30.0
_RUN = "import sys; from nx_27017.nx_27017 import main; sys.exit(main())"


class MongoServer:
    """One server. folder: for its data and its log. host: on whose loopback, None for this machine's."""

    def __init__(self, folder: Path, host: Host | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._host = host
        self._process: subprocess.Popen[Any] | None = None
        self.port = free_port()

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and return once it answers."""
        options = {"data-dir": "data", "log-file": "log", "pid-file": "pid"}
        paths = [part for name, file in options.items() for part in (f"--{name}", str(self._folder / file))]
        with (self._folder / "output").open("ab") as output:
            command = (sys.executable, "-c", _RUN, "--port", str(self.port), *paths)
            streams: dict[str, Any] = {
                "stdout": output,
                "stderr": subprocess.STDOUT,
                "stdin": subprocess.DEVNULL,
            }
            if self._host is None:
                self._process = subprocess.Popen(command, **streams)
            else:
                self._process = self._host.start(*command, **streams)
        self._wait_until_ready(self._process)

    def kill(self) -> None:
        """kill -9, as a power cut would end it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    restart = start

    def hang(self) -> None:
        """Let it neither run nor end: connections are accepted by the system and never answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Undo `hang`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _wait_until_ready(self, process: subprocess.Popen[Any]) -> None:
        until = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < until:
            try:
                # Paces the attempts, and ends them at once where the server could not start.
                process.wait(timeout=0.03)
            except subprocess.TimeoutExpired:
                if self._answers():
                    return
                continue
            break
        self.kill()
        raise RuntimeError((self._folder / "output").read_text(errors="replace")[-2000:])

    def inside(self) -> contextlib.AbstractContextManager[None]:
        """The calling thread, and those that it begins, reach it."""
        return contextlib.nullcontext() if self._host is None else self._host.inside()

    def _answers(self) -> bool:
        with self.inside():
            return self._answers_here()

    def _answers_here(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.5).close()
        except OSError:
            return False
        with MongoClient[Any](self.uri, serverSelectionTimeoutMS=2000) as client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True


@contextlib.contextmanager
def mongodb_server(folder: Path) -> Iterator[MongoServer]:
    """A running server with its data in `folder`; stopped at the end."""
    server = MongoServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
