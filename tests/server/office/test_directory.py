"""Members turned so that a call finds its people."""

from packetwave.server.office.directory import NOBODY, Directory
from packetwave.server.office.values import Member, MemberTable

DESKS = Directory(
    MemberTable(
        (
            Member("1001", "192.0.2.1", name="김영희"),
            Member("1001", "192.0.2.2"),
            Member("1002", "192.0.2.1", name="박민수"),
            Member("070-1234-5678", "2001:DB8:0::5"),
        )
    )
)


def test_extensions_and_addresses() -> None:
    assert DESKS.extensions == {"1001", "1002", "07012345678"}
    assert DESKS.addresses == {"192.0.2.1", "192.0.2.2", "2001:db8::5"}
    assert DESKS.addresses_of("1001") == ("192.0.2.1", "192.0.2.2")
    assert DESKS.addresses_of("07012345678") == ("2001:db8::5",)
    assert DESKS.addresses_of("9999") == ()
    assert DESKS.extensions_at("192.0.2.1") == ("1001", "1002")
    assert DESKS.extensions_at("192.0.2.9") == ()


def test_names() -> None:
    assert DESKS.member("1001").name == "김영희"
    assert DESKS.member("07012345678").name == ""
    assert DESKS.member("") is NOBODY
    assert Directory().extensions == frozenset()
