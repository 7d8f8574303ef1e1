import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.common.addresses import comparable, is_ipv6, is_loopback, normal


def test_one_form_for_one_address() -> None:
    assert normal(" FE80:0:0::1") == "fe80::1"
    assert normal("::ffff:192.168.0.101") == "192.168.0.101"


@pytest.mark.parametrize("text", ["", "192.168.0", "192.168.000.101", "10.0.0.1/24", "pc-7", "[::1]"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError):
        normal(text)
    assert comparable(text) == text
    assert not is_ipv6(text)
    assert not is_loopback(text)


@given(st.ip_addresses())
def test_the_one_form_of_the_one_form_is_itself(address: object) -> None:
    assert normal(normal(str(address))) == normal(str(address))
    assert comparable(str(address)) == normal(str(address))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8::0:5", "2001:db8::5"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_addresses_that_are_compared_have_no_zone(text: str, plain: str) -> None:
    assert comparable(text) == plain


def test_kinds() -> None:
    assert is_ipv6("::1")
    assert not is_ipv6("127.0.0.1")
    assert [is_loopback(text) for text in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "192.0.2.1")] == [
        *(True, True, True, False)
    ]
