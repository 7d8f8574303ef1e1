"""The settings page: can clients get in, does the server start with Windows, and this program itself.

Qt main thread. What is asked of the PC is asked beside it (`Background`): it takes seconds, or a person's
answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from packetwave import __version__
from packetwave.common.choices import LANGUAGE_NAMES, LanguageChoice, ThemeChoice
from packetwave.protocol.rules import DEFAULT_PLAIN_PORT, DEFAULT_TLS_PORT
from packetwave.server.console.parts.background import Background
from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.parts.widgets import button, color_icons, page_column
from packetwave.server.console.settings.setup_card import Address, SetupCard, row_of
from packetwave.server.console.settings.words import (
    listening,
    reach_state,
    result_words,
    shut_doors,
    start_words,
)
from packetwave.server.engine.notices import Status
from packetwave.server.machine.firewall import LETS_IN, SHUTS_OUT, Door
from packetwave.server.machine.setup import Action, SetupCode, SetupResult
from packetwave.server.machine.task import StartState
from packetwave.server.machine.this_pc import Pc, Setup
from packetwave.server.settings import KEEP_DAYS
from packetwave.ui.labels import ElidedLabel, label, set_tip
from packetwave.ui.theme import Theme

translate = QCoreApplication.translate

_AGAIN_MS = 60_000
"""How often the firewall is looked at again while it keeps clients out: it may be opened elsewhere."""

_NETWORK_SETTINGS = "ms-settings:network"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where and how this program runs."""

    data_dir: Path
    keep: Callable[[str, str], object]
    """Stores a setting (name, value) for the next start too. May raise OSError; any thread."""

    pc: Pc | None = None
    """None where there is nothing to set up on the PC."""

    language: LanguageChoice = "auto"
    theme: ThemeChoice = "system"
    keep_days: int = 90


