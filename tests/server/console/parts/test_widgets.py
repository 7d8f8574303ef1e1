from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from packetwave.server.console.parts.cells import Cell, Tone
from packetwave.server.console.parts.widgets import Banner, Chip, EmptyHint, ask_where_to_save
from packetwave.server.console.parts.words import Matter
from packetwave.ui.theme import DARK, LIGHT


def test_a_file_to_be_written_is_named_by_the_person(qtbot: QtBot, tmp_path: Path) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    chosen: list[Path] = []
    ask_where_to_save(page, "Export", filters="CSV (*.csv)", file_name="calls.csv", then=chosen.append)
    dialog = page.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert dialog.defaultSuffix() == "csv"
    dialog.fileSelected.emit(str(tmp_path / "mine.csv"))
    assert chosen == [tmp_path / "mine.csv"]
    dialog.close()


def test_a_chip_says_its_words_and_works_by_key(qtbot: QtBot) -> None:
    chip = Chip(LIGHT)
    qtbot.addWidget(chip)
    chip.show_cell(Cell(strong="Watching", text="eth2"), Tone.GOOD, "hint")
    chip.show()
    assert chip.accessibleName() == "Watching eth2"
    with qtbot.waitSignal(chip.clicked):
        qtbot.keyClick(chip, Qt.Key.Key_Space)
    narrow = chip.sizeHint().width()
    chip.show_cell(Cell(strong="Watching", text="a much longer name"), Tone.GOOD)
    assert chip.sizeHint().width() > narrow
    chip.set_theme(DARK)
    assert not chip.grab().isNull()


def test_a_banner_offers_only_what_helps(qtbot: QtBot) -> None:
    banner = Banner(LIGHT, "Again")
    qtbot.addWidget(banner)
    assert banner.text() == ""
    banner.show_matter(Matter("It broke.", "Mend it.", can_retry=True))
    assert banner.text() == "It broke. Mend it."
    assert banner.accessibleName() == "It broke. Mend it."
    assert banner._action.text() == "Again"
    banner.show_matter(Matter("Elsewhere.", can_retry=True), action="Go there")
    assert banner._action.text() == "Go there"
    banner.show_matter(Matter("It broke.", "Mend it.", can_retry=True))
    assert banner._action.text() == "Again"
    banner.show_matter(None)
    assert banner.text() == ""


def test_a_hint_leads_on(qtbot: QtBot) -> None:
    hint = EmptyHint()
    qtbot.addWidget(hint)
    hint.say("Nothing yet", "It will be here.", "Go on")
    with qtbot.waitSignal(hint.acted):
        hint.button.click()
    hint.say("Nothing yet", "It will be here.")
    assert hint.button.isHidden()
