"""The console's part of `--self-test`: its window drawn, its words translated. Main thread."""

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from packetwave.common.choices import LANGUAGE_CHOICES
from packetwave.server.console.settings.page import Surroundings
from packetwave.server.console.window import ConsoleWindow
from packetwave.ui import languages
from packetwave.ui.appearance import Appearance
from packetwave.ui.bridge import Bridge


def draw() -> str:
    """Draw the window once; what it was drawn with. Raises RuntimeError where nothing was drawn."""
    app = _app()
    bridge = Bridge(app)
    place = Surroundings(Path(), lambda _name, _value: None)
    appearance = Appearance(app)
    window = ConsoleWindow(lambda _command: None, bridge, appearance.theme, place)
    picture = window.grab().toImage()
    bridge.close()
    for made in (window, appearance, bridge):
        made.deleteLater()
    colours = {
        picture.pixel(x, y) for x in range(0, picture.width(), 16) for y in range(0, picture.height(), 16)
    }
    if len(colours) < 2:
        raise RuntimeError("the window is drawn empty")
    size = picture.size()
    return f"{size.width()} × {size.height()}, Qt {qVersion()}, platform {QGuiApplication.platformName()}"


def check_translations() -> str:
    """Load both languages; raises RuntimeError where Korean is missing."""
    app = _app()
    said = {}
    for language in LANGUAGE_CHOICES:
        languages.install(app, language, "console")
        said[language] = QCoreApplication.translate("window", "Calls")
    if said["ko"] != "통화" or said["en"] != "Calls":
        raise RuntimeError(f"the window would say {said}")
    return ", ".join(sorted(said))


def _app() -> QApplication:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    return app