class SettingsPage(QWidget):
    """The page with what can be set, in cards.

    Signals: setup_changed(Setup): what is set up on the PC was looked at; theme_chosen(str);
    keep_days_chosen(int): calls are to be kept so many days.

    Attributes: reach, start: the cards, None where there is nothing to set up; privacy, program.
    """

    setup_changed = Signal(object)
    theme_chosen = Signal(str)
    keep_days_chosen = Signal(int)

    def __init__(self, place: Surroundings, theme: Theme) -> None:
        super().__init__()
        self._place = place
        self._theme = theme
        self._status = Status()
        self._setup: Setup | None = None
        self._looking = False
        self._changing = False
        self._background = Background(self)
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self.look)
        self.reach = self._reach_card() if place.pc is not None else None
        self.start = self._start_card() if place.pc is not None else None
        self.privacy = self._privacy_card()
        self.program = self._program_card()
        self._lay_out()
        self.set_theme(theme)
        self._show()

    # What it is made of

    def _lay_out(self) -> None:
        inside = QWidget()
        column = page_column(inside)
        for card in self._cards():
            column.addWidget(card)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the focus of what is in it
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def _cards(self) -> list[SetupCard]:
        return [card for card in (self.reach, self.start, self.privacy, self.program) if card is not None]

    def _reach_card(self) -> SetupCard:
        card = SetupCard(
            translate("setup", "Connections from clients"),
            translate(
                "setup",
                "The rule lets clients in to this program's port alone, on domain and private networks. "
                "Windows asks for an administrator.",
            ),
            self._theme,
        )
        self._shut_doors = label(kind="wrong", wrap=True)
        self._shut_doors.hide()
        card.body.addWidget(self._shut_doors)
        self._addresses = QHBoxLayout()
        self._addresses.setSpacing(0)
        self._addresses_name = label(translate("setup", "This PC's address for clients:"), kind="muted")
        self._addresses_name.hide()
        card.body.addWidget(self._addresses_name)
        card.body.addLayout(self._addresses)
        self.add_rule = button(
            translate("setup", "Add the firewall rule"), lambda: self._change(Action.FIREWALL), primary=True
        )
        self.remove_rule = button(
            translate("setup", "Remove the rule"), lambda: self._change(Action.NO_FIREWALL)
        )
        self.network_settings = button(
            translate("setup", "Open Windows' network settings"),
            lambda: QDesktopServices.openUrl(QUrl(_NETWORK_SETTINGS)),
        )
        self.look_again = button(translate("setup", "Check again"), self.look)
        card.add_buttons(self.add_rule, self.network_settings, self.remove_rule, self.look_again)
        return card

    def _start_card(self) -> SetupCard:
        card = SetupCard(
            translate("setup", "Start with Windows"),
            translate(
                "setup",
                "For a PC that nobody signs in to: the server starts without a window when the PC is "
                "switched on, and again should it fail. A copy of this program is kept in Program Files, "
                "where only administrators can change it.",
            ),
            self._theme,
        )
        self._as_system = label(
            translate(
                "setup",
                "Npcap was installed for administrators only, so the server runs as SYSTEM. "
                "Installed again without that restriction, an account with next to no rights is enough.",
            ),
            kind="muted",
            wrap=True,
        )
        self._as_system.hide()
        card.body.addWidget(self._as_system)
        self.add_task = button("", lambda: self._change(Action.TASK))
        self.remove_task = button(translate("setup", "Turn off"), lambda: self._change(Action.NO_TASK))
        card.add_buttons(self.add_task, self.remove_task)
        return card

    def _privacy_card(self) -> SetupCard:
        card = SetupCard(
            translate("setup", "How long calls are kept"),
            translate(
                "setup",
                "Who called whom and when is personal data: keep it only as long as the office needs it. "
                "Once a day calls that are older are removed for good, from the log files too. "
                "A shorter time removes calls within a day, and they cannot be brought back.",
            ),
            self._theme,
        )
        self.keep_days = QSpinBox(minimum=KEEP_DAYS[0], maximum=KEEP_DAYS[-1], value=self._place.keep_days)
        self.keep_days.setKeyboardTracking(False)
        self.keep_days.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # no accident by the mouse wheel
        self.keep_days.installEventFilter(self)
        self.keep_days.editingFinished.connect(self._on_keep_days)
        self._kept_days = self._place.keep_days
        days = label(translate("setup", "days after they are over"), kind="muted")
        card.body.addLayout(row_of(translate("setup", "Keep calls"), self.keep_days, days))
        return card

    def _program_card(self) -> SetupCard:
        card = SetupCard(
            translate("setup", "This program"),
            translate("setup", "PacketWave Server {version}").format(version=__version__),
            self._theme,
        )
        folder = ElidedLabel(str(self._place.data_dir))
        set_tip(folder, str(self._place.data_dir))
        data = button(translate("setup", "Open the data folder"), lambda: self._open(self._place.data_dir))
        logs = button(
            translate("setup", "Open the log folder"), lambda: self._open(self._place.data_dir / "logs")
        )
        card.body.addLayout(row_of(translate("setup", "Data folder"), folder, data, logs))
        self.language = _choice(
            {
                "auto": translate("setup", "As in Windows")
                if self._place.pc
                else translate("setup", "As the system"),
                **LANGUAGE_NAMES,
            },
            self._place.language,
        )
        self.theme = _choice(
            {
                "system": translate("setup", "As the system"),
                "light": translate("setup", "Light"),
                "dark": translate("setup", "Dark"),
            },
            self._place.theme,
        )
        self._language_note = label(translate("setup", "From the next start on."), kind="muted")
        self._language_note.hide()
        card.body.addLayout(row_of(translate("setup", "Language"), self.language, self._language_note))
        card.body.addLayout(row_of(translate("setup", "Colours"), self.theme))
        self.language.activated.connect(self._on_language)
        self.theme.activated.connect(self._on_theme)
        return card

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        for card in self._cards():
            card.set_theme(theme)
        color_icons(self, theme)

    def show_status(self, status: Status) -> None:
        """The server's state: the port it listens at, and who is connected."""
        first = listening(self._status).ports != listening(status).ports
        others = _udp_ports(self._status) != _udp_ports(status)
        self._status = status
        self._show()
        if first or others:
            self.look()

    def look(self) -> None:
        """Look at what is set up on the PC; `setup_changed` follows."""
        pc, ports = self._place.pc, listening(self._status).ports
        if pc is None or not ports or self._looking:
            return
        self._looking = True
        doors = _udp_ports(self._status)

        def then(found: Setup | OSError) -> None:
            self._on_look(found)
            if doors != _udp_ports(self._status) or ports != listening(self._status).ports:
                self.look()

        self._background.run(lambda: pc.look(ports, doors), then)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.look()

    def _on_look(self, found: Setup | OSError) -> None:
        self._looking = False
        if isinstance(found, Setup):
            if self._setup is None or self._setup.addresses != found.addresses:
                self._show_addresses(found)
            self._setup = found
            self.setup_changed.emit(found)
            self._show()
            if found.firewall.door in SHUTS_OUT or found.shut_doors:
                self._again.start()

    def _show(self) -> None:
        setup = self._setup
        if self.reach is None or self.start is None:
            return
        for each in (self.add_rule, self.remove_rule, self.look_again, self.add_task, self.remove_task):
            each.setEnabled(setup is not None and not self._changing)
        self.start.setVisible(setup is not None and setup.start is not None)
        if setup is None:
            self._show_nothing_yet()
            return
        self.reach.show_state(*reach_state(setup, self._status))
        door = setup.firewall.door
        keeps_out = door not in LETS_IN | {Door.PUBLIC} and not listening(self._status).local
        self.add_rule.setVisible(keeps_out or (bool(setup.shut_doors) and door is not Door.PUBLIC))
        self._shut_doors.setText(shut_doors(setup))
        self._shut_doors.setVisible(bool(setup.shut_doors))
        self.network_settings.setVisible(door is Door.PUBLIC)
        self.remove_rule.setVisible(setup.firewall.has_rule)
        if setup.start is not None:
            self._show_start(setup.start, as_system=setup.administrators_only)

    def _show_nothing_yet(self) -> None:
        assert self.reach is not None
        self.reach.show_state(Tone.QUIET, translate("setup", "Being checked"))
        self.network_settings.hide()
        self.remove_rule.hide()

    def _show_start(self, state: StartState, *, as_system: bool) -> None:
        assert self.start is not None
        self.start.show_state(*start_words(state))
        self._as_system.setVisible(as_system)
        renews = state in (StartState.OUTDATED, StartState.BROKEN)
        text = translate("setup", "Renew") if renews else translate("setup", "Turn on")
        self.add_task.setText(text)
        self.add_task.setAccessibleName(text)
        self.add_task.setVisible(state is not StartState.ON)
        self.remove_task.setVisible(state is not StartState.OFF)

    def _show_addresses(self, setup: Setup) -> None:
        while self._addresses.count():
            widget = self._addresses.takeAt(0).widget()
            if isinstance(widget, QWidget):  # and not the room that is left
                widget.deleteLater()
        port = listening(self._status).port
        with_port = "" if port in (DEFAULT_PLAIN_PORT, DEFAULT_TLS_PORT) else f":{port}"
        for address in (*setup.addresses, setup.name):
            text = f"{address}{with_port}"
            copy = translate("setup", "Copy {address}").format(address=text)
            self._addresses.addWidget(Address(text, copy, self._theme))
        self._addresses.addStretch(1)
        self._addresses_name.show()

    # What is changed

    def _change(self, action: Action) -> None:
        pc, ports = self._place.pc, listening(self._status).ports
        card = self.reach if action in (Action.FIREWALL, Action.NO_FIREWALL) else self.start
        if pc is None or card is None or not ports or self._changing:
            return
        self._changing = True
        card.show_said("")
        self._show()

        def then(result: SetupResult | OSError) -> None:
            self._changing = False
            if isinstance(result, OSError):
                result = SetupResult(SetupCode.COMMAND_FAILED, str(result))
            card.show_said(result_words(result))
            self._show()
            self.look()

        doors = _udp_ports(self._status)
        self._background.run(lambda: pc.change(action, ports, doors), then)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The mouse wheel over the days turns the page, not the days."""
        if watched is self.keep_days and event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _on_keep_days(self) -> None:
        if self.keep_days.value() != self._kept_days:
            self._kept_days = self.keep_days.value()
            self.keep_days_chosen.emit(self._kept_days)

    def _on_language(self) -> None:
        self._language_note.show()
        self._keep("language", self.language.currentData())

    def _on_theme(self) -> None:
        self.theme_chosen.emit(self.theme.currentData())
        self._keep("theme", self.theme.currentData())

    def _keep(self, name: str, value: str) -> None:
        def then(error: object) -> None:
            said = translate("setup", "The choice could not be stored: {reason}")
            failed = isinstance(error, OSError)
            self.program.show_said(said.format(reason=error) if failed else "")

        self._background.run(lambda: self._place.keep(name, value), then)

    def _open(self, folder: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _udp_ports(status: Status) -> tuple[int, ...]:
    """Those of the doors beside the mirror that are to be open."""
    return tuple(door.state.port for door in status.doors)


def _choice(texts: dict[str, str], chosen: str) -> QComboBox:
    made = QComboBox()
    for value, text in texts.items():
        made.addItem(text, value)
    made.setCurrentIndex(made.findData(chosen))
    return made
