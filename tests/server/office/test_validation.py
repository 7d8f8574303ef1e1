"""Extensions and addresses that may be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.office.validation import check_extension, check_ip


@pytest.mark.parametrize("good", ["1", "1001", " 1001 ", "*100#", "+8210", "front-desk_2.a", "9" * 32])
def test_extensions(good: str) -> None:
    assert check_extension(good) is None


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        *(("", "missing"), ("  \t", "missing"), ("10 01", "bad_extension"), ("9" * 33, "bad_extension")),
        *(("내선", "bad_extension"), ("１００１", "bad_extension"), ("a@b", "bad_extension")),
        *(("1001\n1002", "bad_extension"), ("²", "bad_extension")),
    ],
)
def test_bad_extensions(bad: str, code: str) -> None:
    assert check_extension(bad) == code


@pytest.mark.parametrize(
    "good", ["192.168.0.101", " 10.0.0.1\n", "127.0.0.1", "::1", "fe80::1", "2001:db8::5"]
)
def test_addresses(good: str) -> None:
    assert check_ip(good) is None


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        *(("", "missing"), (" ", "missing"), ("192.168.0", "bad_ip"), ("192.168.0.256", "bad_ip")),
        *(("192.168.000.101", "bad_ip"), ("0.0.0.0", "bad_ip"), ("::", "bad_ip"), ("224.0.0.1", "bad_ip")),
        *(("ff02::1", "bad_ip"), ("255.255.255.255", "bad_ip"), ("240.0.0.1", "bad_ip"), ("pc-7", "bad_ip")),
        *(("10.0.0.1/24", "bad_ip"), ("::ffff:0.0.0.0", "bad_ip"), ("3232235521", "bad_ip")),
    ],
)
def test_bad_addresses(bad: str, code: str) -> None:
    assert check_ip(bad) == code


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert check_extension(text) in (None, "missing", "bad_extension")
    assert check_ip(text) in (None, "missing", "bad_ip")
