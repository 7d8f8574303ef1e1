import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from packetwave.client.desk import desk as desk_module
from packetwave.client.desk.cards import Kind
from packetwave.client.desk.desk import Desk
from packetwave.client.desk.window import StateWindow
from packetwave.client.engine import Notice
from packetwave.client.link import Phase, Reason
from packetwave.client.preset import Preset, preset
from packetwave.client.settings import ClientSettings
from packetwave.common import settings as settings_file
from packetwave.common.instance import Instance, wait_gone
from packetwave.common.settings import Loaded
from packetwave.protocol import CallUpdate, IncomingCall, Watching, Welcome
from packetwave.ui.bridge import Bridge
from packetwave.ui.theme import DARK
from tests.client.conftest import StartServer
from tests.client.loopback import WAIT_S

WELCOME = Welcome(1, "0.1.0", ("1001",))
SETTINGS = ClientSettings(language="ko", theme="light")
LOADED = Loaded(SETTINGS)
NOTHING_GIVEN = Preset()
Open = Callable[..., Desk]


def call(call_id: str) -> IncomingCall:
    return IncomingCall("01012345678", "1001", call_id=call_id, caller_name="홍길동")


def end(app: QApplication, desk: Desk) -> None:
    QTimer.singleShot(0, desk.quitter.quit)
    assert app.exec() == 0
    desk.close()


@pytest.fixture
def open_desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Open]:
    opened: list[Desk] = []

    def open_desk(
        server: str | None, given: Preset = NOTHING_GIVEN, settings: ClientSettings = SETTINGS
    ) -> Desk:
        desk = Desk(qapp, tmp_path, Loaded(settings), given, server, lambda _: None)
        opened.append(desk)
        desk.start()
        return desk

    yield open_desk
    for desk in opened:
        if not desk.quitter.is_quitting:
            end(qapp, desk)


def test_a_call_pops_up_and_cancel_removes_it(
    open_desk: Open, start_server: StartServer, qtbot: QtBot
) -> None:
    server = start_server(WELCOME, call("a"))
    desk = open_desk(server.url)
    qtbot.waitUntil(lambda: len(desk.popups.popups) == 1)
    assert desk.popups.popups[0].isVisible()
    server.send(call("a"))
    server.send(call("b"))
    qtbot.waitUntil(lambda: len(desk.popups.popups) == 2)
    server.send(CallUpdate("a", "answered"))
    server.send(CallUpdate("b", "ended", "missed"))
    qtbot.waitUntil(lambda: [popup.kind for popup in desk.popups.popups] == [Kind.MISSED])
    assert "부재중 전화 1건" in desk.tray.tooltip


def test_a_killed_server_is_said_and_all_is_whole_again_after_it(
    open_desk: Open, start_server: StartServer, qtbot: QtBot
) -> None:
    server = start_server(WELCOME, call("a"))
    desk = open_desk(server.url)
    qtbot.waitUntil(lambda: len(desk.popups.popups) == 1)
    server.kill()
    qtbot.waitUntil(lambda: desk.popups.popups[0].kind is Kind.DOUBTFUL)
    qtbot.waitUntil(lambda: desk.state.reason is Reason.REFUSED)
    assert desk.window.title.text() == "그 PC에서 PacketWave 서버가 실행되고 있지 않습니다."
    start_server(WELCOME, call("a"), port=server.port)
    qtbot.waitUntil(lambda: desk.popups.popups[0].kind is Kind.RINGING)
    assert len(desk.popups.popups) == 1
    assert desk.window.title.text() == "연결됨"


def test_a_server_that_sees_no_calls_is_said_until_the_next_connection(
    open_desk: Open, start_server: StartServer, qtbot: QtBot
) -> None:
    server = start_server(WELCOME, Watching(False, reason="<b>from a later version</b>"))
    desk = open_desk(server.url)
    qtbot.waitUntil(lambda: desk.window.title.text() == "서버가 지금 전화를 감지하지 못하고 있습니다.")
    assert "서버가 지금 전화를 감지하지 못하고 있습니다." in desk.tray.tooltip
    assert desk.window.advice.text() == "서버에 문제가 있습니다. 서버 담당자에게 알려 주세요."
    server.send(Watching(True))
    qtbot.waitUntil(lambda: desk.window.title.text() == "연결됨")
    server.send(Watching(False, reason="lost"))
    qtbot.waitUntil(lambda: desk.window.title.text() != "연결됨")
    server.kill()
    start_server(WELCOME, port=server.port)  # one of before, or one that sees calls
    qtbot.waitUntil(lambda: desk.window.title.text() == "연결됨")


