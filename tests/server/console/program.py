"""The console as a program of its own, over an engine that only tells what it is asked. Run by test_run.

Arguments: what to do once the window is open: `wait`, `close`, `raise`, `end`.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from packetwave.server.console import run as console
from packetwave.server.console.window import ConsoleWindow
from packetwave.server.engine.notices import Command, LoadHistory, Notice, Status, StatusChanged
from packetwave.server.watch.states import CaptureState


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Engine:
    """Tells its status from a thread of its own, stops on that thread."""

    def __init__(self, listener: Callable[[Notice], None], end: Callable[[int], None]) -> None:
        self._listener = listener
        self._end = end
        self._stop = threading.Event()
        self._done: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def submit(self, command: Command) -> None:
        say(type(command).__name__)
        if isinstance(command, LoadHistory):
            self._listener(StatusChanged(Status(capture=CaptureState.WATCHING, capture_detail="eth2")))

    def stop(self, done: Callable[[], None]) -> None:
        self._done = done
        self._stop.set()

    def end(self) -> None:
        self._end(3)

    def _run(self) -> None:
        self._stop.wait()
        say("stopped")
        self._done()


def main(action: str) -> int:
    made: list[Engine] = []
    opened: list[Callable[[str], None]] = []

    def make(listener: Callable[[Notice], None], end: Callable[[int], None]) -> Engine:
        made.append(Engine(listener, end))
        return made[0]

    def act() -> None:
        window = next(each for each in QApplication.topLevelWidgets() if isinstance(each, ConsoleWindow))
        if "eth2" not in window.status_line.capture.text():
            QTimer.singleShot(5, act)
            return
        say("open")
        if action == "close":
            window.close()
        elif action == "end":
            threading.Thread(target=made[0].end).start()
        elif action == "raise":
            window.showMinimized()
            opened[0]("raise")
            QTimer.singleShot(0, look)

    def look() -> None:
        window = next(each for each in QApplication.topLevelWidgets() if isinstance(each, ConsoleWindow))
        if window.isMinimized():
            QTimer.singleShot(5, look)
            return
        say("raised")
        window.close()

    app = QApplication(["packetwave-server"])
    QTimer.singleShot(0, app, act)
    return console.run(
        make,
        data_dir=Path(),
        keep=lambda _name, _value: None,
        language="en",
        theme="light",
        on_open=opened.append,
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
