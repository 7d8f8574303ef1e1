from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from packetwave.client.desk.window import StateWindow
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.settings import ClientSettings
from packetwave.ui import languages

URL = "ws://192.168.0.10:8765"
WAITING = LinkState(Phase.WAITING, URL, Reason.REFUSED, 5.0)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[StateWindow]:
    made = StateWindow(ClientSettings(language="en", theme="dark"), "192.168.0.10", WAITING)
    qtbot.addWidget(made)
    made.bring_to_front()
    yield made
    made.close()


def test_says_how_the_link_is_in_two_sentences(window: StateWindow, qtbot: QtBot, qapp: QApplication) -> None:
    assert window.title.text() == "그 PC에서 PacketWave 서버가 실행되고 있지 않습니다."
    assert window.advice.text() == "서버가 시작되면 자동으로 연결됩니다."
    languages.install(qapp, "en", "client")
    qtbot.waitUntil(lambda: window.title.text() == "The PacketWave server is not running there.")
    assert window.server.text() == "192.168.0.10"


def test_shows_what_is_set(window: StateWindow) -> None:
    assert (window.language.currentData(), window.theme.currentData()) == ("en", "dark")


def test_waiting_may_be_cut_short(window: StateWindow, qtbot: QtBot) -> None:
    assert window.connect_button.text() == "지금 연결"
    with qtbot.waitSignal(window.retry):
        window.connect_button.click()
    window.show_state(LinkState(Phase.CONNECTED, URL))
    assert not window.connect_button.isEnabled()


def test_a_server_is_typed_and_taken_by_keyboard_alone(window: StateWindow, qtbot: QtBot) -> None:
    window.show_state(LinkState(Phase.CONNECTED, URL))
    window.server.clear()
    qtbot.keyClicks(window.server, "office-pc")
    assert window.connect_button.isEnabled()
    with qtbot.waitSignal(window.server_chosen) as chosen:
        qtbot.keyClick(window.server, Qt.Key.Key_Return)
    assert chosen.args == ["office-pc"]


@pytest.mark.parametrize("typed", ["", "http://pc", "a b"])
def test_what_cannot_be_an_address_is_marked_and_not_taken(
    window: StateWindow, qtbot: QtBot, typed: str
) -> None:
    window.server.clear()
    qtbot.keyClicks(window.server, typed)
    with qtbot.assertNotEmitted(window.server_chosen):
        window._on_connect()
    assert window.wrong.isVisible()
    assert window.server.property("wrong") is True
    qtbot.keyClicks(window.server, "x")
    assert not window.wrong.isVisible()


def test_choices_and_buttons_are_told(window: StateWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.language_chosen) as language:
        qtbot.keyClick(window.language, Qt.Key.Key_Up)
    assert language.args == ["ko"]
    with qtbot.waitSignal(window.theme_chosen) as theme:
        qtbot.keyClick(window.theme, Qt.Key.Key_Up)
    assert theme.args == ["light"]
    with qtbot.waitSignals([window.test_popup, window.quit, window.window_closed]):
        window.test_button.click()
        window.quit_button.click()
        window.close()
