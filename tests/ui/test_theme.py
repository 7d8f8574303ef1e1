from dataclasses import fields

import pytest
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication

from packetwave.ui.contrast import SystemColors
from packetwave.ui.theme import DARK, LIGHT, Theme, in_colors, scaled, tabular

# Windows 11's contrast themes
NIGHT = SystemColors("#000000", "#ffffff", "#d6b4fd", "#2b2b2b", "#a6a6a6")
AQUATIC = SystemColors("#202020", "#ffffff", "#8ee3f0", "#263b50", "#a6a6a6")
DUSK = SystemColors("#2d3236", "#ffffff", "#a1bfde", "#212d3b", "#a6a6a6")
DESERT = SystemColors("#fffaef", "#3d3d3d", "#903909", "#fff5e3", "#676767")
CONTRASTS = [in_colors(colors) for colors in (NIGHT, AQUATIC, DUSK, DESERT)]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def luminance(color: str) -> float:
        def linear(part: float) -> float:
            return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

        made = QColor(color)
        return 0.2126 * linear(made.redF()) + 0.7152 * linear(made.greenF()) + 0.0722 * linear(made.blueF())

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK, *CONTRASTS])
def test_every_text_can_be_read_on_its_ground(theme: Theme) -> None:
    pairs = [(color, ground) for color in ("text", "text_muted") for ground in ("background", "surface")]
    pairs += [(color, "surface") for color in ("accent", "green", "amber", "red")]
    pairs += [(color, f"{color}_soft") for color in ("accent", "green", "amber", "red")]
    pairs += [("on_accent", "accent"), ("text", "accent_soft")]
    poor = {
        pair: round(contrast(getattr(theme, pair[0]), getattr(theme, pair[1])), 2)
        for pair in pairs
        if contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) < 4.5
    }
    assert poor == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK, *CONTRASTS])
def test_every_colour_is_one(theme: Theme) -> None:
    for field in fields(theme):
        if field.name != "dark":
            assert QColor(getattr(theme, field.name)).name() == getattr(theme, field.name)


def test_figures_have_one_width(qapp: QApplication) -> None:
    metrics = QFontMetricsF(tabular(qapp.font()))
    assert len({round(metrics.horizontalAdvance(figure * 10), 1) for figure in "0123456789"}) == 1


def test_scaled_font(qapp: QApplication) -> None:
    font = qapp.font()
    font.setPointSizeF(10)
    big = scaled(font, 1.6, bold=True)
    assert big.pointSizeF() == 16
    assert big.weight() == QFont.Weight.DemiBold
    assert font.pointSizeF() == 10
