from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from packetwave.server.engine.notices import StatusChanged
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.store.base import StoreState
from packetwave.server.trust.asking import Request
from packetwave.server.trust.trust import TrustState
from tests.server.console.conftest import (
    WATCHING,
    Clock,
    Desk,
)


def test_the_status_line_says_it_all_and_leads_on(desk: Desk, clock: Clock, qtbot: QtBot) -> None:
    line = desk.window.status_line
    clients = (ClientInfo("192.168.0.101", clock.at),)
    desk.tell(StatusChanged(replace(WATCHING, clients=clients, members_expected=2)))
    assert [chip.text() for chip in (line.capture, line.sip, line.clients, line.store)] == [
        "Watching 이더넷 2",
        "SIP 12/s",
        "PC 1/2 connected",
        "DB embedded",
    ]
    qtbot.mouseClick(line.clients, Qt.MouseButton.LeftButton)
    assert desk.window.page() is desk.window.clients
    qtbot.keyClick(line.capture, Qt.Key.Key_Space)
    assert desk.window.page() is desk.window.capture


def test_a_database_away_is_said_with_what_waits(desk: Desk) -> None:
    desk.tell(StatusChanged(replace(WATCHING, store=StoreState.AWAY, unwritten_calls=3)))
    assert desk.window.status_line.store.text() == "DB away · not written: 3"
    assert "last known members" in desk.window.trouble.text()
    desk.tell(StatusChanged(WATCHING))
    assert desk.window.trouble.text() == ""


def test_pcs_that_wait_to_be_paired_are_said_until_they_do_not(
    desk: Desk, clock: Clock, qtbot: QtBot
) -> None:
    line = desk.window.status_line
    desk.tell(StatusChanged(WATCHING))
    assert not line.pairing.isVisible()
    waits = TrustState("ab" * 32, requests=(Request("r", "192.168.0.9", "KIM-PC", "", "042817", clock.at),))
    desk.tell(StatusChanged(replace(WATCHING, trust=waits)))
    assert line.pairing.isVisible()
    assert line.pairing.text() == "Pairing waits: 1"
    qtbot.mouseClick(line.pairing, Qt.MouseButton.LeftButton)
    assert desk.window.page() is desk.window.clients
    desk.tell(StatusChanged(WATCHING))
    assert not line.pairing.isVisible()
