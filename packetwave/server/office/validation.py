"""What an extension and an IP address of a member may look like. Pure; used by stores, files and windows.

Each check gives None for what is good. Texts are judged trimmed, as they are stored.
"""

import re
from collections.abc import Callable, Mapping

from packetwave.common.addresses import parse_address
from packetwave.server.office.values import DefectCode

_EXTENSION = re.compile(r"[0-9A-Za-z*#+._-]{1,32}")


def check_extension(text: str) -> DefectCode | None:
    """None for 1 to 32 digits, ASCII letters or any of `* # + . _ -`."""
    text = text.strip()
    if not text:
        return DefectCode.MISSING
    return None if _EXTENSION.fullmatch(text) else DefectCode.BAD_EXTENSION


def check_ip(text: str) -> DefectCode | None:
    """None for an IPv4 or IPv6 address that one PC can have; loopback may serve."""
    text = text.strip()
    if not text:
        return DefectCode.MISSING
    try:
        address = parse_address(text)
    except ValueError:
        return DefectCode.BAD_IP
    nobody = address.is_unspecified or address.is_multicast or (address.version == 4 and address.is_reserved)
    return DefectCode.BAD_IP if nobody else None


CHECKS: Mapping[str, Callable[[str], DefectCode | None]] = {
    "extension_num": check_extension,
    "default_ip": check_ip,
}
"""The fields of a member that must be there and right; all others may say anything."""
