"""`make siege`: floods against a real server, with twenty genuine calls among each of them.

Every genuine call must be told to its member's PC, no member's client may be cut, and memory must be back
afterwards. How long alerts took is printed and not judged: it is the machine's. Needs root (network
namespaces). SCALE=0.1 makes each flood a tenth as large and short; the calls stay twenty.

A flood is a function that is given the building and the scale and starts what floods; to add one is to write
it and put it into FLOODS. Exit 1 if anything is not as it must be.
"""

import argparse
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests import netns
from tests.siege.building import (
    CONFIRMED,
    MEMBERS,
    PBX,
    PHONE,
    STRANGERS,
    Building,
    Call,
    extension,
    pc,
    stranger,
)
from tests.siege.forgers import FLOODED

SECONDS = 10.0  # of each flood, at scale 1
LEAST_S = 3.0
CALLS = MEMBERS
LATE_S = 15.0  # so long is waited for alerts after the flood
GROWTH_MB = 40.0  # 20 to reach: what is kept of 200,000 forged calls and 300,000 reports is 30
BACK_S = 15.0  # so long is waited for memory, which is given back every 10 s
_FORGED = 1_000_000  # numbers of forged calls begin here

Attackers = list["subprocess.Popen[Any]"]


@dataclass(slots=True)
class Siege:
    """One flood while it goes on.

    Attributes: attackers, programs that it started; frames, what it puts onto the wire, (seconds after the
    begin, frame), in order; after, frames that take it back.
    """

    building: Building
    scale: float
    seconds: float
    attackers: Attackers = field(default_factory=list)
    frames: list[tuple[float, bytes]] = field(default_factory=list)
    after: list[bytes] = field(default_factory=list)

    def number(self, whole: int) -> int:
        return max(1, round(whole * self.scale))

    def attack(self, kind: str, count: int, *addresses: str, inside: bool = False) -> None:
        host = self.building.staff if inside else self.building.crowd
        self.attackers.append(self.building.attack(host, kind, count, self.seconds, *addresses))

    def forge(self, kind: str, per_s: int) -> None:
        """So many forged calls a second, at scale 1, in the names of the PBX, its phones and strangers."""
        count = self.number(round(per_s * self.seconds))
        self.attack(kind, count, PBX, PHONE, *map(stranger, range(STRANGERS)))


def nothing(_siege: Siege) -> None:
    """No flood: what the machine does when nothing disturbs."""


def many_clients(siege: Siege) -> None:
    siege.attack("crowd", siege.number(2_000), *map(stranger, range(STRANGERS)))


def many_hellos(siege: Siege) -> None:
    siege.attack("talk", siege.number(256), stranger(0))


def hellos_of_a_member(siege: Siege) -> None:
    siege.attack("talk", siege.number(250), pc(MEMBERS - 1), inside=True)


def coming_and_going(siege: Siege) -> None:
    siege.attack("churn", 32, stranger(0), stranger(1))
    siege.attack("churn", 16, pc(MEMBERS - 1), inside=True)


def half_open(siege: Siege) -> None:
    siege.attack("half_open", siege.number(3_000), *map(stranger, range(STRANGERS)))


def half_open_tls(siege: Siege) -> None:
    siege.attack("tls_half_open", siege.number(3_000), *map(stranger, range(STRANGERS)))


def coming_and_going_tls(siege: Siege) -> None:
    siege.attack("tls_churn", 32, *map(stranger, range(STRANGERS)))
    siege.attack("tls_churn", 16, pc(MEMBERS - 1), inside=True)


def deaf(siege: Siege) -> None:
    siege.attack("deaf", 32, *map(stranger, range(8)))


def forged_calls(siege: Siege) -> None:
    """2,000 calls that ring within a second at an extension of a PC that has another too, while another
    client of that PC comes again and again and is told of all of them."""
    for number in range(siege.number(2_000)):
        call = Call(_FORGED + number, f"0299{number:06}", FLOODED)
        siege.frames += [(number / siege.number(2_000), data) for data in call.begins]
        siege.after += call.ends
    siege.attack("churn", 2, pc(0), inside=True)
    siege.attack("crowd", 1, pc(0), inside=True)


def forged_calls_held(siege: Siege) -> None:
    siege.forge("by_the_pbx", 5_000)


def forged_calls_of_strangers(siege: Siege) -> None:
    siege.seconds *= 2
    siege.forge("by_strangers", 10_000)


def scanners(siege: Siege) -> None:
    siege.forge("scanners", 5_000)


def forged_reports(siege: Siege) -> None:
    siege.attack("reports", 1, stranger(0))


def confirmed_sender_runs_wild(siege: Siege) -> None:
    siege.attack("reports", 1, CONFIRMED)


