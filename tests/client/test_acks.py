from packetwave.client.acks import BURST, MOST_WAITING, Acks
from packetwave.server.hub.budget import Budget
from packetwave.server.hub.limits import Limits


def ids(*numbers: int) -> list[str]:
    return [str(number) for number in numbers]


def test_a_call_is_acknowledged_at_once_and_once() -> None:
    acks = Acks()
    assert acks.next_due_s is None
    acks.add("a")
    acks.add("a")
    assert acks.due(0) == ["a"]
    assert acks.due(0) == []
    assert acks.next_due_s is None


def test_so_many_at_once_then_one_a_second_the_oldest_first() -> None:
    acks = Acks()
    for number in range(BURST + 3):
        acks.add(str(number))
    assert acks.due(10) == ids(*range(BURST))
    assert acks.next_due_s == 11
    assert acks.due(10.9) == []
    assert acks.due(12.5) == ids(BURST, BURST + 1)
    assert acks.next_due_s == 13
    assert acks.due(13) == ids(BURST + 2)
    assert acks.next_due_s is None


def test_what_waits_is_bounded_and_the_oldest_go() -> None:
    acks = Acks()
    for number in range(MOST_WAITING + 50):
        acks.add(str(number))
    said = [call_id for second in range(200) for call_id in acks.due(second)]
    assert said == ids(*range(50, MOST_WAITING + 50))


def test_a_server_never_closes_a_client_that_acknowledges_all_it_can() -> None:
    """With its hello, its own pings, and twice the pings that it asks for."""
    acks, budget = Acks(), Budget(Limits().frames)
    assert budget.take(0)
    for tenth in range(6_000):
        now_s = tenth / 10
        acks.add(str(tenth))
        assert all(budget.take(now_s) for _ in acks.due(now_s))
        if tenth % 25 == 0:
            assert budget.take(now_s)
