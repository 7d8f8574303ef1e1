"""The notes beside the popups: what was missed while nobody was told, and how many more there are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from packetwave.client.desk import notes
from packetwave.client.desk.notes import MOST_LINES, Away, More
from packetwave.client.desk.stack import PopupStack
from packetwave.protocol import IncomingCall
from packetwave.ui import languages
from packetwave.ui.theme import LIGHT
from tests.client.desk.conftest import CALL, became, saying


def missed(number: int) -> IncomingCall:
    at = datetime.now().astimezone().replace(hour=9, minute=number % 60)
    return IncomingCall(f"0101234{number:04d}", "1001", f"m{number}", at)


@pytest.fixture
def stack(qtbot: QtBot) -> Iterator[PopupStack]:
    made = PopupStack(LIGHT)
    yield made
    made.close_all()
    made.deleteLater()


def settled() -> None:
    QApplication.processEvents()


def the_note(name: str = "away") -> QWidget | None:
    shown = [
        each for each in QApplication.topLevelWidgets() if each.objectName() == name and each.isVisible()
    ]
    assert len(shown) <= 1
    return shown[0] if shown else None


def texts(note: QWidget) -> list[str]:
    return [label.text() for label in note.findChildren(QLabel) if label.isVisible()]


def test_fifteen_missed_calls_are_one_note_and_a_number_and_not_fifteen_popups(stack: PopupStack) -> None:
    counts: list[int] = []
    stack.missed_changed.connect(counts.append)
    for number in range(15):
        stack.miss(missed(number))
    settled()
    note = the_note()
    assert note is not None
    assert stack.popups == ()
    title, *lines = texts(note)
    assert "15" in title and "부재중" in title
    assert len(lines) == MOST_LINES
    assert "09:14" in lines[0] and "010-1234-0014" in lines[0], "the newest first"
    assert counts == [15], "told once"
    languages.install(QApplication.instance(), "en", "client")  # type: ignore[arg-type]
    settled()
    assert texts(note)[0] == "Missed while you were away: 15"


def test_closing_it_says_which_were_looked_at(stack: PopupStack) -> None:
    looked: list[tuple[str, ...]] = []
    counts: list[int] = []
    stack.looked_at.connect(looked.append)
    stack.missed_changed.connect(counts.append)
    stack.miss(missed(1), missed(2))
    settled()
    note = the_note()
    assert isinstance(note, Away)
    note.close_it.click()
    settled()
    assert (looked, counts, the_note()) == ([("m1", "m2")], [2, 0], None)


def test_what_somebody_looked_at_elsewhere_goes_from_the_note_and_from_the_popups(stack: PopupStack) -> None:
    looked: list[tuple[str, ...]] = []
    stack.looked_at.connect(looked.append)
    stack.miss(missed(1), missed(2))
    stack.ring(CALL)
    stack.ring(saying(CALL, call_id="rings"))
    stack.change(became(CALL, "ended", "missed"))
    settled()
    stack.take_off(["m1", CALL.call_id, "rings", "unknown"])
    settled()
    note = the_note()
    assert isinstance(note, Away) and note.call_ids == ("m2",)
    assert [popup.call.call_id for popup in stack.popups] == ["rings"], "what rings is nobody's past"
    stack.take_off(["m2"])
    settled()
    assert the_note() is None
    assert looked == []


def test_closing_missed_popups_says_which_were_looked_at(stack: PopupStack) -> None:
    looked: list[tuple[str, ...]] = []
    stack.looked_at.connect(looked.append)
    for number in range(5):
        call = saying(CALL, call_id=str(number))
        stack.ring(call)
        stack.change(became(call, "ended", "missed"))
    stack.ring(saying(CALL, call_id="rings"))
    stack.miss(missed(1))
    settled()
    next(popup for popup in stack.popups if popup.call.call_id == "4").close()
    settled()
    assert looked == [("4",)]
    note = the_note("more")
    assert isinstance(note, More)
    note.close_all.click()
    settled()
    assert looked == [("4",), ("0", "1", "2", "3", "m1")]
    assert stack.popups == () and the_note() is None
    looked.clear()
    stack.miss(missed(2))
    stack.close_all()  # the program ends
    assert looked == []


@pytest.mark.parametrize("corner", ["bottom_right", "top_left"])
def test_it_covers_no_popup(qtbot: QtBot, corner: str) -> None:
    stack = PopupStack(LIGHT, corner=corner)
    stack.miss(missed(1))
    stack.ring(CALL)
    settled()
    note, (popup,) = the_note(), stack.popups
    assert note is not None
    card = popup.geometry().adjusted(popup.margin, popup.margin, -popup.margin, -popup.margin)
    assert not note.geometry().intersects(card)
    stack.close_all()
    stack.deleteLater()


def test_calls_of_another_day_say_the_day_and_texts_are_plain(stack: PopupStack) -> None:
    long_ago = replace(missed(1), rang_at=datetime.now().astimezone() - timedelta(days=3))
    stack.miss(replace(long_ago, caller_name="<b>굵게</b>"))
    settled()
    note = the_note()
    assert note is not None
    line = texts(note)[1]
    assert line.count(".") >= 2, "a date"
    assert "<b>굵게</b>" in line


def test_a_flood_is_bounded(stack: PopupStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST_AWAY", 10)
    stack.miss(*(missed(number) for number in range(50)))
    settled()
    note = the_note()
    assert isinstance(note, Away)
    assert note.call_ids == tuple(f"m{number}" for number in range(40, 50))
