from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QTableView
from pytestqt.qtbot import QtBot

from packetwave.ui.appearance import Appearance, palette
from packetwave.ui.contrast import SystemColors
from packetwave.ui.theme import DARK, LIGHT, in_colors

# Two of Windows 11's contrast themes
NIGHT = SystemColors("#000000", "#ffffff", "#d6b4fd", "#2b2b2b", "#a6a6a6")
DESERT = SystemColors("#fffaef", "#3d3d3d", "#903909", "#fff5e3", "#676767")


@pytest.fixture
def plain_again(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    Appearance(qapp, "light").deleteLater()


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
    appearance.choose("dark")
    assert appearance.theme.accent == NIGHT.highlight
    now[0] = DESERT
    hints = plain_again.styleHints()
    hints.colorSchemeChanged.emit(hints.colorScheme())
    assert plain_again.palette().color(QPalette.ColorRole.Window).name() == DESERT.window
    assert appearance.theme == in_colors(DESERT)
    assert in_colors(NIGHT).dark and not in_colors(DESERT).dark
    now[0] = None
    hints.colorSchemeChanged.emit(hints.colorScheme())
    assert appearance.theme == DARK
    appearance.deleteLater()


def test_lists_and_menus_have_the_application_s_font(qtbot: QtBot, plain_again: QApplication) -> None:
    for kind in ("QAbstractItemView", "QHeaderView", "QMenu"):
        QApplication.setFont(QFont("Tahoma", 8), kind)  # type: ignore[arg-type]  # as Windows does; text, not bytes
    Appearance(plain_again, "light")
    for widget in (QTableView(), QMenu()):
        qtbot.addWidget(widget)
        assert widget.font().pointSizeF() == plain_again.font().pointSizeF() == 10
        assert widget.font().families() == plain_again.font().families()


def test_palette_covers_what_is_disabled() -> None:
    disabled = palette(LIGHT).color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled.name() == LIGHT.text_muted
