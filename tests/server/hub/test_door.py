"""Who gets a place, as data."""

from dataclasses import replace
from random import Random

from packetwave.server.hub.door import Door, Refusal
from packetwave.server.hub.limits import Limits, Rate

OFTEN = Rate(1_000_000, 1_000_000)
LIMITS = replace(
    Limits(),
    sessions_of_address=10,
    kept_of_member=2,
    handshakes=6,
    handshakes_of_address=3,
    connects_of_address=OFTEN,
    connects_of_strangers=OFTEN,
)
MEMBERS = frozenset(f"192.0.2.{number}" for number in range(1, 11))


def come(door: Door, address: str, number: int = 1) -> list[Refusal | None]:
    """So many sessions, each with its handshake done at once."""
    said = []
    for _ in range(number):
        said.append(door.enter(address, 0.0))
        if said[-1] is None:
            door.opened(address)
    return said


def test_strangers_leave_the_members_their_places() -> None:
    door = Door(replace(LIMITS, strangers=1.0), 100)
    door.keep(MEMBERS)
    for number in range(100):
        come(door, f"10.0.0.{number}")
    assert door.taken == 80  # two places for each of the ten members are kept
    assert come(door, "10.0.1.1") == [Refusal.FULL]
    for address in MEMBERS:
        assert come(door, address, 3) == [None, None, Refusal.FULL]
    assert door.taken == 100


def test_members_at_few_addresses_leave_the_others_theirs() -> None:
    door = Door(replace(LIMITS, sessions_of_address=1_000), 100)
    door.keep(MEMBERS)
    come(door, "192.0.2.1", 100)
    assert door.taken == 82  # its own two, and all that are nobody's
    for address in sorted(MEMBERS)[1:]:
        assert come(door, address, 2) == [None, None]


def test_strangers_have_their_share_only() -> None:
    door = Door(replace(LIMITS, strangers=0.25), 100)
    assert [come(door, f"10.0.0.{number}")[0] for number in range(26)].count(Refusal.STRANGERS) == 1
    door.keep(frozenset({"10.0.0.99"}))
    assert come(door, "10.0.0.99") == [None]


def test_one_address_is_bounded() -> None:
    door = Door(LIMITS, 100)
    assert come(door, "10.0.0.1", 11) == [None] * 10 + [Refusal.OF_ADDRESS]
    door.leave("10.0.0.1", was_opened=True)
    assert come(door, "10.0.0.1", 2) == [None, Refusal.OF_ADDRESS]


def test_handshakes_that_are_not_finished_hold_places_and_are_fewer() -> None:
    door = Door(LIMITS, 100)
    door.keep(MEMBERS)
    assert [door.enter("10.0.0.1", 0.0) for _ in range(4)] == [
        *(None, None, None),
        Refusal.HANDSHAKES_OF_ADDRESS,
    ]
    assert [door.enter("10.0.0.2", 0.0) for _ in range(3)] == [None, None, None]
    assert door.enter("10.0.0.3", 0.0) is Refusal.HANDSHAKES
    assert door.taken == 6
    # A member's address is bounded by its own places alone.
    assert [door.enter("192.0.2.1", 0.0) for _ in range(10)] == [None] * 10
    door.opened("10.0.0.1")
    door.leave("10.0.0.2", was_opened=False)
    assert [door.enter("10.0.0.3", 0.0) for _ in range(3)] == [None, None, Refusal.HANDSHAKES]


def test_who_connects_too_often_is_refused_and_nobody_else() -> None:
    door = Door(
        replace(LIMITS, connects_of_address=Rate(3, 1), connects_of_strangers=Rate(5, 1)),
        100,
    )
    door.keep(MEMBERS)
    assert come(door, "10.0.0.1", 4) == [None, None, None, Refusal.TOO_OFTEN]
    assert come(door, "10.0.0.2", 3) == [None, None, Refusal.TOO_OFTEN]  # all strangers together
    assert come(door, "192.0.2.1", 4) == [None, None, None, Refusal.TOO_OFTEN]
    assert come(door, "192.0.2.2", 3) == [None, None, None]


def test_more_members_than_places_leave_half_open_to_all() -> None:
    door = Door(LIMITS, 10)
    door.keep(frozenset(f"192.0.2.{number}" for number in range(200)))
    assert come(door, "192.0.2.1", 10) == [None] * 10
    assert come(door, "192.0.2.2") == [Refusal.FULL]


def test_counts_stay_right_whatever_happens() -> None:
    """Sessions come and go while the members change: at the end all places are free again."""
    random = Random(6455)
    door = Door(replace(LIMITS, strangers=1.0, handshakes=1_000, handshakes_of_address=1_000), 60)
    pool = [f"192.0.2.{number}" for number in range(1, 21)]
    here: list[tuple[str, bool]] = []
    for _ in range(20_000):
        action = random.randrange(8)
        if action < 4:
            address = random.choice(pool)
            if door.enter(address, 0.0) is None:
                opens = random.random() < 0.7
                if opens:
                    door.opened(address)
                here.append((address, opens))
        elif action < 7 and here:
            address, was_opened = here.pop(random.randrange(len(here)))
            door.leave(address, was_opened=was_opened)
        elif random.random() < 0.1:
            door.keep(frozenset(random.sample(pool, random.randrange(10))))
        assert door.taken == len(here) <= 60
    for address, was_opened in here:
        door.leave(address, was_opened=was_opened)
    door.keep(frozenset(pool[:5]))
    assert door.taken == 0
    assert [come(door, pool[19])[0] for _ in range(10)] == [None] * 10
    assert [come(door, pool[number], 2) for number in range(5)] == [[None, None]] * 5


def test_strangers_with_tls_have_some_places_more_and_connects_of_their_own() -> None:
    limits = replace(LIMITS, strangers=0.1, newcomers=0.05, tls_handshakes=2, tls_connects_of_strangers=OFTEN)
    door = Door(limits, 100)
    assert [come(door, f"10.0.1.{number}")[0] for number in range(11)] == [None] * 10 + [Refusal.STRANGERS]
    late = [door.enter(f"10.0.2.{number}", 0.0, is_tls=True) for number in range(6)]
    assert late == [None] * 5 + [Refusal.STRANGERS]
    opening = Door(limits, 1_000)
    assert [opening.enter(f"10.0.1.{number}", 0.0) for number in range(7)][-1] is Refusal.HANDSHAKES
    late = [opening.enter(f"10.0.2.{number}", 0.0, is_tls=True) for number in range(3)]
    assert late == [None, None, Refusal.HANDSHAKES]
    rare = Door(replace(limits, connects_of_strangers=Rate(1, 0.1)), 100)
    assert come(rare, "10.0.1.1") + come(rare, "10.0.1.2") == [None, Refusal.TOO_OFTEN]
    assert rare.enter("10.0.1.3", 0.0, is_tls=True) is None
