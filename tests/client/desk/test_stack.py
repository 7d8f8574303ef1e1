from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from packetwave.client.calls import Call
from packetwave.client.desk import stack as stack_module
from packetwave.client.desk.cards import ELSEWHERE_S, MOST_SEEN, Card, Kind
from packetwave.client.desk.popup import Popup
from packetwave.client.desk.stack import PopupStack
from packetwave.client.settings import CORNERS
from packetwave.ui import languages
from packetwave.ui.theme import DARK, LIGHT, Theme
from tests.client.desk.conftest import CALL, became, saying


@pytest.fixture
def stack(qtbot: QtBot) -> Iterator[PopupStack]:
    made = PopupStack(LIGHT)
    yield made
    made.close_all()
    made.deleteLater()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Popup]:
    """Every popup window that is made."""
    popups: list[Popup] = []

    class Noted(Popup):
        def __init__(self, card: Card, theme: Theme, clock: Callable[[], float]) -> None:
            super().__init__(card, theme, clock)
            popups.append(self)

    monkeypatch.setattr(stack_module, "Popup", Noted)
    return popups


def settled(stack: PopupStack) -> PopupStack:
    """The stack at the end of this turn of the event loop."""
    QApplication.processEvents()
    return stack


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
    return [popup.call.call_id for popup in settled(stack).popups]


def button(text: str) -> QPushButton:
    """A button of the note."""
    shown = note()
    assert shown is not None
    [found] = [each for each in shown.findChildren(QPushButton) if each.text() == text and each.isVisible()]
    return found


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
    cards = [card(popup) for popup in settled(stack).popups]
    assert len(cards) == 3
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
        places.add(settled(stack).popups[0].pos().toTuple())
        stack.close_all()
        stack.deleteLater()
    assert len(places) == len(CORNERS)


def test_when_one_goes_the_others_close_up(stack: PopupStack) -> None:
    for number in range(3):
        stack.ring(numbered(number))
    places = [popup.pos() for popup in settled(stack).popups]
    stack.change(over(numbered(0)))
    assert seen(stack) == ["1", "2"]
    assert [popup.pos() for popup in stack.popups] == places[:2]


def test_a_new_call_moves_no_popup_that_is_there(stack: PopupStack) -> None:
    stack.ring(numbered(0))
    place = settled(stack).popups[0].pos()
    stack.ring(numbered(1))
    assert settled(stack).popups[0].pos() == place


def test_what_finds_no_room_waits_and_a_note_counts_it(stack: PopupStack) -> None:
    for number in range(10):
        stack.ring(numbered(number))
    assert seen(stack) == ["7", "8", "9"]  # the newest
    assert note_text() == "그 외 7건"
    room = QGuiApplication.primaryScreen().availableGeometry()
    line = note()
    assert line is not None
    assert room.contains(line.geometry())
    assert not any(line.geometry().intersects(card(popup)) for popup in stack.popups)
    for number in range(5, 10):
        stack.change(over(numbered(number)))
    for number in range(2):
        stack.change(over(numbered(number)))
    assert seen(stack) == ["2", "3", "4"]
    assert note() is None


