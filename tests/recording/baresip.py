"""baresip as a desk phone: its settings, and its keys pressed through its control connection."""

import json
import socket
import time
from pathlib import Path
from typing import Any

from tests.netns import Host

_CONTROL_PORT = 4444  # on the host's loopback
_CONFIG = """\
sip_listen {address}:5060
{certificate}
call_local_timeout 120
call_max_calls {calls}
net_interface eth0
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module_app account.so
module_app contact.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:4444
audio_source aubridge,null
audio_player aubridge,null
audio_alert aubridge,null
rtp_ports 16000-16100
rtcp_enable no
"""


class Baresip:
    """One phone. It is registered when this is made. calls: more than so many at once are refused (busy)."""

    def __init__(
        self,
        host: Host,
        start: Any,
        folder: Path,
        extension: str,
        address: str,
        registrar: str,
        *,
        name: str = "",
        calls: int = 4,
        transport: str = "udp",
        options: str = "",
    ) -> None:
        self.extension = extension
        folder.mkdir()
        at = f"[{address}]" if ":" in address else address
        certificate = f"sip_certificate {folder}/phone.pem" if transport == "tls" else ""
        if certificate:
            made = [(folder.parent / name).read_text() for name in ("cert.pem", "key.pem")]
            (folder / "phone.pem").write_text("".join(made))
        (folder / "config").write_text(_CONFIG.format(address=at, calls=calls, certificate=certificate))
        display = f'"{name}" ' if name else ""
        account = f"{display}<sip:{extension}@{registrar};transport={transport}>;auth_pass=demo;regint=600"
        (folder / "accounts").write_text(f"{account};answermode=manual;call_transfer=yes{options}\n")
        (folder / "contacts").write_text("")
        start("baresip", "-f", str(folder))
        self._heard: list[dict[str, Any]] = []
        self._buffer = b""
        self._control = self._connect(host)
        self._wait_until_registered()

    def press(self, command: str, params: str = "") -> None:
        """accept, hangup, hold, resume, dial, transfer."""
        message = json.dumps({"command": command, "params": params, "token": command}).encode()
        self._control.sendall(b"%d:%s," % (len(message), message))

    def dial(self, number: str, registrar: str) -> None:
        self.press("dial", f"sip:{number}@{registrar}")

    def wait(self, kind: str, timeout_s: float = 8.0) -> None:
        """Until the phone tells of an event of this kind that was not waited for yet. Raises RuntimeError."""
        until = time.monotonic() + timeout_s
        while True:
            for event in self._heard:
                if event.get("type") == kind:
                    self._heard.remove(event)
                    return
            self._control.settimeout(max(0.01, until - time.monotonic()))
            try:
                received = self._control.recv(65536)
            except TimeoutError:
                told = ", ".join(str(event.get("type")) for event in self._heard)
                raise RuntimeError(f"baresip {self.extension}: no {kind}; told: {told}") from None
            if not received:
                raise RuntimeError(f"baresip {self.extension} has ended")
            self._take(received)

    def _wait_until_registered(self, timeout_s: float = 8.0) -> None:
        """It may have registered before its keys could be reached, so it is asked."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            self.press("reginfo")
            self._control.settimeout(1.0)
            self._take(self._control.recv(65536))
            if any(told.get("token") == "reginfo" and "OK" in told.get("data", "") for told in self._heard):
                return
            time.sleep(0.05)
        raise RuntimeError(f"baresip {self.extension} does not become registered")

    def close(self) -> None:
        self._control.close()

    def _take(self, received: bytes) -> None:
        """Netstrings (https://cr.yp.to/proto/netstrings.txt) of JSON."""
        self._buffer += received
        while b":" in self._buffer:
            size, _, rest = self._buffer.partition(b":")
            if len(rest) <= int(size):
                return
            self._heard.append(json.loads(rest[: int(size)]))
            self._buffer = rest[int(size) + 1 :]

    @staticmethod
    def _connect(host: Host) -> socket.socket:
        until = time.monotonic() + 5.0
        while True:
            with host.inside():
                control = socket.socket()
            try:
                control.connect(("127.0.0.1", _CONTROL_PORT))
            except ConnectionRefusedError:
                control.close()
                if time.monotonic() > until:
                    raise RuntimeError("baresip does not listen to its keys") from None
                time.sleep(0.05)
            else:
                return control
