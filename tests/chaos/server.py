"""A real server on a real wire that is killed and started again, with one data folder and one events file."""

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from packetwave.server.office.values import CallRecord, Member, Put
from packetwave.server.settings import SETTINGS_FILE
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from tests.chaos.books import Books, books
from tests.netns import Host, Office

EXTENSIONS = [str(1001 + number) for number in range(8)]
WAIT_S = 60.0
PORT = 8765

CLIENT = """
import asyncio, json, sys, websockets
async def main():
    while True:
        try:
            async with websockets.connect("ws://127.0.0.1:%d") as websocket:
                print('{"type": "connected"}', flush=True)
                while True:
                    print(await websocket.recv(), flush=True)
        except (OSError, websockets.WebSocketException):
            await asyncio.sleep(0.05)
asyncio.run(main())
"""


class Chaos:
    """A context: an office with a wire, a server's data folder, and one client at the members' PC.

    data: the server's data folder, where it is not beside the rest. program: how Python is told to run it.

    Attributes: folder; events, the file of the server's lines; of what the client was told: alerted, callers
    and when; told, the call_id of each alert; call_ids; call_ends, those of calls that ended.
    """

    def __init__(
        self,
        folder: Path,
        *,
        with_client: bool = False,
        data: Path | None = None,
        program: Sequence[str] = ("-m", "packetwave.server"),
    ) -> None:
        self.folder = data or folder / "data"
        self.events = folder / "events.jsonl"
        self.alerted: dict[str, float] = {}
        self.told: list[str] = []
        self.call_ids: dict[str, None] = {}
        self.call_ends: dict[str, None] = {}
        self.connected = threading.Event()
        self._log = (folder / "stderr.txt").open("ab")
        self._log_path = folder / "stderr.txt"
        self._log_began = 0
        self._program = program
        self._with_client = with_client
        self._office = Office()
        self._process: subprocess.Popen[Any] | None = None

    def __enter__(self) -> Self:
        try:
            self._wire_end: Host = self._office.host("pbx")
            self.probe: Host = self._office.host("probe")
            self.folder.mkdir(exist_ok=True)
            store = SqliteStore(self.folder / FILE_NAME)
            store.change_members([Put(Member(extension, "127.0.0.1")) for extension in EXTENSIONS])
            store.close()
            settings = {"interface": "eth0", "listen": f"127.0.0.1:{PORT}"}
            (self.folder / SETTINGS_FILE).write_text(json.dumps(settings))
            self.wire = self._wire_end.frame_socket()
            if self._with_client:
                client = self.probe.start(
                    *(sys.executable, "-c", CLIENT % PORT), stdout=subprocess.PIPE, text=True
                )
                threading.Thread(target=self._listen, args=(client.stdout,), daemon=True).start()
        except BaseException:
            self._office.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wire.close()
        self._office.close()
        self._log.close()

    # The server

    def start(self, *more: str, stdout: int = subprocess.DEVNULL) -> "subprocess.Popen[Any]":
        """Start the server; returned once it watches."""
        process = self.begin(*more, stdout=stdout)
        self.wait_until(lambda: self.said("watching 'eth0'"), "it watches")
        return process

    def begin(self, *more: str, stdout: int = subprocess.DEVNULL) -> "subprocess.Popen[Any]":
        """Start the server; returned at once."""
        self._log_began = self._log_path.stat().st_size
        self._process = process = self.probe.start(
            *(sys.executable, *self._program, "--headless", "--data-dir", str(self.folder)),
            *(more or ("--events", str(self.events))),
            stdout=stdout,
            stderr=self._log,
        )
        return process

    def kill(self) -> None:
        """As a power cut does it, but for the disk's own memory."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(WAIT_S)

    def stop(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(WAIT_S)

    def wait_until(self, condition: Callable[[], object], what: str, *, timeout_s: float = WAIT_S) -> None:
        until = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < until, (
                f"waited in vain until {what}: {self.lines()} {self.stderr()[-3000:]}"
            )
            assert self._process is None or self._process.poll() is None, self.stderr()[-3000:]
            time.sleep(0.01)

    def stderr(self) -> str:
        return self._log_path.read_text("utf-8")

    def said(self, words: str) -> int:
        """How often the log of this run has these words."""
        with self._log_path.open("rb") as log:
            log.seek(self._log_began)
            return log.read().count(words.encode())

    # What it is shown, and what it said

    def send(self, frames: Iterable[tuple[float, bytes]]) -> None:
        """Send each frame at its time, in seconds from now."""
        began = time.monotonic()
        for at_s, frame in frames:
            time.sleep(max(0.0, began + at_s - time.monotonic()))
            self.wire.send(frame)

    def rows(self) -> list[CallRecord]:
        store = SqliteStore(self.folder / FILE_NAME)
        with contextlib.closing(store):
            return store.load_calls(since=datetime.fromtimestamp(0, UTC), limit=1_000_000)

    def open_callers(self) -> set[str]:
        """Who called where the row has no end yet."""
        return {caller for (caller,) in self.asked("SELECT caller FROM calls WHERE outcome IS NULL")}

    def asked(self, question: str) -> list[tuple[Any, ...]]:
        """What the database says. Only reads: the server is not to notice."""
        with contextlib.closing(self.reading()) as reading:
            return reading.execute(question).fetchall()

    def reading(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{(self.folder / FILE_NAME).as_uri()}?mode=ro", uri=True)

    def has_noted_watching(self) -> bool:
        """Whether the store knows that it was watched. Only reads."""
        database = f"{(self.folder / FILE_NAME).as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(database, uri=True)) as reading:
            return bool(reading.execute("SELECT 1 FROM meta WHERE key = 'watched_until'").fetchall())

    def lines(self) -> list[str]:
        return self.events.read_text("utf-8").splitlines() if self.events.exists() else []

    def books(self) -> Books:
        return books(self.rows(), self.lines())

    def books_of_lines(self) -> Books:
        """By the lines alone: where the rows are in memory."""
        return books([], self.lines())

    def _listen(self, stream: Any) -> None:
        with contextlib.suppress(ValueError):
            for line in stream:
                message = json.loads(line)
                if message["type"] == "connected":
                    self.connected.set()
                elif message["type"] == "incoming_call":
                    self.alerted.setdefault(message["from"], time.monotonic())
                    self.told.append(message["call_id"])
                    self.call_ids[message["call_id"]] = None
                elif message["type"] == "call_update" and message["state"] == "ended":
                    self.call_ends[message["call_id"]] = None
