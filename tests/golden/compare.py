"""Compares the golden set with what the program says and prints a table: `make golden`."""

import sys
from collections import Counter

from tests.golden.captures import FOLDERS, captures, frames, told


def main() -> int:
    counts: Counter[str] = Counter()
    for folder in FOLDERS:
        for capture in captures(folder):
            seen = told(frames(capture.path), capture.members)
            right = seen == capture.events
            verdict = "right" if right else "known bug" if capture.known_bug else "WRONG"
            if right and capture.known_bug:
                verdict = "mended"
            counts[verdict] += 1
            print(f"{verdict:9}  {len(capture.events):3} ringings  {capture.name}")
            if right:
                continue
            for sign, these, others in (("-", capture.events, seen), ("+", seen, capture.events)):
                for ringing in these:
                    if ringing not in others:
                        print(f"           {sign} {'; '.join(ringing)}")
    print(", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items())))
    return int(bool(counts["WRONG"] or counts["mended"]))


if __name__ == "__main__":
    sys.exit(main())
