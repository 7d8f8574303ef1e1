"""Enrolment keys, as values."""

from datetime import UTC, datetime, timedelta

import pytest

from packetwave.protocol.pairing import enrolment_id
from packetwave.server.trust.enrolment import MAX_DAYS, MAX_USES, EnrolmentKey, new_key

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_a_key_has_256_bits_and_is_named_without_being_told() -> None:
    key, other = new_key(AT), new_key(AT)
    assert len(bytes.fromhex(key.key)) == 32
    assert key.key != other.key
    assert key.id == enrolment_id(bytes.fromhex(key.key))
    assert key.id not in key.key
    assert key.key not in repr(key)


def test_a_key_serves_for_its_time_and_its_number_of_pcs() -> None:
    key = new_key(AT, days=2, uses=1)
    assert key.serves(AT + timedelta(days=2) - timedelta(seconds=1))
    assert not key.serves(AT + timedelta(days=2))
    assert not key.used().serves(AT)


@pytest.mark.parametrize(("days", "uses"), [(0, 1), (1, 0), (MAX_DAYS + 1, 1), (1, MAX_USES + 1), (-1, -1)])
def test_unlimited_keys_are_not_made(days: int, uses: int) -> None:
    with pytest.raises(ValueError, match="days"):
        new_key(AT, days, uses)


def test_a_short_key_is_refused() -> None:
    EnrolmentKey("ab" * 16, AT, AT, 1)
    with pytest.raises(ValueError, match="128 bits"):
        EnrolmentKey("ab" * 15, AT, AT, 1)
