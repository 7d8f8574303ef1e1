import xml.etree.ElementTree as ET

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from packetwave.common.paths import assets_dir
from packetwave.ui.icons import icon, pixmap

NAMES = sorted(path.stem for path in (assets_dir() / "icons").glob("*.svg"))


def painted(image: QImage) -> list[QColor]:
    colors = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return [color for color in colors if color.alpha() > 100]


@pytest.mark.parametrize("name", NAMES)
def test_every_drawing_is_square_valid_and_seen_at_16_pixels(qapp: QApplication, name: str) -> None:
    path = assets_dir() / "icons" / f"{name}.svg"
    _, _, width, height = ET.parse(path).getroot().attrib["viewBox"].split()
    assert width == height
    assert QSvgRenderer(str(path)).isValid()
    assert len(painted(pixmap(name, "#000000", 16).toImage())) >= 5


def test_a_drawing_takes_the_colour_asked_for(qapp: QApplication) -> None:
    image = pixmap("check", "#c12638", 64).toImage()
    assert {color.name() for color in painted(image) if color.alpha() == 255} == {"#c12638"}


def test_a_screen_of_finer_pixels_gets_more_of_them(qapp: QApplication) -> None:
    fine = pixmap("phone", "#000000", 16, 1.5)
    assert (fine.width(), fine.devicePixelRatio()) == (24, 1.5)
    assert icon("client").availableSizes()[-1].width() == 256


def test_an_icon_that_was_not_drawn_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icon("nothing")


def test_every_drawing_is_used() -> None:
    package = assets_dir().parent / "packetwave"
    sources = "".join(path.read_text("utf-8") for path in package.rglob("*.py"))
    programs = ("client", "server")  # installer/icons.py makes their .ico files
    unused = [name for name in NAMES if f'"{name}"' not in sources and f'"{name}.svg"' not in sources]
    assert [name for name in unused if name not in programs] == []
