"""What must have become of each call, by what passed while a server watched. Pure; in monotonic seconds.

A server watches from its word that it does until it is killed. One that was stopped watches all the same:
what passes meanwhile is read when it goes on. What passed in the moment before a kill may be cut off
(docs/decisions/journal.md); the next message of such a call begins it anew.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from packetwave.server.office.values import CallRecord
from tests.chaos.books import Books
from tests.chaos.traffic import RINGS, Call

CUT_OFF_S = 0.05
"""What passed so shortly before a kill may be cut off: the journal's promise."""

CATCHES_UP_S = 0.5
"""What passed while a server was stopped is behind it so long after it goes on."""

SHOWS_ALONE_S = 0.25
"""The phone's own 180 alone begins a call only when its INVITE has been waited for."""


class Sight(StrEnum):
    """What a server has of a frame."""

    SEEN = "seen"
    CUT_OFF = "cut off"
    UNKNOWN = "unknown"  # it was starting, and may have seen it
    UNSEEN = "unseen"


@dataclass
class Run:
    """One run of a server. watches_s: when it was seen to watch. stalls: when it was stopped, and went on."""

    begun_s: float
    watches_s: float = math.inf
    killed_s: float = math.inf
    stalls: list[tuple[float, float]] = field(default_factory=list)

    def sight(self, at_s: float, within_s: float) -> Sight:
        """within_s: what it does with a frame takes no longer."""
        if not self.begun_s <= at_s < self.killed_s:
            return Sight.UNSEEN
        if at_s < self.watches_s:
            return Sight.UNKNOWN
        done_s = at_s + within_s
        for since_s, until_s in self.stalls:
            if since_s <= done_s and at_s < until_s:
                done_s = max(done_s, until_s + CATCHES_UP_S)
        return Sight.SEEN if done_s <= self.killed_s else Sight.CUT_OFF


@dataclass(frozen=True)
class Sent:
    """A call and when its messages were sent, in order: (`INVITE`, seconds)."""

    call: Call
    messages: Sequence[tuple[str, float]]


@dataclass
class Judgement:
    """wrong: what is not as it must be, in words. counts: how many calls became what."""

    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def judge(sent: Iterable[Sent], runs: Sequence[Run], books: Books, alerted: dict[str, float]) -> Judgement:
    """alerted: callers that a client was told of, and when."""
    result = Judgement()
    rows = {row.caller: row for row in books.rows.values()}
    for each in sent:
        _judge_call(each, runs, rows.get(each.call.caller), alerted, result)
    result.wrong += books.disagreements()
    result.wrong += books.doubled()
    result.wrong += [f"{caller} is in a row and was never called" for caller in rows.keys() - _callers(sent)]
    return result


def _callers(sent: Iterable[Sent]) -> set[str]:
    return {each.call.caller for each in sent}


def _judge_call(
    sent: Sent, runs: Sequence[Run], row: CallRecord | None, alerted: dict[str, float], result: Judgement
) -> None:
    call, counts = sent.call, result.counts
    passed = _passed(sent, runs)
    told_s = alerted.get(call.caller)
    is_whole = all(each.sight is Sight.SEEN for each in passed)
    counts["calls"] += 1
    counts["told to the PC"] += told_s is not None
    counts["in a row"] += row is not None
    counts["seen from beginning to end"] += is_whole
    if row is not None:
        if is_whole and row.outcome is not call.outcome:
            result.wrong.append(f"{call.caller} was {call.outcome}, and is {row.outcome} in its row")
        return
    words = ", ".join(f"{each.name} {each.sight}" for each in passed)
    if any(each.name == "180" and each.sight is Sight.SEEN for each in passed):
        result.wrong.append(f"{call.caller} rang while a server watched, and is in no row: {words}")
    elif told_s is not None and any(
        each.sight is Sight.SEEN and each.at_s > told_s and each.name not in RINGS for each in passed
    ):
        counts["cut off, told, shown again by another message, in no row"] += 1
        result.wrong.append(f"{call.caller} was told to the PC and is in no row: {words}")
    elif told_s is not None:
        counts["cut off, told, never shown again"] += 1
    elif any(each.sight is Sight.CUT_OFF for each in passed):
        counts["cut off, not told"] += 1
    else:
        counts["rang while no server watched"] += 1


class _Passed(NamedTuple):
    """A message that passed, and what a server had of it."""

    name: str
    at_s: float
    sight: Sight


def _passed(sent: Sent, runs: Sequence[Run]) -> list[_Passed]:
    passed: list[_Passed] = []
    invited: Run | None = None
    for name, at_s in sent.messages:
        run = next((run for run in reversed(runs) if run.begun_s <= at_s < run.killed_s), None)
        if run is None:
            passed.append(_Passed(name, at_s, Sight.UNSEEN))
            continue
        is_alone = name == "180" and run is not invited
        sight = run.sight(at_s, SHOWS_ALONE_S if is_alone else CUT_OFF_S)
        if name == "INVITE" and sight is Sight.SEEN:
            invited = run
        passed.append(_Passed(name, at_s, sight))
    return passed
