"""The whole job on one machine: `make demo`.

A recorded minute of an office's calls (assets/demo/office.pcap) goes through the real server, in real time,
with its own embedded database; a real client shows the popups. Nothing outside build/demo is touched and
nothing is told to other machines. With a display everything is on the screen; without one Qt draws offscreen.
Pictures of the windows and the call log are left in build/demo. Exit code 1 if a program failed or no alert
arrived.
"""

import argparse
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packetwave.common.choices import LANGUAGES
from packetwave.common.numbers import display
from packetwave.protocol import DEFAULT_PLAIN_PORT
from packetwave.protocol.fields import parse_at

ROOT = Path(__file__).parents[1]
RECORDING = ROOT / "assets" / "demo" / "office.pcap"
MEMBERS = ROOT / "assets" / "demo" / "members.csv"
FOLDER = ROOT / "build" / "demo"
LIVE_PICTURES = FOLDER / "live"
PICTURES_VARIABLE = "PACKETWAVE_SCREENSHOTS"  # as in packetwave.ui.screenshots, which needs Qt's libraries

_POLL_S = 0.1
_START_S = 30.0  # the longest that a start may take on a slow machine
_STOP_S = 5.0
_PICTURES_AFTER_S = 2.2  # a popup and its row have been drawn, and every call of the recording still rings


class DemoFailed(Exception):
    """What went wrong, for the person at the terminal."""


def main() -> int:
    """Run the demo; the exit code."""
    parser = argparse.ArgumentParser(
        prog="make demo", description="A recorded minute of calls becomes popups."
    )
    parser.add_argument("--language", choices=LANGUAGES, help="of the windows; the system's without it")
    language = parser.parse_args().language
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    try:
        log = play(language)
    except DemoFailed as failed:
        print(f"demo: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    print_summary(log)
    if not log.alerts:
        print("demo: no alert arrived at the client", file=sys.stderr)
        return 1
    return 0


@dataclass
class CallLog:
    """What both programs said while the demo ran.

    rows: what the server said, by call, in order. alerts: what the client was told.
    """

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)


class EventFile:
    """The JSON lines that a program appends to a file, as they come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_bytes = 0

    def new(self) -> Iterator[dict[str, Any]]:
        """Events written since the last call; a line still being written waits for the next."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read_bytes)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._read_bytes += len(line)
                yield json.loads(line)


def play(language: str | None) -> CallLog:
    """Run both programs while the recording lasts. Raises DemoFailed."""
    port = free_port(DEFAULT_PLAIN_PORT)
    capture, lasts_s = recording_from_now()
    server_data, client_data = data_folder("server", language), data_folder("client", language)
    server_events, client_events = FOLDER / "server-events.jsonl", FOLDER / "client-events.jsonl"
    environment = program_environment()
    imported = ["members", "import", str(MEMBERS), "--data-dir", str(server_data)]
    if subprocess.run([program("packetwave-server"), *imported], env=environment, check=False).returncode:
        raise DemoFailed("the members could not be imported")

    server_command = ["--replay", str(capture), "--speed", "real", "--listen", f"127.0.0.1:{port}"]
    server_command += ["--data-dir", str(server_data), "--events", str(server_events)]
    client_command = ["--server", f"ws://127.0.0.1:{port}", "--data-dir", str(client_data)]
    client_command += ["--events", str(client_events)]
    log = CallLog()
    with (
        running("packetwave-server", server_command, environment) as server,
        waiting_for(port, server),
        running("packetwave-client", client_command, environment) as client,
    ):
        print(f"demo: {lasts_s:.0f} s of calls, {where(environment)}", flush=True)
        follow(
            log, server, time.monotonic() + lasts_s + 2, EventFile(server_events), EventFile(client_events)
        )
        subprocess.run(
            [program("packetwave-client"), "--quit", "--data-dir", str(client_data)],
            env=environment,
            check=False,
        )
        ended(client, "packetwave-client")
    return log


def follow(
    log: CallLog,
    server: subprocess.Popen[bytes],
    until: float,
    from_server: EventFile,
    from_client: EventFile,
) -> None:
    """Note and print what the programs say until that time, or until the server's window is closed."""
    pictures_at: list[tuple[float, int]] = []
    while time.monotonic() < until and server.poll() is None:
        for event in from_server.new():
            note(log, event)
        for event in from_client.new():
            if event.get("event") == "incoming_call":
                log.alerts.append(event)
                pictures_at.append((time.monotonic() + _PICTURES_AFTER_S, len(log.alerts)))
        while pictures_at and time.monotonic() >= pictures_at[0][0]:
            keep_pictures(f"call-{pictures_at.pop(0)[1]}")
        time.sleep(_POLL_S)
    keep_pictures("end")


