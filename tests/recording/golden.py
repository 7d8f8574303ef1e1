"""Records the golden set again: every scene of `scenes/` to tests/data/recorded/NAME.pcap and NAME.json.

`make record-golden`, for some scenes `make record-golden ARGS='name …'`; needs root and the packages of
`installer/setup.sh recording`. Each scene has an office of namespaces of its own; nothing leaves it. Times
in the captures begin at a fixed date, and of each RTP flow only the first packets are kept.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from packetwave.server.capture import Replay
from tests.netns import Office
from tests.recording.scene import SCENES, Scene
from tests.recording.scenes import ALL  # noqa: F401 - registers them
from tests.recording.stage import Stage, capture_to
from tests.tshark import write_pcap

RECORDED = Path(__file__).parents[1] / "data" / "recorded"
FAILED = Path("build") / "golden-failed"  # what scenes that went wrong leave: capture, scenarios, logs
LARGEST = 60_000
BEGINS_S = 1_767_571_200.0  # 2026-01-05 00:00 UTC
_RTP_KEPT = 3  # of each flow
_MEDIA_PORTS = range(6000, 65536)
_SIP_PORTS = range(5060, 5100)


def record(scene: Scene) -> int:
    """Play a scene and keep what the probe saw. Gives the size in bytes. Raises RuntimeError."""
    with tempfile.TemporaryDirectory(prefix="packetwave-golden-") as name, Office() as office:
        folder = Path(name)
        stage = Stage(office, folder)
        captured = folder / "scene.pcap"
        try:
            with capture_to(captured, office.host("probe")):
                scene.play(stage)
                stage.finish()
                stage.stop()
        except BaseException:
            stage.stop()
            shutil.rmtree(FAILED / scene.name, ignore_errors=True)
            shutil.copytree(folder, FAILED / scene.name)
            raise
        return keep(scene, captured)


def keep(scene: Scene, captured: Path) -> int:
    """Write NAME.pcap, slimmed, and NAME.json."""
    size = slim(captured, RECORDED / f"{scene.name}.pcap")
    write_description(RECORDED / f"{scene.name}.json", scene)
    return size


def slim(captured: Path, to: Path) -> int:
    """Write of a capture what is kept: times from a fixed date on, little of each RTP flow. Gives the size in
    bytes. Raises RuntimeError where nothing was seen, too much, or what names this machine."""
    with Replay(captured) as replay:
        frames = [(at_s, frame) for at_s, _, frame in replay]
    if not frames:
        raise RuntimeError(f"{to.stem}: the probe saw nothing")
    first_s = frames[0][0]
    flows: Counter[bytes] = Counter()
    kept = []
    for at_s, frame in frames:
        flow = media_flow(frame)
        flows[flow] += bool(flow)
        if not flow or flows[flow] <= _RTP_KEPT:
            kept.append((BEGINS_S + at_s - first_s, frame))
    told = identifying(b"".join(frame for _, frame in kept))
    if told:
        raise RuntimeError(f"{to.stem}: the capture names this machine: {told}")
    to.parent.mkdir(parents=True, exist_ok=True)
    size = write_pcap(to, kept).stat().st_size
    if size > LARGEST:
        raise RuntimeError(f"{to.stem}: {size:,} bytes are more than {LARGEST:,}")
    return size


def write_description(file: Path, scene: Scene) -> None:
    description = {
        "software": scene.software,
        "scenario": scene.says,
        "members": list(scene.members),
        "cases": list(scene.cases),
        "events": scene.events,
    }
    if scene.known_bug:
        description["known_bug"] = scene.known_bug
    file.write_text(json.dumps(description, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def media_flow(frame: bytes) -> bytes:
    """Addresses and ports of an RTP or RTCP packet over plain IPv4 or IPv6; empty for anything else."""
    if frame[12:14] == b"\x08\x00" and frame[23] == 17 and not int.from_bytes(frame[20:22]) & 0x3FFF:
        begin, flow = 34, frame[26:38]
    elif frame[12:14] == b"\x86\xdd" and frame[20] == 17:
        begin, flow = 54, frame[22:58]
    else:
        return b""
    ports = (int.from_bytes(frame[begin : begin + 2]), int.from_bytes(frame[begin + 2 : begin + 4]))
    if any(port in _SIP_PORTS for port in ports) or not all(port in _MEDIA_PORTS for port in ports):
        return b""
    return flow if frame[begin + 8 : begin + 9] and frame[begin + 8] >> 6 == 2 else b""


def identifying(data: bytes) -> list[str]:
    """Names of this machine and its user that stand in the text in these bytes (short ones occur by chance
    in what is encrypted)."""
    names = {os.uname().nodename, os.environ.get("USER", ""), Path.home().name} - {"", "localhost", "root"}
    text = b"\n".join(re.findall(rb"[ -~]{16,}", data))
    return [name for name in sorted(names) if re.search(rb"\b" + re.escape(name.encode()) + rb"\b", text)]


def main(names: list[str]) -> int:
    if names == ["--describe"]:  # the descriptions alone: what must come of a scene was put right
        for file in RECORDED.glob("*.pcap"):
            write_description(file.with_suffix(".json"), SCENES[file.stem])
        return 0
    if os.geteuid() != 0:
        print("record-golden makes network namespaces and captures: it needs root (sudo make record-golden)")
        return 1
    unknown = [name for name in names if name not in SCENES]
    if unknown:
        print(f"no such scene: {', '.join(unknown)}")
        return 2
    failed = []
    for scene in [SCENES[name] for name in names or sorted(SCENES)]:
        try:
            size = record(scene)
        except (RuntimeError, AssertionError, OSError, subprocess.SubprocessError) as error:
            failed.append(scene.name)
            print(f"{scene.name:36} FAILED: {error}", flush=True)
        else:
            print(f"{scene.name:36} {size:6,} bytes", flush=True)
    if not names:
        for stale in {file for file in RECORDED.glob("*.*") if file.stem not in SCENES}:
            stale.unlink()
            print(f"{stale.name}: no scene of that name, removed")
    if failed:
        print(f"not recorded: {' '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
