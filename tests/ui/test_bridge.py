import threading

from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from packetwave.ui.bridge import Bridge, Merge


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


def test_other_events_come_between_the_values_of_a_flood(qtbot: QtBot) -> None:
    bridge = Bridge(turn_s=0)
    order: list[object] = []
    bridge.received.connect(order.append)
    for number in range(50):
        bridge.send(number)
    QTimer.singleShot(0, lambda: order.append("a click"))
    qtbot.waitUntil(lambda: len(order) == 51)
    assert order.index("a click") < 5
    order.remove("a click")
    assert order == list(range(50))


def test_who_receives_may_run_an_event_loop_of_its_own(qtbot: QtBot) -> None:
    bridge = Bridge(turn_s=0)
    received: list[object] = []

    def receive(value: object) -> None:
        received.append(value)
        if value == 0:  # as a dialog does
            qtbot.waitUntil(lambda: received == [0, 1, 2])

    bridge.received.connect(receive)
    for number in range(3):
        bridge.send(number)
    qtbot.waitUntil(lambda: len(received) == 3)
    bridge.send(3)
    qtbot.waitUntil(lambda: received == [0, 1, 2, 3])


def test_what_waits_when_it_is_closed_does_not_cross(qtbot: QtBot) -> None:
    bridge = Bridge(turn_s=0)
    received: list[object] = []

    def receive(value: object) -> None:
        received.append(value)
        bridge.close()

    bridge.received.connect(receive)
    for number in range(3):
        bridge.send(number)
    done: list[bool] = []
    QTimer.singleShot(20, lambda: done.append(True))
    qtbot.waitUntil(lambda: bool(done))
    assert received == [0]


CALLS = Merge(of=lambda value: value[0], is_first=lambda value: value[1] == "rings", most=3)  # type: ignore[index]


def test_of_what_waits_the_latest_says_it_all(qtbot: QtBot) -> None:
    bridge, received = Bridge(merge=CALLS), list[object]()
    bridge.received.connect(received.append)
    for value in (("a", "rings"), ("link", 1), ("a", "stops"), ("b", "rings"), ("link", 2), ("a", "ends")):
        bridge.send(value)
    qtbot.waitUntil(lambda: len(received) == 4)
    assert received == [("a", "rings"), ("a", "ends"), ("link", 2), ("b", "rings")]
    assert bridge.dropped == 0


def test_a_flood_while_nothing_is_received_is_bounded(qtbot: QtBot) -> None:
    """What was received before keeps its end; of what was not, the oldest is never heard of."""
    bridge, received = Bridge(merge=CALLS), list[object]()
    bridge.received.connect(received.append)
    bridge.send(("shown", "rings"))
    qtbot.waitUntil(lambda: received == [("shown", "rings")])
    bridge.send(("shown", "ends"))
    for number in range(1_000):
        bridge.send((number, "rings"))
        bridge.send((number, "ends"))
    qtbot.waitUntil(lambda: len(received) == 6)
    assert received[1] == ("shown", "ends")
    assert received[2:] == [(998, "rings"), (998, "ends"), (999, "rings"), (999, "ends")]
    assert bridge.dropped == 998


def test_what_begins_and_ends_again_and_again_is_bounded(qtbot: QtBot) -> None:
    bridge, received = Bridge(merge=CALLS), list[object]()
    bridge.received.connect(received.append)
    for number in range(100):
        bridge.send(("new", "rings", number))
        bridge.send(("known", "ends", number))
        bridge.send(("known", "rings", number))
        bridge.send(("new", "ends", number))
    qtbot.waitUntil(lambda: len(received) >= 4)
    assert received == [
        ("new", "rings", 99),
        ("new", "ends", 99),
        ("known", "ends", 0),
        ("known", "rings", 99),
    ]
