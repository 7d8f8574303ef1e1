"""What the frames room hands to the SIP room: one SIP-bearing payload with its addresses and time."""

from typing import NamedTuple


class Payload(NamedTuple):
    """The bytes of one SIP message (UDP: the datagram; TCP, WebSocket: one message cut from the stream).

    at_s: packet time, seconds since 1970-01-01 UTC. src, dst: IP addresses as text (IPv6 compressed).
    transport: "udp", "tcp" or "ws".
    """

    at_s: float
    transport: str
    src: str
    src_port: int
    dst: str
    dst_port: int
    data: bytes
