from pathlib import Path

from packetwave.server.console.parts import words
from packetwave.server.engine.notices import RefusalCode


def test_a_refusal_without_words_of_its_own_is_shown_as_it_is() -> None:
    matter = words.refused(RefusalCode.FAILED, "some\ntext")
    assert matter.next_step == "failed some text"
    assert matter.can_retry


def test_what_was_typed_is_kept_where_the_database_is_away_or_a_row_was_changed() -> None:
    said = [words.refused(code, "").what for code in (RefusalCode.AWAY, RefusalCode.CONFLICT)]
    assert len(set(said)) == 2
    assert all(what.startswith("Not saved") for what in said)


def test_what_became_of_a_file() -> None:
    path = Path("calls.csv")
    assert "calls.csv" in words.written(path, None)
    full = OSError(28, "No space left on device")
    assert "No space left on device" in words.written(path, full)
    assert "No space left on device" in words.unreadable(path, full)
