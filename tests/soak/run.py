"""`make soak`: 100,000 calls of every kind amid floods; then all tables are empty and memory is flat.

Ten tenths of the same mixture, in packet time; after each, time passes until nothing can be waited for any
more, the tables must be empty and memory is read. A warm-up and the first half fill what is kept on purpose
(caches, registrations); over the second half memory must not rise. Then a flood of forged sources, larger
than any table. Exit 1 if a table is not empty, memory grows, or a call did not end as it must. SCALE=0.1
runs a tenth.
"""

import argparse
import gc
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from packetwave.server.calls.crowd import MAX_CALLS
from packetwave.server.calls.events import CallEvent, Corrected, Ended, Ringing
from packetwave.server.calls.tracker import Tracker
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Detector
from tests.soak import traffic

CALLS = 100_000
FRAGMENTS, HALF_OPEN, SCANS, REGISTERS = 10, 1, 2, 1  # for each call
TENTHS = 10
WARM_UP = 20_000
BATCH = 200
BATCH_S = 45.0  # calls of a batch begin within this time
START_S = 1_700_000_000.0
LONG_S = 5 * 3600.0  # longer than the longest wait (a talk whose end is not seen)
FLOOD = MAX_CALLS + 10_000
FLOOD_S = 30.0
TALKS = 100  # that go on while the flood comes
REAL_CALLS = 20

BLOCKS_A_TENTH = 200
RSS_A_TENTH_KB = 128
FLOOD_GROWTH_MB = 160
"""Tolerances: how many Python memory blocks, and how much resident memory, a tenth may leave behind on the
average; and how much a flood may take for as long as it lasts."""


