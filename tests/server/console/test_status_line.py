from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from packetwave.server.engine.notices import StatusChanged
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.store.base import StoreState
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
    assert desk.window.page() is desk.window.members
    qtbot.keyClick(line.capture, Qt.Key.Key_Space)
    assert desk.window.page() is desk.window.capture


def test_a_database_away_is_said_with_what_waits(desk: Desk) -> None:
    desk.tell(StatusChanged(replace(WATCHING, store=StoreState.AWAY, unwritten_calls=3)))
    assert desk.window.status_line.store.text() == "DB away · not written: 3"
    assert "last known members" in desk.window.trouble.text()
    desk.tell(StatusChanged(WATCHING))
    assert desk.window.trouble.text() == ""
