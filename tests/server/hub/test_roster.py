"""Who is told of an extension's calls, as data. Sessions are words here."""

from dataclasses import replace
from datetime import UTC, datetime

from packetwave.server.hub.clients import Untold
from packetwave.server.hub.roster import Change, Roster
from packetwave.server.office.directory import Directory
from packetwave.server.office.values import Member, MemberTable
from packetwave.server.trust.pairings import Pairing

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DESK, OTHER, MOVED = "192.0.2.1", "192.0.2.2", "192.0.2.77"
ROWS = Directory(MemberTable((Member("1001", DESK), Member("1002", OTHER))))
TWO_DESKS = Directory(MemberTable((Member("1001", DESK), Member("1001", OTHER))))
KIM = Pairing("aa", "0" * 64, "KIM-PC", ("1001",), AT, DESK, None, DESK)


def a_roster(directory: Directory = ROWS, *pairings: Pairing) -> Roster[str]:
    roster: Roster[str] = Roster()
    roster.use(directory, {pairing.id: pairing for pairing in pairings})
    return roster


def told(changes: list[Change[str]]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """What each session gained, and what it lost."""
    return {change.session: (change.gained, change.lost) for change in changes}


def test_a_client_that_says_nothing_is_told_of_its_addresses_extensions() -> None:
    roster = a_roster()
    assert told(roster.enter("least", DESK)) == {"least": (("1001",), ())}
    assert told(roster.enter("again", DESK)) == {"again": (("1001",), ())}
    assert roster.told_of("1001") == ("least", "again")
    assert roster.told_of("1002") == ()
    roster.enter("stranger", MOVED)
    assert roster.standing("stranger").untold is Untold.NO_ROW


def test_a_paired_pc_is_told_wherever_it_is() -> None:
    roster = a_roster(ROWS, KIM)
    roster.enter("kim", MOVED)
    assert told(roster.identify("kim", "x", "aa")) == {"kim": (("1001",), ())}
    assert roster.told_of("1001") == ("kim",)
    assert roster.of_pairing("aa") == ("kim",)
    assert roster.away("1001") == ()


def test_an_unpaired_pc_at_a_paired_persons_address_gets_nothing() -> None:
    roster = a_roster(ROWS, KIM)
    assert told(roster.enter("thief", DESK)) == {"thief": ((), ())}
    assert roster.standing("thief").untold is Untold.TAKEN
    assert roster.told_of("1001") == ()
    # Wherever the pairing was made and its PC is now: the extension's one row is its person's.
    away = replace(KIM, made_from=MOVED, address=MOVED)
    assert told(roster.use(ROWS, {"aa": away})) == {}
    assert told(roster.use(ROWS, {})) == {"thief": (("1001",), ())}


def test_the_other_desk_of_the_same_extension_is_told_by_its_address() -> None:
    roster = a_roster(TWO_DESKS, KIM)
    roster.enter("least at the other desk", OTHER)
    roster.enter("thief", DESK)
    assert roster.told_of("1001") == ("least at the other desk",)
    both = {"aa": KIM, "bb": replace(KIM, id="bb", made_from=MOVED, address=MOVED)}
    assert told(roster.use(TWO_DESKS, both)) == {"least at the other desk": ((), ("1001",))}


def test_where_a_paired_pc_is_nobody_else_is_told() -> None:
    roster = a_roster(TWO_DESKS, replace(KIM, extensions=("1005",), made_from=MOVED, address=MOVED))
    roster.enter("least", DESK)
    roster.enter("kim", DESK)
    assert roster.told_of("1001") == ("least", "kim")  # before it has said who it is
    changes = roster.identify("kim", "x", "aa")
    assert told(changes) == {"least": ((), ("1001",)), "kim": (("1005",), ("1001",))}
    assert roster.standing("least").untold is Untold.PAIRED_HERE
    assert told(roster.leave("kim")) == {"least": (("1001",), ())}


def test_at_a_terminal_server_nobody_can_tell_several_clients_apart() -> None:
    roster = a_roster()
    roster.enter("a", DESK)
    roster.identify("a", "person a", "")
    roster.enter("a again", DESK)  # its old connection is not known to be gone
    roster.identify("a again", "person a", "")
    assert roster.told_of("1001") == ("a", "a again")
    roster.enter("least", DESK)
    roster.enter("b", DESK)
    changes = roster.identify("b", "person b", "")
    assert {change.session for change in changes} == {"a", "a again", "least", "b"}
    assert {change.standing.untold for change in changes} == {Untold.SEVERAL}
    assert roster.told_of("1001") == ()
    assert set(told(roster.leave("b"))) == {"a", "a again", "least"}
    assert roster.told_of("1001") == ("a", "a again", "least")


def test_a_pairing_that_is_gone_leaves_its_session_known_by_the_address() -> None:
    roster = a_roster(ROWS, KIM)
    roster.enter("kim", DESK)
    roster.identify("kim", "x", "aa")
    assert told(roster.use(ROWS, {})) == {}  # told of the same, for another reason
    assert (roster.standing("kim").pairing, roster.of_pairing("aa")) == ("", ())
    assert told(roster.use(Directory(), {})) == {"kim": ((), ("1001",))}


def test_a_pairing_without_extensions_is_said() -> None:
    roster = a_roster(ROWS, replace(KIM, extensions=()))
    roster.enter("kim", MOVED)
    roster.identify("kim", "x", "aa")
    assert roster.standing("kim").untold is Untold.NO_EXTENSION


def test_who_is_away() -> None:
    roster = a_roster(TWO_DESKS, KIM)
    assert roster.away("1001") == (DESK, OTHER)
    roster.enter("thief", DESK)
    roster.enter("least", OTHER)
    assert roster.away("1001") == (DESK,)  # connected, and told nothing
    roster.enter("kim", MOVED)
    roster.identify("kim", "x", "aa")
    assert roster.away("1001") == ()
    only_paired = a_roster(Directory(), KIM)
    assert only_paired.away("1001") == (DESK,)
    assert only_paired.is_paired("1001")
    assert not only_paired.is_paired("1002")


def test_nothing_is_kept_of_those_who_are_gone() -> None:
    roster = a_roster(ROWS, KIM)
    for address, pairing in ((DESK, "aa"), (OTHER, "")):
        roster.enter(address, address)
        roster.identify(address, "x", pairing)
    for address in (DESK, OTHER):
        assert roster.leave(address) == []
    assert [len(vars(roster)[name]) for name in ("_standings", "_at", "_told_of", "_of_pairing")] == [0] * 4
