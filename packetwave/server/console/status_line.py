"""The status line: what the server does at this moment, in parts that each lead to their page.

Qt main thread. Always visible.
"""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from packetwave.server.console.calls.log import Tally
from packetwave.server.console.capture.words import capture_matter, capture_state, rate_text
from packetwave.server.console.clients.words import waiting_words
from packetwave.server.console.findings import finding_matter, finding_state
from packetwave.server.console.parts.cells import Cell, Tone
from packetwave.server.console.parts.widgets import Chip
from packetwave.server.console.parts.words import Matter
from packetwave.server.console.status_words import store_matter, store_state
from packetwave.server.engine.notices import Status
from packetwave.server.watch.states import CaptureState
from packetwave.ui.labels import label
from packetwave.ui.plain import plain
from packetwave.ui.theme import Theme

translate = QCoreApplication.translate


class StatusLine(QFrame):
    """The line of chips at the top of the window.

    Signals: capture_wanted(), members_wanted(), clients_wanted(), settings_wanted(), findings_wanted(): a
    part was clicked.

    findings is there only while something is the matter with the mirror, pairing while a PC waits for it.
    """

    capture_wanted = Signal()
    members_wanted = Signal()
    clients_wanted = Signal()
    settings_wanted = Signal()
    findings_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("status_line")
        self.capture, self.sip, self.clients = (Chip(theme) for _ in range(3))
        self.store, self.findings, self.pairing = (Chip(theme) for _ in range(3))
        self._chips = (self.capture, self.sip, self.clients, self.store, self.findings, self.pairing)
        self._shut_out = False
        self._today = label(kind="muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(10)
        for chip in self._chips:
            row.addWidget(chip)
        row.addStretch(1)
        row.addWidget(self._today)
        self.capture.clicked.connect(self.capture_wanted)
        self.sip.clicked.connect(self.capture_wanted)
        self.clients.clicked.connect(self._on_clients)
        self.store.clicked.connect(self.members_wanted)
        self.findings.clicked.connect(self.findings_wanted)
        self.pairing.clicked.connect(self.clients_wanted)
        self.set_theme(theme)
        self.show_status(Status())
        self.show_today(Tally())

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self.setStyleSheet(
            f"#status_line {{ background: {theme.surface}; border: none;"
            f" border-bottom: 1px solid {theme.border}; }}"
        )
        for chip in self._chips:
            chip.set_theme(theme)

    def show_status(self, status: Status, shut_out: Matter | None = None) -> None:
        """The server's state. shut_out: why no client can connect, None where nothing is in their way."""
        tone, word = capture_state(status)
        where = plain(status.capture_detail) if status.capture is not CaptureState.FAILED else ""
        matter = capture_matter(status)
        hint = "" if matter is None else f"{matter.what}\n{matter.next_step}".strip()
        self.capture.show_cell(Cell(strong=word, text=where), tone, hint)
        rate = rate_text(status.sip_per_s)
        seen = translate("status", "{rate}/s").format(rate=rate)
        if status.rtp_per_s_estimate:
            speech = translate("status", "RTP ≈{rate}/s").format(rate=rate_text(status.rtp_per_s_estimate))
            seen = f"{seen} · {speech}"
        self.sip.show_cell(
            Cell(text="SIP", faint=seen),
            hint=translate("status", "SIP messages read: {count}").format(count=f"{status.sip_messages:,}"),
        )
        connected = len(status.clients)
        self.clients.show_cell(
            Cell(
                text=translate("status", "PC"),
                faint=translate("status", "{connected}/{expected} connected").format(
                    connected=connected, expected=status.members_expected
                ),
            ),
            Tone.BAD if shut_out else None,
            plain(status.listening) if shut_out is None else f"{shut_out.what}\n{shut_out.next_step}",
        )
        self._shut_out = shut_out is not None
        self._show_store(status)
        self._show_findings(status)
        self._show_pairing(status)

    def show_today(self, tally: Tally) -> None:
        """Calls of today."""
        self._today.setText(
            translate("status", "Today: calls {calls} · missed {missed}").format(
                calls=f"{tally.calls:,}", missed=f"{tally.missed:,}"
            )
        )

    def _on_clients(self) -> None:
        (self.settings_wanted if self._shut_out else self.clients_wanted).emit()

    def _show_pairing(self, status: Status) -> None:
        waiting = len(status.trust.requests)
        self.pairing.setVisible(bool(waiting))
        if waiting:
            tone, text = waiting_words(waiting)
            self.pairing.show_cell(Cell(text=text), tone)

    def _show_findings(self, status: Status) -> None:
        findings = status.findings
        self.findings.setVisible(bool(findings))
        if findings:
            tone, _ = finding_state(findings[0])
            matters = [finding_matter(finding) for finding in findings]
            self.findings.show_cell(
                Cell(text=translate("status", "Diagnosis"), faint=str(len(findings))),
                tone,
                "\n\n".join(f"{matter.what}\n{matter.next_step}" for matter in matters),
            )

    def _show_store(self, status: Status) -> None:
        tone, word = store_state(status)
        unwritten = ""
        if status.unwritten_calls:
            unwritten = translate("status", "not written: {count}").format(count=status.unwritten_calls)
        matter = store_matter(status)
        self.store.show_cell(
            Cell(text=translate("status", "DB"), faint=f"{word} · {unwritten}" if unwritten else word),
            tone if tone is not Tone.GOOD else None,
            plain(status.store_detail) if matter is None else f"{matter.what}\n{matter.next_step}",
        )
