from dataclasses import replace
from datetime import timedelta

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from packetwave.server.console.clients.roll_out import RollOutCard, install_command
from packetwave.server.engine.notices import KeyMade
from packetwave.server.trust.trust import KeyInfo
from packetwave.ui.theme import DARK, LIGHT
from tests.server.console.conftest import Clock

FINGERPRINT, KEY = "ab" * 32, "cd" * 32


def a_card(qtbot: QtBot) -> RollOutCard:
    made = RollOutCard(LIGHT)
    qtbot.addWidget(made)
    made.show()
    made.show_server("192.168.0.10", FINGERPRINT)
    return made


def test_a_key_is_asked_for_shown_and_copied(qtbot: QtBot, clock: Clock) -> None:
    card = a_card(qtbot)
    asked: list[tuple[int, int]] = []
    card.key_wanted.connect(lambda *said: asked.append(said))
    card.days.setValue(3)
    card.uses.setValue(120)
    card.make.click()
    assert asked == [(3, 120)]
    assert not card.key.isVisible()
    card.show_made(KeyMade(KEY, clock.at, 120))
    assert card.key.isVisible()
    card.command.button.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == install_command("192.168.0.10", FINGERPRINT, KEY) == card.command.text()
    assert copied.startswith("msiexec /i PacketWave-Client-")
    assert copied.endswith(f".msi SERVER=192.168.0.10 FINGERPRINT={FINGERPRINT} ENROLLKEY={KEY}")
    card.fingerprint.button.click()
    assert QGuiApplication.clipboard().text() == FINGERPRINT
    card.set_theme(DARK)


def test_without_a_certificate_no_key_is_made(qtbot: QtBot) -> None:
    card = RollOutCard(LIGHT)
    qtbot.addWidget(card)
    card.show_server("", "")
    assert not card.make.isEnabled()
    assert not card.fingerprint.button.isEnabled()


def test_keys_that_serve_are_listed_and_ended(qtbot: QtBot, clock: Clock) -> None:
    card = a_card(qtbot)
    ended: list[str] = []
    card.key_unwanted.connect(ended.append)
    serving = KeyInfo("k1", clock.at, clock.at + timedelta(days=2), 5)
    over = replace(serving, id="k2", until=clock.at)
    used_up = replace(serving, id="k3", uses_left=0)
    card.show_keys((serving, over, used_up), clock.at)
    assert card.keys() == (serving,)
    (end,) = (each for each in card.findChildren(QPushButton) if each.text() == "End it")
    assert "for 5 more PCs" in end.accessibleDescription()
    end.click()
    assert ended == ["k1"]
    card.show_keys((), clock.at)
    assert card.keys() == ()
