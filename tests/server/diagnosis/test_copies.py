"""How many times packets come."""

import pytest

from packetwave.server.diagnosis.copies import Copies
from packetwave.server.diagnosis.window import Window


@pytest.mark.case(13)
@pytest.mark.parametrize(("times", "name"), [(1, "once"), (2, "copied_2"), (4, "copied_4"), (9, "copied_4")])
def test_copies_within_a_moment_are_counted(times: int, name: str) -> None:
    window = Window()
    copies = Copies(window)
    for number in range(10):
        for copy in range(times):
            copies.see(number + copy * 0.001, b"packet %d" % number)
    copies.see(100.0, b"the next")
    assert window[name] == 10


def test_what_is_said_again_later_is_no_copy() -> None:
    window = Window()
    copies = Copies(window)
    for number in range(5):
        copies.see(number * 0.5, b"retransmitted")
    assert (window["once"], window["copied_2"]) == (4, 0)


def test_what_waits_is_bounded() -> None:
    window = Window()
    copies = Copies(window)
    for number in range(10_000):
        copies.see(1.0, b"%d" % number)
    assert window["once"] == 10_000 - 4096