def test_a_flood_is_shown_and_the_client_can_be_used_and_ended(
    qtbot: QtBot, start_server: StartServer, tmp_path: Path, qapp: QApplication
) -> None:
    """5,000 calls ring at once: other events have their turn between them, and so has the wish to end."""
    flood = 5_000
    server = start_server(WELCOME)
    first, second = Instance(tmp_path), Instance(tmp_path)
    desk = Desk(qapp, tmp_path, LOADED, NOTHING_GIVEN, server.url, lambda _: None)
    requests = Bridge()
    requests.received.connect(desk.on_request)
    assert first.claim(requests.send)
    desk.start()
    qtbot.waitUntil(lambda: desk.state.phase is Phase.CONNECTED)
    turns: list[int] = []
    clicks = QTimer(interval=0)
    clicks.timeout.connect(lambda: turns.append(desk.popups.cards.wanted))
    clicks.start()

    def send() -> None:
        server.send_many([call(str(number)) for number in range(flood)])
        second.ask("raise")

    sending = threading.Thread(target=send)
    sending.start()
    qtbot.waitUntil(lambda: desk.popups.cards.wanted == flood)
    sending.join()
    clicks.stop()
    assert len({wanted for wanted in turns if 0 < wanted < flood}) >= 2
    windows = [window for window in qapp.topLevelWidgets() if window.objectName() == "popup"]
    assert len(windows) == 3
    assert sum(window.isVisible() for window in windows) == 3
    server.send_many([CallUpdate(str(number), "ended", "missed") for number in range(0, flood, 2)])
    threading.Thread(target=lambda: second.ask("quit"), daemon=True).start()
    assert qapp.exec() == 0
    assert not any(window.isVisible() for window in windows)
    desk.close()
    requests.close()
    first.release()


def test_the_window_is_the_client_where_there_is_no_tray(open_desk: Open, qtbot: QtBot) -> None:
    desk = open_desk("http://no address")
    assert desk.window.isVisible()  # the offscreen screen has no tray
    qtbot.waitUntil(lambda: desk.window.title.text() == "서버 주소가 아닙니다: http://no address")
    desk.window.hide()
    desk.on_request("raise")
    assert desk.window.isVisible()


@pytest.mark.parametrize(
    ("server", "asks"), [("http://no address", True), ("", True), ("127.0.0.1:9", False)]
)
def test_with_a_tray_the_window_opens_where_it_asks_for_a_server(
    open_desk: Open, monkeypatch: pytest.MonkeyPatch, server: str, asks: bool
) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    assert open_desk(server).window.isVisible() is asks


def test_what_is_chosen_in_the_window_is_used_and_kept(
    open_desk: Open, start_server: StartServer, qtbot: QtBot, tmp_path: Path, qapp: QApplication
) -> None:
    server = start_server(WELCOME)
    desk = open_desk("")
    qtbot.waitUntil(lambda: desk.window.title.text() == "아직 서버가 정해지지 않았습니다.")
    desk.window.server_chosen.emit(server.url)
    qtbot.waitUntil(lambda: desk.state.phase is Phase.CONNECTED)
    desk.window.language_chosen.emit("en")
    qtbot.waitUntil(lambda: desk.window.title.text() == "Connected")
    desk.window.theme_chosen.emit("dark")
    assert desk.appearance.theme == DARK
    kept = json.loads((tmp_path / "settings.json").read_text("utf-8"))
    assert (kept["server"], kept["language"], kept["theme"]) == (server.url, "en", "dark")


def test_the_test_popup(
    open_desk: Open, start_server: StartServer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "_TEST_POPUP_MS", 50)
    desk = open_desk(start_server(WELCOME).url)
    desk.tray.test_popup.emit()
    qtbot.waitUntil(lambda: len(desk.popups.popups) == 1)
    [popup] = desk.popups.popups
    assert popup.call.incoming.caller_name == "PacketWave 시험"
    qtbot.waitUntil(lambda: desk.popups.popups == ())


