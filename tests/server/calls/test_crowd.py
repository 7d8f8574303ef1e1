"""Which call goes when there are too many."""

from random import Random

import pytest

from packetwave.server.calls import crowd as module
from packetwave.server.calls.call import Call
from packetwave.server.calls.crowd import Crowd, Rank, Shares
from packetwave.server.calls.events import Direction
from packetwave.server.calls.ring import Ring


def a_call(source: str = "", called: str = "") -> Call:
    call = Call(0.0, source)
    if called:
        call.rings[called] = Ring("id", called, Direction.IN, 0.0)
    return call


def going(crowd: Crowd) -> list[Call]:
    gone = []
    for call in crowd.too_many():
        crowd.remove(call)
        gone.append(call)
    return gone


def test_no_rank_takes_the_places_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    for rank in Rank:
        monkeypatch.setitem(module.PLACES, rank, 3)
    crowd = Crowd()
    ringing, silent = a_call("pbx", "1001"), a_call("pbx")
    strange = [a_call() for _ in range(100)]
    for call in (ringing, silent, *strange):
        for gone in going(crowd):
            assert gone in strange
        crowd.put(call)
    assert len(crowd) == 5 and ringing in crowd and silent in crowd
    assert [call for call in strange if call in crowd] == strange[-3:]


def test_a_call_that_rings_is_worth_more_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module.PLACES, Rank.STRANGE, 1)
    crowd = Crowd()
    call = a_call()
    crowd.put(call)
    call.rings["1001"] = Ring("id", "1001", Direction.IN, 0.0)
    crowd.put(call)
    assert going(crowd) == []
    call.is_over = True
    crowd.put(call)
    monkeypatch.setitem(module.PLACES, Rank.OVER, 1)
    assert going(crowd) == [call] and len(crowd) == 0


def test_of_those_that_ring_the_share_with_the_most_loses_its_oldest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(module.PLACES, Rank.RINGS, 10)
    crowd = Crowd()
    few = [a_call("pbx", str(number)) for number in range(4)]
    flood = [a_call("pbx", "1999") for _ in range(50)]
    for call in (*few, *flood):
        going(crowd)
        crowd.put(call)
    assert all(call in crowd for call in few)
    assert [call for call in flood if call in crowd] == flood[-6:]


def test_the_largest_share_is_known_at_each_step() -> None:
    random, shares = Random(5), Shares()
    held: dict[Call, tuple[str, str]] = {}
    for _ in range(5_000):
        if held and random.random() < 0.48:
            call = random.choice(list(held))
            shares.remove(call)
            del held[call]
        else:
            call, whose = a_call(), ("pbx", str(random.randrange(8)))
            shares.add(call, whose)
            held[call] = whose
        assert len(shares) == len(held)
        if held:
            sizes = [*held.values()]
            most = max(map(sizes.count, sizes))
            oldest = shares.oldest_of_largest()
            assert sizes.count(held[oldest]) == most
            assert oldest is next(call for call in held if held[call] == held[oldest])