def test_the_note_can_be_read_whatever_is_behind_it(stack: PopupStack) -> None:
    for number in range(5):
        stack.ring(numbered(number))
    settled(stack)
    line = note()
    assert line is not None
    picture = line.grab().toImage()
    assert picture.pixelColor(picture.width() // 2, 4).name() == LIGHT.surface
    assert picture.pixelColor(0, 0).alpha() == 0


def test_on_a_low_screen_there_are_fewer(stack: PopupStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_module, "_EDGE", 160)  # what is left has room for two
    for number in range(3):
        stack.ring(numbered(number))
    assert seen(stack) == ["1", "2"]
    assert note_text() == "그 외 1건"


def test_what_rings_has_room_before_what_was_missed(stack: PopupStack) -> None:
    stack.ring(numbered(0))
    for number in range(1, 9):
        stack.ring(numbered(number))
        stack.change(missed(numbered(number)))
    assert seen(stack) == ["0", "7", "8"]
    button("끝난 전화 닫기").click()
    assert seen(stack) == ["0"]
    assert note() is None


def test_a_flood_is_three_popups_and_a_number(stack: PopupStack, made: list[Popup]) -> None:
    announced: list[str] = []
    for number in range(5_000):
        stack.ring(numbered(number))
    settled(stack)
    for popup in made:
        popup.announce = lambda: announced.append("anew")  # type: ignore[method-assign]
    assert len(made) == MOST_SEEN
    assert seen(stack) == ["4997", "4998", "4999"]
    assert note_text() == "그 외 4,997건"
    languages.install(QGuiApplication.instance(), "en", "client")  # type: ignore[arg-type]
    settled(stack)
    assert note_text() == "4,997 more"
    for number in range(5_000):
        stack.change(replace(numbered(number), doubtful=True))
    settled(stack)
    assert len(announced) == MOST_SEEN
    for number in range(10, 5_000):
        stack.change(over(numbered(number)))
    assert seen(stack) == ["7", "8", "9"]
    assert note_text() == "7 more"
    assert len(made) == MOST_SEEN


def test_every_popup_of_a_flood_closes(stack: PopupStack, made: list[Popup]) -> None:
    for number in range(300):
        stack.ring(numbered(number))
    for number in range(299, 3, -1):
        assert seen(stack)[-1] == str(number)
        stack.popups[-1].close()
    assert seen(stack) == ["1", "2", "3"]
    assert note_text() == "그 외 1건"
    button("모두 닫기").click()
    assert seen(stack) == []
    assert note() is None
    assert len(stack.cards) == 0
    assert len(made) == MOST_SEEN
    stack.ring(numbered(300))
    assert seen(stack) == ["300"]
    assert len(made) == MOST_SEEN


def test_what_comes_within_a_turn_is_arranged_once(
    stack: PopupStack, made: list[Popup], monkeypatch: pytest.MonkeyPatch
) -> None:
    arranged: list[int] = []
    arrange = stack._present

    def count(cards: list[Card]) -> list[Popup]:
        arranged.append(len(cards))
        return arrange(cards)

    monkeypatch.setattr(stack, "_present", count)
    for number in range(1_000):
        stack.ring(numbered(number))
        stack.change(over(numbered(number)))
    stack.ring(CALL)
    assert seen(stack) == ["a"]
    assert arranged == [1]
    assert len(made) == 1


def test_a_call_that_is_on_the_screen_is_told_once(stack: PopupStack, qtbot: QtBot) -> None:
    told: list[str] = []
    stack.shown.connect(told.append)
    for number in range(5):
        stack.ring(numbered(number))
    qtbot.waitUntil(lambda: sorted(told) == ["2", "3", "4"])
    stack.change(replace(numbered(3), doubtful=True))
    stack.change(over(numbered(4)))
    stack.change(missed(numbered(0)))
    qtbot.waitUntil(lambda: told[3:] == ["1"])
    stack.change(over(numbered(3)))
    stack.change(over(numbered(2)))
    stack.change(over(numbered(1)))
    assert seen(stack) == ["0"]
    stack.popups[0].grab()
    assert len(told) == 4  # a call that nobody saw ring is not told of when it is missed


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


def test_who_answered_elsewhere_is_said_for_three_seconds(qtbot: QtBot) -> None:
    now = [100.0]
    stack = PopupStack(LIGHT, clock=lambda: now[0])
    stack.ring(CALL)
    stack.change(became(CALL, "ended", "answered_elsewhere"))
    assert seen(stack) == ["a"]
    now[0] += ELSEWHERE_S
    assert ELSEWHERE_S * 1000 - 100 <= stack._due.interval() <= ELSEWHERE_S * 1000
    stack._due.start(1)
    qtbot.waitUntil(lambda: stack.popups == ())
    stack.close_all()
    stack.deleteLater()


def test_a_popup_closed_while_its_phone_rests_stays_closed(stack: PopupStack) -> None:
    stack.ring(numbered(1))
    stack.change(became(numbered(1), "stopped"))
    stack.close_all()
    stack.change(missed(numbered(1)))
    assert seen(stack) == []


def test_a_missed_call_stays_and_is_counted(stack: PopupStack, qtbot: QtBot) -> None:
    counts: list[int] = []
    stack.missed_changed.connect(counts.append)
    stack.ring(numbered(0))
    stack.change(missed(numbered(0)))
    [popup] = settled(stack).popups
    assert popup.kind is Kind.MISSED
    popup.close()
    assert seen(stack) == []
    assert counts == [1, 0]


def test_a_missed_call_goes_where_that_is_set(qtbot: QtBot) -> None:
    stack = PopupStack(LIGHT, keep_missed=False)
    stack.ring(CALL)
    stack.change(missed(CALL))
    assert seen(stack) == []
    stack.deleteLater()


def test_a_popup_closed_by_hand_does_not_come_back(stack: PopupStack) -> None:
    stack.ring(CALL)
    settled(stack).popups[0].close()
    stack.change(replace(CALL, doubtful=True))
    stack.change(missed(CALL))
    assert seen(stack) == []


def test_all_change_their_colours(stack: PopupStack) -> None:
    stack.ring(CALL)
    settled(stack).use_theme(DARK)
    picture = stack.popups[0].grab().toImage()
    margin = stack.popups[0].margin
    assert picture.pixelColor(margin + 40, margin + 3).name() == DARK.surface
