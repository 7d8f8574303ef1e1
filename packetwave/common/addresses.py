"""IP addresses as text: the one way to write each, and what kind it is. Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def parse_address(text: str) -> IPv4Address | IPv6Address:
    """The address; an IPv4 address also where it was written as IPv6 (`::ffff:192.0.2.1`). Raises
    ValueError."""
    address = ip_address(text.strip())
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def normal(text: str) -> str:
    """The one way to write this address, so that equal addresses are equal texts: IPv6 is compressed, IPv4
    is never written as IPv6. Raises ValueError for what is no address."""
    return str(parse_address(text))


def comparable(text: str) -> str:
    """`normal` without the zone that a system puts behind its own addresses (`fe80::1%eth0`); any other text
    as it stands. For telling who is who: what is no address equals nobody's."""
    try:
        return normal(text.partition("%")[0])
    except ValueError:
        return text


def is_ipv6(text: str) -> bool:
    """Whether this is an IPv6 address, without brackets."""
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def is_loopback(text: str) -> bool:
    """Whether this is an address at which a PC reaches only itself; False for what is no address."""
    try:
        return parse_address(text).is_loopback
    except ValueError:
        return False
