"""Budgets, as data: the time is an argument."""

from packetwave.server.hub import budget as budget_module
from packetwave.server.hub.budget import Budget, Budgets
from packetwave.server.hub.limits import Rate


def test_so_many_at_once_then_so_many_a_second() -> None:
    budget = Budget(Rate(3, 2))
    assert [budget.take(10.0) for _ in range(5)] == [True, True, True, False, False]
    assert [budget.take(10.5), budget.take(10.5)] == [True, False]
    # Rest fills it, to its brim and not further.
    assert [budget.take(1000.0) for _ in range(4)] == [True, True, True, False]


def test_who_waits_makes_the_next_wait_longer() -> None:
    budget = Budget(Rate(2, 4))
    assert [budget.wait_s(0.0) for _ in range(4)] == [0.0, 0.0, 0.25, 0.5]
    assert budget.wait_s(0.25, 0) == 0.25  # a question costs nothing
    assert budget.wait_s(0.25, 0) == 0.25
    assert budget.wait_s(0.5, 0) == 0.0


def test_a_clock_that_stands_or_runs_back_gives_nothing() -> None:
    budget = Budget(Rate(1, 1))
    assert budget.take(5.0)
    assert not budget.take(5.0)
    assert not budget.take(4.0)


def test_each_address_has_its_own_in_bounded_memory() -> None:
    budgets = Budgets(Rate(1, 1))
    assert budgets.of("192.0.2.1").take(0.0)
    assert not budgets.of("192.0.2.1").take(0.0)
    assert budgets.of("192.0.2.2").take(0.0)
    for number in range(2 * budget_module.MAX_ADDRESSES):
        budgets.of(str(number))
        budgets.of("192.0.2.1")  # one that is busy is not forgotten
    assert len(budgets) == budget_module.MAX_ADDRESSES
    assert not budgets.of("192.0.2.1").take(0.0)
