"""What the frames room hands to the SIP room: one SIP-bearing payload with its addresses and time."""

import re
from typing import NamedTuple

# RFC 3261 section 7: Request-Line and Status-Line; leading CRLFs are skipped (7.5). The line may be ended by
# a bare LF, white space or the end of a capture cut short. Any version, so that the SIP room can judge it.
_START = re.compile(
    rb"[\r\n]*(?="
    rb"SIP/\d{1,3}\.\d{1,3} |"
    rb"[!%'*+\-.0-9A-Z_`a-z~]{1,64} [^\r\n]*? SIP/\d{1,3}\.\d{1,3}[ \t]*(?:[\r\n]|\Z))"
)


class Payload(NamedTuple):
    """The bytes of one SIP message. Of UDP: the datagram. Of TCP and WebSocket: the head of one message cut
    from the stream, up to the empty line; its body is skipped there."""

    at_s: float
    """Packet time, seconds since 1970-01-01 UTC."""

    transport: str
    """`udp`, `tcp` or `ws`; of a report (HEP) also where it was encrypted, and then the message is whole."""

    src: str
    """IP address as text (IPv6 compressed)."""

    src_port: int
    dst: str
    """As `src`."""

    dst_port: int
    data: bytes
    """It begins with the message's start-line."""

    cut: bool = False
    """Whether bytes are missing at its end: the body of a stream's message, or what a short snaplen left out
    of a datagram."""


def sip_start(data: bytes) -> int:
    """Where the SIP start-line begins in a datagram, behind any CRLFs; -1 for what is no SIP."""
    found = _START.match(data)
    return found.end() if found else -1
