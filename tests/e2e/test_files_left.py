"""Every file that a whole run of both programs makes is the account's own, and no link in its place is
followed. The names are found by running, so that none can be forgotten. Nor is anything in one of them that
must never be kept: speech, SDP, numbers in a log."""

import csv
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from packetwave.server.store.sqlite import FILE_NAME
from tests.e2e.programs import Lines
from tests.ports import free_port
from tests.server.capture.test_doors import free_port as free_udp_port
from tests.server.test_stored_nothing import SECRET, secrets
from tests.server.watch.test_thread import hep_of
from tests.server.wire import Leg, write_pcap

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="on Windows the folder's rights decide"),
    pytest.mark.timeout(600),
]

CALLER, NAME, COMPANY = "01087654321", "홍길동", "한빛상사"
EXPORTS = ("members.csv", "members.xlsx", "person.json", "person.csv")


class Run:
    """Both programs, everything that they can be asked for, in one folder. Attributes: found, each file that
    was there at some moment, with its rights; made_by, the step that made it; said, what they said.
    patience_s: how long a call is waited for."""

    def __init__(self, folder: Path, patience_s: float = 30.0) -> None:
        self.folder = folder
        self.patience_s = patience_s
        self.server, self.client = folder / "data" / "server", folder / "data" / "client"
        self.out = folder / "out"
        self.inputs = folder / "inputs"
        self.found: dict[str, int] = {}
        self.said: list[str] = []
        self.made_by: dict[str, str] = {}
        for each in (self.inputs, self.out):
            each.mkdir(parents=True, exist_ok=True)
        with (self.inputs / "members.csv").open("w", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["extension", "ip", "name", "company"])
            rows.writerow(["1001", "127.0.0.1", NAME, COMPANY])
        write_pcap(self.inputs / "secret.pcap", secrets())

    def steps(self) -> dict[str, Callable[[], None]]:
        """Everything that the programs can be asked for, each by itself. What refuses to run, because of a
        link that it found, is left out."""
        exports = {
            name: partial(
                self._command,
                "server",
                *(
                    ("privacy", "export", CALLER, "--to")
                    if name.startswith("person")
                    else ("members", "export")
                ),
                str(self.out / name),
            )
            for name in EXPORTS
        }
        return {
            "import": partial(self._command, "server", "members", "import", str(self.inputs / "members.csv")),
            "live": self._live,
            "replay": self._replay,
            **exports,
            "self-test": partial(self._command, "server", "--headless", "--self-test"),
            "self-test of the client": partial(self._command, "client", "--self-test"),
            "damaged": self._damaged,
        }

    def whole(self) -> None:
        """Do all of it, in order."""
        for name, step in self.steps().items():
            step()
            for found in self.found:
                self.made_by.setdefault(found, name)

    def names(self) -> list[str]:
        """What was made, by names that somebody can know beforehand."""
        return sorted(name for name in self.found if not re.search(r"\.\d+-\d+\.new$|/trial-\d+$", name))

    def files(self) -> Iterator[Path]:
        for top in (self.folder / "data", self.out):
            yield from (path for path in sorted(top.rglob("*")) if path.is_file() and not path.is_symlink())

    def _look(self) -> None:
        for path in self.files():
            name = str(path.relative_to(self.folder))
            # The widest that it ever had.
            self.found[name] = self.found.get(name, 0) | stat.S_IMODE(path.lstat().st_mode)

    def _live(self) -> None:
        """A call that a PBX reports while a server and a client run."""
        hep, port = free_udp_port(), free_port()
        if self.server.is_dir() and not (self.server / "settings.json").is_symlink():
            keys = {"hep_port": hep, "tunnels": ["127.0.0.1"], "listen": f"127.0.0.1:{port}"}
            (self.server / "settings.json").write_text(json.dumps(keys))
        server = self._start("server", "--headless", "--events", str(self.out / "server.events"))
        err = Lines(server.stderr)
        try:
            err.wait_for_words("watching '", timeout_s=30)
        except AssertionError:
            server.kill()
            self._end(server, err)
            return
        client = self._start(
            *("client", "--headless", "--server", f"127.0.0.1:{port}"),
            *("--events", str(self.out / "client.events")),
        )
        said = Lines(client.stderr)
        try:
            self._call(client, hep)
        finally:
            for program, lines in ((client, said), (server, err)):
                program.terminate()
                self._end(program, lines)

    def _call(self, client: "subprocess.Popen[str]", hep: int) -> None:
        events, leg = self.out / "client.events", Leg(CALLER, "1001", name=NAME)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pbx:
            if self._wait(client, events, "connected"):
                for datagram in hep_of(leg, "INVITE", 180):
                    pbx.sendto(datagram, ("127.0.0.1", hep))
                self._wait(client, events, "incoming_call")
                self._look()
                for datagram in hep_of(leg, "CANCEL", 487):
                    pbx.sendto(datagram, ("127.0.0.1", hep))
                self._wait(client, events, "call_update")
        self._look()

    def _wait(self, client: "subprocess.Popen[str]", events: Path, word: str) -> bool:
        pause = threading.Event()
        for _ in range(int(self.patience_s / 0.05)):
            if events.is_file() and not events.is_symlink() and f'"{word}"' in events.read_text("utf-8"):
                return True
            if client.poll() is not None:
                return False
            pause.wait(0.05)
        return False

    def _replay(self) -> None:
        self._command(
            *("server", "--headless", "--listen", "127.0.0.1:0", "--events", str(self.out / "replay.events")),
            *("--replay", str(self.inputs / "secret.pcap"), "--speed", "max"),
        )

    def _damaged(self) -> None:
        """A database and settings that are none: both are put aside by the next start."""
        for name in (FILE_NAME, "settings.json"):
            path = self.server / name
            if path.exists() and not path.is_symlink():
                path.write_bytes(b"x" * 5000)
        self._replay()

    def _end(self, program: "subprocess.Popen[str]", err: Lines) -> None:
        program.wait(60)
        self.said.append("".join(err.rest()))
        assert program.stderr is not None
        program.stderr.close()

    def _start(self, program: str, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self._words(program, *words),
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            umask=0,  # of the widest rights that a system gives
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )

    def _command(self, program: str, *words: str) -> None:
        started = self._start(program, *words)
        _, said = started.communicate(timeout=60)
        self.said.append(said)
        self._look()

    def _words(self, program: str, *words: str) -> list[str]:
        folder = self.server if program == "server" else self.client
        return [sys.executable, "-m", f"packetwave.{program}", *words, "--data-dir", str(folder)]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = Run(tmp_path_factory.mktemp("whole"))
    made.whole()
    return made


