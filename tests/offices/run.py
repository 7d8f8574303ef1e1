"""Makes office flows, runs them through the program and says how many come out right:
`python -m tests.offices.run --seed 1 --flows 2000 [--kind KIND] [--pcap FOLDER]`."""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.offices import stories
from tests.offices.judge import difference
from tests.offices.kinds import KINDS, make
from tests.offices.truth import Flow
from tests.server.wire import write_pcap

assert stories

SHOWN = 3
"""So many differences of each kind are shown, without --all."""


def flows(seed: int, number: int, kinds: list[str]) -> Iterator[Flow]:
    """So many flows, the kinds in turn. Two seeds have no flow in common."""
    for index in range(number):
        turn, place = divmod(index, len(kinds))
        yield make(kinds[place], seed * 100_000 + turn)


def wrong_of(made: Iterator[Flow]) -> tuple[Counter[str], dict[str, list[str]]]:
    """How many flows there were of each kind, and the differences of those that came out wrong."""
    totals: Counter[str] = Counter()
    wrong: dict[str, list[str]] = defaultdict(list)
    for flow in made:
        totals[flow.kind] += 1
        if said := difference(flow):
            wrong[flow.kind].append(said)
    return totals, wrong


def table(totals: Counter[str], wrong: dict[str, list[str]]) -> str:
    """Right of all for each kind, and in sum."""
    lines = [f"{totals[kind] - len(wrong.get(kind, ())):5} of {totals[kind]:4}  {kind}" for kind in totals]
    right = totals.total() - sum(map(len, wrong.values()))
    return "\n".join([*lines, f"{right:5} of {totals.total():4}  = {right / totals.total():.2%}"])


def save(flow: Flow, folder: Path) -> Path:
    """The flow as a capture file with its truth beside it, in the form of the field's captures."""
    folder.mkdir(parents=True, exist_ok=True)
    path = write_pcap(folder / f"{flow.name}.pcap", flow.frames)
    alerts = [{"from": alert.callers[0], "to": alert.called} for alert in flow.alerts]
    ended = [
        {
            "from": (alert.handed_over or alert.callers)[0],
            "to": alert.called,
            "outcome": alert.outcomes[0],
            **({"by": alert.by[0]} if alert.by and alert.by[0] else {}),
        }
        for alert in flow.alerts
    ]
    extra = [
        {key: value for key, value in (("dialled", one.dialled), ("direction", one.direction)) if value}
        for one in flow.alerts
    ]
    members = [
        {"extension_num": name, "default_ip": f"192.168.0.{101 + i}"} for i, name in enumerate(flow.members)
    ]
    described = {
        "rule": list(flow.cases),
        "members": members,
        "alerts": alerts,
        "ended": ended,
        "why": f"{flow.why} [{flow.office}]",
        "extra": extra,
    }
    path.with_suffix(".json").write_text(
        json.dumps(described, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS), help="only these; may be repeated")
    parser.add_argument("--only", metavar="KIND-SEED", help="one flow by its name")
    parser.add_argument("--all", action="store_true", help="show every difference")
    parser.add_argument("--pcap", type=Path, metavar="FOLDER", help="write the flows there instead")
    arguments = parser.parse_args()
    made = flows(arguments.seed, arguments.flows, arguments.kind or list(KINDS))
    if arguments.only:
        name, _, seed = arguments.only.rpartition("-")
        made = iter([make(name, int(seed))])
    if arguments.pcap:
        for flow in made:
            print(save(flow, arguments.pcap))
        return 0
    started = time.monotonic()
    totals, wrong = wrong_of(made)
    for kind in totals:
        said = wrong.get(kind, [])
        print(*(said if arguments.all else said[:SHOWN]), sep="\n", end="\n" if said else "")
    print(table(totals, wrong), f"in {time.monotonic() - started:.1f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
