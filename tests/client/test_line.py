from packetwave.client.line import Line, Open
from packetwave.protocol import Hello


def test_a_client_that_knows_no_server_says_the_same_to_all() -> None:
    line: Line = Open(Hello(1))
    assert line.accepts(b"any") and not line.is_protected
    assert line.hello(None) == line.hello(b"any") == Hello(1)
