"""Twenty paired PCs on TLS, killed at random, at a server that is killed at random: each call once on each.

A whole run: 10,000 calls, 500 crashes of the server, 1,000 of clients; `--scale 0.1` is the first tenth of
the same sequence. Clients are the real program without windows (`packetwave-client --headless --events`),
whose event lines are its screen. Judged by what the books of the server and the lines of the clients say: no
ringing is lost, none is doubled. Exit 1 if one is. Needs root (network namespaces).
"""

import argparse
import collections
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Self

from packetwave.client import trust as client_trust
from packetwave.client.shown import FILE_NAME as SHOWN_FILE
from packetwave.client.shown import Shown
from packetwave.protocol import DEFAULT_TLS_PORT
from packetwave.server.calls.events import Direction
from packetwave.server.office.values import Member, Put
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from packetwave.server.trust.identity import open_identity
from packetwave.server.trust.keeping import PAIRINGS_FILE
from packetwave.server.trust.pairings import Book, new_pairing, to_text
from packetwave.server.trust.trust import TRUST_FOLDER
from tests import netns
from tests.chaos.server import Chaos
from tests.chaos.traffic import Call, calls, ends_of, schedule

SEED = 12
CALLS, SERVER_CRASHES, CLIENT_CRASHES = 10_000, 500, 1_000
PCS = 20
PHONES = [str(2001 + number) for number in range(16)]
"""Four people have two PCs."""

CRASH_S = 5.0
"""About how long a crash of the server takes, with the start after it; calls come meanwhile."""

SETTLES_S = 90.0
SHOWN_LINES = 40


@dataclass
class Death:
    """What was on record at a PC when its client was killed, and how many of its lines were out."""

    on_record: frozenset[str]
    lines: int


@dataclass
class Pc:
    """One PC: its client's folder and lines, across all its kills."""

    number: int
    phone: str
    folder: Path
    process: subprocess.Popen[Any] | None = None
    deaths: list[Death] = field(default_factory=list)

    @property
    def events(self) -> Path:
        return self.folder / "events.jsonl"

    def lines(self) -> list[dict[str, Any]]:
        if not self.events.exists():
            return []
        text = self.events.read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()[: text.count("\n")]]

    def told(self) -> set[str]:
        return {line["call_id"] for line in self.lines() if line["event"] in ("incoming_call", "missed")}


def doubled(lines: Sequence[dict[str, Any]], deaths: Sequence[Death]) -> list[str]:
    """What was told a second time, in words: missed twice, or popped up anew in the same run, or after it was
    on record. Pure."""
    wrong = []
    missed = Counter(line["call_id"] for line in lines if line["event"] == "missed")
    wrong += [f"{call_id} is missed {times} times" for call_id, times in missed.items() if times > 1]
    bounds = [0, *(death.lines for death in deaths), len(lines)]
    records: list[frozenset[str]] = [frozenset(), *(death.on_record for death in deaths)]
    for (since, until), on_record in zip(itertools.pairwise(bounds), records, strict=True):
        rang = Counter(line["call_id"] for line in lines[since:until] if line["event"] == "incoming_call")
        wrong += [f"{call_id} popped up {times} times" for call_id, times in rang.items() if times > 1]
        wrong += [f"{call_id} popped up after it was on record" for call_id in rang if call_id in on_record]
        known_over = {line["call_id"] for line in lines[:since] if line["event"] == "missed"}
        wrong += [f"{call_id} popped up after it was missed" for call_id in rang if call_id in known_over]
    return wrong


class Desks(Chaos):
    """A context: an office with a wire, a server with TLS, and twenty paired PCs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.pcs = [
            Pc(number, PHONES[number % len(PHONES)], folder / f"pc-{number}") for number in range(PCS)
        ]

    def __enter__(self) -> Self:
        super().__enter__()
        store = SqliteStore(self.folder / FILE_NAME)
        store.change_members([Put(Member(phone, f"192.0.2.{100 + n}")) for n, phone in enumerate(PHONES)])
        store.close()
        trust = self.folder / TRUST_FOLDER
        trust.mkdir(mode=0o700)
        identity = open_identity(trust)
        book = Book()
        for pc in self.pcs:
            pc.folder.mkdir()
            pairing, key = new_pairing(f"PC-{pc.number}", (pc.phone,), datetime.now(UTC), "127.0.0.1")
            book = book.add(pairing)
            kept = client_trust.Pairing(identity.fingerprint, DEFAULT_TLS_PORT, pairing.id, key)
            assert client_trust.Trust(pc.folder).keep(kept)
        (trust / PAIRINGS_FILE).write_text(to_text(book))
        return self

    def start_client(self, pc: Pc) -> None:
        command = (sys.executable, "-m", "packetwave.client", "--headless", "--data-dir", str(pc.folder))
        pc.process = self.probe.start(
            *command, "--server", f"wss://127.0.0.1:{DEFAULT_TLS_PORT}", "--events", str(pc.events)
        )

    def kill_client(self, pc: Pc) -> None:
        """kill -9, and note what is on record."""
        assert pc.process is not None
        assert pc.process.poll() is None, f"PC {pc.number} ended by itself: {self.log_of(pc)}"
        pc.process.send_signal(signal.SIGKILL)
        pc.process.wait()
        shown = Shown(pc.folder / SHOWN_FILE)
        on_record = frozenset(shown._calls)
        pc.deaths.append(Death(on_record, len(pc.lines())))

    def log_of(self, pc: Pc) -> str:
        log = pc.folder / "logs" / "client.log"
        return log.read_text("utf-8")[-2000:] if log.exists() else "no log"

    def expected(self) -> dict[str, set[str]]:
        """The call_ids in the server's books, for each phone."""
        found: dict[str, set[str]] = {phone: set() for phone in PHONES}
        for row in self.rows():
            if row.direction is not Direction.OUT and row.called in found:
                found[row.called].add(row.call_id)
        return found


