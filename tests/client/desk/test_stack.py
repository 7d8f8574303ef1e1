from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from packetwave.client.calls import Call
from packetwave.client.desk.popup import Kind, Popup
from packetwave.client.desk.stack import PopupStack
from packetwave.client.settings import CORNERS
from packetwave.ui.theme import DARK, LIGHT
from tests.client.desk.conftest import CALL, became, saying


@pytest.fixture
def stack(qtbot: QtBot) -> Iterator[PopupStack]:
    made = PopupStack(LIGHT)
    yield made
    made.close_all()
    made.deleteLater()


def numbered(number: int) -> Call:
    return saying(CALL, call_id=str(number))


def missed(call: Call) -> Call:
    return became(call, "ended", "missed")


def over(call: Call) -> Call:
    return became(call, "ended", "declined")


def card(popup: Popup) -> QRect:
    edge = popup.margin
    return popup.geometry().adjusted(edge, edge, -edge, -edge)


def seen(stack: PopupStack) -> list[str]:
    return [popup.call.call_id for popup in stack.popups if popup.isVisible()]


def note() -> QWidget | None:
    found = [window for window in QApplication.topLevelWidgets() if window.objectName() == "more"]
    return next((window for window in found if window.isVisible()), None)


def note_text() -> str:
    shown = note()
    assert shown is not None
    [label] = shown.findChildren(QLabel)
    return label.text()


@pytest.mark.parametrize("corner", CORNERS)
def test_popups_stand_in_their_corner_apart_from_each_other(qtbot: QtBot, corner: str) -> None:
    stack = PopupStack(LIGHT, corner=corner)
    for number in range(3):
        stack.ring(numbered(number))
    room = QGuiApplication.primaryScreen().availableGeometry()
    cards = [card(popup) for popup in stack.popups]
    for index, each in enumerate(cards):
        assert room.contains(each)
        assert not any(each.intersects(other) for other in cards[:index])
        assert (each.center().x() > room.center().x()) == corner.endswith("right")
    first = cards[0]
    assert (first.center().y() > room.center().y()) == corner.startswith("bottom")
    assert [each.y() for each in cards] == sorted(
        (each.y() for each in cards), reverse=corner.startswith("bottom")
    )
    stack.close_all()
    stack.deleteLater()


def test_no_two_corners_are_the_same_place() -> None:
    places = set()
    for corner in CORNERS:
        stack = PopupStack(LIGHT, corner=corner)
        stack.ring(numbered(0))
        places.add(stack.popups[0].pos().toTuple())
        stack.close_all()
        stack.deleteLater()
    assert len(places) == len(CORNERS)


def test_when_one_goes_the_others_close_up(stack: PopupStack) -> None:
    for number in range(3):
        stack.ring(numbered(number))
    places = [popup.pos() for popup in stack.popups]
    stack.change(over(numbered(0)))
    assert seen(stack) == ["1", "2"]
    assert [popup.pos() for popup in stack.popups] == places[:2]


def test_a_new_call_moves_no_popup_that_is_there(stack: PopupStack) -> None:
    stack.ring(numbered(0))
    place = stack.popups[0].pos()
    stack.ring(numbered(1))
    assert stack.popups[0].pos() == place


def test_what_finds_no_room_waits_and_a_note_counts_it(stack: PopupStack) -> None:
    for number in range(10):
        stack.ring(numbered(number))
    shown = seen(stack)
    assert 2 <= len(shown) < 10
    assert shown == [str(number) for number in range(10 - len(shown), 10)]  # the newest
    assert note_text() == f"그 외 +{10 - len(shown)}건"
    room = QGuiApplication.primaryScreen().availableGeometry()
    line = note()
    assert line is not None
    assert room.contains(line.geometry())
    assert not any(line.geometry().intersects(card(popup)) for popup in stack.popups if popup.isVisible())
    for number in range(5, 10):
        stack.change(over(numbered(number)))
    for number in range(2):
        stack.change(over(numbered(number)))
    assert seen(stack) == ["2", "3", "4"]
    assert note() is None


def test_what_rings_has_room_before_what_was_missed(stack: PopupStack) -> None:
    stack.ring(numbered(0))
    for number in range(1, 9):
        stack.ring(numbered(number))
        stack.change(missed(numbered(number)))
    assert "0" in seen(stack)
    shown = note()
    assert shown is not None
    [close] = [button for button in shown.findChildren(QPushButton) if button.isVisible()]
    close.click()
    assert [popup.call.call_id for popup in stack.popups] == ["0"]
    assert note() is None


def test_a_phone_that_stops_ringing_has_no_popup_until_it_is_known_why(stack: PopupStack) -> None:
    stack.ring(numbered(1))
    stack.ring(numbered(2))
    stack.change(became(numbered(1), "stopped"))
    assert seen(stack) == ["2"]
    assert note() is None
    stack.change(numbered(1))  # a queue rings it again
    assert seen(stack) == ["1", "2"]
    stack.change(became(numbered(1), "stopped"))
    stack.change(missed(numbered(1)))
    assert seen(stack) == ["1", "2"]
    assert stack.popups[0].kind is Kind.MISSED


def test_a_popup_closed_while_its_phone_rests_stays_closed(stack: PopupStack) -> None:
    stack.ring(numbered(1))
    stack.change(became(numbered(1), "stopped"))
    stack.close_all()
    stack.change(missed(numbered(1)))
    assert stack.popups == ()


def test_a_missed_call_stays_and_is_counted(stack: PopupStack, qtbot: QtBot) -> None:
    counts: list[int] = []
    stack.missed_changed.connect(counts.append)
    stack.ring(numbered(0))
    stack.change(missed(numbered(0)))
    [popup] = stack.popups
    assert popup.kind is Kind.MISSED
    popup.close()
    assert counts == [1, 0]
    assert stack.popups == ()


def test_a_missed_call_goes_where_that_is_set(qtbot: QtBot) -> None:
    stack = PopupStack(LIGHT, keep_missed=False)
    stack.ring(CALL)
    stack.change(missed(CALL))
    assert stack.popups == ()


def test_a_popup_closed_by_hand_does_not_come_back(stack: PopupStack) -> None:
    stack.ring(CALL)
    stack.popups[0].close()
    stack.change(replace(CALL, doubtful=True))
    stack.change(missed(CALL))
    assert stack.popups == ()


def test_all_change_their_colours(stack: PopupStack) -> None:
    stack.ring(CALL)
    stack.use_theme(DARK)
    picture = stack.popups[0].grab().toImage()
    margin = stack.popups[0].margin
    assert picture.pixelColor(margin + 40, margin + 3).name() == DARK.surface
