"""What is asked of the system for a client's socket."""

import socket
import sys

import pytest

from packetwave.server.hub.limits import Limits
from packetwave.server.hub.sockets import prepare


def test_what_the_system_holds_and_how_long_it_tries_is_bounded() -> None:
    with socket.socket() as client:
        prepare(client, Limits())
        # Linux doubles what is asked for, and caps it at what the machine allows.
        assert client.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * Limits().system_buffer_bytes
        if sys.platform == "linux":
            assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 13_000


def test_a_peer_that_is_gone_already_is_no_fault() -> None:
    client = socket.socket()
    client.close()
    prepare(client, Limits())
    prepare(None, Limits())


def test_a_system_without_a_user_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packetwave.server.hub.sockets._USER_TIMEOUT", None)
    with socket.socket() as client:
        prepare(client, Limits())
        assert client.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * Limits().system_buffer_bytes