FLOODS: dict[str, Callable[[Siege], None]] = {
    "no flood": nothing,
    "2,000 clients at once": many_clients,
    "256 sessions of a stranger, 118 hellos each": many_hellos,
    "250 sessions of a member's PC, 118 hellos each": hellos_of_a_member,
    "connect, hello, close": coming_and_going,
    "3,000 unfinished handshakes": half_open,
    "3,000 unfinished TLS handshakes": half_open_tls,
    "TLS handshakes, as fast as it goes": coming_and_going_tls,
    "pings of 32 clients that read nothing": deaf,
    "2,000 forged calls ring at one PC": forged_calls,
    "50,000 forged calls ring and are held": forged_calls_held,
    "200,000 forged calls of 200 strangers in 20 s": forged_calls_of_strangers,
    "5,000 INVITEs of scanners a second": scanners,
    "100,000 forged HEP reports a second": forged_reports,
    "the same of a confirmed sender": confirmed_sender_runs_wild,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a flood did. took_ms: of each call that was told. said: what the attackers got."""

    name: str
    took_ms: list[float]
    cuts: int
    cpu_s: float
    peak_mb: float
    said: list[str]

    def quantile(self, share: float) -> float:
        if not self.took_ms:
            return math.inf
        return sorted(self.took_ms)[min(len(self.took_ms) - 1, math.ceil(share * len(self.took_ms)) - 1)]


def besiege(building: Building, name: str, round_number: int, scale: float) -> Outcome:
    """One flood, and what became of the genuine calls meanwhile."""
    siege = Siege(building, scale, max(LEAST_S, SECONDS * scale))
    random = Random(name)
    building.cuts.clear()
    cpu_s, peak_mb = building.cpu_s(), 0.0
    FLOODS[name](siege)
    calls = [
        (
            number,
            f"01{round_number:02}{number:06}",
            Call(1000 * round_number + number, f"01{round_number:02}{number:06}", extension(number)),
        )
        for number in range(CALLS)
    ]
    # The first second is for the attackers to start in; then calls come at any time.
    steps: list[tuple[float, tuple[int, str] | None, list[bytes]]] = [
        (at_s, None, [data]) for at_s, data in siege.frames
    ]
    steps += [
        (0.5 + (siege.seconds - 0.5) * random.random(), (number, caller), call.begins)
        for number, caller, call in calls
    ]
    sent: dict[tuple[str, str], float] = {}
    start = time.monotonic()
    for at_s, call_of, frames in sorted(steps, key=lambda step: step[0]):
        while (left := start + at_s - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
            peak_mb = max(peak_mb, building.resident_mb())
        if call_of is not None:
            sent[call_of[1], pc(call_of[0])] = time.monotonic()
        for data in frames:
            building.wire.send(data)
    for attacker in siege.attackers:
        while attacker.poll() is None:
            peak_mb = max(peak_mb, building.resident_mb())
            time.sleep(0.1)
    building.wait(lambda: sent.keys() <= building.told.keys(), LATE_S, "all are told", must=False)
    for data in (
        data
        for part in ([siege.after], (call.ends for _, _, call in calls))
        for each in part
        for data in each
    ):
        building.wire.send(data)
    missing = [caller for caller, address in sent.keys() - building.told.keys()]
    if missing:
        rang = "".join(building.server.out.rest())
        seen = sum(f'"from": "{caller}"' in rang or f'"from":"{caller}"' in rang for caller in missing)
        print(f"{name}: of {len(missing)} calls that were not told the server itself saw {seen}", flush=True)
    took_ms = [(building.told[key] - at) * 1000 for key, at in sent.items() if key in building.told]
    said = [attacker.stdout.read().strip() for attacker in siege.attackers if attacker.stdout is not None]
    return Outcome(name, took_ms, sum(building.cuts.values()), building.cpu_s() - cpu_s, peak_mb, said)


def lines(outcomes: list[Outcome]) -> Iterator[str]:
    yield f"{'flood':<48} {'told':>7} {'p50 ms':>7} {'p99 ms':>7} {'cut':>4} {'CPU s':>6} {'peak MB':>8}"
    for outcome in outcomes:
        yield (
            f"{outcome.name:<48} {len(outcome.took_ms):>3}/{CALLS:<3} {outcome.quantile(0.5):>7.1f}"
            f" {outcome.quantile(0.99):>7.1f} {outcome.cuts:>4} {outcome.cpu_s:>6.1f} {outcome.peak_mb:>8.1f}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of each flood")
    parser.add_argument("--only", default="", help="floods whose name has this in it")
    options = parser.parse_args()
    if netns.why_not():
        print(f"siege: {netns.why_not()}", file=sys.stderr)
        return 1
    outcomes: list[Outcome] = []
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder, Building(Path(folder) / "server") as building:
        names = [name for name in FLOODS if options.only in name or name == "no flood"]
        before_mb = 0.0
        for round_number, name in enumerate(names, 1):
            outcome = besiege(building, name, round_number, options.scale)
            outcomes.append(outcome)
            print(f"{name}: {'; '.join(outcome.said) or 'done'}", flush=True)
            if round_number == 1:
                before_mb = building.resident_mb()
            if len(outcome.took_ms) < CALLS:
                wrong.append(f"{name}: {CALLS - len(outcome.took_ms)} of {CALLS} calls were not told")
            if outcome.cuts:
                wrong.append(f"{name}: members' clients were cut {outcome.cuts} times")
        building.wait(
            lambda: building.resident_mb() - before_mb <= GROWTH_MB, BACK_S, "memory is back", must=False
        )
        after_mb = building.resident_mb()
        wrong += [f"the server ended: {building.server.err.rest()}"] * (
            building.server.process.poll() is not None
        )
    print()
    print(*lines(outcomes), sep="\n")
    grown_mb = after_mb - before_mb
    print(f"resident memory: {before_mb:.1f} MB before, {after_mb:.1f} MB after ({grown_mb:+.1f})")
    if grown_mb > GROWTH_MB:
        wrong.append(f"memory grew by more than {GROWTH_MB:.0f} MB")
    for line in wrong:
        print(f"WRONG: {line}")
    print("siege:", "FAILED" if wrong else "every call was told, no member was cut, memory is back")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
