"""A small office of network namespaces for tests: hosts on a bridge that floods, as a mirror port sees them.

    with Office() as office:
        pbx, probe = office.host("pbx", "10.0.0.10/24"), office.host("probe")
        pbx.start("sipp", …)          # a program in the host's namespace
        with probe.inside(): …        # sockets opened here belong to the host

No frame leaves the namespaces. Needs root: mark such tests with `needs_namespaces`.
"""

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import pytest

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_numbers = count()


def why_not() -> str:
    """Why there can be no namespaces here; "" where there can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None or shutil.which("bridge") is None:
        return "iproute2 (ip, bridge) is not installed"
    tried = f"pwtry{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", tried], capture_output=True, check=False).returncode != 0:
        return "network namespaces cannot be made here"
    subprocess.run(["ip", "netns", "del", tried], check=True)
    return ""


_WHY_NOT = why_not()
needs_namespaces = pytest.mark.skipif(bool(_WHY_NOT), reason=_WHY_NOT or "")


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"


def _silence_ipv6(namespace: str) -> None:
    """Neighbour discovery would put frames of its own on the wire."""
    for scope in ("all", "default"):
        _ip("netns", "exec", namespace, "sysctl", "-qw", f"net.ipv6.conf.{scope}.disable_ipv6=1")


class Host:
    """A namespace with one interface, `eth0`, on the office's bridge."""

    interface = "eth0"

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self._started: list[subprocess.Popen[Any]] = []

    def run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program in this host to its end; its output as text. Raises when it fails."""
        options = {"capture_output": True, "text": True, "check": True, "timeout": 60} | options
        return subprocess.run(["ip", "netns", "exec", self.namespace, *command], **options)

    def start(
        self, *command: str, stdout: int | IO[Any] = subprocess.DEVNULL, **options: Any
    ) -> subprocess.Popen[Any]:
        """Start a program in this host; it is killed when the office closes."""
        options = {"stderr": subprocess.DEVNULL} | options
        started = subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, *command], stdout=stdout, **options
        )
        self._started.append(started)
        return started

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The calling thread is in this host's namespace; sockets opened meanwhile stay there."""
        libc = ctypes.CDLL(None, use_errno=True)
        with (
            Path("/proc/thread-self/ns/net").open("rb") as home,
            Path(f"/run/netns/{self.namespace}").open("rb") as there,
        ):
            assert libc.setns(there.fileno(), _NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
            try:
                yield
            finally:
                assert libc.setns(home.fileno(), _NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())

    def frame_socket(self) -> socket.socket:
        """A socket that sends whole Ethernet frames from this host's interface."""
        with self.inside():
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            raw.bind((self.interface, 0))
        return raw

    def stop(self) -> None:
        """Kill what was started here."""
        for started in self._started:
            started.kill()
            started.wait()
            for pipe in (started.stdin, started.stdout, started.stderr):
                if pipe:
                    pipe.close()
        self._started.clear()


class Office:
    """A bridge that sends every frame to every port (it learns nothing), and the hosts on it."""

    def __init__(self) -> None:
        self._prefix = f"pw{os.getpid()}n{next(_numbers)}"
        self._switch = f"{self._prefix}-switch"
        self.hosts: list[Host] = []
        _ip("netns", "add", self._switch)
        try:
            _silence_ipv6(self._switch)
            bridge = ("type", "bridge", "ageing_time", "0", "mcast_snooping", "0")
            _ip("-n", self._switch, "link", "add", "br0", *bridge)
            _ip("-n", self._switch, "link", "set", "br0", "up")
        except AssertionError:
            self.close()
            raise

    def host(self, name: str, *addresses: str) -> Host:
        """A new host. addresses: with their prefix length, `10.0.0.10/24`; none for a mere probe."""
        host = Host(f"{self._prefix}-{name}")
        _ip("netns", "add", host.namespace)
        self.hosts.append(host)
        if not any(":" in address for address in addresses):
            _silence_ipv6(host.namespace)
        self.add_adapter(host)
        for address in addresses:
            nodad = ("nodad",) if ":" in address else ()
            _ip("-n", host.namespace, "addr", "add", address, "dev", host.interface, *nodad)
        _ip("-n", host.namespace, "link", "set", "lo", "up")
        return host

    def add_adapter(self, host: Host) -> None:
        """Give a host its interface, without an address, and put its cable into the switch."""
        port = f"p{self.hosts.index(host)}"
        peer = ("peer", "name", host.interface, "netns", host.namespace)
        _ip("-n", self._switch, "link", "add", port, "type", "veth", *peer)
        _ip("-n", self._switch, "link", "set", port, "master", "br0", "up")
        flood = ("learning", "off", "flood", "on", "mcast_flood", "on")
        subprocess.run(["bridge", "-n", self._switch, "link", "set", "dev", port, *flood], check=True)
        _ip("-n", host.namespace, "link", "set", host.interface, "up")

    def remove_adapter(self, host: Host) -> None:
        """Take a host's interface away, as a network card at a USB port is."""
        _ip("-n", self._switch, "link", "del", f"p{self.hosts.index(host)}")

    def plug(self, host: Host, plugged_in: bool) -> None:
        """Put a host's cable into the switch, or take it out."""
        _ip("-n", self._switch, "link", "set", f"p{self.hosts.index(host)}", "up" if plugged_in else "down")

    def close(self) -> None:
        """Kill everything started in the hosts and take the namespaces away."""
        for host in self.hosts:
            host.stop()
        for namespace in [*(host.namespace for host in self.hosts), self._switch]:
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)
        self.hosts.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
