"""The panel of findings, its chip and the banner."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from packetwave.server.console.findings import finding_matter
from packetwave.server.diagnosis import Code, Finding
from packetwave.server.engine.notices import StatusChanged, TrustSenders, WatchPorts
from packetwave.ui.theme import DARK
from tests.server.console.conftest import WATCHING, Desk
from tests.server.diagnosis.test_sentences import FIGURES

AT = datetime(2026, 11, 23, tzinfo=UTC)
TLS = Finding(Code.TLS_ONLY, AT, (("phones", ("192.168.0.21",)), ("count", 1)))
COPIES = Finding(Code.COPIES, AT, (("times", 2), ("percent", 100)))
NOT_MIRRORED = Finding(Code.NOT_MIRRORED, AT, (("frames", 40), ("minutes", 3)))


@pytest.mark.case(40)
def test_the_chip_comes_with_a_finding_and_opens_the_panel(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    assert window.status_line.findings.isHidden()
    desk.tell(StatusChanged(replace(WATCHING, findings=(TLS, COPIES))))
    assert window.status_line.findings.text() == "Diagnosis 2"
    assert "192.168.0.21" in window.status_line.findings.toolTip()
    assert window.findings.isHidden()
    qtbot.mouseClick(window.status_line.findings, Qt.MouseButton.LeftButton)
    assert window.findings.isVisible()
    assert window.findings.text().splitlines()[0].startswith("Look here: Encrypted SIP (TLS) cannot be read.")
    window.set_theme(DARK)
    assert window.findings.isVisible()
    qtbot.keyClick(window.status_line.findings, Qt.Key.Key_Space)
    assert window.findings.isHidden()
    # What costs no call is no banner; and once all is over nothing is left.
    assert window.trouble.text() == ""
    qtbot.mouseClick(window.status_line.findings, Qt.MouseButton.LeftButton)
    desk.tell(StatusChanged(WATCHING))
    assert window.findings.isHidden() and window.status_line.findings.isHidden()


@pytest.mark.case(40)
def test_a_mirror_without_calls_is_said_above_the_page(desk: Desk) -> None:
    desk.tell(StatusChanged(replace(WATCHING, findings=(NOT_MIRRORED,))))
    assert "not a mirror port" in desk.window.trouble.text()
    desk.tell(StatusChanged(WATCHING))
    assert desk.window.trouble.text() == ""


@pytest.mark.parametrize("code", Code)
def test_each_finding_is_said_in_korean(code: Code, korean: None) -> None:
    matter = finding_matter(Finding(code, AT, tuple(FIGURES.items())))
    for sentence in (matter.what, matter.next_step):
        assert any("가" <= char <= "힣" for char in sentence)
        assert "{" not in sentence


def test_what_the_network_says_is_plain(desk: Desk) -> None:
    hostile = replace(TLS, figures=(("phones", ("<b>a</b>\n\u202ex",)), ("count", 1)))
    desk.tell(StatusChanged(replace(WATCHING, findings=(hostile,))))
    assert "<b>a</b> x" in desk.window.findings.text()


def test_speech_is_shown_as_an_estimate(desk: Desk) -> None:
    desk.tell(StatusChanged(replace(WATCHING, rtp_per_s_estimate=9800.0)))
    assert desk.window.status_line.sip.text() == "SIP 12/s · RTP ≈9,800/s"


SENDERS = ("192.168.0.10", "192.168.0.11")
STRANGERS = Finding(Code.TUNNEL_NOT_TRUSTED, AT, (("kinds", ("hep",)), ("sources", SENDERS), ("count", 2)))


@pytest.mark.parametrize(
    ("finding", "asked"),
    [
        (STRANGERS, [TrustSenders((sender,)) for sender in SENDERS]),
        (
            Finding(Code.OTHER_PORT, AT, (("ports", ("5080", "5090")),)),
            [WatchPorts((5080,)), WatchPorts((5090,))],
        ),
    ],
)
def test_a_finding_carries_its_mends_as_buttons(desk: Desk, finding: Finding, asked: list[object]) -> None:
    """One for each: whoever confirms the PBX does not confirm who else has sent something."""
    desk.tell(StatusChanged(replace(WATCHING, findings=(finding, TLS))))
    desk.window.findings.show()
    buttons = desk.window.findings.findChildren(QPushButton)
    assert len(buttons) == len(asked)  # what nobody can mend here has none
    before = len(desk.asked)
    for each in buttons:
        each.click()
    assert desk.asked[before:] == asked


def test_many_forged_senders_fill_no_window(desk: Desk) -> None:
    senders = tuple(f"192.0.2.{number}" for number in range(8))
    finding = Finding(Code.TUNNEL_NOT_TRUSTED, AT, (("kinds", ("hep",)), ("sources", senders), ("count", 60)))
    desk.tell(StatusChanged(replace(WATCHING, findings=(finding,))))
    assert len(desk.window.findings.findChildren(QPushButton)) == 4
