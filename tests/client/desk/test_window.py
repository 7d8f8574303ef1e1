from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from packetwave.client.desk.window import StateWindow
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.preset import Origin, Preset, Setting
from packetwave.client.settings import ClientSettings
from packetwave.common.settings import Trouble
from packetwave.common.supervision import Failure
from packetwave.protocol import Watching
from packetwave.ui import languages

URL = "ws://192.168.0.10:8765"
WAITING = LinkState(Phase.WAITING, URL, Reason.REFUSED, 5.0)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[StateWindow]:
    made = StateWindow(ClientSettings(language="en", theme="dark"), Setting("192.168.0.10"), WAITING)
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


def test_says_that_the_server_sees_no_calls(window: StateWindow, qtbot: QtBot, qapp: QApplication) -> None:
    window.show_state(LinkState(Phase.CONNECTED, URL), Watching(False, reason="lost"))
    assert window.title.text() == "서버가 지금 전화를 감지하지 못하고 있습니다."
    assert window.advice.text() == "서버의 네트워크 어댑터가 없습니다. 다시 연결되면 자동으로 계속됩니다."
    languages.install(qapp, "en", "client")
    qtbot.waitUntil(lambda: window.title.text() == "The server sees no calls now.")
    window.show_state(LinkState(Phase.CONNECTED, URL), Watching(True))
    assert window.title.text() == "Connected"


def test_an_internal_error_is_said(window: StateWindow) -> None:
    window.show_failure(Failure("a message", "ZeroDivisionError: <b>x</b>", 1))
    assert window.notice.isVisible()
    assert window.notice.text().endswith("a message: ZeroDivisionError: <b>x</b>")
    assert window.notice.text().startswith("내부 오류가 있었습니다")


def test_the_window_grows_for_a_longer_sentence(window: StateWindow, qtbot: QtBot) -> None:
    window.show_state(LinkState(Phase.CONNECTED, URL))
    window.adjustSize()
    before = window.height()
    window.show_state(LinkState(Phase.WAITING, "http://" + "no address " * 9, Reason.BAD_ADDRESS))
    assert window.title.heightForWidth(window.title.width()) > window.title.fontMetrics().lineSpacing() * 1.5
    qtbot.waitUntil(lambda: window.title.height() >= window.title.heightForWidth(window.title.width()))
    assert window.height() > before


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


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        (Origin.INSTALLATION, "설치할 때 정해진 주소입니다."),
        (Origin.POLICY, "회사 정책으로 정해진 주소입니다."),
    ],
)
def test_what_was_set_beforehand_is_shown_and_not_changed(qtbot: QtBot, origin: Origin, said: str) -> None:
    server = Setting("192.168.0.10", origin)
    given = Preset(server, Setting("1001", origin), Setting("ko", origin))
    window = StateWindow(ClientSettings(language="en"), server, WAITING, given)
    qtbot.addWidget(window)
    window.bring_to_front()
    qtbot.keyClicks(window.server, "x")
    assert window.server.text() == "192.168.0.10"
    assert window.server_note.text() == window.server.accessibleDescription() == said
    assert (window.extension.text(), window.extension.isReadOnly()) == ("1001", True)
    assert window.extension_note.text().startswith(said.partition(" 주소")[0])
    by_policy = origin is Origin.POLICY
    assert window.language.isEnabled() is not by_policy
    assert window.language_note.isVisible() is by_policy
    assert window.language.currentData() == ("ko" if by_policy else "en")
    with qtbot.waitSignal(window.retry):
        window.connect_button.click()
    window.show_state(LinkState(Phase.WAITING, URL, Reason.NAME_NOT_FOUND, 5.0))
    assert "PC를 관리하는 분" in window.advice.text()


def test_a_malformed_address_of_a_policy_is_said_and_stays_locked(qtbot: QtBot) -> None:
    server = Setting("a b", Origin.POLICY)
    state = LinkState(Phase.WAITING, "a b", Reason.BAD_ADDRESS)
    window = StateWindow(ClientSettings(), server, state, Preset(server))
    qtbot.addWidget(window)
    assert window.title.text() == "회사 정책으로 정해진 주소가 서버 주소가 아닙니다: 'a b'"
    assert window.server.isReadOnly()


def test_nothing_set_beforehand_shows_nothing_of_it(window: StateWindow) -> None:
    for widget in (window.server_note, window.extension, window.extension_note, window.language_note):
        assert not widget.isVisible()
    assert not window.server.isReadOnly()
    assert not window.notice.isVisible()


@pytest.mark.parametrize(
    ("trouble", "said"),
    [(Trouble.PUT_ASIDE, "손상"), (Trouble.UNUSABLE, "읽을 수 없"), (Trouble.WRONG_VALUES, "잘못된 값")],
)
def test_settings_that_were_not_right_are_said_in_one_quiet_line(
    qtbot: QtBot, qapp: QApplication, trouble: Trouble, said: str
) -> None:
    window = StateWindow(ClientSettings(), Setting(), WAITING, trouble=trouble)
    qtbot.addWidget(window)
    window.bring_to_front()
    assert said in window.notice.text()
    languages.install(qapp, "en", "client")
    qtbot.waitUntil(lambda: "ettings" in window.notice.text())
