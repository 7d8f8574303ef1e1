import pytest

from packetwave.server.watch.clock import OLDEST_S, STEP_S, SteadyClock


class Clocks:
    """The system's clock and a monotonic one, both to be moved by hand."""

    def __init__(self) -> None:
        self.system_s = 1_700_000_000.0
        self.monotonic_s = 5_000.0
        self.clock = SteadyClock(lambda: self.system_s, lambda: self.monotonic_s)

    def pass_time(self, seconds: float) -> None:
        self.system_s += seconds
        self.monotonic_s += seconds


def test_both_are_the_same_while_nobody_sets_the_clock() -> None:
    clocks = Clocks()
    clocks.pass_time(30)
    assert clocks.clock.look() == 0.0
    assert clocks.clock.steady(clocks.system_s - 0.25) == pytest.approx(clocks.system_s - 0.25)
    assert clocks.clock.said(clocks.clock.now_s) == pytest.approx(clocks.system_s)


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 5.0, -5.0, 86_400.0 * 365])
def test_a_step_of_the_clock_moves_nothing_that_lasts(step_s: float) -> None:
    clocks = Clocks()
    rang_s = clocks.clock.steady(clocks.system_s)
    clocks.pass_time(4)
    clocks.system_s += step_s
    assert clocks.clock.look() == pytest.approx(step_s)
    assert clocks.clock.look() == 0.0
    clocks.pass_time(6)
    answered_s = clocks.clock.steady(clocks.system_s)
    assert answered_s - rang_s == pytest.approx(10)
    assert clocks.clock.said(answered_s) == pytest.approx(clocks.system_s)


@pytest.mark.parametrize("step_s", [3600.0, -3600.0])
def test_a_frame_stamped_before_the_step_and_read_after_it_comes_now(step_s: float) -> None:
    clocks = Clocks()
    stamped_s = clocks.system_s
    clocks.pass_time(0.5)
    clocks.system_s += step_s
    clocks.clock.look()
    assert clocks.clock.steady(stamped_s) == pytest.approx(clocks.clock.now_s)


def test_frames_that_waited_while_the_program_stood_still_keep_their_times() -> None:
    clocks = Clocks()
    stamped_s = clocks.system_s
    clocks.pass_time(OLDEST_S / 2)
    assert clocks.clock.look() == 0.0
    assert clocks.clock.steady(stamped_s) == pytest.approx(stamped_s)


@pytest.mark.parametrize("stamp_s", [0.0, 4e9, -1.0, 1e300])
def test_a_wrong_stamp_comes_now(stamp_s: float) -> None:
    clocks = Clocks()
    assert clocks.clock.steady(stamp_s) == pytest.approx(clocks.clock.now_s)


def test_drift_is_no_step_until_it_adds_up() -> None:
    clocks = Clocks()
    steps = []
    for _ in range(100):
        clocks.pass_time(60)
        clocks.system_s += STEP_S / 10
        steps.append(clocks.clock.look())
    assert sum(steps) == pytest.approx(10 * STEP_S, abs=STEP_S)
    assert sum(1 for step in steps if step) <= 10
