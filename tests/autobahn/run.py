"""`make autobahn`: the fuzzing client of Autobahn's test suite (RFC 6455) against the hub, by the hub's own
rules.

All limits are the real ones but how often one address may connect: 517 cases come from one. The whole
reports are left in build/autobahn. Exit 1 unless every case is answered as it must be.
"""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from packetwave.server.hub.limits import Limits, Rate
from tests.autobahn.answers import Case, judge
from tests.server.hub.office import Office, make_hub

CASES = 517
OFTEN = Rate(1_000_000, 1_000_000)
ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "build" / "autobahn"
BENCH = Path(__file__).with_name("bench.sh")
_WAIT_S = 300


async def fuzz() -> None:
    """Run the fuzzing client to its end; its reports come to REPORTS."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    for old in REPORTS.iterdir():
        old.unlink()
    hub = make_hub(Office(), replace(Limits(), connects_of_address=OFTEN, connects_of_strangers=OFTEN))
    port = await hub.open("127.0.0.1", 0)
    spec = REPORTS / "spec.json"
    server = {"agent": "PacketWave", "url": f"ws://127.0.0.1:{port}", "options": {"version": 18}}
    spec.write_text(
        json.dumps({"outdir": "/opt/reports", "servers": [server], "cases": ["*"], "exclude-cases": []})
    )
    try:
        client = await asyncio.create_subprocess_exec(str(BENCH), "fuzz", str(spec), str(REPORTS))
        async with asyncio.timeout(_WAIT_S):
            if await client.wait() != 0:
                raise subprocess.CalledProcessError(1, str(BENCH))
    finally:
        await hub.close()


def cases() -> list[Case]:
    """What was reported, in the order of the numbers."""
    found = []
    for path in REPORTS.glob("packetwave_case_*.json"):
        report = json.loads(path.read_text(encoding="utf-8"))
        found.append(
            Case(
                report["id"],
                report["behavior"],
                report["behaviorClose"],
                report["remoteCloseCode"],
                report["wasClean"],
            )
        )
    return sorted(found, key=lambda case: [int(part) for part in case.number.split(".")])


def main() -> int:
    asyncio.run(fuzz())
    found = cases()
    wrong = [said for case in found if (said := judge(case))]
    if len(found) != CASES:
        wrong.append(f"{len(found)} cases were run, not {CASES}")
    families = Counter(case.number.partition(".")[0] for case in found)
    print("cases of each family:", ", ".join(f"{family}: {number}" for family, number in families.items()))
    for said in wrong:
        print(f"WRONG: {said}")
    print(f"autobahn: {len(found)} cases,", "FAILED" if wrong else "each answered as docs/protocol.md says")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
