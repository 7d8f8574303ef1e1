import pytest

from packetwave.common.supervision import Failure
from packetwave.server.console import status_words as words
from packetwave.server.engine.notices import FileFault, Status
from packetwave.server.store.base import StoreState
from packetwave.server.watch.states import CaptureState


def test_nothing_is_wrong_with_a_database_that_is_there() -> None:
    assert words.store_matter(Status(capture=CaptureState.WATCHING)) is None


def test_an_internal_error_is_said_with_what_failed() -> None:
    assert words.failure_matter(None) is None
    matter = words.failure_matter(Failure("writing calls", "ValueError: <b>x</b>\ny", 3))
    assert matter is not None
    assert matter.what.endswith("writing calls: ValueError: <b>x</b> y")
    assert matter.next_step.endswith(".")


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
