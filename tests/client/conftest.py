"""Servers on the loopback address, closed after each test, and no thread that outlives it."""

import threading
from collections.abc import Callable, Iterator

import pytest

from packetwave.protocol import Message
from tests.client.loopback import WAIT_S, LoopbackServer

StartServer = Callable[..., LoopbackServer]


@pytest.fixture(autouse=True)
def no_thread_outlives_the_test() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(WAIT_S)
        assert not thread.is_alive(), thread.name


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    servers: list[LoopbackServer] = []

    def start(*on_hello: Message, port: int = 0, host: str = "127.0.0.1") -> LoopbackServer:
        servers.append(LoopbackServer(*on_hello, port=port, host=host))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
