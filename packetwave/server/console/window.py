"""The server console's window: status line, navigation, pages. Hands each notice to the page it is about.

Qt main thread. It knows the engine only as `submit`, and hears of it only through the bridge.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QCoreApplication, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from packetwave.server.console.calls.log import MAX_SHOWN, CallLog
from packetwave.server.console.calls.page import CallsPage
from packetwave.server.console.capture.page import CapturePage
from packetwave.server.console.capture.words import capture_matter, door_matter, listing_matter
from packetwave.server.console.clients.page import ClientsPage
from packetwave.server.console.findings import FindingsPanel, finding_matter
from packetwave.server.console.members.page import MembersPage
from packetwave.server.console.members.table import MemberModel
from packetwave.server.console.parts.widgets import Banner
from packetwave.server.console.parts.words import Matter
from packetwave.server.console.settings.page import SettingsPage, Surroundings
from packetwave.server.console.settings.words import shut_out
from packetwave.server.console.status_line import StatusLine
from packetwave.server.console.status_words import News, lines_matter, news, store_matter
from packetwave.server.diagnosis import Severity
from packetwave.server.engine.notices import (
    ApprovePairing,
    CallChanged,
    ChangeMembers,
    Command,
    DenyPairing,
    DropEnrolmentKey,
    HistoryLoaded,
    HistoryRemoved,
    KeepDays,
    KeyMade,
    LoadHistory,
    MakeEnrolmentKey,
    MembersChanged,
    Refused,
    RevokePairing,
    Status,
    StatusChanged,
    UsePlain,
    WatchInterfaces,
)
from packetwave.server.machine.this_pc import Setup
from packetwave.server.store.base import StoreState
from packetwave.server.watch.states import CaptureState, InterfacesChanged
from packetwave.ui import icons
from packetwave.ui.bridge import Bridge
from packetwave.ui.labels import set_tip
from packetwave.ui.theme import Theme

translate = QCoreApplication.translate

_HISTORY = timedelta(days=366)
_NAVIGATION_WIDTH = 192


def utc_now() -> datetime:
    """The clock of everything here but tests."""
    return datetime.now(UTC)


class ConsoleWindow(QWidget):
    """The server's window.

    submit: takes commands, never blocks. bridge: brings notices; anything else it brings is ignored.

    Attributes: calls, members, clients, capture, settings, the pages; status_line; findings, the panel under
    it; trouble, the banner above the pages.
    """

    def __init__(
        self,
        submit: Callable[[Command], object],
        bridge: Bridge,
        theme: Theme,
        place: Surroundings,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self._submit = submit
        self._now = now
        self._theme = theme
        self._status = Status()
        self._listed: InterfacesChanged | None = None
        self._setup: Setup | None = None
        self._leads_to: QWidget | None = None  # where the trouble's button leads
        self._news: News | None = None
        self._read: dict[str, object] = {}  # of each kind of news the last one that was read
        self._was_removed = False  # calls, from the history that is asked for
        self._wants_history = False  # refused while the database was away
        self.setObjectName("console")
        self.setWindowTitle(translate("window", "PacketWave Server"))
        self.setWindowIcon(icons.icon("server", theme.accent))
        self.resize(1180, 760)
        self.setMinimumSize(860, 560)
        self.status_line = StatusLine(theme)
        self.findings = FindingsPanel(theme)
        self.trouble = Banner(theme, translate("window", "Check again"))
        members = MemberModel()
        log = CallLog(now)
        self.calls = CallsPage(log, theme)
        self.members = MembersPage(members, theme)
        self.clients = ClientsPage(submit, theme, now)
        self.capture = CapturePage(submit, theme)
        self.settings = SettingsPage(place, theme)
        members.setParent(self.members)
        log.setParent(self.calls)
        self._pages = QStackedWidget()
        self._pages.setObjectName("pages")
        self._lay_out()
        members.changes_wanted.connect(lambda changes: submit(ChangeMembers(tuple(changes))))
        log.tally_changed.connect(self._show_today)
        self.calls.capture_wanted.connect(lambda: self.show_page(self.capture))
        self.status_line.capture_wanted.connect(lambda: self.show_page(self.capture))
        self.status_line.members_wanted.connect(lambda: self.show_page(self.members))
        self.status_line.clients_wanted.connect(lambda: self.show_page(self.clients))
        self.status_line.settings_wanted.connect(lambda: self.show_page(self.settings))
        self.status_line.findings_wanted.connect(self._turn_findings)
        self.findings.mend_wanted.connect(submit)
        self.settings.keep_days_chosen.connect(lambda days: submit(KeepDays(days)))
        self.settings.setup_changed.connect(self._on_setup)
        self.trouble.acted.connect(self._act_on_trouble)
        bridge.received.connect(self.take)
        self.set_theme(theme)
        self._group.button(0).setFocus()

    def _lay_out(self) -> None:
        self._navigation = QFrame()
        self._navigation.setObjectName("navigation")
        self._navigation.setFixedWidth(_NAVIGATION_WIDTH)
        entries = QVBoxLayout(self._navigation)
        entries.setContentsMargins(8, 12, 8, 12)
        entries.setSpacing(2)
        self._group = QButtonGroup(self)
        for page, icon_name, text in (
            (self.calls, "phone", translate("window", "Calls")),
            (self.members, "people", translate("window", "Members")),
            (self.clients, "pc", translate("window", "PC connections")),
            (self.capture, "capture", translate("window", "Capture")),
            (self.settings, "settings", translate("window", "Settings")),
        ):
            number = self._pages.addWidget(page)
            entry = QPushButton(f"  {text}")  # the style leaves no room beside the icon
            entry.setAccessibleName(text)
            entry.setObjectName("entry")
            entry.setCheckable(True)
            entry.setIconSize(QSize(18, 18))
            entry.setProperty("navigation_icon", icon_name)
            entry.setShortcut(f"Ctrl+{number + 1}")
            set_tip(entry, f"Ctrl+{number + 1}")
            self._group.addButton(entry, number)
            entries.addWidget(entry)
        entries.addStretch()
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._on_navigation)
        right = QVBoxLayout()
        right.setSpacing(0)
        trouble = QVBoxLayout()
        trouble.setContentsMargins(16, 0, 16, 0)
        trouble.addWidget(self.trouble)
        self._trouble_room = trouble
        right.addLayout(trouble)
        right.addWidget(self._pages, 1)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self._navigation)
        below.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.status_line)
        column.addWidget(self.findings)
        column.addLayout(below, 1)

    def ask_for_history(self) -> None:
        """Ask the engine for the calls stored before; once, when it runs."""
        self._wants_history = False
        self._submit(LoadHistory(self._now() - _HISTORY, MAX_SHOWN))

    def show_page(self, page: QWidget) -> None:
        """Turn to a page."""
        self._group.button(self._pages.indexOf(page)).setChecked(True)

    def page(self) -> QWidget:
        """The page shown."""
        return self._pages.currentWidget()

    def come_to_front(self) -> None:
        """Show the window over others, also when it was minimised."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    @Slot(object)
    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        self._navigation.setStyleSheet(
            f"#navigation {{ background: {theme.surface}; border: none;"
            f" border-right: 1px solid {theme.border}; }}"
            f"#entry {{ text-align: left; border: 1px solid transparent; border-radius: 8px;"
            f" padding: 8px 10px; background: transparent; color: {theme.text}; }}"
            f"#entry:hover {{ background: {theme.background}; }}"
            f"#entry:checked {{ background: {theme.accent_soft}; color: {theme.accent}; font-weight: 600; }}"
            f"#entry:focus {{ border-color: {theme.accent}; }}"
        )
        pages = (self.calls, self.members, self.clients, self.capture, self.settings)
        for part in (self.status_line, self.findings, self.trouble, *pages):
            part.set_theme(theme)
        self._color_navigation()

    @Slot(object)
    def take(self, notice: object) -> None:
        """A notice of the engine."""
        match notice:
            case StatusChanged(status):
                self._show_status(status)
            case CallChanged(record):
                self.calls.log.put(record)
                self.clients.show_call(record)
            case HistoryLoaded(records):
                self.calls.log.load(records, anew=self._was_removed)
                self._was_removed = False
            case HistoryRemoved():
                self._was_removed = True
                self.ask_for_history()
            case MembersChanged(table):
                self.members.show_table(table)
                self.clients.show_table(table)
            case KeyMade():
                self.clients.show_made(notice)
            case Refused(
                ApprovePairing()
                | DenyPairing()
                | RevokePairing()
                | MakeEnrolmentKey()
                | DropEnrolmentKey()
                | UsePlain()
            ):
                self.clients.show_refusal(notice)
                self.show_page(self.clients)
            case InterfacesChanged():
                self._take_interfaces(notice)
            case Refused(ChangeMembers()):
                self.members.show_refusal(notice)
                self.show_page(self.members)
            case Refused(LoadHistory()):
                self._wants_history = True
            case Refused():
                self.capture.show_refusal(notice)
            case _:
                pass

    def _take_interfaces(self, listed: InterfacesChanged) -> None:
        self._listed = listed
        self.capture.show_interfaces(listed.interfaces)
        self._show_trouble_of(self._status)
        if not self.capture.isVisible():
            self._submit(WatchInterfaces(False))  # it was asked only whether they can be listed

    def _show_status(self, status: Status) -> None:
        if self._listed is None and status.capture is CaptureState.STOPPED and not status.interface:
            # The first start: a missing driver is said at once, not when the capture page is turned to.
            self._listed = InterfacesChanged(())
            self._submit(WatchInterfaces(True))
        if self._wants_history and status.store is not StoreState.AWAY:
            self.ask_for_history()
        self.status_line.show_status(status, shut_out(self._setup, status))
        self.capture.show_status(status)
        self.clients.show_status(status)
        self.settings.show_status(status)
        self.calls.set_watching(status.capture in (CaptureState.WATCHING, CaptureState.REPLAYING))
        self.members.show_clients(status.clients)
        self.findings.show_findings(status.findings)
        self._status = status
        self._show_trouble_of(status)

    def _turn_findings(self) -> None:
        self.findings.setVisible(self.findings.isHidden())
        self._show_trouble_of(self._status)

    def _show_trouble_of(self, status: Status) -> None:
        """Show the most urgent trouble in the banner, but not again what the open findings panel says."""
        found = None if self.findings.isVisible() else _no_calls(status)
        doors_do = status.capture is CaptureState.WATCHING and not status.interface
        listed = listing_matter(self._listed) if self._listed is not None and not doors_do else None
        capture = capture_matter(status) or listed or door_matter(status)
        matter, self._leads_to = capture or store_matter(status), self.capture
        self._news = None if matter is not None else self._unread(status)
        if self._news is not None:
            matter, self._leads_to = self._news.matter, None
        if matter is None:
            matter, self._leads_to = lines_matter(status), self.capture
        if matter is None:
            matter, self._leads_to = found, self.capture
        if matter is None and self.page() is not self.settings:
            matter, self._leads_to = shut_out(self._setup, status), self.settings
        self._show_trouble(matter)

    def _unread(self, status: Status) -> News | None:
        return next((each for each in news(status) if self._read.get(each.kind) != each.which), None)

    def _show_trouble(self, matter: Matter | None) -> None:
        self._trouble_room.setContentsMargins(16, 0 if matter is None else 16, 16, 0)
        action = translate("window", "Settings") if self._leads_to is self.settings else ""
        if self._leads_to is None:
            action = translate("window", "Understood")
        self.trouble.show_matter(matter, translate("window", "Npcap's page"), action)

    def _act_on_trouble(self) -> None:
        if self._news is not None:
            self._read[self._news.kind] = self._news.which
            self._show_trouble_of(self._status)
            return
        if self._leads_to is self.settings:
            self.show_page(self.settings)
            return
        self.show_page(self.capture)
        self.capture.check_again()

    def _on_setup(self, setup: Setup) -> None:
        self._setup = setup
        self.clients.show_addresses(setup.addresses)
        self._show_status(self._status)

    def _show_today(self) -> None:
        self.status_line.show_today(self.calls.log.today)

    def _on_navigation(self, number: int, on: bool) -> None:
        if on:
            self._pages.setCurrentIndex(number)
            self._show_trouble_of(self._status)  # a page does not say its own matter twice
        self._color_navigation()

    def _color_navigation(self) -> None:
        for entry in self._group.buttons():
            color = self._theme.accent if entry.isChecked() else self._theme.text
            entry.setIcon(icons.icon(entry.property("navigation_icon"), color))


def _no_calls(status: Status) -> Matter | None:
    """A finding that costs all calls, None for none."""
    worst = (finding for finding in status.findings if finding.severity is Severity.ERROR)
    return next(map(finding_matter, worst), None)
