import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from packetwave import __version__
from packetwave.server.capture import DoorKind, DoorState
from packetwave.server.console.settings.setup_card import Address
from packetwave.server.engine.notices import DoorStatus, KeepDays, Status, StatusChanged
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.machine.firewall import Door, Firewall
from packetwave.server.machine.setup import Action, SetupCode, SetupResult
from packetwave.server.machine.task import StartState
from packetwave.server.machine.this_pc import Setup
from packetwave.server.settings import KEEP_DAYS
from packetwave.ui.theme import DARK
from tests.server.console.conftest import WATCHING, Clock, Desk

LISTENING = replace(WATCHING, listening="0.0.0.0:8765", members_expected=2)
SETUP = Setup(Firewall(Door.CLOSED), StartState.OFF, "FRONT-DESK", ("192.168.0.10",))


class Pc:
    """A PC that answers at once; changes are done, or end as `answer` says."""

    def __init__(self) -> None:
        self.setup = SETUP
        self.answer = SetupResult(SetupCode.DONE)
        self.looked: list[tuple[tuple[int, ...], int]] = []  # ports, thread
        self.changed: list[tuple[Action, tuple[int, ...], int]] = []
        self.let_in: tuple[int, ...] = ()  # UDP ports
        self.may_look = threading.Event()
        self.may_look.set()

    def look(self, ports: tuple[int, ...], doors: tuple[int, ...] = ()) -> Setup:
        self.may_look.wait(10)
        self.looked.append((ports, threading.get_ident()))
        return replace(self.setup, shut_doors=tuple(door for door in doors if door not in self.let_in))

    def change(self, action: Action, ports: tuple[int, ...], doors: tuple[int, ...] = ()) -> SetupResult:
        self.changed.append((action, ports, threading.get_ident()))
        if self.answer.code is SetupCode.DONE:
            match action:
                case Action.FIREWALL:
                    self.let_in = doors
                    self.setup = replace(self.setup, firewall=Firewall(Door.OPEN, (), True))
                case Action.NO_FIREWALL:
                    self.setup = replace(self.setup, firewall=Firewall(Door.CLOSED))
                case Action.TASK:
                    self.setup = replace(self.setup, start=StartState.ON)
                case Action.NO_TASK:
                    self.setup = replace(self.setup, start=StartState.OFF)
        return self.answer


class Office:
    """A desk on a Windows PC."""

    def __init__(self, qtbot: QtBot, clock: Clock) -> None:
        self.pc = Pc()
        self.desk = Desk(clock, self.pc)
        self.page = self.desk.window.settings
        self._qtbot = qtbot
        qtbot.addWidget(self.desk.window, before_close_func=lambda _window: self.leave())
        self.desk.window.show()

    def tell(self, status: Status) -> None:
        """Until what is set up has been looked at too."""
        self.desk.tell(StatusChanged(status))
        self.until_looked()

    def until_looked(self) -> None:
        self._qtbot.waitUntil(lambda: not self.page._looking and not self.page._changing, timeout=30_000)

    def leave(self) -> None:
        """Before the window is closed: with it goes who waits for an answer."""
        self.pc.may_look.set()
        self.until_looked()

    @property
    def reach(self) -> str:
        assert self.page.reach is not None
        return self.page.reach.text()

    @property
    def start(self) -> str:
        assert self.page.start is not None
        return self.page.start.text()


@pytest.fixture
def office(qtbot: QtBot, clock: Clock) -> Office:
    return Office(qtbot, clock)


def test_the_pc_is_looked_at_elsewhere_once_the_port_is_known(office: Office) -> None:
    office.desk.tell(StatusChanged(WATCHING))
    assert office.pc.looked == []
    office.tell(LISTENING)
    [(ports, thread)] = office.pc.looked
    assert ports == (8765,)
    assert thread != threading.get_ident()
    assert office.reach.startswith("● Closed")
    office.desk.window.show_page(office.page)
    office.until_looked()
    assert len(office.pc.looked) == 2


def test_until_then_it_says_so(office: Office) -> None:
    office.pc.may_look.clear()
    office.desk.tell(StatusChanged(LISTENING))
    office.desk.window.show_page(office.page)
    assert office.reach == "● Being checked"
    assert not office.page.add_rule.isEnabled()
    assert office.page.start is not None
    assert not office.page.start.isVisible()
    office.pc.may_look.set()
    office.until_looked()
    assert office.page.add_rule.isEnabled()
    assert office.page.start.isVisible()


