"""How many frames are looked at."""

from packetwave.server.diagnosis.sampling import FRAMES, Budget


def test_never_more_than_two_thousand_in_ten_seconds() -> None:
    budget = Budget()
    looked = []
    for n in range(200_000):
        at_s = n / 10_000
        if budget.left(at_s):
            budget.spend(1)
            looked.append(at_s)
    assert sum(at_s < 10 for at_s in looked) == sum(at_s >= 10 for at_s in looked) == FRAMES
    # In a row: copies and fragments show only in frames that follow each other.
    assert looked[1] - looked[0] < 0.001


def test_a_clock_set_back_stops_nothing() -> None:
    budget = Budget()
    budget.spend(budget.left(1000.0))
    assert budget.left(1000.5) == 0
    assert budget.left(5.0) > 0
