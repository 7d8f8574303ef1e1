from packetwave.server.console.members.rows import (
    EXTENSION,
    IP,
    NAME,
    Draft,
    Typed,
    check,
    fields_of,
    settled,
)
from packetwave.server.office.values import Member
from tests.server.console.conftest import KIM, PARK

NEW: Typed = fields_of(Member("1007", "192.168.0.107", "한"))


def test_addresses_have_one_way_to_be_written() -> None:
    assert settled(IP, " ::ffff:10.0.0.1 ") == "10.0.0.1"
    assert settled(IP, "10.0.0.1x") == "10.0.0.1x"
    assert settled(NAME, " 김 ") == "김"


def test_a_new_row_is_to_be_saved_once() -> None:
    draft = Draft(NEW)
    assert draft.is_to_be_saved()
    draft.sent = NEW
    assert not draft.is_to_be_saved()
    draft.typed = fields_of(Member("1007", "192.168.0.107", "한지민"))
    assert not draft.is_to_be_saved()  # until its first answer gives it an id


def test_a_stored_row_is_saved_again_when_it_is_typed_on() -> None:
    draft = Draft(fields_of(KIM), KIM)
    assert not draft.is_to_be_saved()
    draft.typed = draft.sent = fields_of(Member("1001", "192.168.0.101", "김"))
    assert not draft.is_to_be_saved()
    draft.typed = fields_of(Member("1001", "192.168.0.101", "김영"))
    assert draft.is_to_be_saved()


def test_a_row_is_not_saved_while_an_editor_is_open_on_it() -> None:
    draft = Draft(NEW, typing=(NAME, "한지"))
    assert not draft.is_to_be_saved()
    assert draft.now()[NAME] == "한지"


def test_only_ones_own_change_doubles_a_row() -> None:
    stored = [Draft(fields_of(KIM), KIM), Draft(fields_of(KIM), KIM), Draft(fields_of(PARK), PARK)]
    assert check(stored) == []
    mine = Draft(fields_of(PARK))
    assert check([*stored, mine]) == [mine]
    assert dict(mine.faults) == {EXTENSION: "doubled", IP: "doubled"}
    mine.typed = NEW
    assert check([*stored, mine]) == [mine]
    assert not mine.faults
