"""Light and dark: the colours by their use, and fonts in other sizes.

Colour never carries meaning alone: what is painted with one of the state colours stands beside its word or
sign.
"""

import math
from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont

from packetwave.ui.contrast import SystemColors


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours, each as `#rrggbb`. The `_soft` ones are grounds for text in the colour of the same
    name."""

    dark: bool
    background: str
    surface: str
    border: str
    text: str
    text_muted: str
    """What is off, not known, or less important."""

    accent: str
    """What rings, what is selected, the main button."""

    accent_soft: str
    on_accent: str
    green: str
    """Fine, answered."""

    green_soft: str
    amber: str
    """Look here, answered elsewhere."""

    amber_soft: str
    red: str
    """Missed, wrong."""

    red_soft: str


LIGHT = Theme(
    dark=False,
    background="#f4f5f7",
    surface="#ffffff",
    border="#dfe3e8",
    text="#1b1f27",
    text_muted="#5f6875",
    accent="#0d66d2",
    accent_soft="#e8f0fe",
    on_accent="#ffffff",
    green="#0d7a3f",
    green_soft="#e3f5ea",
    amber="#955800",
    amber_soft="#fff3d9",
    red="#c12638",
    red_soft="#fde9eb",
)

DARK = Theme(
    dark=True,
    background="#14171d",
    surface="#1e222a",
    border="#343b47",
    text="#e8eaee",
    text_muted="#98a1b0",
    accent="#5ea6f7",
    accent_soft="#1d3353",
    on_accent="#0c1522",
    green="#45c383",
    green_soft="#153225",
    amber="#f0b354",
    amber_soft="#3a2c11",
    red="#ff7d89",
    red_soft="#42191f",
)


def in_colors(colors: SystemColors) -> Theme:
    """The theme in the system's few colours: states are told apart by their words and signs alone."""
    ground, text = colors.window, colors.window_text
    return Theme(
        dark=QColor(ground).lightnessF() < 0.5,
        background=ground,
        surface=ground,
        border=text,
        text=text,
        text_muted=colors.gray_text,
        accent=colors.highlight,
        accent_soft=_between(ground, colors.highlight, 0.15),  # also under plain text
        on_accent=colors.highlight_text,
        green=text,
        green_soft=ground,
        amber=text,
        amber_soft=ground,
        red=text,
        red_soft=ground,
    )


def _between(one: str, other: str, share: float) -> str:
    a, b = QColor(one), QColor(other)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(low + (high - low) * share) for low, high in pairs)).name()


def tabular(font: QFont) -> QFont:
    """The font with figures of one width, so that columns and counting seconds stand still."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def scaled(font: QFont, factor: float, *, bold: bool = False) -> QFont:
    """The font at `factor` times its size."""
    made = QFont(font)
    made.setPointSizeF(math.floor(font.pointSizeF() * factor * 4) / 4)
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made
