import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from packetwave.ui.quitter import Quitter


def at_once(name: str, done: list[str]) -> Callable[[Callable[[], None]], None]:
    def begin(report: Callable[[], None]) -> None:
        done.append(name)
        report()

    return begin


def in_a_while(name: str, done: list[str], wait_ms: int = 20) -> Callable[[Callable[[], None]], None]:
    def begin(report: Callable[[], None]) -> None:
        QTimer.singleShot(wait_ms, lambda: at_once(name, done)(report))

    return begin


def code_of(app: QApplication, act: Callable[[], object]) -> int:
    """The exit code of the application's real loop, in which `act` is the first thing to happen."""
    QTimer.singleShot(0, act)
    return app.exec()


def test_stages_end_in_their_order_also_when_a_thread_reports(qapp: QApplication) -> None:
    quitter, done = Quitter(qapp), list[str]()

    def slow(report: Callable[[], None]) -> None:
        threading.Thread(target=at_once("slow", done), args=(report,)).start()

    def act() -> None:
        quitter.quit(3)
        quitter.quit(4)
        assert quitter.is_quitting

    quitter.add_stage("slow", slow)
    quitter.add_stage("next", at_once("next", done))
    assert code_of(qapp, act) == 3
    assert done == ["slow", "next"]


def test_it_says_that_it_begins_and_that_it_is_over(qapp: QApplication) -> None:
    quitter, said = Quitter(qapp), list[str]()
    quitter.quitting.connect(lambda: said.append("quitting"))
    quitter.stopped.connect(lambda code: said.append(f"stopped, {code}"))
    quitter.add_stage("store", at_once("store", said))
    code_of(qapp, lambda: quitter.quit(1))
    assert said == ["quitting", "store", "stopped, 1"]


def test_a_stage_that_never_ends_is_left_behind_and_named(
    qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    quitter = Quitter(qapp, limit_s=0.05)
    quitter.add_stage("detector", lambda _report: None)
    assert code_of(qapp, quitter.quit) == 0
    assert "detector did not stop in time" in caplog.text


def test_a_stage_that_fails_does_not_keep_the_others(
    qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    quitter, done = Quitter(qapp), list[str]()

    def fail(_report: Callable[[], None]) -> None:
        raise LookupError("broken")

    quitter.add_stage("broken", fail)
    quitter.add_stage("next", at_once("next", done))
    assert code_of(qapp, quitter.quit) == 0
    assert done == ["next"]
    assert "stopping broken failed" in caplog.text


def test_a_report_given_twice_counts_once(qapp: QApplication) -> None:
    quitter, done = Quitter(qapp), list[str]()

    def twice(report: Callable[[], None]) -> None:
        report()
        report()

    quitter.add_stage("twice", twice)
    quitter.add_stage("held", in_a_while("held", done))
    code_of(qapp, quitter.quit)
    assert done == ["held"]


def test_a_signal_quits_and_the_handlers_are_given_back(qapp: QApplication) -> None:
    before = signal.getsignal(signal.SIGTERM)
    quitter = Quitter(qapp)
    quitter.watch_signals()
    assert code_of(qapp, lambda: signal.raise_signal(signal.SIGTERM)) == 0
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_last_window_quits_where_that_is_wanted(qapp: QApplication) -> None:
    quitter = Quitter(qapp)
    window = QWidget()
    window.show()
    assert code_of(qapp, window.close) == 0
    assert quitter.is_quitting


def end_session(app: QApplication) -> None:
    """What Qt does on WM_ENDSESSION (qwindowscontext.cpp)."""
    app.aboutToQuit.emit()
    app.quit()


def test_the_sessions_end_returns_only_when_all_has_stopped(
    qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    quitter, done = Quitter(qapp, on_last_window=False), list[str]()
    quitter.add_stage("store", in_a_while("store", done))
    window = QWidget()  # open, and must not be asked: by now nobody can answer
    window.show()

    def act() -> None:
        end_session(qapp)
        done.append("session may end")

    assert code_of(qapp, act) == 0
    assert done == ["store", "session may end"]
    assert quitter.is_quitting
    assert caplog.messages == ["the system wants this program to end", "all has stopped"]


def test_the_sessions_end_while_already_stopping_waits_for_it(qapp: QApplication) -> None:
    quitter, done = Quitter(qapp, on_last_window=False), list[str]()
    quitter.add_stage("store", in_a_while("store", done))

    def act() -> None:
        quitter.quit()
        end_session(qapp)
        done.append("session may end")

    assert code_of(qapp, act) == 0
    assert done == ["store", "session may end"]


def test_a_program_without_a_window_has_one_to_hear_the_session_with(qapp: QApplication) -> None:
    before = set(QGuiApplication.topLevelWindows())
    quitter, done = Quitter(qapp, on_last_window=False), list[str]()
    quitter.add_stage("store", at_once("store", done))
    (ear,) = set(QGuiApplication.topLevelWindows()) - before
    assert not ear.isVisible()
    assert code_of(qapp, ear.close) == 0  # what taskkill asks of every window
    assert done == ["store"]


@pytest.mark.parametrize("visible", [True, False])
def test_a_wish_of_the_system_to_quit_is_met_in_order(qapp: QApplication, *, visible: bool) -> None:
    quitter, done = Quitter(qapp, on_last_window=False), list[str]()
    quitter.add_stage("store", in_a_while("store", done))
    window = QWidget()
    window.setVisible(visible)
    assert code_of(qapp, qapp.quit) == 0
    assert done == ["store"]


PROGRAM = """
import sys, threading
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from packetwave.ui.quitter import Quitter
app = QApplication(sys.argv)
quitter = Quitter(app, on_last_window=False)
quitter.watch_signals()
quitter.add_stage("worker", lambda done: threading.Thread(target=done).start())
QTimer.singleShot(0, lambda: print("ready", flush=True))
sys.exit(app.exec())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_real_program_ends_with_its_exit_code(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(number)
        running.wait(timeout=20)
    assert running.returncode == 0
