import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from pytestqt.qtbot import QtBot

from packetwave.server.console.parts.cell_delegate import cell_width, paint_cell, tone_colors
from packetwave.server.console.parts.cells import Cell, Tone
from packetwave.ui.theme import DARK, LIGHT, Theme


def painted(cell: Cell, theme: Theme, width: int = 200) -> QImage:
    picture = QImage(QSize(400, 36), QImage.Format.Format_RGB32)
    picture.fill(QColor(theme.surface))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_cell(painter, QRectF(10, 0, width, 36), cell, QFont(), theme)
    painter.end()
    return picture


def inked_columns(picture: QImage, theme: Theme) -> set[int]:
    ground = QColor(theme.surface).name()
    return {
        x
        for x in range(picture.width())
        if any(picture.pixelColor(x, y).name() != ground for y in range(picture.height()))
    }


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("tone", list(Tone))
def test_a_pill_has_the_ground_of_its_tone(qtbot: QtBot, tone: Tone, theme: Theme) -> None:
    picture = painted(Cell(symbol="check", text="Answered", tone=tone), theme)
    assert picture.pixelColor(12, 18).name() == tone_colors(theme, tone)[1]


@pytest.mark.parametrize(
    "cell", [Cell(strong="x" * 200), Cell(text="가" * 200), Cell(text="y" * 200, symbol="dot", tone=Tone.BAD)]
)
def test_text_stays_in_its_room(qtbot: QtBot, cell: Cell) -> None:
    assert max(inked_columns(painted(cell, LIGHT, width=100), LIGHT)) <= 112


def test_an_empty_cell_paints_nothing(qtbot: QtBot) -> None:
    assert inked_columns(painted(Cell(), LIGHT), LIGHT) == set()


def test_all_parts_need_room(qtbot: QtBot) -> None:
    font = QFont()
    assert cell_width(Cell(strong="1001", faint="김"), font) > cell_width(Cell(strong="1001"), font)
    assert cell_width(Cell(text="a", tone=Tone.GOOD), font) > cell_width(Cell(text="a"), font)
