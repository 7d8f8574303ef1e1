"""A kill in the moment between an alert and what is written of it. The store is held, so that it lasts."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from packetwave.server.calls.events import Outcome
from packetwave.server.store.sqlite import FILE_NAME
from tests.chaos.server import Chaos
from tests.chaos.traffic import Call, call, ends_of
from tests.netns import needs_namespaces

pytestmark = [needs_namespaces, pytest.mark.timeout(120)]


@pytest.fixture
def chaos(tmp_path: Path) -> Iterator[Chaos]:
    with Chaos(tmp_path, with_client=True) as chaos:
        yield chaos


@contextlib.contextmanager
def store_held(chaos: Chaos) -> Iterator[None]:
    """Another program writes to the file and does not end."""
    connection = sqlite3.connect(chaos.folder / FILE_NAME, isolation_level=None)
    with contextlib.closing(connection):
        connection.execute("BEGIN IMMEDIATE")
        yield


def rings(chaos: Chaos, of: Call) -> None:
    chaos.send((0.0, frame) for frame in of.steps[0].frames)


def ends(chaos: Chaos, of: Call) -> None:
    chaos.send((0.0, frame) for frame in ends_of(of))


def said(chaos: Chaos) -> list[str]:
    """The lines of calls; the time between two runs has one of its own."""
    kinds = [json.loads(line)["event"] for line in chaos.lines()]
    return [kind for kind in kinds if kind != "unwatched"]


def test_a_ringing_that_was_not_written_is_begun_anew_by_its_next_message(chaos: Chaos) -> None:
    chaos.start()
    assert chaos.connected.wait(30)
    first = call(1, "1001", Outcome.MISSED, rings_s=1)
    with store_held(chaos):
        rings(chaos, first)
        # The alert waits for no disk; and nothing is said that might be lost again.
        chaos.wait_until(lambda: first.caller in chaos.alerted, "the PC is told")
        chaos.kill()
    assert (chaos.rows(), said(chaos)) == ([], [])
    chaos.start()
    chaos.send([(0.0, first.steps[0].frames[1])])  # the phone's 180 once more
    chaos.wait_until(lambda: said(chaos) == ["ringing"], "it is said")
    ends(chaos, first)
    chaos.wait_until(lambda: said(chaos) == ["ringing", "ended"], "its end is said")
    assert chaos.stop() == 0
    assert chaos.books().disagreements() == []
    # One call for the client, too.
    assert set(chaos.call_ids) == {row.call_id for row in chaos.rows()}


@pytest.mark.parametrize(
    ("outcome", "ends_with"),
    [
        (Outcome.MISSED, 0),  # the CANCEL
        (Outcome.MISSED, 1),  # its 487, for the CANCEL came while nobody watched
        (Outcome.BUSY, 0),  # the 486
        (Outcome.ANSWERED, 0),  # the 200
    ],
)
def test_a_ringing_that_was_not_written_is_begun_by_its_end(
    chaos: Chaos, outcome: Outcome, ends_with: int
) -> None:
    chaos.start()
    assert chaos.connected.wait(30)
    first = call(1, "1001", outcome, rings_s=1)
    chaos.wait_until(chaos.has_noted_watching, "the next run will know that there was this one")
    with store_held(chaos):
        rings(chaos, first)
        chaos.wait_until(lambda: first.caller in chaos.alerted, "the PC is told")
        chaos.kill()
    assert (chaos.rows(), said(chaos)) == ([], [])
    alerted = len(chaos.told)
    chaos.start()
    answers = ["answered"] if outcome is Outcome.ANSWERED else []
    for _ in range(2):  # a mirror shows it twice
        chaos.send((0.0, frame) for frame in ends_of(first)[ends_with:])
        chaos.wait_until(lambda: said(chaos)[-1:] == ["ended"], "its end is said")
    assert said(chaos) == ["ringing", *answers, "ended"]
    assert chaos.stop() == 0
    assert chaos.books().disagreements() == []
    (row,) = chaos.rows()
    assert (row.outcome, row.caller, row.called) == (outcome, first.caller, "1001")
    assert set(chaos.call_ids) == {row.call_id}, "the PC was told of the same call"
    assert len(chaos.told) == alerted, "it is over: nobody is alerted"


def test_an_end_that_was_not_written_is_written_once_by_the_next_run(chaos: Chaos) -> None:
    chaos.start()
    first, second = (call(n, "1001", Outcome.MISSED, rings_s=1) for n in (1, 2))
    for each in (first, second):
        rings(chaos, each)
    chaos.wait_until(lambda: len(chaos.rows()) == 2, "the rows are there")
    ends(chaos, first)
    chaos.wait_until(lambda: said(chaos) == ["ringing", "ringing", "ended"], "its end is said")
    with store_held(chaos):
        ends(chaos, second)
        chaos.wait_until(lambda: len(chaos.call_ends) == 2, "the PC is told of both ends")
        chaos.kill()
    assert said(chaos) == ["ringing", "ringing", "ended"]
    chaos.start()
    # Both ends once more: that of the first call was written, and is not said again.
    for each in (first, second):
        ends(chaos, each)
    chaos.wait_until(lambda: said(chaos).count("ended") == 2, "the second end is said")
    assert chaos.stop() == 0
    assert chaos.books().disagreements() == []
    assert [row.outcome for row in chaos.rows()] == [Outcome.MISSED, Outcome.MISSED]


def test_a_call_that_ended_before_the_kill_is_not_begun_anew(chaos: Chaos) -> None:
    """Its phone is heard of once more: a 180 that came late."""
    chaos.start()
    first, second = (call(n, "1001", Outcome.MISSED, rings_s=1) for n in (1, 2))
    rings(chaos, first)
    ends(chaos, first)
    chaos.wait_until(lambda: said(chaos) == ["ringing", "ended"], "its end is said")
    chaos.kill()
    chaos.start()
    chaos.send([(0.0, first.steps[0].frames[1])])
    ends(chaos, first)
    chaos.send((0.0, frame) for frame in reversed(ends_of(first)))
    rings(chaos, second)
    ends(chaos, second)
    chaos.wait_until(lambda: said(chaos).count("ended") == 2, "the other call has ended")
    assert chaos.stop() == 0
    assert chaos.books().disagreements() == []
