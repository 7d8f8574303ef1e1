"""Records assets/demo/office.pcap again: a minute of an office's calls, made by sipp, seen on a mirror port.

`make record-demo`; needs root, sipp, dumpcap and tshark. PBX, phones and probe are network namespaces on a
bridge that floods, so that the probe's port sees both directions of everything, as a mirror port does.
Nothing leaves these namespaces. The scenarios say what each side does, `SCHEDULE` who calls whom and when.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.netns import Host, Office
from tests.recording.stage import capture_to

HERE = Path(__file__).parent
RECORDING = HERE.parents[1] / "assets" / "demo" / "office.pcap"

REGISTRAR = "10.77.0.10"  # the PBX, for its phones
TRUNK_GATEWAY = "10.77.0.11"  # the PBX's side that rings the phones
SECOND_GATEWAY = "10.77.0.12"  # another line, for two calls at once
PHONES = {str(1000 + n): f"10.77.0.{100 + n}" for n in range(1, 6)}
PBX_ADDRESSES = (REGISTRAR, TRUNK_GATEWAY, SECOND_GATEWAY)


@dataclass(frozen=True)
class Run:
    """One sipp. at_s: seconds after the start of the capture. address: its own. to: "" waits for calls."""

    at_s: float
    address: str
    scenario: str
    options: tuple[str, ...] = ()
    to: str = ""


def registers(at_s: float, extension: str) -> list[Run]:
    """A phone tells the PBX where it is."""
    login = ("-s", extension, "-au", extension, "-ap", "demo")
    return [
        Run(at_s, REGISTRAR, "pbx_registrar"),
        Run(at_s + 0.3, PHONES[extension], "phone_registers", login, REGISTRAR),
    ]


@dataclass(frozen=True)
class Course:
    """What becomes of a call. caller_waits_s: how long the caller talks, or waits before giving up."""

    phone: str
    phone_options: tuple[str, ...]
    caller: str
    caller_waits_s: float = 0.0


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))


def answered(ring_s: float, talk_s: float) -> Course:
    return Course("phone_answers", ("-d", _ms(ring_s), "-rtp_echo"), "pbx_calls", talk_s)


def given_up(ring_s: float) -> Course:
    return Course("phone_rings", (), "pbx_calls_and_cancels", ring_s)


def declined(ring_s: float) -> Course:
    return Course("phone_declines", ("-d", _ms(ring_s)), "pbx_calls")


def busy() -> Course:
    return Course("phone_is_busy", (), "pbx_calls")


def calls(
    at_s: float,
    extension: str,
    number: str,
    name: str,
    course: Course,
    *,
    withheld: bool = False,
    gateway: str = TRUNK_GATEWAY,
) -> list[Run]:
    """A call rings a phone. withheld: only the trunk knows who it is, and must not say."""
    keys = {
        "name": "Anonymous" if withheld else name,
        "caller": "anonymous" if withheld else number,
        "domain": "anonymous.invalid" if withheld else gateway,
        "asserted": number,
        "asserted_name": name,
        "privacy": "id" if withheld else "none",
    }
    caller = ["-s", extension, "-d", _ms(course.caller_waits_s)]
    for key, value in keys.items():
        caller += ["-key", key, value]
    return [
        Run(at_s - 0.5, PHONES[extension], course.phone, course.phone_options),
        Run(at_s, gateway, course.caller, tuple(caller), PHONES[extension]),
    ]


def calls_inside(
    at_s: float, own: str, name: str, extension: str, *, ring_s: float, talk_s: float
) -> list[Run]:
    """A phone calls another through the PBX, which has a leg of its own to each of the two."""
    login = ("-s", extension, "-key", "own", own, "-key", "name", name, "-au", own, "-ap", "demo")
    return [
        Run(at_s - 0.5, REGISTRAR, "pbx_takes_call", ("-d", _ms(ring_s))),
        Run(at_s, PHONES[own], "phone_calls", (*login, "-d", _ms(talk_s)), REGISTRAR),
        *calls(at_s + 0.2, extension, own, name, answered(ring_s, talk_s)),
    ]


SCHEDULE: list[Run] = [
    *(run for n, extension in enumerate(PHONES) for run in registers(0.2 + 0.5 * n, extension)),
    *calls(4.0, "1001", "01012345678", "홍길동", answered(4.5, talk_s=5)),
    *calls(15.0, "1003", "025550100", "한빛상사", given_up(5)),
    *calls(22.0, "1005", "0312345678", "나래전자", given_up(5), withheld=True),
    *calls(28.5, "1002", "01098765432", "박서연", answered(4, talk_s=4)),
    *calls(29.0, "1004", "0517654321", "푸른기획", declined(5.5), gateway=SECOND_GATEWAY),
    *calls(38.0, "1001", "01055512345", "이도윤", busy()),
    *calls_inside(41.0, "1002", "박민수", "1004", ring_s=4, talk_s=3),
    *calls(50.5, "1005", "+14155550100", "Dana Reed", answered(4, talk_s=3)),
]

# What the callers say: one second of a 400 Hz square wave at 8 kHz, as G.711 A-law.
TONE = (b"\x95" * 10 + b"\x15" * 10) * 400


def play(schedule: list[Run], hosts: dict[str, Host], folder: Path) -> None:
    """Start each sipp at its time and wait for all. hosts: by address. Raises RuntimeError if one fails."""
    (folder / "tone.alaw").write_bytes(TONE)
    started_at = time.monotonic()
    running: list[tuple[Run, subprocess.Popen[Any]]] = []
    for step in sorted(schedule, key=lambda step: step.at_s):
        time.sleep(max(0.0, started_at + step.at_s - time.monotonic()))
        running.append((step, start(step, hosts[step.address], folder)))
    for step, sipp in running:
        _, said = sipp.communicate()
        if sipp.returncode != 0:
            raise RuntimeError(f"{step}: sipp ended with {sipp.returncode}\n{said}")


def start(step: Run, host: Host, folder: Path) -> subprocess.Popen[Any]:
    """One sipp, at port 5060 of its address, for one call."""
    scenario = HERE / "scenarios" / f"{step.scenario}.xml"
    command = ["sipp", "-sf", str(scenario), "-i", step.address, "-p", "5060", "-mi", step.address, "-m", "1"]
    command += ["-nostdin", "-timeout", "60s", "-timeout_error", *step.options]
    command += [step.to] if step.to else []
    return host.start(*command, cwd=folder, stderr=subprocess.PIPE, text=True)


def main() -> int:
    if os.geteuid() != 0:
        print("record-demo makes network namespaces and captures: it needs root (sudo make record-demo)")
        return 1
    with tempfile.TemporaryDirectory(prefix="packetwave-record-") as name, Office() as office:
        folder = Path(name)
        captured = folder / "office.pcap"
        pbx = office.host("pbx", *(f"{address}/24" for address in PBX_ADDRESSES))
        hosts = dict.fromkeys(PBX_ADDRESSES, pbx)
        for extension, address in PHONES.items():
            hosts[address] = office.host(f"phone{extension}", f"{address}/24")
        with capture_to(captured, office.host("probe")):
            play(SCHEDULE, hosts, folder)
        RECORDING.write_bytes(captured.read_bytes())
    print(f"{RECORDING.relative_to(Path.cwd())}: {RECORDING.stat().st_size:,} bytes")
    fields = ("frame.time_relative", "ip.src", "ip.dst", "sip.Method", "sip.Status-Code", "sip.from.user")
    read = ["tshark", "-r", str(RECORDING), "-Y", "sip", "-T", "fields"]
    subprocess.run(
        [*read, *(option for field in (*fields, "sip.to.user") for option in ("-e", field))], check=True
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
