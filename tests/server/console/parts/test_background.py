import threading

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
