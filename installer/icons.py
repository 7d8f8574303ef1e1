"""The .ico files of the Windows programs, rendered from the drawings in assets/icons."""

import io
import os
from pathlib import Path

SIZES_PX = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def make(name: str, target: Path) -> None:
    """Write the drawing `assets/icons/<name>.svg` as an .ico with all sizes of Windows' screens."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import QBuffer
    from PySide6.QtGui import QGuiApplication

    from packetwave.ui import icons

    app = QGuiApplication.instance() or QGuiApplication([])
    pictures = []
    for size in SIZES_PX:
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        icons.pixmap(name, "#000000", size).save(buffer, "PNG")
        pictures.append(Image.open(io.BytesIO(buffer.data().data())))
    del app
    target.parent.mkdir(parents=True, exist_ok=True)
    largest = pictures[-1]
    largest.save(target, sizes=[(size, size) for size in SIZES_PX], append_images=pictures[:-1])
