from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from packetwave.server.console.calls.log import Tally
from packetwave.server.console.calls.tally_strip import HourBars, TallyStrip
from packetwave.ui.theme import DARK, LIGHT
from tests.server.console.conftest import Clock, answered, missed


def bar_heights(bars: HourBars, color: str) -> dict[int, int]:
    """Painted pixels of the colour in each column that has any."""
    picture = bars.grab().toImage()
    columns = {
        x: sum(picture.pixelColor(x, y).name() == QColor(color).name() for y in range(picture.height()))
        for x in range(picture.width())
    }
    return {x: height for x, height in columns.items() if height}


def test_the_busiest_hour_is_the_highest_bar(qtbot: QtBot) -> None:
    bars = HourBars(LIGHT)
    qtbot.addWidget(bars)
    bars.resize(460, 90)
    hours = [0] * 24
    hours[9], hours[10] = 10, 5
    bars.show_hours(hours)
    heights = sorted(bar_heights(bars, LIGHT.accent).values())
    assert heights[-1] > 1.5 * heights[0]
    assert bars.accessibleDescription() == "9:00, calls: 10, 10:00, calls: 5"
    bars.set_theme(DARK)
    assert bar_heights(bars, DARK.accent)


def test_no_calls_are_no_bars(qtbot: QtBot) -> None:
    bars = HourBars(LIGHT)
    qtbot.addWidget(bars)
    assert bar_heights(bars, LIGHT.accent) == {}


def test_figures_are_said_and_painted(qtbot: QtBot, clock: Clock) -> None:
    strip = TallyStrip(LIGHT)
    qtbot.addWidget(strip)
    tally = Tally()
    for record in (answered("a", clock.at), missed("b", clock.at), missed("c", clock.at)):
        tally.count(record, 1)
    strip.show_tally(tally)
    assert strip.figures() == (3, 1, 2, 0)
