import threading

from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from packetwave.ui.bridge import Bridge


def test_values_of_another_thread_arrive_in_order_on_the_qt_thread(qtbot: QtBot, qapp: QApplication) -> None:
    bridge = Bridge()
    received: list[tuple[object, bool]] = []
    bridge.received.connect(lambda value: received.append((value, QThread.currentThread() == qapp.thread())))

    def send_all() -> None:
        for number in range(100):
            bridge.send(number)

    thread = threading.Thread(target=send_all)
    thread.start()
    qtbot.waitUntil(lambda: len(received) == 100)
    thread.join()
    assert received == [(number, True) for number in range(100)]


def test_the_qt_thread_itself_is_never_called_back_at_once(qtbot: QtBot) -> None:
    bridge = Bridge()
    received: list[object] = []
    bridge.received.connect(received.append)
    bridge.send("later")
    assert received == []
    qtbot.waitUntil(lambda: received == ["later"])


def test_after_close_nothing_crosses_and_nothing_raises(qtbot: QtBot) -> None:
    bridge = Bridge()
    received: list[object] = []
    bridge.received.connect(received.append)
    bridge.close()
    bridge.send("dropped")
    other = Bridge()
    other.received.connect(received.append)
    other.send("a mark that comes after it")
    qtbot.waitUntil(lambda: bool(received))
    assert received == ["a mark that comes after it"]


def test_a_bridge_that_qt_deleted_swallows_what_is_sent(qtbot: QtBot) -> None:
    bridge = Bridge()
    with qtbot.waitSignal(bridge.destroyed):
        bridge.deleteLater()
    bridge.send("dropped")
    bridge.send("dropped")
