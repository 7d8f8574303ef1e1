"""The part of the client's window in which this PC is paired: how it stands, the digits, what can be done.

Tells by signals what was chosen, and does none of it. Qt main thread.
"""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from packetwave.client.bond import BondState, Standing
from packetwave.client.desk import pairing_words
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.preset import Origin, Preset
from packetwave.ui.labels import label
from packetwave.ui.theme import scaled

_DIGITS_SCALE = 3.0


class PairingPanel(QFrame):
    """How this PC stands with its server. given: what was set beforehand.

    Signals: pair(), confirm(), cancel(), each when it was chosen.
    """

    pair = Signal()
    confirm = Signal()
    cancel = Signal()

    def __init__(
        self,
        bond: BondState,
        link: LinkState,
        given: Preset = Preset(),  # noqa: B008 - a frozen value
    ) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._bond, self._link, self._given = bond, link, given
        self.title = label(wrap=True)
        self.advice, self.note = label(kind="muted", wrap=True), label(kind="muted", wrap=True)
        self.digits = label()
        self.digits.setFont(scaled(self.font(), _DIGITS_SCALE, bold=True))
        self.digits.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.digits.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # so that a screen reader stops here
        self.pair_button, self.confirm_button, self.cancel_button = (QPushButton() for _ in range(3))
        self.confirm_button.setProperty("kind", "primary")
        self.pair_button.clicked.connect(self.pair)
        self.confirm_button.clicked.connect(self.confirm)
        self.cancel_button.clicked.connect(self.cancel)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.pair_button, self.confirm_button, self.cancel_button):
            buttons.addWidget(button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(6)
        for widget in (self.title, self.digits, self.advice, self.note):
            rows.addWidget(widget)
        rows.addLayout(buttons)
        self._show()

    def show_state(self, bond: BondState, link: LinkState) -> None:
        """Say how it stands."""
        began = bond.standing is Standing.COMPARING and self._bond.standing is not Standing.COMPARING
        self._bond, self._link = bond, link
        self._show()
        if began and self.window().isActiveWindow():
            self.digits.setFocus()  # which has them read out

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._show()
        super().changeEvent(event)

    def _show(self) -> None:
        bond, link = self._bond, self._link
        changed = link.reason is Reason.CERTIFICATE_CHANGED
        title, advice = pairing_words.bond(bond, is_stopped=changed)
        self.title.setText(title)
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))
        note = pairing_words.given(self._given)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.digits.setVisible(bool(bond.digits))
        self.digits.setText(pairing_words.digits(bond.digits) if bond.digits else "")
        self.digits.setAccessibleName(pairing_words.spelled(bond.digits) if bond.digits else "")
        ended = bond.standing is Standing.REFUSED
        can_pair = bond.standing in (Standing.UNPAIRED, Standing.REFUSED) and link.phase is Phase.CONNECTED
        can_mend = changed and self._given.pinned_by is Origin.USER and bond.standing is Standing.PAIRED
        self.pair_button.setText(self.tr("Pair anew") if changed or ended else self.tr("Pair this PC"))
        self.pair_button.setVisible(can_pair or can_mend)
        self.confirm_button.setText(self.tr("They are the same"))
        self.confirm_button.setVisible(bond.standing is Standing.COMPARING)
        self.cancel_button.setText(self.tr("Cancel"))
        self.cancel_button.setVisible(
            bond.standing in (Standing.ASKING, Standing.COMPARING, Standing.CONFIRMED)
        )
