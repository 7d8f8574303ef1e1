"""What an extension and an IP address of a member may look like. Pure; used by stores, files and windows.

Codes are those of `Defect`: None means good. Texts are judged trimmed, as they are stored.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping

_EXTENSION = re.compile(r"[0-9A-Za-z*#+._-]{1,32}")


def check_extension(text: str) -> str | None:
    """None, `missing` or `bad_extension`: 1 to 32 digits, ASCII letters or any of `* # + . _ -`."""
    text = text.strip()
    if not text:
        return "missing"
    return None if _EXTENSION.fullmatch(text) else "bad_extension"


def check_ip(text: str) -> str | None:
    """None, `missing` or `bad_ip`: an IPv4 or IPv6 address that one PC can have; loopback may serve."""
    text = text.strip()
    if not text:
        return "missing"
    try:
        address = ipaddress.ip_address(normal_ip(text))
    except ValueError:
        return "bad_ip"
    nobody = address.is_unspecified or address.is_multicast or (address.version == 4 and address.is_reserved)
    return "bad_ip" if nobody else None


def normal_ip(text: str) -> str:
    """The one way to write this address (IPv6 compressed, an IPv4 address never as IPv6), so that equal
    addresses are equal texts. Raises ValueError for what is no address."""
    address = ipaddress.ip_address(text.strip())
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


CHECKS: Mapping[str, Callable[[str], str | None]] = {
    "extension_num": check_extension,
    "default_ip": check_ip,
}
"""The fields of a member that must be there and right; all others may say anything."""
