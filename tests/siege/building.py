"""The besieged: an office of network namespaces with a real server, twenty members' PCs and room for
attackers.

Frames come onto the wire as a switch mirrors them; the server captures them live. No frame leaves the
namespaces.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from packetwave.server.office.values import Member, Put
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from tests.e2e.programs import start_server
from tests.netns import Host, Office
from tests.server.wire import Leg, on_the_wire
from tests.siege.floods import HEP_PORT
from tests.siege.forgers import FLOODED

MEMBERS = 20
STRANGERS = 200
PBX, PHONE, SERVER = "10.9.0.10", "10.9.0.21", "10.9.0.30"
PORT = 8765
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def extension(number: int) -> str:
    return str(1001 + number)


def pc(number: int) -> str:
    """The address of a member's PC."""
    return f"10.9.1.{number + 1}"


def stranger(number: int) -> str:
    """An address in no row."""
    return f"10.9.2.{number + 1}"


CONFIRMED = stranger(STRANGERS - 1)
"""Whose reports are believed, though he is in no row."""


class Call:
    """A call to one extension, by frames that are ready to be sent."""

    def __init__(self, number: int, caller: str, called: str) -> None:
        leg = Leg(caller, called, number=number, source=PBX, phone=PHONE)
        self.begins = [on_the_wire(data) for _, data in (leg.request(0, "INVITE"), leg.response(0, 180))]
        self.ends = [on_the_wire(data) for _, data in (leg.request(0, "CANCEL"), leg.response(0, 487))]


class Building:
    """A context: all that was started in it ends with it.

    Attributes: told, (caller, the address told) -> when, of the machine's monotonic clock; cuts, how often
    each member's client lost its session.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._office = Office()
        self.told: dict[tuple[str, str], float] = {}
        self.cuts: dict[str, int] = {}
        self._connected: set[str] = set()
        self._said: queue.SimpleQueue[None] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        self._office.__enter__()
        try:
            self._begin()
        except BaseException:
            self._office.close()
            raise
        return self

    def _begin(self) -> None:
        host = self._office.host
        self.pbx = host("pbx", f"{PBX}/16")
        self.server_host = host("server", f"{SERVER}/16")
        self.staff = host("staff", *(f"{pc(number)}/16" for number in range(MEMBERS)))
        self.crowd = host("crowd", *(f"{stranger(number)}/16" for number in range(STRANGERS)))
        self._folder.mkdir(parents=True, exist_ok=True)
        store = SqliteStore(self._folder / FILE_NAME)
        store.change_members(
            [
                *(Put(Member(extension(number), pc(number))) for number in range(MEMBERS)),
                Put(Member(FLOODED, pc(0))),
            ]
        )
        store.close()
        settings = {"version": 1, "hep_port": HEP_PORT, "tunnels": [CONFIRMED]}
        (self._folder / "settings.json").write_text(json.dumps(settings))
        self.server = start_server(self.server_host, self._folder)
        self.wire = self.pbx.frame_socket()
        self._members = self.staff.start(
            *(sys.executable, "-m", "tests.siege.members", f"{SERVER}:{PORT}"),
            *(pc(number) for number in range(MEMBERS)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self.wait(lambda: len(self._connected) == MEMBERS, 30, "all members are connected")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wire.close()
        self._office.close()

    def _listen(self) -> None:
        assert self._members.stdout is not None
        for line in self._members.stdout:
            said: dict[str, Any] = json.loads(line)
            address = said["address"]
            match said["what"]:
                case "rings":
                    self.told.setdefault((said["caller"], address), said["at"])
                case "connected":
                    self._connected.add(address)
                case "cut" | "failed":
                    self._connected.discard(address)
                    self.cuts[address] = self.cuts.get(address, 0) + 1
            self._said.put(None)

    def wait(self, condition: Any, timeout_s: float, what: str, *, must: bool = True) -> None:
        """Wait until the condition, which what members' PCs say makes true."""
        until = time.monotonic() + timeout_s
        while not condition():
            left = until - time.monotonic()
            if left <= 0:
                if must:
                    raise AssertionError(f"waited in vain until {what}")
                return
            try:
                self._said.get(timeout=min(left, 0.5))
            except queue.Empty:
                continue

    def attack(
        self, host: Host, kind: str, count: int, seconds: float, *addresses: str
    ) -> "subprocess.Popen[Any]":
        """Start a flood from these addresses of a host. It takes what is left of the machine: attackers have
        machines of their own."""
        return host.start(
            *("nice", "-n", "19", sys.executable, "-m", "tests.siege.floods", kind, f"{SERVER}:{PORT}"),
            *(str(count), str(seconds), *addresses),
            stdout=subprocess.PIPE,
            stderr=None,
            text=True,
        )

    def resident_mb(self) -> float:
        """Resident memory of the server."""
        text = Path(f"/proc/{self.server.process.pid}/statm").read_text()
        return int(text.split()[1]) * _PAGE / 1e6

    def cpu_s(self) -> float:
        """Processor time that the server has taken."""
        fields = Path(f"/proc/{self.server.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
