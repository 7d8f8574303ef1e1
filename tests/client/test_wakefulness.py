import pytest

from packetwave.client.wakefulness import LOOK_S, SLEPT_S, Looks, way_to

SERVER = ("192.0.2.1", 8765)


def test_a_look_in_time_doubts_nothing() -> None:
    looks = Looks(100)
    assert not looks.look(100 + LOOK_S, None, "")
    assert not looks.look(100 + 2 * LOOK_S + SLEPT_S, SERVER, "192.0.2.7")
    assert not looks.look(100 + 3 * LOOK_S + SLEPT_S, SERVER, "192.0.2.7")


def test_a_pc_that_slept_comes_late() -> None:
    looks = Looks(100)
    assert looks.look(100 + LOOK_S + SLEPT_S + 0.1, None, "")
    assert looks.look(4000, SERVER, "192.0.2.7")
    assert not looks.look(4002, SERVER, "192.0.2.7")


def test_another_way_to_the_same_server_is_another_network() -> None:
    looks = Looks(100)
    assert not looks.look(101, SERVER, "192.0.2.7")
    assert looks.look(102, SERVER, "")  # the cable is out
    assert not looks.look(103, SERVER, "")
    assert looks.look(104, SERVER, "198.51.100.7")
    assert not looks.look(105, ("192.0.2.2", 8765), "192.0.2.7")  # another server was chosen


def test_what_changed_before_the_first_look_is_seen_too() -> None:
    looks = Looks(100)
    looks.met(SERVER, "192.0.2.7")
    assert looks.look(102, SERVER, "192.0.2.8")
    looks.met(SERVER, "192.0.2.8")
    assert not looks.look(104, SERVER, "192.0.2.8")


@pytest.mark.parametrize(
    ("peer", "way"),
    [(("127.0.0.1", 9), "127.0.0.1"), (("127.9.9.9", 9), "127.0.0.1"), (("no address", 9), "")],
)
def test_the_way_to_a_server(peer: tuple[str, int], way: str) -> None:
    assert way_to(peer) == way
