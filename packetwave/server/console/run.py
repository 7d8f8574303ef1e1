"""The server with its window: makes the application, starts the engine, ends both in order.

Qt main thread. The engine's own threads reach the window through one bridge.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from packetwave.common.choices import LanguageChoice, ThemeChoice
from packetwave.common.instance import InstanceRequest
from packetwave.common.logs import Logs
from packetwave.server.console.settings.page import Surroundings
from packetwave.server.console.start import first_start
from packetwave.server.console.start.words import fault_words
from packetwave.server.console.window import ConsoleWindow
from packetwave.server.engine.notices import Command, Notice
from packetwave.server.faults import StartFault
from packetwave.server.machine.this_pc import this_pc
from packetwave.ui import fault_box, languages, quitter, screenshots
from packetwave.ui.appearance import Appearance
from packetwave.ui.bridge import Bridge

translate = QCoreApplication.translate


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
    data_dir: Path,
    keep: Callable[[str, str], object],
    language: LanguageChoice = "auto",
    theme: ThemeChoice = "system",
    keep_days: int = 90,
    argv: Sequence[str] = (),
    on_open: Callable[[Callable[[str], None]], None] | None = None,
    journal: Logs | None = None,
) -> int:
    """Show the console until it is closed; the exit code.

    data_dir: where this server keeps its files. keep: stores a setting, by name, for the next start; any
    thread.
    on_open: is given a function that takes what further starts ask (`InstanceRequest`), from any thread.
    journal: whose crashes are told in a dialog where there is no stderr.
    Whatever the engine raises on starting is raised.
    """
    app = _application(language, argv)
    screenshots.start(app)
    appearance = Appearance(app, theme)
    bridge, requests, endings, crashes = Bridge(app), Bridge(app), Bridge(app), Bridge(app)
    engine = make_engine(bridge.send, endings.send)
    place = Surroundings(data_dir, keep, this_pc(data_dir), language, theme, keep_days)
    window = ConsoleWindow(engine.submit, bridge, appearance.theme, place)
    window.settings.theme_chosen.connect(appearance.choose)
    appearance.changed.connect(window.set_theme)
    way_out = quitter.Quitter(app)
    way_out.watch_signals()
    way_out.add_stage("engine", engine.stop)
    endings.received.connect(way_out.quit)
    requests.received.connect(
        lambda request: window.come_to_front() if request == InstanceRequest.RAISE else None
    )
    crashes.received.connect(show_crash)
    if on_open is not None:
        on_open(requests.send)
    if journal is not None and sys.stderr is None:
        path = journal.path
        journal.on_crash = lambda: crashes.send(path)
    engine.start()
    window.show()
    window.ask_for_history()
    code = app.exec()
    for each in (bridge, requests, endings, crashes):
        each.close()
    return code


def offer_mongodb(rows: int, *, language: LanguageChoice = "auto", theme: ThemeChoice = "system") -> bool:
    """Ask, before anything else is shown, whether the members in this PC's MongoDB are to be used."""
    app = _application(language, ())
    appearance = Appearance(app, theme)
    try:
        return first_start.use_mongodb(rows)
    finally:
        appearance.deleteLater()


def _application(language: LanguageChoice, argv: Sequence[str]) -> QApplication:
    app = QApplication.instance() or QApplication([*argv] or ["packetwave-server"])
    assert isinstance(app, QApplication)
    app.setApplicationName("PacketWave Server")
    app.setDesktopFileName("packetwave-server")
    languages.install(app, language, "console")
    return app


def show_crash(log: Path | None) -> None:
    """Say in a dialog that there was an unforeseen error. log: the file that has it, None for none."""
    if QApplication.instance() is None:
        _application("auto", ())
    text = translate("fault", "PacketWave met an error that it does not know.")
    where = translate("fault", "What happened is in the log:\n{path}").format(path=log)
    fault_box.show(text, where if log is not None else "")


def show_fault(fault: StartFault) -> None:
    """Say in a dialog why the program cannot start, where there is no stderr that anybody would see."""
    if QApplication.instance() is None:
        _application("auto", ())
    text, next_step = fault_words(fault.code)
    fault_box.show(text, f"{next_step}\n\n{fault.detail}")
