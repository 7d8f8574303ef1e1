"""Where a scene is played: an office of namespaces, real SIP programs in it, and a probe that captures.

Everything ends with the stage: each program is stopped by its own process, and no frame leaves.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.netns import Host, Office
from tests.recording.baresip import Baresip
from tests.recording.kamailio import Proxy
from tests.recording.sipp import Script

PBX, TRUNK, SECOND_TRUNK = "10.77.0.10", "10.77.0.20", "10.77.0.21"
PBX_6 = "fd00:77::10"
FLUSH_S = 0.6  # the capture hands its last frames over this late at most
_LISTENS_S = 0.35  # a sipp listens this long after its start
_STOP_S = 5.0


def phone_address(extension: str) -> str:
    """10.77.0.101 for 1001."""
    return f"10.77.0.{100 + int(extension) % 100}"


@contextmanager
def capture_to(file: Path, probe: Host, *, flush_s: float = FLUSH_S) -> Iterator[None]:
    """All that the mirror port carries, while inside. Raises RuntimeError."""
    command = ("dumpcap", "-q", "-P", "-i", probe.interface, "-w", str(file))
    capture = probe.start(*command, stderr=subprocess.PIPE, text=True)
    assert capture.stderr is not None
    try:
        for line in capture.stderr:
            if line.startswith("File:"):
                break
        else:
            raise RuntimeError("dumpcap did not start")
        yield
        time.sleep(flush_s)
    finally:
        capture.send_signal(signal.SIGINT)
        capture.communicate()


def wait_until(true: Callable[[], bool], what: str, timeout_s: float = 10.0) -> None:
    """Raises RuntimeError when it does not come about."""
    until = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > until:
            raise RuntimeError(f"waited in vain: {what}")
        time.sleep(0.02)


@dataclass
class _Started:
    what: str
    program: subprocess.Popen[Any]


class Stage:
    """One scene's office. folder: its own, for scenario files, settings and logs."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.folder = folder
        self._office = office
        self._hosts: dict[str, Host] = {}
        self._sipps: list[_Started] = []
        self._programs: list[_Started] = []
        self._phones: list[Baresip] = []

    def at(self, address: str, *others: str) -> Host:
        """The host with this address; a new one where there is none, with further addresses."""
        if address not in self._hosts:
            all_of_it = (address, *others)
            widths = [f"{each}/{64 if ':' in each else 24}" for each in all_of_it]
            host = self._office.host(f"h{len(self._hosts)}", *widths)
            self._hosts |= dict.fromkeys(all_of_it, host)
        return self._hosts[address]

    def unplug(self, address: str) -> None:
        """Take the cable out of a host: whoever spoke to it lately goes on sending, and hears nothing."""
        host = self.at(address)
        host.run("ip", "link", "set", host.interface, "down")

    def sipp(
        self,
        address: str,
        script: Script,
        to: str = "",
        *,
        port: int = 5060,
        transport: str = "u1",
        options: tuple[str, ...] = (),
    ) -> subprocess.Popen[Any]:
        """Start a sipp for one call. to: "" for one that waits to be called; it listens when this returns."""
        host = self.at(address)
        scenario = self.folder / f"sipp-{len(self._sipps)}.xml"
        scenario.write_bytes(script.text(tcp=transport.startswith("t")))
        command = ["sipp", "-sf", str(scenario), "-i", address, "-p", str(port), "-mi", address, "-m", "1"]
        command += ["-t", transport, "-nostdin", "-timeout", "15s", "-timeout_error", "-nd", *options]
        remote = f"[{to}]" if to.count(":") > 1 else to
        command += [remote] if to else []
        program = host.start(*command, cwd=self.folder, stderr=subprocess.PIPE, text=True)
        self._sipps.append(_Started(f"{address} {scenario.name}", program))
        if not to:
            time.sleep(_LISTENS_S)
        return program

    def program(self, address: str, *command: str, log: str = "", **options: Any) -> "subprocess.Popen[Any]":
        """Start a program that runs until the scene is over; it gets a process group of its own.

        log: the file in the scene's folder for what it says, "" for none.
        """
        options = {"cwd": self.folder, **options}
        with (self.folder / log if log else Path(os.devnull)).open("wb") as file:
            if log:
                options |= {"stdout": file, "stderr": file}
            program = self.at(address).start(*command, start_new_session=True, **options)
        self._programs.append(_Started(command[0], program))
        return program

    def pbx(self, numbers: dict[str, Any], *, address: str = PBX, outside: str = "") -> None:
        """Start sippy's B2BUA; what it does with which number stands in `b2bua.py`. outside: the address of
        its second network card."""
        self.at(address, *filter(None, [outside]))
        plan = json.dumps({"address": address, "outside": outside, "numbers": numbers})
        root = Path(__file__).parents[2]
        command = (sys.executable, "-m", "tests.recording.b2bua", plan)
        self.program(address, *command, log="b2bua.log", cwd=root)
        self.wait_for_port(address, 5060)

    def proxy(self, proxy: Proxy) -> None:
        """Start Kamailio."""
        name = ("-subj", "/CN=pbx.invalid", "-keyout", "key.pem", "-out", "cert.pem", "-days", "3650")
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *name]
        subprocess.run(make, cwd=self.folder, check=True, capture_output=True)
        file = proxy.write(self.folder)
        self.at(proxy.address, *filter(None, [proxy.outside and proxy.outside[0]]))
        options = ("-DD", "-E", "-f", str(file), "-w", str(self.folder), "-Y", str(self.folder))
        self.program(proxy.address, "kamailio", *options, "-m", "16", "-M", "4", log="kamailio.log")
        self.wait_for_port(proxy.address, 5060)
        time.sleep(0.3)  # its workers start after its sockets

    def ws_phone(self, extension: str, *does: str, registrar: str = PBX) -> None:
        """Start a phone on Kamailio's WebSocket port; it is registered when this returns."""
        command = (sys.executable, "-m", "tests.recording.ws_phone", f"ws://{registrar}:8080", extension)
        root = Path(__file__).parents[2]
        program = self.program(
            phone_address(extension), *command, *does, cwd=root, stdout=subprocess.PIPE, text=True
        )
        assert program.stdout is not None
        if program.stdout.readline().strip() != "registered":
            raise RuntimeError(f"{extension} does not become registered over WebSocket")

    def baresip(self, extension: str, *, address: str = "", registrar: str = PBX, **options: Any) -> Baresip:
        """Start a phone; it is registered when this returns."""
        address = address or phone_address(extension)
        folder = self.folder / f"baresip-{address}"

        def start(*command: str) -> None:
            self.program(address, *command, log=f"baresip-{address}.log")

        phone = Baresip(self.at(address), start, folder, extension, address, registrar, **options)
        self._phones.append(phone)
        return phone

    def wait_for_port(self, address: str, port: int) -> None:
        """Until something there has a UDP socket on that port."""
        host = self.at(address)
        listening = lambda: f":{port} " in host.run("ss", "-lun").stdout  # noqa: E731
        wait_until(listening, f"UDP port {port} at {address}")

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def finish(self) -> None:
        """Wait until every sipp is done. Raises RuntimeError if one failed."""
        for started in self._sipps:
            _, said = started.program.communicate(timeout=40)
            if started.program.returncode != 0:
                raise RuntimeError(f"{started.what}: sipp ended with {started.program.returncode}\n{said}")
        self._sipps.clear()

    def stop(self) -> None:
        """End the programs, last started first, with all their children."""
        for phone in self._phones:
            phone.close()
        self._phones.clear()
        for started in reversed(self._programs):
            program = started.program
            if program.poll() is None:
                program.terminate()
                try:
                    program.wait(_STOP_S)
                except subprocess.TimeoutExpired:
                    os.killpg(program.pid, signal.SIGKILL)
        self._programs.clear()