def test_the_whole_program_ends_when_another_start_asks(
    qtbot: QtBot, start_server: StartServer, tmp_path: Path
) -> None:
    server, heard = start_server(WELCOME), list[Notice]()
    first, second = Instance(tmp_path), Instance(tmp_path)
    QTimer.singleShot(0, lambda: second.ask("raise"))
    QTimer.singleShot(0, lambda: second.ask("quit"))
    assert desk_module.run(tmp_path, LOADED, NOTHING_GIVEN, server.url, first, heard.append) == 0
    first.release()
    assert wait_gone(tmp_path, WAIT_S)


def test_a_second_program_gives_way(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = Instance(tmp_path), Instance(tmp_path)
    assert first.claim(lambda _: None)
    assert desk_module.run(tmp_path, LOADED, NOTHING_GIVEN, "", second, lambda _: None) is None
    first.release()


def test_closing_the_window_without_a_tray_ends_the_program(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    desk = Desk(qapp, tmp_path, LOADED, NOTHING_GIVEN, "", lambda _: None)
    desk.start()
    QTimer.singleShot(0, desk.window.close)
    assert qapp.exec() == 0
    desk.close()
    assert desk.engine.join(WAIT_S)


def test_what_the_installation_set_is_used_said_to_the_server_and_locked(
    open_desk: Open, start_server: StartServer, qtbot: QtBot
) -> None:
    server = start_server(WELCOME)
    desk = open_desk(None, preset({}, {}, {"Server": server.url, "Extension": "1001"}), SETTINGS)
    qtbot.waitUntil(lambda: desk.state.phase is Phase.CONNECTED)
    assert server.hellos.get(timeout=WAIT_S)["extension"] == "1001"
    assert desk.window.server.isReadOnly()


def test_a_malformed_address_of_the_installation_is_said_and_replaced_by_the_user(
    open_desk: Open, start_server: StartServer, qtbot: QtBot, tmp_path: Path, qapp: QApplication
) -> None:
    server = start_server(WELCOME)
    given = preset({}, {}, {"Server": "http://not this"})
    desk = open_desk(None, given)
    said = "설치할 때 정해진 주소가 서버 주소가 아닙니다: 'http://not this'"
    qtbot.waitUntil(lambda: desk.window.title.text() == said)
    assert desk.tray.tooltip.startswith(f"PacketWave · {said}")
    desk.window.server.clear()
    qtbot.keyClicks(desk.window.server, server.url)
    desk.window.connect_button.click()
    qtbot.waitUntil(lambda: desk.state.phase is Phase.CONNECTED)
    end(qapp, desk)
    kept = settings_file.load(ClientSettings, tmp_path / "settings.json").settings
    again = open_desk(None, given, kept)
    qtbot.waitUntil(lambda: again.state.phase is Phase.CONNECTED)


def test_a_language_of_the_installation_is_what_who_chose_none_gets(open_desk: Open, qtbot: QtBot) -> None:
    desk = open_desk("", preset({}, {}, {"Language": "en"}), ClientSettings(theme="light"))
    assert desk.window.test_button.text() == "Test popup"
    assert desk.window.language.currentText() == "As installed (English)"
    desk.window.language_chosen.emit("ko")
    qtbot.waitUntil(lambda: desk.window.test_button.text() != "Test popup")
    desk.window.language_chosen.emit("auto")
    qtbot.waitUntil(lambda: desk.window.test_button.text() == "Test popup")


def test_a_folder_that_takes_nothing_is_said_until_something_can_be_saved(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("in the way")
    instance = Instance(tmp_path / "data" / "client", must_write=False)
    said: list[str] = []

    def look() -> None:
        [window] = [window for window in qapp.topLevelWidgets() if isinstance(window, StateWindow)]
        said.append(window.notice.text())
        window.quit.emit()

    QTimer.singleShot(0, look)
    data_dir = tmp_path / "data" / "client"
    assert desk_module.run(data_dir, LOADED, NOTHING_GIVEN, "", instance, lambda _: None) == 0
    instance.release()
    assert said[0].startswith("PacketWave 폴더에 쓸 수 없습니다(Not a directory).")


def test_what_cannot_be_saved_is_used_and_said(open_desk: Open, tmp_path: Path) -> None:
    desk = open_desk("")
    (tmp_path / "settings.json").mkdir()
    desk.window.theme_chosen.emit("dark")
    assert desk.appearance.theme == DARK
    assert "저장할 수 없어" in desk.window.notice.text()
    (tmp_path / "settings.json").rmdir()
    desk.window.theme_chosen.emit("light")
    assert desk.window.notice.isHidden()
