import threading

import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from packetwave.server.console.parts.background import Background


def test_work_is_done_elsewhere_and_answered_here(qtbot: QtBot) -> None:
    owner = QObject()
    answers: list[tuple[object, int]] = []
    Background(owner).run(threading.get_ident, lambda ident: answers.append((ident, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(answers))
    worker, here = answers[0]
    assert here == threading.get_ident()
    assert worker != here


def test_an_os_error_is_an_answer(qtbot: QtBot) -> None:
    owner = QObject()
    answers: list[object] = []

    def fail() -> None:
        raise PermissionError("no")

    Background(owner).run(fail, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert isinstance(answers[0], PermissionError)


def test_nothing_crosses_any_more_once_the_window_is_taken_apart(qtbot: QtBot) -> None:
    answers: list[object] = []
    window = QObject()
    background = Background(QObject(window))
    bridge = background._bridge
    may_go = threading.Event()
    background.run(lambda: may_go.wait(30), answers.append)
    shiboken6.delete(window)
    assert not bridge._open, "closed before Qt's half was gone, not by a thread that met nothing there"
    may_go.set()
    qtbot.waitUntil(lambda: all(thread.name != "file" for thread in threading.enumerate()), timeout=30_000)
    assert answers == []
