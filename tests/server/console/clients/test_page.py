"""The page of PC connections in its window."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from packetwave.server.console.clients.page import ClientsPage
from packetwave.server.console.clients.table import ClientColumn
from packetwave.server.engine.notices import (
    ApprovePairing,
    CallChanged,
    DenyPairing,
    DropEnrolmentKey,
    KeyMade,
    MakeEnrolmentKey,
    MembersChanged,
    RefusalCode,
    Refused,
    RevokePairing,
    StatusChanged,
    UsePlain,
)
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.office.values import MemberTable, Told
from packetwave.server.trust.asking import Request
from packetwave.server.trust.identity import IdentityTrouble
from packetwave.server.trust.pairings import Pairing
from packetwave.server.trust.trust import TrustState
from packetwave.ui.theme import DARK, LIGHT
from tests.server.console.conftest import KIM, WATCHING, Clock, Desk, call

LISTENING = replace(WATCHING, listening="0.0.0.0:8765", tls_listening="0.0.0.0:8766")


@pytest.fixture
def page(desk: Desk) -> ClientsPage:
    desk.window.show_page(desk.window.clients)
    desk.tell(MembersChanged(MemberTable((KIM,))))
    return desk.window.clients


def paired(clock: Clock) -> Pairing:
    return Pairing("aa", "0" * 64, "KIM-PC", ("1001",), clock.at, "192.168.0.101", clock.at, "192.168.0.101")


def tell(desk: Desk, clock: Clock, **known: object) -> None:
    trust = TrustState("ab" * 32, (paired(clock),), **known)  # type: ignore[arg-type]
    client = ClientInfo("192.168.0.101", clock.at, "0.1.0", ("1001",), is_tls=True, pairing="aa")
    desk.tell(StatusChanged(replace(LISTENING, trust=trust, clients=(client,))))


def test_a_request_is_approved_for_the_addresss_extension_and_retires_the_old_pc(
    desk: Desk, page: ClientsPage, clock: Clock
) -> None:
    asks = (
        Request("r1", KIM.default_ip, "NEW-PC", "", "042817", clock.at),
        Request("r2", "192.168.0.9", "LEE-PC", "1002", "993104", clock.at),
    )
    tell(desk, clock, requests=asks)
    first, second = page.requests.cards
    assert first.retire.isVisible()
    first.approve.click()
    second.deny.click()
    assert desk.asked[-2:] == [ApprovePairing("r1", ("aa",), ""), DenyPairing("r2")]
    tell(desk, clock)
    assert not page.requests.isVisible()


def test_revoking_is_asked_once_and_keeping_is_the_default(
    desk: Desk, page: ClientsPage, clock: Clock, qtbot: QtBot
) -> None:
    tell(desk, clock)
    assert not page.revoke.isEnabled()
    assert page.ask_to_revoke() is None
    page.table.selectRow(0)
    assert page.revoke.isEnabled()
    box = page.ask_to_revoke()
    assert box is not None
    assert "KIM-PC" in box.text()
    assert box.defaultButton().text() == "Keep it"
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not [each for each in desk.asked if isinstance(each, RevokePairing)]
    box = page.ask_to_revoke()
    assert box is not None
    (end,) = (each for each in box.findChildren(QPushButton) if each.text() == "End the pairing")
    qtbot.mouseClick(end, Qt.MouseButton.LeftButton)
    assert desk.asked[-1] == RevokePairing("aa")


def test_plain_connections_are_switched_off_with_who_uses_them(
    desk: Desk, page: ClientsPage, clock: Clock
) -> None:
    plain = ClientInfo("192.168.0.103", clock.at, extensions=("1003",))
    desk.tell(StatusChanged(replace(LISTENING, clients=(plain,))))
    assert page.plain.isChecked()
    assert page._plain_users.text() == "Connected that way now: 1 (192.168.0.103)"
    page.plain.click()
    assert desk.asked[-1] == UsePlain(False)
    desk.tell(StatusChanged(replace(LISTENING, listening="")))
    assert not page.plain.isChecked()
    assert page._plain_users.text().startswith("Switched off")
    desk.tell(StatusChanged(replace(LISTENING, tls_listening="")))
    assert not page.plain.isEnabled()  # there would be no way in
    assert page._plain_users.text() == "Nobody is connected that way now."


def test_keys_are_made_shown_and_ended(desk: Desk, page: ClientsPage, clock: Clock) -> None:
    tell(desk, clock)
    page.show_addresses(("192.168.0.10",))
    page.roll_out.make.click()
    assert desk.asked[-1] == MakeEnrolmentKey(14, 50)
    desk.tell(KeyMade("cd" * 32, clock.at, 50))
    assert "SERVER=192.168.0.10 FINGERPRINT=abab" in page.roll_out.command.text()
    page.roll_out.key_unwanted.emit("k1")
    assert DropEnrolmentKey("k1") in desk.asked


def test_another_port_is_in_the_command(desk: Desk, page: ClientsPage, clock: Clock) -> None:
    trust = TrustState("ab" * 32)
    desk.tell(StatusChanged(replace(LISTENING, tls_listening="10.0.0.5:9443", trust=trust)))
    desk.tell(KeyMade("cd" * 32, clock.at, 50))
    assert "SERVER=10.0.0.5:9443 " in page.roll_out.command.text()


def test_what_is_the_matter_and_what_was_refused_is_said(desk: Desk, page: ClientsPage, clock: Clock) -> None:
    tell(desk, clock, identity_trouble=IdentityTrouble.DAMAGED)
    assert "certificate was damaged" in page.matter.text()
    tell(desk, clock)
    assert page.matter.text() == ""
    desk.window.show_page(desk.window.calls)
    desk.tell(Refused(MakeEnrolmentKey(1, 1), RefusalCode.FAILED, "there are 20 keys already"))
    assert desk.window.page() is page
    assert page._said.text() == "That did not work: there are 20 keys already"
    desk.tell(KeyMade("cd" * 32, clock.at, 50))
    assert not page._said.isVisible()


def test_the_last_alert_is_shown_and_the_page_drawn_in_both_themes(
    desk: Desk, page: ClientsPage, clock: Clock
) -> None:
    tell(desk, clock)
    desk.tell(CallChanged(call("c1", clock.at, told=(Told("192.168.0.101", clock.at, 7.5),))))
    assert page.model.index(0, 5).data().endswith("7.5 ms")
    pictures = []
    for theme in (LIGHT, DARK):
        desk.window.set_theme(theme)
        pictures.append(page.grab().toImage())
    assert pictures[0] != pictures[1]


def test_an_empty_page_says_what_will_be_here(desk: Desk, page: ClientsPage) -> None:
    desk.tell(StatusChanged(LISTENING))
    assert page._hint.isVisible()


@pytest.mark.parametrize(("width", "hidden"), [(1180, False), (900, True)])
def test_the_state_is_read_in_a_small_window_too(
    desk: Desk, page: ClientsPage, clock: Clock, width: int, hidden: bool, qtbot: QtBot
) -> None:
    tell(desk, clock)
    desk.window.resize(width, 600)
    qtbot.waitUntil(lambda: page.table.isColumnHidden(ClientColumn.VERSION) is hidden)
    assert page.table.isColumnHidden(ClientColumn.LINE) is hidden
    assert page.table.columnWidth(ClientColumn.STATE) > 180
