"""What a chaos run does follows from its seed; a tenth is the beginning of the whole."""

from collections import Counter

from tests.chaos.faults import CLOCK, CRASHES, DATABASE, DISKS, FAULTS, STOPS
from tests.chaos.plan import CALLS, dealt, plan, sequence
from tests.chaos.run import LANES, SEED


def kinds(names: list[str]) -> Counter[str]:
    return Counter(FAULTS[name].kind for name in names)


def test_a_whole_run_has_what_it_must() -> None:
    whole = kinds(sequence(SEED))
    assert whole == {CRASHES: 500, STOPS: 100, DATABASE: 50, DISKS: 20, CLOCK: 20}
    planned = plan(SEED, 1.0)
    callers = [call.caller for each in planned for call in each.calls]
    assert len(callers) == len(set(callers)) == CALLS


def test_a_tenth_is_its_beginning_with_a_tenth_of_each_kind() -> None:
    tenth, whole = plan(SEED, 0.1), plan(SEED, 1.0)
    assert tenth == whole[: len(tenth)]
    assert kinds([each.name for each in tenth]) == {CRASHES: 50, STOPS: 10, DATABASE: 5, DISKS: 2, CLOCK: 2}
    names = {each.name for each in tenth}
    assert {"disk full", "started on a full disk", "MongoDB killed", "database damaged"} <= names


def test_each_lane_has_about_as_much_to_do_and_what_it_needs() -> None:
    planned = plan(SEED, 1.0)
    shares = dealt(planned, LANES)
    assert sorted(each.chance for share in shares for each in share) == sorted(
        each.chance for each in planned
    )
    seconds = [sum(FAULTS[each.name].seconds for each in share) for share in shares]
    assert max(seconds) - min(seconds) < 30
    for has, share in zip(LANES, shares, strict=True):
        assert all(FAULTS[each.name].needs in ("", *has) for each in share)
