"""What is asked of the system for one client's socket. Where a system lacks something, the hub does
without."""

import contextlib
import socket

from packetwave.server.hub.limits import Limits

_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)


def prepare(client: socket.socket | None, limits: Limits) -> None:
    """Bound what the system holds for a client that does not read, and how long it tries one that is gone."""
    if client is None:
        return
    with contextlib.suppress(OSError):  # the peer may be gone already
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.system_buffer_bytes)
        if _USER_TIMEOUT is not None:
            silent_ms = round(limits.silent_beats * limits.beat_s * 1000)
            client.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, silent_ms)
