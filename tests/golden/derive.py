"""Writes tests/data/derived: recorded captures as other mirrors carry them, for programs that read files.

`python -m tests.golden.derive`. Each mutation is stored with a few captures, drawn by their names. Made
again, the files are the same byte for byte.
"""

import json
import sys
from functools import partial
from hashlib import blake2b
from pathlib import Path

from tests.golden.captures import DATA, captures, frames
from tests.golden.mutate import MUTATIONS
from tests.tshark import write_pcap

DERIVED = DATA / "derived"
_OF_EACH = 2
_LARGEST = 60_000


def planned() -> list[tuple[str, str]]:
    """(mutation, recorded capture) of each file. What is new leaves most of them as they are."""
    recorded = [capture.path.stem for capture in captures("recorded")]

    def drawn(mutation: str, name: str) -> bytes:
        return blake2b(f"{mutation} {name}".encode()).digest()

    return [
        (mutation, name)
        for mutation in MUTATIONS
        for name in sorted(recorded, key=partial(drawn, mutation))[:_OF_EACH]
    ]


def derived(mutation: str, recorded: str) -> tuple[list[tuple[float, bytes]], int]:
    """Frames with times, and their link type."""
    changed = MUTATIONS[mutation](frames(DATA / "recorded" / f"{recorded}.pcap"))
    return [(at_s, frame) for at_s, _, frame in changed], changed[0][1]


def write(folder: Path) -> list[Path]:
    """All of the derived set into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for mutation, recorded in planned():
        content, link_type = derived(mutation, recorded)
        path = folder / f"{recorded}.{mutation}.pcap"
        if sum(16 + len(frame) for _, frame in content) > _LARGEST:
            continue
        write_pcap(path, content, link_type)
        note = {"of": f"recorded/{recorded}", "mutation": mutation}
        described = path.with_suffix(".json")
        described.write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
        written += [path, described]
    return written


def main() -> int:
    written = set(write(DERIVED))
    for stale in set(DERIVED.iterdir()) - written:
        stale.unlink()
    print(f"{len(written) // 2} captures in {DERIVED.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
