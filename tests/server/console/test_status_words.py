from datetime import datetime, timedelta

import pytest

from packetwave.common.lines import LinesTrouble
from packetwave.common.loop_watch import Stalls
from packetwave.common.supervision import Failure
from packetwave.server.calls.events import Unwatched
from packetwave.server.console import status_words as words
from packetwave.server.console.parts.cells import Tone
from packetwave.server.engine.notices import FileFault, Status
from packetwave.server.store.base import StoreFound, StoreHealth, StoreState, StoreTrouble
from packetwave.server.watch.states import CaptureState


def test_nothing_is_wrong_with_a_database_that_is_there() -> None:
    assert words.store_matter(Status(capture=CaptureState.WATCHING)) is None


def test_an_internal_error_is_said_with_what_failed() -> None:
    assert words.failure_matter(None) is None
    matter = words.failure_matter(Failure("writing calls", "ValueError: <b>x</b>\ny", 3))
    assert matter is not None
    assert matter.what.endswith("writing calls: ValueError: <b>x</b> y")
    assert matter.next_step.endswith(".")


def test_a_loop_that_stood_still_is_said_with_how_long_it_did() -> None:
    assert words.stall_matter(Stalls()) is None
    matter = words.stall_matter(Stalls(2, 3.6, 60.0))
    assert matter is not None and " 4 s" in matter.what
    assert matter.next_step.endswith(".")


def test_what_was_not_seen_is_said_with_from_when_to_when() -> None:
    assert words.unwatched_matter(None) is None
    begin = datetime(2026, 11, 23, 9, 0, 5).astimezone()
    matter = words.unwatched_matter(Unwatched(begin, begin + timedelta(minutes=1)))
    assert matter is not None and "from 09:00:05 to 09:01:05" in matter.what
    night = words.unwatched_matter(Unwatched(begin, begin + timedelta(days=1)))
    assert night is not None and "from 2026-11-23 09:00 to 2026-11-24 09:00" in night.what


def test_what_is_to_be_read_has_its_order() -> None:
    assert words.news(Status()) == []
    begin = datetime(2026, 11, 23, 9, 0, 5).astimezone()
    status = Status(
        file_faults=(FileFault.SETTINGS_UNUSABLE,),
        unwatched=Unwatched(begin, begin),
        stalls=Stalls(2, 1.0, 1.0),
        failure=Failure("x", "y", 3),
    )
    found = words.news(status)
    assert [each.kind for each in found] == ["files", "unwatched", "stalls", "failures"]
    assert [each.which for each in found[2:]] == [2, 3]


def test_a_database_that_does_not_answer_is_said_with_since_when() -> None:
    since = datetime(2026, 11, 23, 9, 0, 5).astimezone()
    status = Status(store_still_since=since, unwritten_calls=1200)
    matter = words.store_matter(status)
    assert matter is not None and "09:00:05" in matter.what and "1,200" in matter.what
    assert words.store_state(status) == (Tone.BAD, "does not answer")


def test_a_database_away_says_how_many_calls_wait() -> None:
    matter = words.store_matter(Status(store=StoreState.AWAY, unwritten_calls=3))
    assert matter is not None
    assert "3" in matter.what


@pytest.mark.parametrize("fault", list(FileFault))
def test_each_fault_of_a_file_has_its_words(fault: FileFault) -> None:
    matter = words.file_matter(Status(file_faults=(fault,)))
    assert matter is not None
    assert matter.what.endswith(".") and matter.next_step.endswith(".")
    assert words.file_matter(Status()) is None


@pytest.mark.parametrize("trouble", StoreTrouble)
def test_a_file_that_cannot_be_written_is_said_with_what_is_in_memory(trouble: StoreTrouble) -> None:
    status = Status(store_health=StoreHealth(trouble, held=1200))
    matter = words.store_matter(status)
    assert matter is not None
    assert "1,200" in matter.what and "lost" not in matter.what
    assert matter.what.endswith(".") and matter.next_step.endswith(".")
    assert words.store_state(status) == (Tone.BAD, "in memory")
    lost = words.store_matter(Status(store_health=StoreHealth(trouble, held=1, lost=7)))
    assert lost is not None and "lost: 7" in lost.what
    # Of MongoDB's file too: what is here waits longer than what is away.
    assert words.store_matter(Status(store=StoreState.AWAY, store_health=StoreHealth(trouble))) is not None


@pytest.mark.parametrize("trouble", LinesTrouble)
def test_events_that_are_late_or_lost_are_said(trouble: LinesTrouble) -> None:
    matter = words.lines_matter(Status(lines_trouble=trouble, lines_lost=3))
    assert matter is not None
    assert "lost: 3" in matter.what and matter.next_step.endswith(".")
    late = words.lines_matter(Status(lines_trouble=trouble))
    assert late is not None and "lost" not in late.what
    assert words.lines_matter(Status()) is None


@pytest.mark.parametrize("found", StoreFound)
def test_what_was_seen_to_is_said(found: StoreFound) -> None:
    matter = words.file_matter(Status(store_health=StoreHealth(found=(found,))))
    assert matter is not None
    assert matter.what.endswith(".") and matter.next_step.endswith(".")


def test_members_are_to_be_imported_only_where_none_are_left() -> None:
    damaged = words.file_matter(Status(store_health=StoreHealth(found=(StoreFound.DAMAGED,))))
    assert damaged is not None and "Import the members again" in damaged.next_step
    both = (StoreFound.DAMAGED, StoreFound.MEMBERS_KEPT)
    kept = words.file_matter(Status(store_health=StoreHealth(found=both)))
    assert kept is not None and "Import" not in kept.next_step and "last known" in kept.what