@dataclass
class Run:
    """What happened. wrong: in words."""

    server_crashes: int = 0
    client_crashes: int = 0
    calls: int = 0
    told: int = 0
    late: int = 0
    wrong: list[str] = field(default_factory=list)


def run(folder: Path, scale: float, *, say: Callable[[str], object] = print) -> Run:
    """A run of this share of the whole one."""
    result = Run(calls=max(1, round(CALLS * scale)))
    crashes = max(1, round(SERVER_CRASHES * scale))
    deaths = max(1, round(CLIENT_CRASHES * scale))
    planned = list(itertools.islice(calls(SEED, CALLS, PHONES), result.calls))
    began_s = time.monotonic()
    with Desks(folder) as desks:
        desks.start()
        for pc in desks.pcs:
            desks.start_client(pc)
        per_s = result.calls / (crashes * CRASH_S)
        sender = threading.Thread(target=desks.send, args=(schedule(planned, per_s),), daemon=True)
        stops = threading.Event()
        failed: list[BaseException] = []
        killer = threading.Thread(target=_kill_clients, args=(desks, deaths, stops, result, failed))
        sender.start()
        killer.start()
        chance = Random(f"{SEED} server")
        for number in range(crashes):
            time.sleep(chance.uniform(0.3, 4.0))
            desks.kill()
            desks.start()
            result.server_crashes += 1
            if crashes >= 10 and (number + 1) % (crashes // 10) == 0:
                say(f"{number + 1} of {crashes} crashes after {time.monotonic() - began_s:.0f} s")
        sender.join()
        killer.join()
        if failed:
            raise failed[0]
        _end_all(desks, planned)
        _settle(desks)
        assert desks.stop() == 0
        for pc in desks.pcs:
            assert pc.process is not None
            pc.process.terminate()
            pc.process.wait()
        _judge(desks, result)
    return result


def _kill_clients(
    desks: Desks, count: int, stops: threading.Event, result: Run, failed: list[BaseException]
) -> None:
    """Kill one after the other, at random; some are off for a while."""
    chance = Random(f"{SEED} clients")
    off: collections.deque[Pc] = collections.deque()
    try:
        for _ in range(count):
            stops.wait(chance.uniform(0.2, CRASH_S - 0.2))
            pc = chance.choice([each for each in desks.pcs if each not in off])
            desks.kill_client(pc)
            result.client_crashes += 1
            if chance.random() < 0.3:
                off.append(pc)
            else:
                desks.start_client(pc)
            if len(off) > 3:
                desks.start_client(off.popleft())
        for pc in off:
            desks.start_client(pc)
    except BaseException as error:  # noqa: BLE001 - told by the other thread
        failed.append(error)


def _end_all(desks: Desks, planned: Sequence[Call]) -> None:
    """Calls whose end came while no server watched: their ends once more."""
    still_open = desks.open_callers()
    ends = [frame for call in planned if call.caller in still_open for frame in ends_of(call)]
    desks.send((0.002 * number, frame) for number, frame in enumerate(ends))
    desks.wait_until(lambda: not desks.open_callers(), "all calls have ended", timeout_s=SETTLES_S)


def _settle(desks: Desks) -> None:
    """Wait until nothing more comes that is still to come, or it is clear that it does not."""
    until_s = time.monotonic() + SETTLES_S
    while time.monotonic() < until_s and any(_lost(desks)):
        time.sleep(0.5)


def _lost(desks: Desks) -> Iterator[str]:
    expected = desks.expected()
    for pc in desks.pcs:
        for call_id in sorted(expected[pc.phone] - pc.told()):
            yield f"PC {pc.number} was never told of {call_id}"


def _judge(desks: Desks, result: Run) -> None:
    result.wrong += _lost(desks)
    expected = desks.expected()
    everywhere = set().union(*expected.values())
    for pc in desks.pcs:
        lines = pc.lines()
        result.wrong += [f"PC {pc.number}: {line}" for line in doubled(lines, pc.deaths)]
        result.told += len(pc.told())
        result.late += sum(line["event"] == "missed" for line in lines)
        result.wrong += [
            f"PC {pc.number} was told of {call_id}, which is in no row"
            for call_id in sorted(pc.told() - everywhere)
        ]
    books = desks.books()
    result.wrong += books.disagreements()
    rows = Counter((row.caller, row.called) for row in books.rows.values())
    result.wrong += [f"{caller} to {called} is in {n} rows" for (caller, called), n in rows.items() if n > 1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="how much of a whole run")
    parser.add_argument("--keep", type=Path, help="leave all files in this folder")
    options = parser.parse_args()
    if netns.why_not():
        print(f"desks: {netns.why_not()}", file=sys.stderr)
        return 1
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        result = run(folder, options.scale, say=lambda line: print(line, flush=True))
    for name in ("server_crashes", "client_crashes", "calls", "told", "late"):
        print(f"{name.replace('_', ' '):<20} {getattr(result, name):>8}")
    for line in result.wrong[:SHOWN_LINES]:
        print(f"WRONG: {line}")
    words = f"FAILED: {len(result.wrong)} are wrong" if result.wrong else "none is lost, none is doubled"
    print(f"desks: {words}; {time.monotonic() - began_s:.0f} s, {os.cpu_count()} cores")
    return int(bool(result.wrong))


if __name__ == "__main__":
    sys.exit(main())
