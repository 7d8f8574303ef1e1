"""The server with its window: makes the application, starts the engine, ends both in order.

Qt main thread. The engine's own threads reach the window through one bridge.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from packetwave.server.console import first_start
from packetwave.server.console.window import ConsoleWindow
from packetwave.server.notices import Command, Notice
from packetwave.ui import languages, quitter, screenshots
from packetwave.ui import theme as themes
from packetwave.ui.bridge import Bridge

RAISE = "raise"
"""What a second start asks of the first (`common.instance`): bring the window to the front."""


class Engine(Protocol):
    """What the window needs of the engine."""

    def start(self) -> None:
        """Begin on threads of its own; returns at once. Raises OSError where the port is taken."""

    def submit(self, command: Command) -> None:
        """Hand a command over, from any thread; never blocks."""

    def stop(self, done: Callable[[], None]) -> None:
        """Begin to stop in order; returns at once. done: called from any thread once all is stopped."""


MakeEngine = Callable[[Callable[[Notice], None], Callable[[int], None]], Engine]
"""Makes the engine, not yet started, for the one listener to its notices, and a function that ends the
program with an exit code; both may be called from any thread."""


def run(
    make_engine: MakeEngine,
    *,
    language: languages.Choice = "auto",
    theme: themes.Choice = "system",
    argv: Sequence[str] = (),
    on_open: Callable[[Callable[[str], None]], None] | None = None,
) -> int:
    """Show the console until it is closed; the exit code.

    on_open: is given a function that takes the requests of further starts (`raise`), from any thread.
    Whatever the engine raises on starting is raised.
    """
    app = _application(language, argv)
    screenshots.start(app)
    appearance = themes.Appearance(app, theme)
    bridge, requests, endings = Bridge(app), Bridge(app), Bridge(app)
    engine = make_engine(bridge.send, endings.send)
    window = ConsoleWindow(engine.submit, bridge, appearance.theme)
    appearance.changed.connect(window.set_theme)
    way_out = quitter.Quitter(app)
    way_out.watch_signals()
    way_out.add_stage("engine", engine.stop)
    endings.received.connect(way_out.quit)
    requests.received.connect(lambda request: window.come_to_front() if request == RAISE else None)
    if on_open is not None:
        on_open(requests.send)
    engine.start()
    window.show()
    window.ask_for_history()
    code = app.exec()
    bridge.close()
    requests.close()
    endings.close()
    return code


def offer_mongodb(rows: int, *, language: languages.Choice = "auto", theme: themes.Choice = "system") -> bool:
    """Ask, before anything else is shown, whether the members in this PC's MongoDB are to be used."""
    app = _application(language, ())
    appearance = themes.Appearance(app, theme)
    try:
        return first_start.use_mongodb(rows)
    finally:
        appearance.deleteLater()


def _application(language: languages.Choice, argv: Sequence[str]) -> QApplication:
    app = QApplication.instance() or QApplication([*argv] or ["packetwave-server"])
    assert isinstance(app, QApplication)
    app.setApplicationName("PacketWave Server")
    app.setDesktopFileName("packetwave-server")
    languages.install(app, language, "console")
    return app


def show_fault(text: str) -> None:
    """Say in a dialog why the program cannot start, where there is no stderr that anybody would see."""
    if QApplication.instance() is None:
        _application("auto", ())
    box = QMessageBox(QMessageBox.Icon.Critical, "PacketWave", text)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.exec()
