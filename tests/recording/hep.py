"""Records tests/data/hep again: what Kamailio, sngrep and sipgrep report by HEP, beside the SIP itself.

`make record-hep`; needs root and the packages of `installer/setup.sh recording`. Each recording has an
office of namespaces of its own, and in it a host where the reports end; nothing leaves it.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.netns import Office
from tests.recording import golden
from tests.recording.kamailio import Proxy
from tests.recording.scene import Ringings
from tests.recording.scenes.proxy import MOBILE, NUMBER, OFFICE, TALKED, call, trunk
from tests.recording.sipp import Caller, Phone
from tests.recording.stage import PBX, Stage, capture_to, phone_address

RECORDED = Path(__file__).parents[1] / "data" / "hep"
HOMER, PORT = "10.77.0.200", 9060
P1 = phone_address("1001")
ALERTED: Ringings = [[f"{MOBILE} → 1001 dialled {NUMBER}", *TALKED]]
DIRECT: Ringings = [[f"{MOBILE} → 1001", *TALKED]]


@dataclass(frozen=True)
class Recording:
    """sender: the address that reports. events: the truth, as in `Scene`; readable: whether the mirror shows
    it too."""

    sender: str
    play: Callable[[Stage], None]
    events: Ringings
    readable: bool = True


def _reported(transport: str, version: int = 3) -> Callable[[Stage], None]:
    """A call from the trunk to a phone that is registered over this transport."""

    def play(stage: Stage) -> None:
        proxy: Proxy = replace(OFFICE, reports_to=HOMER, hep_version=version, passwords=transport != "ws")
        stage.proxy(proxy)
        if transport == "ws":
            stage.ws_phone("1001", "answer")
            trunk(stage, call().talks(500))
            return
        phone = stage.baresip("1001", transport=transport)
        trunk(stage, call().talks(500))
        phone.wait("CALL_INCOMING")
        stage.wait(0.3)
        phone.press("accept")
        phone.wait("CALL_CLOSED")

    return play


def _watched_by(*command: str) -> Callable[[Stage], None]:
    """A PBX that is one sipp, and on its host a program that watches the interface."""

    def play(stage: Stage) -> None:
        stage.program(PBX, *command, "-d", "eth0", "-H", f"udp:{HOMER}:{PORT}", log="agent.log")
        stage.wait(1.0)  # nothing says when it watches
        stage.sipp(P1, Phone().trying().ring().pause(300).answer().hung_up_on())
        stage.sipp(PBX, Caller(MOBILE, "1001").talks(300), P1)
        stage.finish()
        stage.wait(1.5)  # it reports in blocks

    return play


RECORDINGS = {
    "kamailio_3_udp": Recording(PBX, _reported("udp"), ALERTED),
    "kamailio_3_tcp": Recording(PBX, _reported("tcp"), ALERTED),
    "kamailio_3_tls": Recording(PBX, _reported("tls"), ALERTED, readable=False),
    "kamailio_3_websocket": Recording(PBX, _reported("ws"), ALERTED),
    "kamailio_2_udp": Recording(PBX, _reported("udp", 2), ALERTED),
    "kamailio_1_udp": Recording(PBX, _reported("udp", 1), ALERTED),
    "sngrep_udp": Recording(PBX, _watched_by("sngrep", "-N", "-q"), DIRECT),
    "sipgrep_udp": Recording(PBX, _watched_by("sipgrep", "-R", "-C", "-g"), DIRECT),
}
_LISTENS = f"import socket; s = socket.socket(2, 2); s.bind(('', {PORT}))\nwhile True: s.recv(65535)"


def record(name: str, recording: Recording) -> int:
    """Play it and keep what the probe saw. Gives the size in bytes. Raises RuntimeError."""
    with tempfile.TemporaryDirectory(prefix="packetwave-hep-") as folder, Office() as office:
        stage = Stage(office, Path(folder))
        captured = Path(folder) / "seen.pcap"
        try:
            with capture_to(captured, office.host("probe")):
                stage.program(HOMER, sys.executable, "-c", _LISTENS)
                stage.wait_for_port(HOMER, PORT)
                recording.play(stage)
                stage.finish()
        finally:
            stage.stop()
        return golden.slim(captured, RECORDED / f"{name}.pcap")


def main(names: list[str]) -> int:
    if os.geteuid() != 0:
        print("record-hep makes network namespaces and captures: it needs root (sudo make record-hep)")
        return 1
    for name in names or list(RECORDINGS):
        print(f"{name:36} {record(name, RECORDINGS[name]):6,} bytes", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
