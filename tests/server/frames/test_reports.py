"""Case 50: which reports are believed, and when what they report was."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.frames import Counters
from packetwave.server.frames.payload import Payload
from packetwave.server.frames.reports import Reports, SenderClock
from tests.server.frames.building import A, B, hep_2, hep_3, hep_chunk, invite

pytestmark = pytest.mark.case(50)

MESSAGE = invite("hep")
PBX = "192.0.2.7"
NOW = 1_800_000_000.0


def test_a_report_is_a_payload() -> None:
    counters = Counters()
    payload = Reports(counters, frozenset({PBX})).datagram(NOW, PBX, hep_3(MESSAGE, protocol=17))
    assert payload == Payload(NOW, "udp", A, 5060, B, 5060, MESSAGE)
    assert counters.hep_payloads == 1


def test_only_confirmed_senders_are_believed() -> None:
    counters = Counters()
    reports = Reports(counters, frozenset({PBX}))
    assert reports.datagram(NOW, "192.0.2.66", hep_3(MESSAGE)) is None
    assert (counters.untrusted, counters.hep_payloads) == ({("hep", "192.0.2.66"): 1}, 0)
    assert Reports(Counters(), None).datagram(NOW, "192.0.2.66", hep_3(MESSAGE)) is not None


@pytest.mark.parametrize(
    ("data", "believed"),
    [
        (hep_3(MESSAGE, hep_chunk(0x0E, b"secret")), True),
        (hep_3(MESSAGE, hep_chunk(0x0E, b"secreT")), False),
        (hep_3(MESSAGE), False),
        (hep_2(MESSAGE), False),
    ],
)
def test_a_password(data: bytes, believed: bool) -> None:
    counters = Counters()
    assert (Reports(counters, None, "secret").datagram(NOW, PBX, data) is not None) is believed
    assert counters.hep_refused == ({} if believed else {"key": 1})


def test_everything_else_is_counted_by_what_it_is() -> None:
    counters = Counters()
    reports = Reports(counters, None)
    for data in (b"x", hep_3(MESSAGE)[:-1], hep_3(hep_3(MESSAGE)), hep_3(b"x", kind=5), hep_3(b"x", kind=5)):
        assert reports.datagram(NOW, PBX, data) is None
    vendor = hep_chunk(1, b"x", vendor=2)
    assert reports.datagram(NOW, PBX, hep_3(MESSAGE, vendor, vendor)) is not None
    assert counters.hep_refused == {"version": 1, "length": 1, "nested": 1}
    assert counters.hep_other == {"rtcp": 2}
    assert counters.hep_vendor_chunks == 2


# The clock


def test_what_came_late_keeps_its_time_on_our_clock() -> None:
    """The sender's clock is 3 h behind; what waited 0.4 s beside other things was 0.4 s earlier."""
    clock = SenderClock()
    sent_s = NOW - 3 * 3600
    assert clock.ours(NOW, sent_s) == NOW
    assert clock.ours(NOW + 5.4, sent_s + 5) == pytest.approx(NOW + 5)
    assert clock.ours(NOW + 6.001, sent_s + 6) == pytest.approx(NOW + 6)


def test_a_clock_that_is_set_is_followed_at_once() -> None:
    clock = SenderClock()
    clock.ours(NOW, NOW)
    assert clock.ours(NOW + 10, NOW + 3610) == pytest.approx(NOW + 10)  # an hour forward
    assert clock.ours(NOW + 20, NOW + 20) == pytest.approx(NOW + 20)  # and back


def test_a_clock_that_drifts_is_followed() -> None:
    """100 ppm slow for an hour: 0.36 s."""
    clock = SenderClock()
    late = [NOW + t - clock.ours(NOW + t, NOW + t * 0.9999) for t in range(3600)]
    assert min(late) >= 0 and max(late) < 0.07


def test_what_was_long_ago_says_nothing_any_more() -> None:
    clock = SenderClock()
    clock.ours(NOW, NOW)
    assert clock.ours(NOW + 3600, NOW + 3599.5) == NOW + 3600


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(-2, 2)), max_size=40), st.floats(-1e9, 1e9))
def test_nothing_was_after_it_came(steps: list[tuple[float, float]], offset: float) -> None:
    clock, at_s = SenderClock(), NOW
    for step, late in steps:
        at_s += step
        assert at_s - 1.001 <= clock.ours(at_s, at_s + offset + late) <= at_s + 1e-6


# Floods


def test_a_hundred_thousand_bad_datagrams_are_counted_and_cost_nothing() -> None:
    counters = Counters()
    reports = Reports(counters, frozenset({PBX}))
    forged = bytearray(hep_3(MESSAGE))
    place = forged.index(b"\0\0\0\3\0\x0a") + 6  # the inner source address
    bad = [b"HEP3", hep_3(MESSAGE)[:-9], hep_3(hep_3(MESSAGE)), b"\2\1" + bytes(60), b"\x09" + bytes(300)]
    for number in range(100_000):
        if number == 90_000:
            tracemalloc.start()
        if number % 4 == 3:
            assert (
                reports.datagram(NOW, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", bytes(forged))
                is None
            )
        elif number % 4 == 2:
            forged[place : place + 4] = (0x0A000000 + number).to_bytes(4)
            assert reports.datagram(NOW + number / 1e5, PBX, bytes(forged)) is not None
        else:
            assert reports.datagram(NOW, PBX, bad[number % len(bad)]) is None
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert counters.hep_payloads == 25_000
    assert sum(counters.hep_refused.values()) == 50_000
    assert len(counters.untrusted) == 64
    assert sum(counters.untrusted.values()) + counters.untrusted_more == 25_000
    assert grown < 20_000


def test_many_senders_cost_bounded_memory() -> None:
    reports = Reports(Counters(), None)
    for number in range(1000):
        assert reports.datagram(NOW, f"10.0.{number >> 8}.{number & 255}", hep_3(MESSAGE)) is not None
    assert len(reports._clocks) <= 256
