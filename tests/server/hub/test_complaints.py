"""What the log says of clients that are cut or turned away."""

import logging

import pytest

from packetwave.server.hub.complaints import Complaints


def test_the_first_is_said_at_once_and_a_flood_is_a_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    complaints = Complaints(10.0)
    for number in range(1000):
        complaints.add("too many messages", f"192.0.2.{number % 9}", number / 1000)
        complaints.tell(number / 1000)
    assert caplog.messages == ["client 192.0.2.0: too many messages"]
    complaints.add("is silent", "192.0.2.7", 1.0)
    assert caplog.messages[1:] == ["client 192.0.2.7: is silent"]
    complaints.tell(10.5)
    assert caplog.messages[2:] == ["999 more clients, the last 192.0.2.0: too many messages"]


def test_after_a_pause_the_first_is_said_at_once_again(caplog: pytest.LogCaptureFixture) -> None:
    complaints = Complaints(10.0)
    complaints.add("is silent", "192.0.2.7", 0.0)
    complaints.tell(11.0)
    complaints.add("is silent", "192.0.2.8", 11.0)
    assert caplog.messages == ["client 192.0.2.7: is silent", "client 192.0.2.8: is silent"]
