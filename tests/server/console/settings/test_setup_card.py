from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.settings.setup_card import Address, SetupCard, row_of
from packetwave.ui.theme import DARK, LIGHT


def test_a_card_says_its_state_in_words(qtbot: QtBot) -> None:
    card = SetupCard("Title", "What it does.", LIGHT)
    qtbot.addWidget(card)
    card.add_buttons(QPushButton("Do it"))
    card.show()
    assert card.text() == ""
    card.show_state(Tone.BAD, "Closed", "There is no rule.")
    assert card.text() == "● Closed There is no rule."
    card.show_said("It failed.")
    assert card.said.isVisible()
    card.show_said("")
    assert not card.said.isVisible()
    card.set_theme(DARK)
    assert not card.grab().isNull()


def test_an_address_is_copied(qtbot: QtBot) -> None:
    address = Address("192.168.0.10:9000", "Copy", LIGHT)
    qtbot.addWidget(address)
    address.show()
    with qtbot.waitSignal(address.copied):
        qtbot.mouseClick(address.button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "192.168.0.10:9000"


def test_a_row_names_its_widget(qtbot: QtBot) -> None:
    box, parent = QComboBox(), QWidget()
    qtbot.addWidget(parent)
    parent.setLayout(row_of("Language", box))
    assert box.accessibleName() == "Language"
