from collections.abc import Iterator
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QTableView
from pytestqt.qtbot import QtBot

from packetwave.ui.contrast import SystemColors
from packetwave.ui.theme import DARK, LIGHT, Appearance, Theme, in_colors, palette, scaled, tabular

# Windows 11's contrast themes
NIGHT = SystemColors("#000000", "#ffffff", "#d6b4fd", "#2b2b2b", "#a6a6a6")
AQUATIC = SystemColors("#202020", "#ffffff", "#8ee3f0", "#263b50", "#a6a6a6")
DUSK = SystemColors("#2d3236", "#ffffff", "#a1bfde", "#212d3b", "#a6a6a6")
DESERT = SystemColors("#fffaef", "#3d3d3d", "#903909", "#fff5e3", "#676767")
CONTRASTS = [in_colors(colors) for colors in (NIGHT, AQUATIC, DUSK, DESERT)]


@pytest.fixture
def plain_again(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    Appearance(qapp, "light").deleteLater()


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def luminance(color: str) -> float:
        def linear(part: float) -> float:
            return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

        red, green, blue, _ = QColor(color).getRgbF()
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)

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


def test_choosing_sets_palette_and_style_and_says_so(qtbot: QtBot, plain_again: QApplication) -> None:
    appearance = Appearance(plain_again, "light")
    assert appearance.theme == LIGHT
    with qtbot.waitSignal(appearance.changed) as changed:
        appearance.choose("dark")
    assert changed.args == [DARK]
    assert plain_again.palette().color(QPalette.ColorRole.Window).name() == DARK.background
    assert DARK.accent in plain_again.styleSheet()
    appearance.deleteLater()


def test_the_system_is_followed_where_that_is_chosen(plain_again: QApplication) -> None:
    appearance = Appearance(plain_again, "system")
    hints = plain_again.styleHints()
    wanted = DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
    assert appearance.theme == wanted
    hints.colorSchemeChanged.emit(hints.colorScheme())
    assert appearance.theme == wanted
    appearance.choose("dark")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert appearance.theme == DARK
    appearance.deleteLater()


def test_the_systems_high_contrast_comes_before_any_choice(plain_again: QApplication) -> None:
    now: list[SystemColors | None] = [NIGHT]
    appearance = Appearance(plain_again, "light", lambda: now[0])
    assert appearance.theme == in_colors(NIGHT)
    assert appearance.theme.dark
    appearance.choose("dark")
    assert appearance.theme.accent == NIGHT.highlight
    now[0] = DESERT
    hints = plain_again.styleHints()
    hints.colorSchemeChanged.emit(hints.colorScheme())
    assert plain_again.palette().color(QPalette.ColorRole.Window).name() == DESERT.window
    assert not appearance.theme.dark
    now[0] = None
    hints.colorSchemeChanged.emit(hints.colorScheme())
    assert appearance.theme == DARK
    appearance.deleteLater()


def test_lists_and_menus_have_the_application_s_font(qtbot: QtBot, plain_again: QApplication) -> None:
    kinds = {"QAbstractItemView": QTableView, "QHeaderView": QTableView, "QMenu": QMenu}
    for kind in kinds:
        QApplication.setFont(QFont("Tahoma", 8), kind)  # as Windows does
    Appearance(plain_again, "light")
    for kind in set(kinds.values()):
        widget = kind()
        qtbot.addWidget(widget)
        assert widget.font().pointSizeF() == plain_again.font().pointSizeF() == 10
        assert widget.font().families() == plain_again.font().families()


def test_palette_covers_what_is_disabled() -> None:
    disabled = palette(LIGHT).color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled.name() == LIGHT.text_muted


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
