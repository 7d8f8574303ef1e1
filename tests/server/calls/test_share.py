"""What may begin out of a share, and ring at once."""

from packetwave.server.calls.share import AT_ONE_PHONE, LEAST_OF_SOURCE, Budget, Phone, Share

BUDGET = Budget(burst=10, per_s=2, proven=3, proven_per_s=1, ringing=5)


def test_so_many_at_once_and_so_many_a_second() -> None:
    share = Share("pbx", "1001", BUDGET, Phone())
    assert sum(share.take(100.0) for _ in range(50)) == 10
    assert sum(share.take(103.0) for _ in range(50)) == 6
    assert sum(share.take(1_000.0) for _ in range(50)) == 10
    assert sum(share.take_proven(1_000.0) for _ in range(50)) == 3


def test_time_that_goes_back_gives_nothing() -> None:
    share = Share("pbx", "1001", BUDGET, Phone())
    assert sum(share.take(100.0) for _ in range(50)) == 10
    assert not share.take(50.0)
    assert not share.take(100.0)


def test_what_all_have_together_is_taken_too() -> None:
    together = Share("", "", BUDGET, None)
    one, other = (Share(name, "", BUDGET, None, together) for name in ("a", "b"))
    assert sum(one.take(1.0) for _ in range(6)) == 6
    assert sum(other.take(1.0) for _ in range(50)) == 4
    assert sum(one.ring() for _ in range(4)) == 4
    assert sum(other.ring() for _ in range(50)) == 1
    one.ring_no_more()
    assert other.ring() and not other.ring()


def test_one_phone_is_not_of_whoever_has_most_hosts() -> None:
    phone = Phone()
    generous = BUDGET._replace(ringing=AT_ONE_PHONE)
    flood = Share("a", "1001", generous, phone)
    assert sum(flood.ring() for _ in range(1_000)) == AT_ONE_PHONE
    others = [Share(str(number), "1001", generous, phone) for number in range(10)]
    for other in others:
        assert sum(other.ring() for _ in range(1_000)) == LEAST_OF_SOURCE
    assert phone.ringing == AT_ONE_PHONE + 10 * LEAST_OF_SOURCE
    for _ in range(AT_ONE_PHONE):
        flood.ring_no_more()
    assert phone.ringing == 10 * LEAST_OF_SOURCE and others[0].ring()
