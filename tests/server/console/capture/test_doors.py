from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from packetwave.server.capture import DoorKind, DoorState
from packetwave.server.console.capture.doors import DoorsCard, title, words
from packetwave.server.engine.notices import SetDoor, StatusChanged
from tests.server.console.conftest import WATCHING, Desk


@pytest.mark.parametrize("kind", DoorKind)
def test_each_door_says_what_it_is_for_in_korean(kind: DoorKind, korean: None) -> None:
    assert any("가" <= char <= "힣" for char in title(kind))


def test_what_comes_in_is_said() -> None:
    assert words(None) == "off"
    assert words(DoorState(DoorKind.HEP, 9060, datagrams=1234)) == "packets: 1,234"
    said = words(DoorState(DoorKind.HEP, 9060, strangers=7, lost=3))
    assert "not confirmed: 7" in said and "lost: 3" in said
    assert "in use" in words(DoorState(DoorKind.HEP, 9060, fault="Address already in use"))


def test_a_door_is_asked_for_and_shown_as_it_is(desk: Desk, qtbot: QtBot) -> None:
    doors = desk.window.capture.doors
    desk.window.show_page(desk.window.capture)
    assert not doors.switches[DoorKind.HEP].isChecked()
    assert doors.ports[DoorKind.HEP].value() == 9060
    doors.switches[DoorKind.HEP].click()
    assert SetDoor(DoorKind.HEP, 9060) in desk.asked
    desk.tell(StatusChanged(replace(WATCHING, doors=(DoorState(DoorKind.HEP, 9060, datagrams=5),))))
    assert doors.switches[DoorKind.HEP].isChecked()
    assert doors.states[DoorKind.HEP].text() == "packets: 5"
    doors.ports[DoorKind.HEP].setValue(9061)
    doors.ports[DoorKind.HEP].editingFinished.emit()
    assert desk.asked[-1] == SetDoor(DoorKind.HEP, 9061)
    doors.switches[DoorKind.HEP].click()
    assert desk.asked[-1] == SetDoor(DoorKind.HEP, 0)


def test_a_door_that_is_as_wanted_is_not_asked_for_again(qtbot: QtBot) -> None:
    card = DoorsCard()
    qtbot.addWidget(card)
    wanted: list[tuple[DoorKind, int]] = []
    card.wanted.connect(lambda kind, port: wanted.append((kind, port)))
    card.show_doors((DoorState(DoorKind.TZSP, 37008),))
    card.ports[DoorKind.TZSP].editingFinished.emit()
    assert wanted == []
