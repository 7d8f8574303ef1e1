"""What the status board works out by itself; the whole is tried in test_engine.py."""

from packetwave.server.engine.status import STATUS_S, Rate


def test_a_rate_is_measured_over_half_a_second_at_least() -> None:
    rate = Rate()
    assert rate.at(100.0, 50) == 0.0  # nothing to compare with
    assert rate.at(100.0 + STATUS_S / 2, 60) == 0.0
    assert rate.at(101.0, 62) == 12.0
    assert rate.at(101.2, 500) == 12.0  # too soon for another
    assert rate.at(103.0, 62) == 0.0


def test_a_count_that_begins_anew_is_no_negative_rate() -> None:
    rate = Rate()
    rate.at(100.0, 500)
    assert rate.at(101.0, 3) == 0.0
