"""`make stall`: what the capture keeps while the program stands still, and what that costs (root).

A program that reads SIP off a veth pair is stopped by a signal while INVITEs of 800 bytes go by, and then
goes on; after that, single INVITEs show how long one takes from the wire to the reader. Once as PacketWave
captures here, once by libpcap as where it has to, and once by a ring of 16 MiB with blocks of 1 ms. Exit 1
where the first loses a frame.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from packetwave.server.capture import LiveCapture, kernel_filter, packet_queue
from tests.netns import Host, Office
from tests.server.frames.building import invite, udp_frame

LONE = 300
MIB = 1024 * 1024
WAYS = {
    "as captured here": "queue",
    "by libpcap, 64 MiB": "ring",
    "ring of 16 MiB, 1 ms": "small",
}


def read(way: str) -> None:
    """The reader's side. Lines on stdout: "ready", then the count of frames each time none came for half a
    second, with the 50th and 99th percentile of their age in ms, the memory held, and those lost."""
    packet_queue.is_possible = lambda: way == "queue"
    options = {"buffer_bytes": 16 * MIB} if way == "small" else {}
    with LiveCapture(Host.interface, kernel_filter({5060}), **options) as capture:
        print("ready", flush=True)
        while True:
            ages_ms: list[float] = []
            while (frames := capture.read(0.5)) or not ages_ms:
                now_s = time.time()
                ages_ms += [(now_s - at_s) * 1000 for at_s, _, _ in frames]
            ages_ms.sort()
            p50, p99 = (ages_ms[len(ages_ms) * part // 100] for part in (50, 99))
            print(len(ages_ms), f"{p50:.2f} {p99:.2f}", resident_mib(), *capture.stats(), flush=True)


def resident_mib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // MIB


def kernel_mib() -> int:
    """The kernel's own memory that cannot be reclaimed, of the whole machine."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("SUnreclaim")) // 1024


def send(sender: Host, frame: bytes, *, per_s: float, count: int) -> None:
    with sender.frame_socket() as wire:
        begun = time.monotonic()
        for sent in range(count):
            while time.monotonic() < begun + sent / per_s:
                time.sleep(0.0002)
            wire.send(frame)


def measure(name: str, way: str, *, seconds: int, per_s: int) -> bool:
    frame = udp_frame(invite("stall", filler=460))
    with Office() as office:
        sender, probe = office.host("sender"), office.host("probe")
        reader = probe.start(
            sys.executable, "-m", "tests.soak.stall", "--read", way, stdout=subprocess.PIPE, stderr=None
        )
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"ready\n"
        before_mib = kernel_mib()
        os.kill(reader.pid, signal.SIGSTOP)  # `ip netns exec` becomes the program
        send(sender, frame, per_s=per_s, count=seconds * per_s)
        held_mib = kernel_mib() - before_mib
        os.kill(reader.pid, signal.SIGCONT)
        stalled = reader.stdout.readline().split()
        send(sender, frame, per_s=50, count=LONE)
        lone = reader.stdout.readline().split()
    kept, sent = int(stalled[0]), seconds * per_s
    print(
        f"{name:22} {kept:7,} of {sent:,} kept · lone INVITE p50 {float(lone[1]):5.2f} ms,"
        f" p99 {float(lone[2]):5.2f} ms · process {int(lone[3])} MiB, kernel {held_mib:+d} MiB in the stall"
    )
    return kept == sent


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--read", default="")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--per-second", type=int, default=2_000)
    arguments = parser.parse_args()
    if arguments.read:
        read(arguments.read)
    print(f"stopped {arguments.seconds} s, {arguments.per_second:,} frames/s")
    whole = [
        measure(name, way, seconds=arguments.seconds, per_s=arguments.per_second)
        for name, way in WAYS.items()
    ]
    return 0 if whole[0] else 1


if __name__ == "__main__":
    raise SystemExit(main())
