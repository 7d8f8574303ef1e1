from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from packetwave.client.calls import Call
from packetwave.client.desk.cards import Card, Cards
from packetwave.client.desk.popup import Popup, color_of
from packetwave.ui import languages
from packetwave.ui.theme import DARK, LIGHT
from tests.client.desk.conftest import CALL, ELSEWHERE, MISSED, saying

Show = Callable[[Call], Popup]


class Clock:
    """A steady clock that tests set."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def show(qtbot: QtBot, clock: Clock) -> Iterator[Show]:
    popups: list[Popup] = []

    def show(call: Call) -> Popup:
        popup = Popup(card_of(call, clock), LIGHT, clock)
        popups.append(popup)
        popup.show()
        return popup

    yield show
    for popup in popups:
        popup.close()
        popup.deleteLater()


def card_of(call: Call, clock: Clock) -> Card:
    """The card of a call that rang just now."""
    cards = Cards()
    cards.ring(Call(call.incoming), clock())
    cards.change(call, clock())
    [card] = cards.first()
    return card


def texts(popup: Popup) -> list[str]:
    """What can be seen, from top to bottom."""
    seen = [label for label in popup.findChildren(QLabel) if label.isVisible() and label.text()]
    return [label.text() for label in sorted(seen, key=lambda label: (label.y(), label.x()))]


def button(popup: Popup, text: str) -> QAbstractButton:
    [found] = [
        each for each in popup.findChildren(QAbstractButton) if each.text() == text and each.isVisible()
    ]
    return found


def test_a_ringing_call(show: Show) -> None:
    assert texts(show(CALL)) == [
        "전화 수신",
        "홍길동",
        "010-1234-5678",
        "홍길동 에게서 전화가 왔습니다!",
        "내선 1001 · 대표번호 02-1234-5678 · 0초",
    ]


def test_the_company_stands_beside_the_name(show: Show) -> None:
    popup = show(saying(CALL, caller_company="한빛\n상사"))
    head = [
        label
        for label in popup.findChildren(QLabel)
        if label.isVisible() and label.text() in texts(popup)[1:4]
    ]
    assert [label.text() for label in sorted(head, key=lambda label: label.x())] == [
        "홍길동",
        "· 한빛 상사",
        "010-1234-5678",
    ]
    nameless = show(saying(CALL, caller_name="", caller_company="한빛상사"))
    assert {"010-1234-5678", "· 한빛상사"} <= set(texts(nameless))
    assert not [text for text in texts(show(CALL)) if text.startswith("·")]


def test_without_a_name_the_number_stands_for_it(show: Show) -> None:
    assert texts(show(saying(CALL, caller_name="")))[1:3] == [
        "010-1234-5678",
        "010-1234-5678 에게서 전화가 왔습니다!",
    ]


def test_a_withheld_number(show: Show) -> None:
    popup = show(saying(CALL, caller_name="", caller="anonymous"))
    assert texts(popup)[1] == "발신번호표시제한"
    assert "번호 복사" not in [
        each.text() for each in popup.findChildren(QAbstractButton) if each.isVisible()
    ]


def test_in_english(show: Show, qtbot: QtBot, qapp: QApplication) -> None:
    popup = show(CALL)
    languages.install(qapp, "en", "client")
    qtbot.waitUntil(lambda: texts(popup)[0] == "Incoming call")
    assert texts(popup) == [
        "Incoming call",
        "홍길동",
        "010-1234-5678",
        "홍길동 is calling!",
        "Ext. 1001 · Main number 02-1234-5678 · 0 s",
    ]


def test_the_seconds_count(show: Show, clock: Clock, qtbot: QtBot) -> None:
    popup = show(CALL)
    popup._tick.setInterval(1)
    clock.now_s += 7
    qtbot.waitUntil(lambda: texts(popup)[-1].endswith("· 7초"))


def test_a_call_answered_elsewhere_says_by_whom_and_when_it_goes(
    show: Show, clock: Clock, qtbot: QtBot
) -> None:
    popup = show(CALL)
    tall = popup.height()
    popup.present(card_of(ELSEWHERE, clock))
    assert texts(popup) == [
        "다른 자리에서 받음",
        "홍길동",
        "010-1234-5678",
        "1004 최지우 님이 받았습니다",
        "내선 1001 · 대표번호 02-1234-5678 · 3초 뒤 사라집니다",
    ]
    assert popup.height() < tall
    popup._tick.setInterval(1)
    clock.now_s += 1
    qtbot.waitUntil(lambda: texts(popup)[-1].endswith("· 2초 뒤 사라집니다"))


def test_a_missed_call_stays_and_says_how_long_it_rang(show: Show) -> None:
    popup = show(MISSED)
    assert MISSED.incoming.rang_at is not None
    assert texts(popup)[0] == "부재중 전화"
    assert texts(popup)[-2:] == [
        "받지 못한 전화가 있습니다",
        f"내선 1001 · 대표번호 02-1234-5678 · {MISSED.incoming.rang_at.astimezone():%H:%M} · 23초 울림",
    ]


def test_a_doubtful_call_marks_itself_and_is_sure_again(show: Show, clock: Clock) -> None:
    popup = show(CALL)
    popup.present(card_of(replace(CALL, doubtful=True), clock))
    assert texts(popup)[0] == "전화 수신 · 서버와 연결이 끊김"
    popup.present(card_of(CALL, clock))
    assert texts(popup)[0] == "전화 수신"


def test_the_next_call_finds_nothing_of_the_one_before(show: Show, clock: Clock) -> None:
    popup = show(CALL)
    button(popup, "번호 복사").click()
    popup.present(card_of(saying(CALL, call_id="b", caller="0312223333", caller_name=""), clock))
    assert texts(popup)[1] == "031-222-3333"
    button(popup, "번호 복사").click()
    assert QGuiApplication.clipboard().text() == "031-222-3333"


def test_it_is_told_once_that_a_call_is_on_the_screen(show: Show, clock: Clock, qtbot: QtBot) -> None:
    popup = show(CALL)
    painted: list[Card] = []
    popup.painted.connect(lambda: painted.append(popup.card))
    qtbot.waitUntil(lambda: painted == [popup.card])
    second = card_of(saying(CALL, call_id="b"), clock)
    popup.rest()
    popup.present(second)
    assert painted != [second]
    popup.show()
    qtbot.waitUntil(lambda: painted[1:] == [second])
    popup.grab()
    assert len(painted) == 2


def test_closing_is_told_once(show: Show, qtbot: QtBot) -> None:
    popup = show(CALL)
    told: list[str] = []
    popup.closed.connect(lambda: told.append(popup.call.call_id))
    button(popup, "닫기").click()
    popup.close()
    assert told == ["a"]
    popup.present(popup.card)
    popup.rest()
    popup.close()
    assert told == ["a"]


def test_the_number_is_copied_as_it_is_read(show: Show, qtbot: QtBot) -> None:
    popup = show(CALL)
    copy = button(popup, "번호 복사")
    copy.click()
    assert QGuiApplication.clipboard().text() == "010-1234-5678"
    assert copy.text() == "복사됨"
    qtbot.waitUntil(lambda: copy.text() == "번호 복사")


def test_hostile_text_is_shown_flat_and_short(show: Show) -> None:
    name = "<img src=x><b>\u202e긴 이름\n" + "가" * 500
    popup = show(saying(CALL, caller_name=name, caller="x" * 512, called="<i>1</i>" * 60, dialled="9" * 512))
    assert popup.width() == show(CALL).width()
    for label in popup.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
        assert "\u202e" not in label.text()
        assert "\n" not in label.text()
    ends = [label.geometry().right() for label in popup.findChildren(QLabel) if label.isVisible()]
    assert max(ends) < popup.width()


def test_a_long_name_gives_way_to_the_number(show: Show) -> None:
    popup = show(saying(CALL, caller_name="아주 긴 이름을 가진 " * 5, caller_company="긴 주식회사 " * 5))
    [number] = [label for label in popup.findChildren(QLabel) if label.text() == "010-1234-5678"]
    assert number.width() >= number.fontMetrics().horizontalAdvance(number.text())


def test_never_takes_the_focus(show: Show, qtbot: QtBot) -> None:
    popup = show(CALL)
    flags = popup.windowFlags()
    for flag in (
        Qt.WindowType.WindowDoesNotAcceptFocus,
        Qt.WindowType.WindowStaysOnTopHint,
        Qt.WindowType.FramelessWindowHint,
    ):
        assert flags & flag
    assert popup.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    for child in popup.findChildren(QWidget):
        assert child.focusPolicy() == Qt.FocusPolicy.NoFocus


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_bar_has_the_states_colour(show: Show, theme: object) -> None:
    for call in (CALL, ELSEWHERE, MISSED):
        popup = show(call)
        popup.use_theme(theme)  # type: ignore[arg-type]
        picture = popup.grab().toImage()
        at_bar = QColor(picture.pixel(popup.margin + 3, picture.height() // 2))
        on_card = QColor(picture.pixel(popup.margin + 40, popup.margin + 3))
        assert at_bar.name() == color_of(popup.kind, theme)  # type: ignore[arg-type]
        assert on_card.name() == theme.surface  # type: ignore[attr-defined]
