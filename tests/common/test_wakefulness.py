import time

import pytest

from packetwave.common import wakefulness
from packetwave.common.wakefulness import SHORTEST_S, Sleep, awake_s, clock_s


def test_the_clocks_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clock_s() <= clock_s()
    assert awake_s() <= awake_s()
    if hasattr(time, "CLOCK_BOOTTIME"):
        assert abs(clock_s() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60
    monkeypatch.setattr(wakefulness, "_BOOT_CLOCK", None)
    assert abs(clock_s() - time.monotonic()) < 60


class Clocks:
    """Both clocks of a PC."""

    def __init__(self) -> None:
        self.passed_s = 7_000.0
        self.awake_s = 5_000.0
        self.sleep = Sleep(lambda: self.passed_s, lambda: self.awake_s)

    def pass_time(self, seconds: float, *, asleep_s: float = 0.0) -> None:
        self.passed_s += seconds + asleep_s
        self.awake_s += seconds


def test_a_sleep_is_told_once_and_with_its_length() -> None:
    clocks = Clocks()
    clocks.pass_time(0.5, asleep_s=3600)
    assert clocks.sleep.look() == pytest.approx(3600)
    clocks.pass_time(0.5)
    assert clocks.sleep.look() == 0.0


def test_standing_still_is_no_sleep() -> None:
    clocks = Clocks()
    clocks.pass_time(100)
    assert clocks.sleep.look() == 0.0


def test_clocks_that_drift_apart_are_no_sleep() -> None:
    clocks = Clocks()
    for _ in range(100):
        clocks.pass_time(0.5, asleep_s=SHORTEST_S / 10)
        assert clocks.sleep.look() == 0.0


def test_a_pc_that_does_not_sleep_never_slept() -> None:
    assert Sleep().look() == 0.0
