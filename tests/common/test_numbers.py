import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.common.numbers import display, mask


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("01012345678", "010-1234-5678"),
        ("0112345678", "011-234-5678"),
        ("025550100", "02-555-0100"),
        ("0212345678", "02-1234-5678"),
        ("0317002211", "031-700-2211"),
        ("03112345678", "031-1234-5678"),
        ("07088881234", "070-8888-1234"),
        ("0801234567", "080-123-4567"),
        ("05051234567", "0505-123-4567"),
        ("050512345678", "0505-1234-5678"),
        ("030312345678", "0303-1234-5678"),
        ("15880000", "1588-0000"),
        ("16661234", "1666-1234"),
        ("18001234", "1800-1234"),
    ],
)
def test_korean_numbers_get_the_hyphens_of_their_kind(number: str, shown: str) -> None:
    assert display(number) == shown


@pytest.mark.parametrize(
    "number",
    ["1001", "", "anonymous", "+14155550100", "+821012345678", "112", "reception", "010-1234-5678",
     "٠١٠١٢٣٤٥٦٧٨", "12345678", "0101234", "010123456789012"],
)  # fmt: skip
def test_what_is_no_korean_number_is_not_touched(number: str) -> None:
    assert display(number) == number


@given(st.text(alphabet="0123456789+", max_size=16))
def test_display_only_adds_hyphens(number: str) -> None:
    assert display(number).replace("-", "") == number


@pytest.mark.parametrize(
    ("number", "masked"),
    [("01012345678", "010****5678"), ("15880000", "15****00"), ("1001", "1001"), ("anonymous", "anonymous")],
)
def test_logs_hold_masked_numbers(number: str, masked: str) -> None:
    assert mask(number) == masked
