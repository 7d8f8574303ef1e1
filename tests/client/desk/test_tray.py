import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from packetwave.client.desk.tray import Tray, icon_name
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.protocol import Watching
from packetwave.ui import languages
from packetwave.ui.icons import icon

URL = "ws://192.168.0.10:8765"
CONNECTED = LinkState(Phase.CONNECTED, URL)
REFUSED = LinkState(Phase.WAITING, URL, Reason.REFUSED, 1.0)


@pytest.mark.parametrize(
    ("state", "missed", "name"),
    [
        (CONNECTED, 0, "tray_connected"),
        (CONNECTED, 2, "tray_missed"),
        (LinkState(Phase.CONNECTING, URL), 0, "tray_connecting"),
        (REFUSED, 2, "tray_offline"),
    ],
)
def test_each_state_has_its_drawing(qapp: QApplication, state: LinkState, missed: int, name: str) -> None:
    assert icon_name(state, missed) == name
    assert not icon(name).isNull()


def test_the_tooltip_says_it_in_words(qtbot: QtBot, qapp: QApplication) -> None:
    tray = Tray(CONNECTED)
    assert tray.tooltip == "PacketWave · 연결됨"
    tray.show_state(CONNECTED, 3)
    assert tray.tooltip == "PacketWave · 연결됨\n부재중 전화 3건"
    tray.show_state(REFUSED, 0)
    assert tray.tooltip.startswith("PacketWave · 그 PC에서 PacketWave 서버가 실행되고 있지 않습니다.")
    languages.install(qapp, "en", "client")
    english = "PacketWave · The PacketWave server is not running there."
    qtbot.waitUntil(lambda: tray.tooltip.startswith(english))
    tray.show_state(LinkState(Phase.WAITING, "x" * 500, Reason.BAD_ADDRESS), 0)
    assert len(tray.tooltip) <= 120


def test_a_server_that_sees_no_calls_is_said(qtbot: QtBot, qapp: QApplication) -> None:
    tray = Tray(CONNECTED)
    blind = Watching(False, reason="no_link")
    assert icon_name(CONNECTED, 2, blind) == "tray_offline"
    assert icon_name(CONNECTED, 0, Watching(True)) == "tray_connected"
    tray.show_state(CONNECTED, 0, blind)
    said = (
        "PacketWave · 서버가 지금 전화를 감지하지 못하고 있습니다.\n서버의 미러 포트 케이블이 빠져 있습니다."
    )
    assert tray.tooltip.startswith(said)
    tray.show_state(CONNECTED, 0, Watching(True))
    assert tray.tooltip == "PacketWave · 연결됨"
    tray.show_state(REFUSED, 0, blind)
    assert tray.tooltip.startswith("PacketWave · 그 PC에서")


def test_the_menu_does_what_it_says(qtbot: QtBot) -> None:
    tray = Tray(CONNECTED)
    actions = {action.text(): action for action in tray.menu.actions() if action.text()}
    assert list(actions) == ["연결됨", "PacketWave 열기…", "시험 알림 보기", "끝내기"]
    for text, signal in (
        ("연결됨", tray.open_window),
        ("PacketWave 열기…", tray.open_window),
        ("시험 알림 보기", tray.test_popup),
        ("끝내기", tray.quit),
    ):
        with qtbot.waitSignal(signal):
            actions[text].trigger()