def test_every_file_is_the_accounts_own(run: Run) -> None:
    wide = {name: oct(mode) for name, mode in run.found.items() if mode & 0o077}
    # Written by this test, and narrowed by the programs.
    wide.pop("data/server/settings.json", None)
    assert wide == {}
    known = {
        *(f"data/server/{FILE_NAME}{ending}" for ending in ("", "-wal", "-shm", ".damaged-1")),
        *("data/server/last-members.json", "data/server/instance.json", "data/server/instance.lock"),
        *("data/server/settings.json.damaged", "data/server/logs/server.log", "data/server/self-test.json"),
        *("data/client/logs/client.log", "data/client/logs/client.crash", "data/client/self-test.json"),
        *("out/server.events", "out/client.events", "out/replay.events"),
        *(f"out/{name}" for name in EXPORTS),
    }
    assert known <= set(run.found), "the run was a whole one"
    for folder in (run.server, run.client, run.server / "logs", run.client / "logs"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_link_in_the_place_of_any_of_them_is_followed(run: Run, tmp_path: Path) -> None:
    """For each name, what makes it is done once more, with a link there before it."""
    imported = Run(tmp_path / "imported")
    imported.steps()["import"]()

    def wrong(name: str) -> str:
        folder = tmp_path / name.replace("/", "-")
        if run.made_by[name] != "import":
            shutil.copytree(imported.folder, folder)
        again = Run(folder, patience_s=4.0)
        precious = folder / "precious"
        precious.write_text("precious")
        precious.chmod(0o644)
        planted, made_by = again.folder / name, run.made_by[name]
        planted.unlink(missing_ok=True)
        planted.parent.mkdir(parents=True, exist_ok=True)
        planted.symlink_to(precious)
        again.steps()[made_by]()
        if made_by == "import":
            again.steps()["live"]()
        if any("Traceback" in said for said in again.said):
            return f"{name}: {again.said}"
        if precious.read_text() != "precious" or stat.S_IMODE(precious.stat().st_mode) != 0o644:
            return f"{name}: what the link led to was changed"
        return ""

    with ThreadPoolExecutor(4) as several:  # they mostly wait
        assert [said for said in several.map(wrong, run.names()) if said] == []


def test_nothing_is_kept_of_what_people_say_and_no_log_names_anybody(run: Run) -> None:
    """SDP, RTP and text messages leave no trace; numbers and names stand only where calls belong."""
    contents = {str(path.relative_to(run.folder)): path.read_bytes() for path in run.files()}
    assert [name for name, content in contents.items() if SECRET.encode() in content] == []
    assert CALLER.encode() in contents["out/server.events"], "the call was seen"
    logs = {name: content.decode() for name, content in contents.items() if "/logs/" in name}
    spoken = {**logs, "stderr": "".join(run.said)}
    named = [
        (name, word)
        for name, text in spoken.items()
        for word in (CALLER, "01012345678", NAME, COMPANY)
        if word in text
    ]
    assert named == []
    assert any("010****4321" in text for text in logs.values()), "it is masked, and not just left out"
