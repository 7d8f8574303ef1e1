"""Times that cannot be right are passed over; pauses are not."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.capture.timeline import LOOK_AHEAD, Record, Steady

T0 = 1_700_000_000.0
CENTURY_S = 100 * 365 * 86_400.0
DAY_S = 86_400.0


def records(times: list[float]) -> list[Record]:
    return [(at_s, 1, bytes([number % 256])) for number, at_s in enumerate(times)]


def steadied(times: list[float]) -> tuple[list[float], int]:
    given_ = records([T0 + at_s for at_s in times])
    steady = Steady(given_)
    read = list(steady)
    assert [record[1:] for record in read] == [record[1:] for record in given_]
    return [round(at_s - T0, 3) for at_s, _, _ in read], steady.mended


@pytest.mark.parametrize("wrong", [CENTURY_S, -T0, 3600.0, -3600.0])
@pytest.mark.parametrize("place", range(1, 9))
def test_one_wrong_time_is_passed_over(wrong: float, place: int) -> None:
    times = [float(number) for number in range(10)]
    right = [*times[:place], times[place - 1], *times[place + 1 :]]
    times[place] = wrong
    assert steadied(times) == (right, 1)


def test_a_wrong_time_at_either_end_is_passed_over() -> None:
    assert steadied([-T0, 1.0, 2.0, 3.0]) == ([1.0, 1.0, 2.0, 3.0], 1)
    assert steadied([0.0, 1.0, 2.0, CENTURY_S]) == ([0.0, 1.0, 2.0, 2.0], 1)
    assert steadied([0.0, CENTURY_S]) == ([0.0, 0.0], 1)


def test_several_wrong_times_in_a_row_are_passed_over() -> None:
    assert steadied([0.0, CENTURY_S, CENTURY_S, 1.0, 2.0, 3.0, 4.0]) == ([0, 0, 0, 1, 2, 3, 4], 2)


@pytest.mark.parametrize(
    "times",
    [
        [],
        [0.0],
        [0.0, 3600.0],  # the end of a call an hour later
        [0.0, 1.0, 2.5 * DAY_S, 2.5 * DAY_S + 1],  # a weekend
        [number * 600.0 for number in range(40)],  # SIP alone, of a quiet office
        [0.0, 1.0, 2.0, -3600.0, -3599.0, -3598.0],  # the clock was set back
        [0.0, 0.2, 0.1, 0.4, 0.3],  # swapped
        [0.0, *(DAY_S + number for number in range(50))],
    ],
)
def test_pauses_and_steps_that_the_recording_goes_on_from_are_left_alone(times: list[float]) -> None:
    assert steadied(times) == (times, 0)


def test_two_clocks_frame_by_frame_become_one() -> None:
    times = [at_s for number in range(20) for at_s in (float(number), number + 3600.0)]
    read, mended = steadied(times)
    assert max(read[:-1]) < 60  # the last may be the end of a call an hour later
    assert mended == 19


def test_no_more_is_read_ahead_than_said() -> None:
    taken = 0

    def counted() -> Iterator[Record]:
        nonlocal taken
        for record in records([T0] + [T0 + 3600.0] * 1000):
            taken += 1
            yield record

    read = iter(Steady(counted()))
    next(read)
    next(read)
    assert taken <= LOOK_AHEAD + 2


@given(st.lists(st.floats(0, 253_402_300_799.0), max_size=60))
def test_every_frame_is_given_once_in_order(times: list[float]) -> None:
    steady = Steady(records(times))
    read = list(steady)
    assert [frame for _, _, frame in read] == [frame for _, _, frame in records(times)]
    assert {at_s for at_s, _, _ in read} <= set(times)
