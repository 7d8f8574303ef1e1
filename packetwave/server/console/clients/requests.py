"""PCs that wait to be paired, above the table: a card for each, with the digits to compare.

Qt main thread. Knows no engine: it says what the person has decided.
"""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from packetwave.server.console.clients.words import spaced
from packetwave.server.console.parts.widgets import button
from packetwave.server.office.validation import check_extension
from packetwave.server.sip.numbers import normalise
from packetwave.server.trust.asking import Request
from packetwave.server.trust.pairings import Pairing
from packetwave.ui.labels import label
from packetwave.ui.plain import plain
from packetwave.ui.theme import Theme, scaled

translate = QCoreApplication.translate

OthersOf = Callable[[tuple[str, ...]], tuple[Pairing, ...]]


class RequestCard(QFrame):
    """One request.

    extensions: those that the PC would be paired for. others_of: the pairings that have one of these already.

    Signals: approved(str, tuple, str): request id, ids of the pairings that are over with that, extension
    that was typed ("" for none); denied(str).

    Attributes: approve, deny, the buttons; retire, a check box, hidden where nothing would be retired;
    extension, a field, None where it is known.
    """

    approved = Signal(str, object, str)
    denied = Signal(str)

    def __init__(
        self, request: Request, extensions: tuple[str, ...], others_of: OthersOf, theme: Theme
    ) -> None:
        super().__init__()
        self.setObjectName("pairing_request")
        self.request = request
        self._extensions = extensions
        self._others_of = others_of
        who = plain(request.pc) or translate("clients", "A PC without a name")
        said = translate("clients", "{pc} at {address} asks to be paired").format(
            pc=who, address=plain(request.address)
        )
        title = label(said, wrap=True)
        title.setFont(scaled(title.font(), 1.1, bold=True))
        digits = label(spaced(request.digits))
        digits.setFont(scaled(digits.font(), 2.4, bold=True))
        digits.setAccessibleName(
            translate("clients", "Digits to compare: {digits}").format(digits=" ".join(request.digits))
        )
        digits.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard)
        compare = label(
            translate(
                "clients",
                "Compare these digits with those on the screen of that PC, or on the phone with the person "
                "in front of it. Approve only where they are the same: if not, somebody is listening in "
                "between.",
            ),
            wrap=True,
        )
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(title)
        texts.addWidget(compare)
        self.extension: QLineEdit | None = None
        texts.addLayout(self._whose(extensions))
        self.retire = QCheckBox()
        self.retire.setChecked(True)
        texts.addWidget(self.retire)
        self.approve: QPushButton = button(
            translate("clients", "Approve"), self._approve, primary=True, icon="check"
        )
        self.deny: QPushButton = button(
            translate("clients", "Refuse"), lambda: self.denied.emit(request.id), icon="close"
        )
        for each in (self.approve, self.deny):
            each.setAccessibleDescription(f"{said}. {digits.accessibleName()}")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(18)
        row.addWidget(digits)
        row.addLayout(texts, 1)
        row.addWidget(self.approve)
        row.addWidget(self.deny)
        self._allow()
        self.set_theme(theme)

    def _whose(self, extensions: tuple[str, ...]) -> QHBoxLayout:
        made = QHBoxLayout()
        if extensions:
            said = translate("clients", "It will be told of calls to: {extensions}")
            made.addWidget(label(said.format(extensions=", ".join(map(plain, extensions))), kind="muted"))
        else:
            name = label(translate("clients", "Whose PC is it? Extension:"))
            self.extension = QLineEdit()
            self.extension.setMaximumWidth(140)
            self.extension.setAccessibleName(name.text())
            self.extension.textChanged.connect(lambda _text: self._allow())
            name.setBuddy(self.extension)
            made.addWidget(name)
            made.addWidget(self.extension)
        made.addStretch(1)
        return made

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self.setStyleSheet(
            f"#pairing_request {{ background: {theme.accent_soft}; border: 1px solid {theme.accent};"
            " border-radius: 8px; }"
            f"#pairing_request QLabel, #pairing_request QCheckBox {{ color: {theme.text};"
            " background: transparent; }"
        )

    def _allow(self) -> None:
        """What can be approved as it stands."""
        self.approve.setEnabled(bool(self._whose_calls()))
        others = self._others_of(self._whose_calls())
        names = ", ".join(plain(each.pc) or each.id for each in others)
        self.retire.setText(translate("clients", "It replaces {pc}: that PC's key ends").format(pc=names))
        self.retire.setVisible(bool(others))

    def _whose_calls(self) -> tuple[str, ...]:
        """The extensions that it would be paired for."""
        if self.extension is None:
            return self._extensions
        typed = self.extension.text().strip()
        return (normalise(typed),) if typed and check_extension(typed) is None else ()

    def _approve(self) -> None:
        others = self._others_of(self._whose_calls())
        retired = tuple(each.id for each in others) if self.retire.isChecked() else ()
        typed = self._whose_calls()[0] if self.extension is not None else ""
        self.approved.emit(self.request.id, retired, typed)


class RequestList(QWidget):
    """The cards of all requests. Signals as the cards'. Attributes: cards; theme."""

    approved = Signal(str, object, str)
    denied = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.cards: list[RequestCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.hide()

    def show_requests(
        self, requests: list[tuple[Request, tuple[str, ...]]], others_of: OthersOf
    ) -> list[RequestCard]:
        """Show these, each with the extensions that are known for it; the cards that are new. A card that is
        there already stays as the person left it."""
        known = {card.request.id: card for card in self.cards}
        wanted = {request.id for request, _ in requests}
        for card in self.cards:
            if card.request.id not in wanted:
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()
        cards: list[RequestCard] = []
        new: list[RequestCard] = []
        for request, extensions in requests:
            card = known.get(request.id) or RequestCard(request, extensions, others_of, self.theme)
            if request.id not in known:
                card.approved.connect(self.approved)
                card.denied.connect(self.denied)
                self._column.addWidget(card)
                new.append(card)
            cards.append(card)
        self.cards = cards
        self.setVisible(bool(cards))
        return new

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self.theme = theme
        for card in self.cards:
            card.set_theme(theme)