def resident_kb() -> float:
    """Resident memory of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * 4


def slope(values: list[float]) -> float:
    """Least squares: how much the values rise from one to the next."""
    middle = (len(values) - 1) / 2
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    return sum((place - middle) * value for place, value in enumerate(values)) / spread


class Soak:
    """The detector under load, and what came of each kind of call."""

    def __init__(self) -> None:
        self.decoder = FrameDecoder(ports=None)
        self.tracker = Tracker(traffic.MEMBERS)
        self.detector = Detector(self.decoder, self.tracker)
        self.random = Random(27017)
        self.now_s = START_S
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []
        self.calls = 0
        self.strange = 0
        self._open: dict[str, str] = {}
        self.feed(
            [
                (self.now_s, frame)
                for extension in traffic.MEMBERS
                for frame in traffic.registration(extension)
            ]
        )

    def feed(self, frames: list[traffic.Frame]) -> None:
        frames.sort(key=lambda frame: frame[0])
        take, hear = self.detector.frame, self.hear
        for at_s, data in frames:
            if events := take(at_s, 1, data):
                hear(events)
        self.now_s = max(self.now_s, frames[-1][0])

    def hear(self, events: list[CallEvent]) -> None:
        for event in events:
            if isinstance(event, Ringing):
                self._open[event.call_id] = event.sip_call_id.partition("-")[0]
            elif isinstance(event, Ended):
                self.outcomes[self._open.pop(event.call_id, "?"), event.outcome.value] += 1
            elif isinstance(event, Corrected):
                self.wrong.append(f"corrected: {event}")

    def warm_up(self) -> None:
        """Fill what is kept on purpose, whatever the scale: the caches of addresses and numbers."""
        for number in range(WARM_UP):
            source = traffic.stranger(number % traffic.STRANGERS)
            self.feed([(self.now_s + 0.01, traffic.scan(-number, source))])
        self.let_all_end()

    def tenth(self, calls: int) -> None:
        """One tenth of the calls, in batches, with everything that comes at the same time."""
        for first in range(0, calls, BATCH):
            self.batch(min(BATCH, calls - first))
        self.let_all_end()

    def batch(self, calls: int) -> None:
        start_s, random = self.now_s + 1, self.random
        frames: list[traffic.Frame] = []
        for _ in range(calls):
            frames += traffic.call_frames(self.calls, start_s + random.random() * BATCH_S)
            self.calls += 1
            for each in range(FRAGMENTS):
                self.strange += 1
                source = traffic.stranger(self.strange % traffic.STRANGERS)
                at_s = start_s + random.random() * BATCH_S
                frames.append((at_s, traffic.orphan_fragment(self.strange, source, random)))
                if each < HALF_OPEN:
                    frames += [(at_s, data) for data in traffic.half_open(self.strange, source)]
                if each < SCANS:
                    frames.append((at_s, traffic.scan(self.strange, source)))
                if each < REGISTERS:
                    frames.append((at_s, traffic.unanswered_register(self.strange, source)))
        self.feed(frames)

    def let_all_end(self) -> None:
        """Nothing more comes for long; then nothing may be left."""
        for _ in range(3):
            self.now_s += LONG_S
            self.hear(self.tracker.advance(self.now_s))
        self.decoder.expire(self.now_s)
        counters = self.decoder.counters
        if not self.tracker.is_empty:
            self.wrong.append("the tracker's tables are not empty")
        if counters.fragments != counters.fragments_dropped or counters.tcp_payloads:
            self.wrong.append("something came out of orphan fragments or half-open connections")
        if counters.fragments_held or counters.tcp_held_bytes:
            self.wrong.append(
                f"held: {counters.fragments_held} fragments, {counters.tcp_held_bytes} B of TCP"
            )
        if self._open:
            self.wrong.append(
                f"{len(self._open)} ringings without an end, such as {next(iter(self._open.values()))}"
            )
            self._open.clear()

    def flood(self) -> None:
        """More strange INVITEs than the table holds, each from another host, while people talk and call."""
        start_s = self.now_s + 1
        first = self.calls - self.calls % len(traffic.NAMES) + len(traffic.NAMES)
        talks = first + traffic.NAMES.index("talk_without_end")
        real = first + traffic.NAMES.index("answered")
        frames: list[traffic.Frame] = []
        for number in range(TALKS):
            frames += traffic.call_frames(talks + number * len(traffic.NAMES), start_s)
        start_s += 10
        for number in range(FLOOD):
            at_s = start_s + FLOOD_S * number / FLOOD
            frames.append((at_s, traffic.scan(self.strange + number, traffic.stranger(number))))
        for number in range(TALKS, TALKS + REAL_CALLS):
            at_s = start_s + FLOOD_S * (0.9 + 0.1 * self.random.random())
            frames += traffic.call_frames(real + number * len(traffic.NAMES), at_s)
        self.feed(frames)


def expected(calls: int) -> Counter[tuple[str, str]]:
    """How the ringings of so many calls end."""
    numbers = Counter(traffic.NAMES[number % len(traffic.NAMES)] for number in range(calls))
    return Counter(
        {
            (kind, outcome): count * many
            for kind, count in numbers.items()
            for outcome, many in Counter(traffic.KINDS[kind][1]).items()
        }
    )


def differences(seen: Counter[tuple[str, str]], wanted: Counter[tuple[str, str]]) -> list[str]:
    return [
        f"{kind}: {seen[kind, outcome]:,} ended {outcome}, not {wanted[kind, outcome]:,}"
        for kind, outcome in sorted(seen.keys() | wanted.keys())
        if seen[kind, outcome] != wanted[kind, outcome]
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the calls and all that goes with them")
    scale: float = parser.parse_args().scale
    soak = Soak()
    soak.warm_up()
    calls = round(CALLS * scale / TENTHS)
    blocks: list[float] = []
    resident: list[float] = []
    print(f"{'tenth':>5} {'calls':>9} {'frames':>11} {'memory blocks':>14} {'resident kB':>12} {'CPU s':>7}")
    for number in range(1, TENTHS + 1):
        soak.tenth(calls)
        gc.collect()
        blocks.append(sys.getallocatedblocks())
        resident.append(resident_kb())
        print(
            f"{number:>5} {soak.calls:>9,} {soak.decoder.counters.frames:>11,} {blocks[-1]:>14,.0f}"
            f" {resident[-1]:>12,.0f} {time.process_time():>7.1f}",
            flush=True,
        )
    wrong = soak.wrong + differences(soak.outcomes, expected(soak.calls))
    rising, rising_kb = slope(blocks[TENTHS // 2 :]), slope(resident[TENTHS // 2 :])
    if rising > BLOCKS_A_TENTH:
        wrong.append("memory blocks grow")
    if rising_kb > RSS_A_TENTH_KB:
        wrong.append("resident memory grows")

    soak.outcomes.clear()
    soak.wrong.clear()
    soak.flood()
    flood_kb = resident_kb() - resident[-1]
    held = len(soak.tracker.table)
    soak.let_all_end()
    gc.collect()
    wrong += soak.wrong
    wrong += differences(
        soak.outcomes,
        Counter({("talk_without_end", "answered"): TALKS, ("answered", "answered"): REAL_CALLS}),
    )
    if held > MAX_CALLS:
        wrong.append("a flood makes the table larger than it may be")
    if flood_kb > FLOOD_GROWTH_MB * 1024:
        wrong.append("a flood takes too much memory")
    counters, counts = soak.decoder.counters, soak.detector.counts()
    for name, figure in (
        ("calls", f"{soak.calls:,} of {len(traffic.KINDS)} kinds"),
        ("SIP messages read, ignored", f"{counts.sip_messages:,}, {counts.rejected:,}"),
        (
            "orphan fragments",
            f"{counters.fragments:,}, all given up",
        ),
        ("half-open TCP segments", f"{counters.tcp_segments:,}, no message in them"),
        ("memory blocks a tenth", f"{rising:+.1f} (at most {BLOCKS_A_TENTH})"),
        ("resident memory a tenth", f"{rising_kb:+.1f} kB (at most {RSS_A_TENTH_KB})"),
        ("flood of forged sources", f"{FLOOD:,} INVITEs in {FLOOD_S:.0f} s, {held:,} calls held at its end"),
        (
            "  memory it takes",
            f"{flood_kb / 1024:+.1f} MB (at most {FLOOD_GROWTH_MB}) for as long as it lasts",
        ),
        ("  memory blocks left behind", f"{sys.getallocatedblocks() - blocks[-1]:+,.0f}"),
        ("frames a CPU second", f"{counters.frames / time.process_time():,.0f}, their making included"),
    ):
        print(f"{name:<28} {figure}")
    for line in wrong:
        print(f"WRONG: {line}")
    print("soak:", "FAILED" if wrong else "all tables empty, memory flat, every call as it must")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
