from packetwave.server.console.members.rows import Draft, Field, Typed, check, fields_of, settled
from tests.server.console.conftest import KIM, PARK

NEW: Typed = ("1007", "한", "", "192.168.0.107", "")


def test_addresses_have_one_way_to_be_written() -> None:
    assert settled(Field.IP, " ::ffff:10.0.0.1 ") == "10.0.0.1"
    assert settled(Field.IP, "10.0.0.1x") == "10.0.0.1x"
    assert settled(Field.NAME, " 김 ") == "김"


def test_a_new_row_is_to_be_saved_once() -> None:
    draft = Draft(NEW)
    assert draft.is_to_be_saved()
    draft.sent = NEW
    assert not draft.is_to_be_saved()
    draft.typed = ("1007", "한지민", "", "192.168.0.107", "")
    assert not draft.is_to_be_saved()  # until its first answer gives it an id


def test_a_stored_row_is_saved_again_when_it_is_typed_on() -> None:
    draft = Draft(fields_of(KIM), KIM)
    assert not draft.is_to_be_saved()
    draft.typed = draft.sent = ("1001", "김", "", "192.168.0.101", "")
    assert not draft.is_to_be_saved()
    draft.typed = ("1001", "김영", "", "192.168.0.101", "")
    assert draft.is_to_be_saved()


def test_a_row_is_not_saved_while_an_editor_is_open_on_it() -> None:
    draft = Draft(NEW, typing=(Field.NAME, "한지"))
    assert not draft.is_to_be_saved()
    assert draft.now()[Field.NAME] == "한지"


def test_only_ones_own_change_doubles_a_row() -> None:
    stored = [Draft(fields_of(KIM), KIM), Draft(fields_of(KIM), KIM), Draft(fields_of(PARK), PARK)]
    assert check(stored) == []
    mine = Draft(fields_of(PARK))
    assert check([*stored, mine]) == [mine]
    assert dict(mine.faults) == {Field.EXTENSION: "doubled", Field.IP: "doubled"}
    mine.typed = NEW
    assert check([*stored, mine]) == [mine]
    assert not mine.faults