def test_the_rule_is_added_and_removed(office: Office, qtbot: QtBot) -> None:
    office.tell(LISTENING)
    page = office.page
    office.desk.window.show_page(page)
    office.until_looked()
    assert (page.add_rule.isVisible(), page.remove_rule.isVisible()) == (True, False)
    qtbot.mouseClick(page.add_rule, Qt.MouseButton.LeftButton)
    assert not page.add_rule.isEnabled()  # Windows is asking the person
    qtbot.waitUntil(lambda: "Open" in office.reach)
    [(action, ports, thread)] = office.pc.changed
    assert (action, ports) == ("firewall", (8765,))
    assert thread != threading.get_ident()
    assert (page.add_rule.isVisible(), page.remove_rule.isVisible()) == (False, True)
    qtbot.mouseClick(page.remove_rule, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Closed" in office.reach)


def test_a_no_to_windows_is_said_and_nothing_changed(office: Office, qtbot: QtBot) -> None:
    office.pc.answer = SetupResult(SetupCode.DECLINED)
    office.tell(LISTENING)
    office.desk.window.show_page(office.page)
    office.until_looked()
    office.page.add_rule.click()
    assert office.page.reach is not None
    qtbot.waitUntil(office.page.reach.said.isVisible)
    office.until_looked()
    assert "answered with no" in office.page.reach.said.text()
    assert "Closed" in office.reach


def test_a_public_network_leads_to_windows_settings(office: Office) -> None:
    office.pc.setup = replace(SETUP, firewall=Firewall(Door.PUBLIC, ("카페",), True))
    office.tell(LISTENING)
    office.desk.window.show_page(office.page)
    assert "카페" in office.reach
    assert office.page.network_settings.isVisible()
    assert not office.page.add_rule.isVisible()


def test_a_connected_client_is_the_proof(office: Office, clock: Clock) -> None:
    office.tell(LISTENING)
    office.desk.tell(StatusChanged(replace(LISTENING, clients=(ClientInfo("192.168.0.21", clock.at),))))
    assert "Proven" in office.reach


def test_addresses_for_clients(office: Office) -> None:
    office.tell(replace(LISTENING, listening="0.0.0.0:9000"))
    shown = [address._text for address in office.page.findChildren(Address)]
    assert shown == ["192.168.0.10:9000", "FRONT-DESK:9000"]
    office.pc.setup = replace(SETUP, addresses=("192.168.0.11",))
    office.page.look()
    office.until_looked()
    QApplication.sendPostedEvents(None, 0)
    QApplication.processEvents()
    assert "192.168.0.11:9000" in [address._text for address in office.page.findChildren(Address)]


@pytest.mark.parametrize(
    ("state", "turns_on", "turns_off"),
    [
        (StartState.OFF, "Turn on", False),
        (StartState.ON, "", True),
        (StartState.OUTDATED, "Renew", True),
        (StartState.BROKEN, "Renew", True),
        (StartState.DISABLED, "Turn on", True),
        (StartState.UNKNOWN, "Turn on", True),
    ],
)
def test_start_with_windows(office: Office, state: StartState, turns_on: str, turns_off: bool) -> None:
    office.pc.setup = replace(SETUP, start=state)
    office.tell(LISTENING)
    office.desk.window.show_page(office.page)
    page = office.page
    assert (page.add_task.text() if page.add_task.isVisible() else "") == turns_on
    assert page.remove_task.isVisible() is turns_off


def test_the_task_is_turned_on_and_off(office: Office, qtbot: QtBot) -> None:
    office.tell(LISTENING)
    office.desk.window.show_page(office.page)
    office.until_looked()
    office.page.add_task.click()
    qtbot.waitUntil(lambda: "On" in office.start)
    office.page.remove_task.click()
    qtbot.waitUntil(lambda: "Off" in office.start)
    assert [action for action, _, _ in office.pc.changed] == ["task", "no-task"]


def test_a_program_that_cannot_be_installed_offers_no_start(office: Office) -> None:
    office.pc.setup = replace(SETUP, start=None)
    office.tell(LISTENING)
    office.desk.window.show_page(office.page)
    assert office.page.start is not None
    assert not office.page.start.isVisible()


def test_a_closed_firewall_is_said_with_a_way_here(office: Office, clock: Clock, qtbot: QtBot) -> None:
    window = office.desk.window
    office.tell(LISTENING)
    assert "Windows Firewall does not let them in" in window.trouble.text()
    assert window.trouble._action.text() == "Settings"
    qtbot.mouseClick(window.trouble._action, Qt.MouseButton.LeftButton)
    assert window.page() is office.page
    assert window.trouble.text() == ""  # the page itself says it
    window.show_page(window.calls)
    qtbot.mouseClick(window.status_line.clients, Qt.MouseButton.LeftButton)
    assert window.page() is office.page
    window.show_page(window.calls)
    office.tell(replace(LISTENING, clients=(ClientInfo("192.168.0.21", clock.at),)))
    assert window.trouble.text() == ""
    qtbot.mouseClick(window.status_line.clients, Qt.MouseButton.LeftButton)
    assert window.page() is window.clients


def test_the_firewall_is_looked_at_again_while_it_is_closed(office: Office) -> None:
    office.tell(LISTENING)
    assert office.page._again.isActive()
    office.pc.setup = replace(SETUP, firewall=Firewall(Door.OPEN))
    office.page._again.timeout.emit()
    office.page._again.stop()
    office.until_looked()
    assert not office.page._again.isActive()
    assert "Open" in office.reach


def test_elsewhere_there_is_only_the_program(desk: Desk) -> None:
    page = desk.window.settings
    desk.tell(StatusChanged(LISTENING))
    desk.window.show_page(page)
    assert page.reach is None
    assert page.start is None
    assert page.program.isVisible()
    assert desk.window.trouble.text() == ""


def test_language_and_colours_are_kept(desk: Desk, qtbot: QtBot) -> None:
    page = desk.window.settings
    desk.window.show_page(page)
    chosen: list[str] = []
    page.theme_chosen.connect(chosen.append)
    assert page.language.currentData() == "auto"
    page.language.setCurrentIndex(page.language.findData("ko"))
    page.language.activated.emit(page.language.currentIndex())
    assert page._language_note.isVisible()
    qtbot.waitUntil(lambda: desk.kept == [("language", "ko")])
    page.theme.setCurrentIndex(page.theme.findData("dark"))
    page.theme.activated.emit(page.theme.currentIndex())
    assert chosen == ["dark"]
    qtbot.waitUntil(lambda: desk.kept[1:] == [("theme", "dark")])


def test_a_choice_that_cannot_be_stored_is_said(desk: Desk, qtbot: QtBot) -> None:
    def fail(_name: str, _value: str) -> None:
        raise PermissionError("read-only")

    page = desk.window.settings
    page._place = replace(page._place, keep=fail)
    desk.window.show_page(page)
    page.theme.activated.emit(0)
    qtbot.waitUntil(page.program.said.isVisible)
    assert "read-only" in page.program.said.text()


def test_the_page_is_the_fifth_and_drawn_in_both_themes(desk: Desk, qtbot: QtBot) -> None:
    window = desk.window
    entry = window._group.button(4)
    assert entry.shortcut().toString() == "Ctrl+5"
    qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
    assert window.page() is window.settings
    said = [each.text() for each in window.settings.program.findChildren(QLabel)]
    assert f"PacketWave Server {__version__}" in said
    window.set_theme(DARK)
    assert not window.settings.grab().isNull()


def test_a_door_that_is_switched_on_is_let_in_by_the_same_button(office: Office) -> None:
    office.pc.setup = replace(SETUP, firewall=Firewall(Door.OPEN, (), True))
    office.desk.window.show_page(office.page)
    office.tell(LISTENING)
    assert not office.page.add_rule.isVisible()
    hep = DoorStatus(DoorState(DoorKind.HEP, 9060))
    office.tell(replace(LISTENING, doors=(hep,)))
    assert office.page._shut_doors.text() == (
        "Windows Firewall does not let in what is sent to UDP port 9060. Add the rule."
    )
    office.page.add_rule.click()
    office.until_looked()
    assert office.pc.let_in == (9060,)
    assert not office.page.add_rule.isVisible() and not office.page._shut_doors.isVisible()


def test_a_door_that_changes_while_the_pc_is_looked_at_is_looked_at_again(office: Office) -> None:
    office.pc.setup = replace(SETUP, firewall=Firewall(Door.OPEN, (), True))
    office.desk.window.show_page(office.page)
    office.tell(LISTENING)
    office.pc.may_look.clear()
    office.page.look()
    office.desk.tell(StatusChanged(replace(LISTENING, doors=(DoorStatus(DoorState(DoorKind.HEP, 9060)),))))
    office.pc.may_look.set()
    office.until_looked()
    office._qtbot.waitUntil(office.page._shut_doors.isVisible)


def test_how_long_calls_are_kept_is_asked_of_the_engine_once_it_is_typed(desk: Desk, qtbot: QtBot) -> None:
    page = desk.window.settings
    desk.window.show_page(page)

    def asked() -> list[KeepDays]:
        return [command for command in desk.asked if isinstance(command, KeepDays)]

    assert page.keep_days.value() == 90
    page.keep_days.setFocus()
    page.keep_days.selectAll()
    qtbot.keyClicks(page.keep_days, "365")
    assert asked() == []
    qtbot.keyClick(page.keep_days, Qt.Key.Key_Return)
    assert asked() == [KeepDays(365)]
    page.language.setFocus()
    assert asked() == [KeepDays(365)], "the same again is nothing new"
    page.keep_days.selectAll()
    qtbot.keyClicks(page.keep_days, "0")
    qtbot.keyClick(page.keep_days, Qt.Key.Key_Return)
    assert page.keep_days.value() in KEEP_DAYS
    assert all(command.days in KEEP_DAYS for command in asked())


def test_the_mouse_wheel_over_the_days_changes_none(desk: Desk) -> None:
    page = desk.window.settings
    desk.window.show_page(page)
    page.keep_days.setFocus()
    at = QPointF(5, 5)
    wheel = QWheelEvent(
        at,
        page.keep_days.mapToGlobal(at),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(page.keep_days, wheel)
    assert page.keep_days.value() == 90


def test_the_pc_is_looked_at_anew_when_other_ports_are_listened_at(office: Office) -> None:
    office.tell(LISTENING)
    office.tell(replace(LISTENING, tls_listening="0.0.0.0:8766"))
    office.tell(replace(LISTENING, listening="", tls_listening="0.0.0.0:8766"))
    assert [ports for ports, _ in office.pc.looked] == [(8765,), (8765, 8766), (8766,)]
