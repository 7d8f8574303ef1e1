"""Whether what a server has said of calls agrees: its rows, and the lines that it gave away. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packetwave.server.calls.events import Direction
from packetwave.server.office.values import CallRecord


@dataclass(frozen=True)
class Books:
    """What was said of calls. rings, ends: how often each call was said to ring, to have ended."""

    rows: dict[str, CallRecord]
    rings: Counter[str]
    ends: Counter[str]
    last_outcome: dict[str, str]

    def disagreements(self) -> list[str]:
        """What is wrong, in words: every ringing has one row and one end, and both say the same."""
        wrong = [f"{call_id} is said to ring {n} times" for call_id, n in self.rings.items() if n != 1]
        wrong += [f"{call_id} is said to end {n} times" for call_id, n in self.ends.items() if n != 1]
        wrong += [f"{call_id} rings and is in no row" for call_id in self.rings if call_id not in self.rows]
        wrong += [f"{call_id} never ends" for call_id in self.rings if call_id not in self.ends]
        wrong += [f"{call_id} ends and never rang" for call_id in self.ends if call_id not in self.rings]
        for call_id, row in self.rows.items():
            if call_id not in self.rings:
                wrong.append(f"{call_id} is in a row and was never said to ring")
            if row.outcome is None:
                wrong.append(f"{call_id} is open in its row")
            elif row.outcome != self.last_outcome.get(call_id):
                said = self.last_outcome.get(call_id)
                wrong.append(f"{call_id} ends {said} by the lines, {row.outcome} by its row")
        return wrong

    def doubled(self) -> list[str]:
        """Calls with two rows: there is one caller for each call."""
        rows = Counter((row.caller, row.called) for row in self.rows.values())
        return [f"{caller} to {called} is in {n} rows" for (caller, called), n in rows.items() if n > 1]


def books(rows: Sequence[CallRecord], lines: Iterable[str]) -> Books:
    """Books of the rows and of the lines of an events file. Raises ValueError for a line that is none."""
    rings: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    last_outcome: dict[str, str] = {}
    for line in lines:
        event = json.loads(line)
        match event["event"]:
            case "ringing":
                rings[event["call_id"]] += 1
            case "ended":
                ends[event["call_id"]] += 1
                last_outcome[event["call_id"]] = event["outcome"]
            case "corrected":
                last_outcome[event["call_id"]] = event["outcome"]
    incoming = {row.call_id: row for row in rows if row.direction is not Direction.OUT}
    return Books(incoming, rings, ends, last_outcome)