def note(log: CallLog, event: dict[str, Any]) -> None:
    """Put one of the server's events into the log and print it."""
    kind = event.get("event")
    if kind not in ("ringing", "answered", "ended", "corrected"):
        return
    row = log.rows.setdefault(event["call_id"], {})
    if kind == "ringing":
        row.update(event)
    row["state"] = event.get("outcome", kind)
    at = parse_at(event["at"]).astimezone().strftime("%H:%M:%S")
    print(f"  {at}  {as_line(row)}", flush=True)


def as_line(row: dict[str, Any]) -> str:
    """One call of the log: who calls whom, what became of it, and the caller's name."""
    number, to, direction = display(row.get("from", "?")), row.get("to", "?"), row.get("direction", "")
    return f"{direction:<8}  {number:<14} → {to:<6} {row['state']:<18} {row.get('from_name', '')}".rstrip()


def print_summary(log: CallLog) -> None:
    """The call log, and where the pictures are."""
    print("\nThe call log:")
    for row in log.rows.values():
        print(f"  {as_line(row)}")
    pictures = sorted(FOLDER.glob("*.png"))
    print(f"\n{len(log.alerts)} alerts arrived at the client. {len(pictures)} pictures are in build/demo.")


def keep_pictures(moment: str) -> None:
    """Keep what the windows show now."""
    for picture in LIVE_PICTURES.glob("*.png"):
        if time.time() - picture.stat().st_mtime < _PICTURES_AFTER_S:  # of a window that is still open
            shutil.copyfile(picture, FOLDER / f"{moment}-{picture.name}")


def recording_from_now() -> tuple[Path, float]:
    """A copy of the recording whose calls happen now, and its length in seconds.

    The windows speak of today's calls and count the seconds a phone rings, so the times move, and they only.
    """
    data = bytearray(RECORDING.read_bytes())
    place, first_s, last_s = 24, None, 0
    shift_s = 0
    while place < len(data):  # as dumpcap wrote it: little-endian, microseconds
        at_s, _, captured = struct.unpack_from("<III", data, place)
        if first_s is None:
            first_s, shift_s = at_s, int(time.time()) - at_s
        last_s = at_s
        struct.pack_into("<I", data, place, at_s + shift_s)
        place += 16 + captured
    copy = FOLDER / RECORDING.name
    copy.write_bytes(data)
    return copy, float(last_s - (first_s or 0))


def data_folder(name: str, language: str | None) -> Path:
    """A program's empty data folder, with the language of its windows set."""
    folder = FOLDER / name
    folder.mkdir()
    if language:
        (folder / "settings.json").write_text(json.dumps({"version": 1, "language": language}))
    return folder


def program_environment() -> dict[str, str]:
    """The environment of both programs: with pictures, and offscreen where there is no display to draw on.

    A MongoDB that the environment names is somebody's own: the demo keeps away from it.
    """
    environment = {**os.environ, PICTURES_VARIABLE: str(LIVE_PICTURES)}
    environment.pop("PACKETWAVE_MONGODB_URI", None)
    if "QT_QPA_PLATFORM" not in environment:
        probe = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
        headless = sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & environment.keys()
        if (
            headless
            or subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode
        ):
            environment["QT_QPA_PLATFORM"] = "offscreen"
    return environment


def where(environment: dict[str, str]) -> str:
    if environment.get("QT_QPA_PLATFORM") == "offscreen":
        return "drawn offscreen (there is no display)"
    return "on the screen"


def free_port(wanted: int) -> int:
    """The port wanted, or another if it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoFailed("no TCP port is free")


def program(name: str) -> str:
    """The command as installed beside this Python. Raises DemoFailed."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        raise DemoFailed(f"{name} is not installed beside {sys.executable}; run make setup")
    return found


@contextmanager
def running(
    name: str, arguments: list[str], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the time of the block, then ask it to stop. Raises DemoFailed with what it said."""
    with (FOLDER / f"{name}.log").open("wb") as stderr:
        process = subprocess.Popen([program(name), *arguments], env=environment, stdout=stderr, stderr=stderr)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        ended(process, name)
    if process.returncode != 0:
        raise DemoFailed(f"{name} ended with {process.returncode}:\n{said_by(name)}")


def said_by(name: str) -> str:
    """What a program wrote to its output."""
    return (FOLDER / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def ended(process: subprocess.Popen[bytes], name: str) -> None:
    """Wait for the end of a program that was asked to stop. Raises DemoFailed where it does not."""
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise DemoFailed(f"{name} did not stop within {_STOP_S:.0f} s") from None


@contextmanager
def waiting_for(port: int, server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Wait until the server takes connections. Raises DemoFailed where it ends before."""
    deadline = time.monotonic() + _START_S
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                yield
                return
        time.sleep(_POLL_S)
    raise DemoFailed(f"the server did not start:\n{said_by('packetwave-server')}")


if __name__ == "__main__":
    sys.exit(main())
