from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from packetwave.server.capture import DoorFault, DoorKind, DoorState
from packetwave.server.console.capture.doors import DoorsCard, sums, title, words
from packetwave.server.engine.notices import DoorStatus, SetDoor, StatusChanged
from packetwave.server.watch.detector import DoorCounts
from tests.server.console.conftest import WATCHING, Desk


@pytest.mark.parametrize("kind", DoorKind)
def test_each_door_says_what_it_is_for_in_korean(kind: DoorKind, korean: None) -> None:
    assert any("가" <= char <= "힣" for char in title(kind))


def status(port: int = 9060, kind: DoorKind = DoorKind.HEP, **known: int) -> DoorStatus:
    """A door that is open, so much having come in."""
    return DoorStatus(DoorState(kind, port, **known))  # type: ignore[arg-type]


def test_what_comes_in_is_said() -> None:
    assert words(None) == "off"
    assert words(status()) == "nothing has come yet"
    coming = replace(
        status(datagrams=1234), datagrams_per_s=12.0, sip_per_s=3.5, counts=DoorCounts(1200, 34, 30)
    )
    assert words(coming) == "packets/s: 12 · SIP/s: 3.5"
    assert sums(coming) == "packets so far: 1,234 · wrong password: 30 · cannot be used: 4"
    assert sums(status(strangers=7, lost=3)) == "from senders not confirmed: 7 · lost: 3"
    assert sums(None) == sums(status()) == ""


@pytest.mark.parametrize("fault", DoorFault)
def test_why_a_door_is_closed_is_said(fault: DoorFault, korean: None) -> None:
    said = words(DoorStatus(DoorState(DoorKind.HEP, 9060, fault, "<b>no such device</b>")))
    assert any("가" <= char <= "힣" for char in said)
    assert ("no such device" in said) == (fault is DoorFault.FAILED)


def test_a_door_is_asked_for_and_shown_as_it_is(desk: Desk, qtbot: QtBot) -> None:
    doors = desk.window.capture.doors
    desk.window.show_page(desk.window.capture)
    assert not doors.switches[DoorKind.HEP].isChecked()
    assert doors.ports[DoorKind.HEP].value() == 9060
    doors.switches[DoorKind.HEP].click()
    assert SetDoor(DoorKind.HEP, 9060) in desk.asked
    desk.tell(StatusChanged(replace(WATCHING, doors=(status(datagrams=5),))))
    assert doors.switches[DoorKind.HEP].isChecked()
    assert doors.sums[DoorKind.HEP].text() == "packets so far: 5"
    assert doors.sums[DoorKind.TZSP].isHidden()
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
    card.show_doors((status(37008, DoorKind.TZSP),))
    card.ports[DoorKind.TZSP].editingFinished.emit()
    assert wanted == []
