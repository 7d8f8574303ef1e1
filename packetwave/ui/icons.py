"""The project's own icons, drawn as SVG in assets/icons, rendered sharp at any scale.

Owns a cache of what was rendered. Qt main thread. `currentColor` in a drawing stands for the colour
asked for.
"""

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from packetwave.common.paths import assets_dir

_SIZES_PX = (16, 20, 24, 32, 40, 48, 64, 96, 128, 256)


@lru_cache(maxsize=256)
def icon(name: str, color: str = "#000000") -> QIcon:
    """The icon `assets/icons/<name>.svg` in `color` (`#rrggbb`), at all sizes a screen may want.

    Raises FileNotFoundError for a name without a drawing.
    """
    renderer = _renderer(name, color)
    made = QIcon()
    for size_px in _SIZES_PX:
        made.addPixmap(_render(renderer, size_px))
    return made


@lru_cache(maxsize=256)
def pixmap(name: str, color: str, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture `size` device-independent pixels square, for a screen of this pixel ratio."""
    made = _render(_renderer(name, color), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    return made


@cache
def _drawing(name: str) -> bytes:
    return (assets_dir() / "icons" / f"{name}.svg").read_bytes()


def _renderer(name: str, color: str) -> QSvgRenderer:
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace(b"currentColor", color.encode())))
    renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
    return renderer


def _render(renderer: QSvgRenderer, size_px: int) -> QPixmap:
    made = QPixmap(QSize(size_px, size_px))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return made
