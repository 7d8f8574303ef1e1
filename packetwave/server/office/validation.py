"""What an extension and an IP address of a member may look like. Pure; used by stores, files and windows.

Codes are those of `Defect`: None means good. Texts are judged trimmed, as they are stored.
"""

import re

from packetwave.common.addresses import parse_address

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
        address = parse_address(text)
    except ValueError:
        return "bad_ip"
    nobody = address.is_unspecified or address.is_multicast or (address.version == 4 and address.is_reserved)
    return "bad_ip" if nobody else None
