from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from packetwave.client.bond import BondState, Standing
from packetwave.client.desk.pairing import PairingPanel
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.preset import Origin, Preset
from packetwave.ui import languages

UP = LinkState(Phase.CONNECTED, "wss://pc:8766", is_tls=True)
AWAY = LinkState(Phase.WAITING, "wss://pc:8766", Reason.REFUSED, 1.0)
CHANGED = LinkState(Phase.WAITING, "wss://pc:8766", Reason.CERTIFICATE_CHANGED, 30.0)
COMPARING = BondState(Standing.COMPARING, "042817")


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[PairingPanel]:
    made = PairingPanel(BondState(), UP)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def offered(panel: PairingPanel) -> list[str]:
    buttons = (panel.pair_button, panel.confirm_button, panel.cancel_button)
    return [button.text() for button in buttons if button.isVisible()]


@pytest.mark.parametrize(
    ("bond", "link", "buttons"),
    [
        (BondState(), UP, ["짝 맺기"]),
        (BondState(), AWAY, []),
        (BondState(Standing.ASKING), UP, ["취소"]),
        (COMPARING, UP, ["숫자가 같습니다", "취소"]),
        (BondState(Standing.CONFIRMED, "042817"), UP, ["취소"]),
        (BondState(Standing.ENROLLING), UP, []),
        (BondState(Standing.PAIRED), UP, []),
        (BondState(Standing.PAIRED), AWAY, []),
        (BondState(Standing.PAIRED), CHANGED, ["새로 짝 맺기"]),
        (BondState(Standing.REFUSED, reason="revoked"), UP, ["새로 짝 맺기"]),
    ],
)
def test_what_can_be_done_is_what_is_offered(
    panel: PairingPanel, bond: BondState, link: LinkState, buttons: list[str]
) -> None:
    panel.show_state(bond, link)
    assert offered(panel) == buttons
    assert not panel.note.isVisible()
    assert panel.digits.isVisible() is bool(bond.digits)


@pytest.mark.parametrize("origin", [Origin.INSTALLATION, Origin.POLICY])
def test_a_certificate_that_others_set_is_not_the_users_to_change(qtbot: QtBot, origin: Origin) -> None:
    given = Preset(fingerprint=bytes(32), pinned_by=origin)
    panel = PairingPanel(BondState(Standing.PAIRED), CHANGED, given)
    qtbot.addWidget(panel)
    panel.show()
    assert offered(panel) == []
    assert panel.note.isVisible() and "인증서" in panel.note.text()


def test_the_digits_are_large_and_said_one_by_one_and_gone_afterwards(panel: PairingPanel) -> None:
    panel.show_state(COMPARING, UP)
    assert panel.digits.text() == "042 817"
    assert panel.digits.accessibleName() == "숫자: 0 4 2 8 1 7"
    assert panel.digits.fontMetrics().height() > 2.5 * panel.title.fontMetrics().height()
    panel.show_state(BondState(Standing.PAIRED), UP)
    assert panel.digits.text() == panel.digits.accessibleName() == ""


def test_each_button_says_what_it_was_pressed_for_by_keyboard_too(panel: PairingPanel, qtbot: QtBot) -> None:
    for bond, button, signal in (
        (BondState(), panel.pair_button, panel.pair),
        (COMPARING, panel.confirm_button, panel.confirm),
        (COMPARING, panel.cancel_button, panel.cancel),
    ):
        panel.show_state(bond, UP)
        with qtbot.waitSignal(signal):
            qtbot.keyClick(button, Qt.Key.Key_Space)


def test_the_language_changes_what_stands_there(
    panel: PairingPanel, qapp: QApplication, qtbot: QtBot
) -> None:
    panel.show_state(COMPARING, UP)
    languages.install(qapp, "en", "client")
    qtbot.waitUntil(lambda: offered(panel) == ["They are the same", "Cancel"])
    assert panel.digits.accessibleName() == "Digits: 0 4 2 8 1 7"
