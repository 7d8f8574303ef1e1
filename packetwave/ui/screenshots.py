"""Pictures of a program's windows while it runs, for the demo and the manual. Qt main thread.

On only where the environment variable `PACKETWAVE_SCREENSHOTS` names a folder. Owns the picture files it
writes there; changes nothing in the windows and never keeps the program from ending.
"""

import logging
import os
from pathlib import Path

from PySide6.QtCore import QBuffer, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

from packetwave.common import files

_log = logging.getLogger(__name__)

VARIABLE = "PACKETWAVE_SCREENSHOTS"
_EVERY_MS = 1000
_FILE_PROPERTY = "packetwave-screenshot"


def start(app: QApplication) -> "Screenshots | None":
    """Take pictures from now on, where the environment asks for them; call it once `app` is made."""
    folder = os.environ.get(VARIABLE)
    return Screenshots(app, Path(folder)) if folder else None


class Screenshots(QObject):
    """Each visible top-level window once a second, as `{objectName}.png`, each picture over the one before.

    A second window of the same name becomes `{objectName}-2.png`, and so on.
    """

    def __init__(self, app: QApplication, folder: Path) -> None:
        super().__init__(app)
        self._folder = folder
        self._counts: dict[str, int] = {}
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.take)
        self._timer.start()

    @Slot()
    def take(self) -> None:
        """Take one picture of each window now."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for window in QApplication.topLevelWidgets():
                if window.isVisible():
                    self._save(window)
        except OSError as error:
            _log.warning("no more pictures: %s", error)
            self._timer.stop()

    def _save(self, window: QWidget) -> None:
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        window.grab().save(buffer, "PNG")
        files.replace(self._folder / self._file_name(window), bytes(buffer.data().data()))

    def _file_name(self, window: QWidget) -> str:
        known = window.property(_FILE_PROPERTY)
        if isinstance(known, str):
            return known
        name = window.objectName() or type(window).__name__
        count = self._counts[name] = self._counts.get(name, 0) + 1
        made = f"{name}.png" if count == 1 else f"{name}-{count}.png"
        window.setProperty(_FILE_PROPERTY, made)
        return made
