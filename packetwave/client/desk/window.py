"""The client's one window: how the link is in two sentences, the server's address, language and look.

Owns what is typed into it; what was chosen goes out by signals. What the installation or a policy has set is
shown, with who set it, and cannot be changed. It is the whole client where there is no tray. Qt main thread.
"""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from packetwave import __version__
from packetwave.client.address import BadAddress, complete
from packetwave.client.bond import BondState
from packetwave.client.desk import words
from packetwave.client.desk.pairing import PairingPanel
from packetwave.client.desk.tray import icon_name
from packetwave.client.link import LinkState, Phase
from packetwave.client.preset import Origin, Preset, Setting, is_locked
from packetwave.client.settings import ClientSettings
from packetwave.common.choices import LANGUAGE_NAMES, THEME_CHOICES
from packetwave.common.settings import Trouble
from packetwave.common.supervision import Failure
from packetwave.ui.icons import icon, pixmap
from packetwave.ui.labels import label
from packetwave.ui.theme import scaled

_LANGUAGES: dict[str, str] = {"auto": "", **LANGUAGE_NAMES}  # "auto" is said in the language of the window


class StateWindow(QWidget):
    """The client's window: the link's state, and what can be set.

    server: the one that holds at the start. given: what was set beforehand. trouble: of the settings file.
    unwritable: why nothing can be kept, "" where it can. bond: how this PC stands with its server.

    Signals: server_chosen(str), language_chosen(str), theme_chosen(str) as in `ClientSettings`; retry(),
    test_popup(), quit(); window_closed() when the user closed it. Those of `pairing` are its own.
    """

    server_chosen = Signal(str)
    language_chosen = Signal(str)
    theme_chosen = Signal(str)
    retry = Signal()
    test_popup = Signal()
    quit = Signal()
    window_closed = Signal()

    def __init__(
        self,
        settings: ClientSettings,
        server: Setting,
        state: LinkState,
        given: Preset = Preset(),  # noqa: B008 - a frozen value
        trouble: Trouble = Trouble.NONE,
        unwritable: str = "",
        bond: BondState = BondState(),  # noqa: B008 - a frozen value
    ) -> None:
        super().__init__()
        self.setObjectName("client")
        self.setWindowIcon(icon("client"))
        self._state, self._bond = state, bond
        self._given = given
        self._trouble = trouble
        self._unwritable = unwritable
        self._not_saved = ""
        self._failure: Failure | None = None
        self._is_locked = is_locked(server)
        self._build()
        self._tried = server.text
        self.server.setText(server.text)
        self.server.setReadOnly(self._is_locked)
        self.server_note.setVisible(self._is_locked)
        for widget in (self._extension_label, self.extension, self.extension_note):
            widget.setVisible(bool(given.extension.text))
        self.extension.setText(given.extension.text)
        by_policy = given.language.origin is Origin.POLICY
        self.language.setEnabled(not by_policy)
        self.language_note.setVisible(by_policy)
        chosen = given.language.text if by_policy else settings.language
        self.language.setCurrentIndex(self.language.findData(chosen))
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        self.server.textEdited.connect(self._on_edited)
        self.server.returnPressed.connect(self._on_connect)
        self.connect_button.clicked.connect(self._on_connect)
        self.language.activated.connect(lambda: self.language_chosen.emit(self.language.currentData()))
        self.theme.activated.connect(lambda: self.theme_chosen.emit(self.theme.currentData()))
        self.test_button.clicked.connect(self.test_popup)
        self.quit_button.clicked.connect(self.quit)
        self._retranslate()

    def show_bond(self, bond: BondState) -> None:
        """Say how this PC stands with its server."""
        self._bond = bond
        self.pairing.show_state(bond, self._state)

    def show_state(self, state: LinkState) -> None:
        """Say how the link is."""
        self._state = state
        self.pairing.show_state(self._bond, state)
        title, advice = words.link(state, self._given.server, self._given.pinned_by)
        self.title.setText(title)
        self.advice.setText(advice)
        self._sign.setPixmap(pixmap(icon_name(state, 0), "#000000", 40, self.devicePixelRatioF()))
        waiting = state.phase is Phase.WAITING and state.retry_in_s is not None
        unchanged = self.server.text().strip() == self._tried
        self.connect_button.setText(self.tr("Try now") if waiting and unchanged else self.tr("Connect"))
        self.connect_button.setEnabled(waiting or not unchanged)

    def show_not_saved(self, reason: str) -> None:
        """Say that the last choice could not be written, and why; "" once one could."""
        self._not_saved = reason
        if not reason:
            self._unwritable = ""
        self._show_notice()

    def show_failure(self, failure: Failure) -> None:
        """Say that something in the client itself failed."""
        self._failure = failure
        self._show_notice()

    def bring_to_front(self) -> None:
        """Show the window over the others, and give it the keyboard."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._make_room()
        return handled

    def _make_room(self) -> None:
        """Grow for text that takes a line more now: a layout alone would cut the lines there are."""
        layout = self.layout()
        needed = layout.totalHeightForWidth(self.width()) if layout is not None else 0
        if self.height() < needed:
            self.resize(self.width(), needed)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        (self.test_button if self._is_locked else self.server).setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.window_closed.emit()

    def _build(self) -> None:
        self._sign = QLabel()
        self.title = label(wrap=True)
        self.title.setFont(scaled(self.font(), 1.25, bold=True))
        self.advice = label(kind="muted", wrap=True)
        self.advice.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.advice.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._server_label, self._language_label = label(), label()
        self._theme_label, self._extension_label = label(), label()
        self.server_note, self.extension_note, self.language_note, self.notice = (
            label(kind="muted", wrap=True) for _ in range(4)
        )
        self.extension = QLineEdit()
        self.extension.setReadOnly(True)
        self.server = QLineEdit()
        self.server.setMaxLength(255)
        self.server.setPlaceholderText("192.168.0.10")
        self.connect_button = QPushButton()
        self.connect_button.setProperty("kind", "primary")
        self.wrong = label(kind="wrong", wrap=True)
        self.wrong.hide()
        self.language, self.theme = QComboBox(), QComboBox()
        for code, name in _LANGUAGES.items():
            self.language.addItem(name, code)
        for code in THEME_CHOICES:
            self.theme.addItem("", code)
        self.test_button, self.quit_button = QPushButton(), QPushButton()
        self._version = label(f"PacketWave {__version__}", kind="muted")
        for caption, field in (
            (self._server_label, self.server),
            (self._extension_label, self.extension),
            (self._language_label, self.language),
            (self._theme_label, self.theme),
        ):
            caption.setBuddy(field)

        self.pairing = PairingPanel(self._bond, self._state, self._given)
        card = QFrame()
        card.setProperty("kind", "card")
        says = QVBoxLayout()
        says.setSpacing(3)
        says.addWidget(self.title)
        says.addWidget(self.advice)
        state_row = QHBoxLayout(card)
        state_row.setContentsMargins(16, 14, 16, 12)
        state_row.setSpacing(14)
        state_row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        state_row.addLayout(says, 1)
        form = QGridLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(9)
        form.addWidget(self._server_label, 0, 0)
        form.addWidget(self.server, 0, 1)
        form.addWidget(self.connect_button, 0, 2)
        for row, note in ((1, self.wrong), (2, self.server_note), (4, self.extension_note)):
            form.addWidget(note, row, 1, 1, 2)
        form.addWidget(self._extension_label, 3, 0)
        form.addWidget(self.extension, 3, 1, 1, 2)
        form.addWidget(self._language_label, 5, 0)
        form.addWidget(self.language, 5, 1, 1, 2)
        form.addWidget(self.language_note, 6, 1, 1, 2)
        form.addWidget(self._theme_label, 7, 0)
        form.addWidget(self.theme, 7, 1, 1, 2)
        bottom = QHBoxLayout()
        bottom.addWidget(self._version)
        bottom.addStretch(1)
        bottom.addWidget(self.test_button)
        bottom.addWidget(self.quit_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(18, 18, 18, 16)
        rows.setSpacing(16)
        rows.addWidget(card)
        rows.addWidget(self.pairing)
        rows.addLayout(form)
        rows.addWidget(self.notice)
        rows.addStretch(1)
        rows.addLayout(bottom)
        self.setMinimumWidth(480)

    def _retranslate(self) -> None:
        self.setWindowTitle("PacketWave")
        self._server_label.setText(self.tr("Server"))
        self._language_label.setText(self.tr("Language"))
        self._theme_label.setText(self.tr("Appearance"))
        self._extension_label.setText(self.tr("Extension"))
        self._name(
            self.server, self.tr("Server"), self.server_note, words.server_set(self._given.server.origin)
        )
        self._name(
            self.extension,
            self.tr("Extension"),
            self.extension_note,
            words.extension_set(self._given.extension.origin),
        )
        self._name(self.language, self.tr("Language"), self.language_note, words.language_set())
        self.language.setItemText(0, self._unchosen_language())
        for index, text in enumerate((self.tr("As the system"), self.tr("Light"), self.tr("Dark"))):
            self.theme.setItemText(index, text)
        self.test_button.setText(self.tr("Test popup"))
        self.quit_button.setText(self.tr("Quit"))
        self.wrong.setText(
            self.tr("This cannot be an address. It should look like 192.168.0.10 or office-pc.")
        )
        self.show_state(self._state)
        self._show_notice()

    def _name(self, field: QWidget, name: str, note: QLabel, said: str) -> None:
        note.setText(said)
        field.setAccessibleName(name)
        field.setAccessibleDescription("" if note.isHidden() else said)

    def _unchosen_language(self) -> str:
        given = self._given.language
        if given.origin is Origin.INSTALLATION and given.text != "auto":
            return self.tr("As installed ({language})").format(language=_LANGUAGES[given.text])
        return self.tr("As the system")

    def _show_notice(self) -> None:
        if self._not_saved:
            said = words.not_saved(self._not_saved)
        elif self._failure is not None:
            said = words.failure(self._failure)
        elif self._unwritable:
            said = words.unwritable(self._unwritable)
        else:
            said = words.trouble(self._trouble)
        self.notice.setText(said)
        self.notice.setVisible(bool(said))

    def _on_edited(self) -> None:
        self._mark(wrong=False)
        self.show_state(self._state)

    def _on_connect(self) -> None:
        typed = self.server.text().strip()
        try:
            complete(typed)
        except BadAddress:
            self._mark(wrong=True)
            return
        if typed == self._tried:
            self.retry.emit()
        else:
            self._tried = typed
            self.server_chosen.emit(typed)

    def _mark(self, *, wrong: bool) -> None:
        self.wrong.setVisible(wrong)
        self.server.setProperty("wrong", wrong)
        self.server.style().unpolish(self.server)
        self.server.style().polish(self.server)
