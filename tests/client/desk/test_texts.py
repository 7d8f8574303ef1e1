"""Nothing from outside is read as markup: a walk over all that lives, with hostile names everywhere."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from packetwave.client.calls import Call
from packetwave.client.desk import faults, words
from packetwave.client.desk.stack import PopupStack
from packetwave.client.desk.tray import Tray
from packetwave.client.desk.window import StateWindow
from packetwave.client.faults import ClientFault
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.preset import preset
from packetwave.client.settings import ClientSettings
from packetwave.common.supervision import Failure
from packetwave.protocol import CallUpdate, IncomingCall
from packetwave.ui.theme import LIGHT
from tests.ui.walk import labels_that_read_markup, tool_tip_at, widgets

HOSTILE = '<h1>x</h1><img src="file:///etc/hostname">&amp;\u202e'
BAD = LinkState(Phase.WAITING, HOSTILE, Reason.BAD_ADDRESS)
RINGING = Call(
    IncomingCall(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        caller_name=HOSTILE,
        caller_company=HOSTILE,
        called_name=HOSTILE,
        dialled=HOSTILE + "2",
        via=HOSTILE,
        direction=HOSTILE,
    )
)


def with_id(call_id: str, *, doubtful: bool = False) -> Call:
    return replace(RINGING, incoming=replace(RINGING.incoming, call_id=call_id), doubtful=doubtful)


def ended(call_id: str, outcome: str) -> Call:
    call = with_id(call_id)
    return replace(call, update=CallUpdate(call_id, "ended", outcome, by=HOSTILE, by_name=HOSTILE))


@pytest.fixture(autouse=True)
def no_style_sheet(korean: None, qapp: QApplication) -> Iterator[None]:
    """Each text must be plain by itself, not only by the program's style sheet."""
    qapp.setStyleSheet("")
    yield
    QToolTip.hideText()


def assert_plain(root: QWidget) -> None:
    QApplication.processEvents()
    assert labels_that_read_markup(root) == []
    for widget in widgets(root):
        assert (widget.whatsThis(), widget.statusTip()) == ("", "")
        if widget.isVisible():
            assert "<img" not in tool_tip_at(widget, QPoint(2, 2))
            assert "<h1" not in tool_tip_at(widget, QPoint(2, 2))
        for text in (widget.accessibleName(), widget.accessibleDescription()):
            assert "\u202e" not in text


def shown_texts(root: QWidget) -> str:
    return "\n".join(
        widget.text() for widget in widgets(root) if isinstance(widget, QLabel | QAbstractButton)
    )


def test_popups_and_the_note(qtbot: QtBot) -> None:
    stack = PopupStack(LIGHT)
    for number in range(5):
        stack.ring(with_id(str(number)))
    stack.change(with_id("4", doubtful=True))
    stack.change(ended("3", "answered_elsewhere"))
    stack.change(ended("2", "missed"))
    QApplication.processEvents()
    windows = [
        window for window in QApplication.topLevelWidgets() if window.objectName() in ("popup", "more")
    ]
    assert len([window for window in windows if window.isVisible()]) == 4
    for window in windows:
        assert_plain(window)
        assert "\u202e" not in window.windowTitle()
    assert "<h1>x</h1>" in "".join(map(shown_texts, windows))  # it was there to be seen
    stack.close_all()
    stack.deleteLater()


def test_the_window(qtbot: QtBot) -> None:
    given = preset({}, {}, {"Server": HOSTILE, "Extension": HOSTILE})
    window = StateWindow(ClientSettings(server=HOSTILE), given.server, BAD, given, unwritable=HOSTILE)
    qtbot.addWidget(window)
    window.show()
    assert_plain(window)
    assert window.notice.text().count("<h1>x</h1>") == 1
    window.show_failure(Failure(HOSTILE, HOSTILE, 1))
    assert_plain(window)
    window.show_not_saved(HOSTILE)
    assert_plain(window)
    window.show_state(LinkState(Phase.CONNECTING, HOSTILE))
    assert_plain(window)
    assert "<h1>x</h1>" in window.advice.text()
    assert "\u202e" not in shown_texts(window)


def test_the_tray(qtbot: QtBot) -> None:
    given = preset({}, {}, {"Server": HOSTILE}).server
    tray = Tray(BAD, given)
    assert "<" not in tray.tooltip
    assert "‹h1>x" in tray.tooltip
    assert "\u202e" not in tray.tooltip
    assert_plain(tray.menu)
    assert not tray.menu.toolTipsVisible()
    for action in tray.menu.actions():
        assert isinstance(action, QAction)
        assert "&" not in action.text().replace("&&", "")  # else a letter is underlined, and the sign lost
    assert tray.menu.actions()[0].text() == words.link(BAD, given)[0].replace("&", "&&")
    tray.deleteLater()


@pytest.mark.parametrize("fault", ClientFault)
def test_the_dialog(qtbot: QtBot, fault: ClientFault) -> None:
    marked: list[str] = []

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        marked.extend(labels_that_read_markup(box))
        box.accept()

    QTimer.singleShot(0, look)
    faults.show(fault, HOSTILE, "ko")
    assert marked == []
