"""Windows under test are real ones, on a screen that nobody sees, unless the environment names another.

None outlives its test: each change of the look would reach it again, and every later test would pay for it.
Nor does the language they spoke. Property tests have no clock.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:  # a test without windows loads no Qt
    from PySide6.QtCore import QCoreApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# How long an example takes says more of the machine than of the code; pytest's own timeout ends what hangs.
hypothesis.settings.register_profile(
    "packetwave", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("packetwave")


@pytest.fixture(autouse=True)
def nothing_of_qt_outlives_the_test() -> Iterator[None]:
    """Fails the test that leaves a window (`qtbot.addWidget` sees to one) or another language than English
    (`english_again` sees to that), and puts it right for the next."""
    yield
    if "PySide6.QtWidgets" in sys.modules:
        left = windows_left()
        spoken = languages_left()
        assert (left, spoken) == ([], [])


@pytest.fixture
def english_again(qapp: "QCoreApplication") -> Iterator[None]:
    """For a test that changes the language of the windows."""
    from packetwave.ui import languages

    yield
    languages.install(qapp, "en", "client")


def languages_left() -> list[str]:
    """The files of translations that are still in use; none is afterwards."""
    from PySide6.QtCore import QCoreApplication, QTranslator

    app = QCoreApplication.instance()
    if app is None:
        return []
    left = [each for each in app.findChildren(QTranslator) if not each.isEmpty()]
    for translator in left:
        app.removeTranslator(translator)
        translator.setParent(None)
    return [Path(translator.filePath()).name for translator in left]


def windows_left() -> list[str]:
    """What kind of windows there are, with their titles; none of them is there afterwards."""
    import shiboken6
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None:
        return []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # what `deleteLater` was asked of
    left = QApplication.topLevelWidgets()
    said = [f"{type(window).__name__} {window.windowTitle()!r}" for window in left]
    for window in left:
        if shiboken6.isValid(window):  # and not gone with the one it belonged to
            shiboken6.delete(window)
    return said
