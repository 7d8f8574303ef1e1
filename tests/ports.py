"""Ports for servers that tests stop and start again at the same place.

A port that the system gave (port 0) is one of those it gives to every connection as well: once its server is
gone, any program may get it, also the very client that tries to reach it. These are from below.
"""

import os
import random
import socket

_LOWEST, _HIGHEST = 20_000, 32_000  # the system's own begin at 32,768 on Linux, at 49,152 on Windows

_chance = random.Random(os.urandom(8))  # no seed of a test run: two that run at once must not meet


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on, and that the system gives to nobody."""
    while True:
        port = _chance.randint(_LOWEST, _HIGHEST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
