import pytest

from packetwave.client.address import ways
from packetwave.client.line import Open
from packetwave.client.routes import ALONE_S, Routes
from packetwave.protocol import Hello

OPEN = Open(Hello(1))
PINNED = Open(Hello(1), is_protected=True)
TLS, PLAIN = "wss://pc:8766", "ws://pc:8765"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("pc", (TLS, PLAIN)),
        ("pc:8766", (TLS,)),
        ("wss://pc:9000", ("wss://pc:9000",)),
        ("ws://pc", (PLAIN,)),
        ("pc:9000", ("ws://pc:9000",)),
    ],
)
def test_what_is_tried_where_nothing_is_known(typed: str, first: tuple[str, ...]) -> None:
    assert Routes(ways(typed)).to_try(OPEN, 0.0) == first


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("pc", TLS),
        ("pc:8765", TLS),
        ("ws://pc", TLS),
        ("pc:8766", TLS),
        ("pc:9000", "wss://pc:9001"),  # where a server with another plain port has its TLS
        ("pc:65535", TLS),
    ],
)
def test_who_knows_the_server_speaks_tls_to_it_only(typed: str, url: str) -> None:
    assert Routes(ways(typed)).to_try(PINNED, 0.0) == (url,)


def test_a_tls_port_that_was_told_is_taken_but_not_over_one_that_was_typed() -> None:
    told = Open(Hello(1), is_protected=True, tls_port=9999)
    assert Routes(ways("pc:9000")).to_try(told, 0.0) == ("wss://pc:9999",)
    assert Routes(ways("wss://pc:9000")).to_try(told, 0.0) == ("wss://pc:9000",)


@pytest.mark.parametrize("url", [TLS, PLAIN])
def test_a_reconnect_takes_the_way_that_led_there_for_a_while(url: str) -> None:
    routes = Routes(ways("pc"))
    routes.lost(url, 100.0)
    assert routes.to_try(OPEN, 100.0 + ALONE_S - 1) == (url,)
    assert routes.to_try(OPEN, 100.0 + ALONE_S) == (TLS, PLAIN)


def test_a_plain_server_that_tells_of_its_tls_is_spoken_to_by_that() -> None:
    told = Open(Hello(1), tls_port=8766)
    routes = Routes(ways("pc"))
    routes.failed(TLS, is_silent=False)
    routes.lost(PLAIN, 100.0)
    assert routes.to_try(told, 101.0) == (TLS, PLAIN)


def test_but_not_where_its_tls_is_shut_off_and_costs_seconds_each_time() -> None:
    told = Open(Hello(1), tls_port=8766)
    routes = Routes(ways("pc"))
    routes.failed(TLS, is_silent=True)
    routes.lost(PLAIN, 100.0)
    assert routes.to_try(told, 101.0) == (PLAIN,)
