from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QStackedWidget, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from packetwave.common.loop_watch import Stalls
from packetwave.common.supervision import Failure
from packetwave.server.calls.events import Outcome, Unwatched
from packetwave.server.capture import CaptureFaultCode, DoorFault, DoorKind, DoorState
from packetwave.server.console.calls.log import Column
from packetwave.server.console.capture import words
from packetwave.server.console.window import ConsoleWindow
from packetwave.server.diagnosis import Code, Finding
from packetwave.server.engine.notices import (
    CallChanged,
    DoorStatus,
    FileFault,
    HistoryLoaded,
    HistoryRemoved,
    LoadHistory,
    MembersChanged,
    RefusalCode,
    Refused,
    StartCapture,
    Status,
    StatusChanged,
    WatchInterfaces,
)
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.office.values import Defect, DefectCode, MemberTable
from packetwave.server.store.base import StoreFound, StoreHealth, StoreState
from packetwave.server.watch.states import CaptureState, InterfacesChanged
from packetwave.ui.appearance import Appearance
from packetwave.ui.theme import DARK, LIGHT, Theme
from tests.server.console.conftest import KIM, LAN, MIRROR, WATCHING, Clock, Desk, answered, call, missed
from tests.ui.walk import labels_that_read_markup, tool_tip_at, widgets


def pages(window: ConsoleWindow) -> list[QWidget]:
    """All pages, as the navigation has them."""
    turned = window.findChild(QStackedWidget, "pages")
    assert isinstance(turned, QStackedWidget)
    return [turned.widget(number) for number in range(turned.count())]


def test_a_ringing_call_is_seen_at_once(desk: Desk, clock: Clock) -> None:
    desk.tell(StatusChanged(WATCHING), CallChanged(call("a", clock.at, caller_name="홍길동")))
    log = desk.window.calls.log
    assert log.index(0, Column.CALLER).data() == "010-1234-5678 홍길동"
    assert desk.window.calls.table.isVisible()


def test_history_is_asked_for_and_again_once_the_database_is_back(desk: Desk, clock: Clock) -> None:
    desk.window.ask_for_history()
    asked = [command for command in desk.asked if isinstance(command, LoadHistory)]
    assert len(asked) == 1
    away = replace(WATCHING, store=StoreState.AWAY)
    desk.tell(StatusChanged(away), Refused(asked[0], RefusalCode.AWAY), StatusChanged(away))
    assert desk.asked.count(asked[0]) == 1
    desk.tell(StatusChanged(WATCHING))
    assert sum(isinstance(command, LoadHistory) for command in desk.asked) == 2
    desk.tell(HistoryLoaded((answered("a", clock.ago(5)),)), StatusChanged(WATCHING))
    assert desk.window.calls.log.rowCount() == 1
    assert sum(isinstance(command, LoadHistory) for command in desk.asked) == 2


def test_a_failed_capture_says_what_to_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "WINDOWS", True)
    desk.tell(
        StatusChanged(
            Status(capture=CaptureState.FAILED, capture_code=CaptureFaultCode.NO_DRIVER, interface="eth2")
        )
    )
    assert "Install Npcap" in desk.window.trouble.text()
    desk.window.trouble.acted.emit()
    assert StartCapture("eth2") in desk.asked
    assert desk.window.page() is desk.window.capture


def test_a_first_start_without_driver_says_so_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "WINDOWS", True)
    desk.tell(StatusChanged(Status()), StatusChanged(Status()))
    assert desk.asked.count(WatchInterfaces(True)) == 1
    desk.tell(InterfacesChanged((), CaptureFaultCode.NO_DRIVER, "not found"))
    assert desk.asked[-1] == WatchInterfaces(False)  # nobody looks at the counters
    trouble = desk.window.trouble
    assert "Npcap is not installed" in trouble.text()
    assert trouble._url.startswith("https://npcap.com/")
    trouble.acted.emit()
    assert desk.window.page() is desk.window.capture
    assert desk.asked[-1] == WatchInterfaces(True)
    desk.tell(InterfacesChanged((LAN, MIRROR)))  # it was installed meanwhile
    assert trouble.text() == ""
    assert desk.window.capture.model.rowCount() == 2


def test_who_watches_doors_alone_needs_no_driver(desk: Desk) -> None:
    doors = (DoorStatus(DoorState(DoorKind.HEP, 9060)),)
    desk.tell(
        InterfacesChanged((), CaptureFaultCode.NO_DRIVER, "not found"),
        StatusChanged(Status(capture=CaptureState.WATCHING, capture_detail="HEP (UDP 9060)", doors=doors)),
    )
    assert desk.window.trouble.text() == ""


def test_a_door_that_cannot_be_opened_is_said(desk: Desk) -> None:
    shut = DoorStatus(DoorState(DoorKind.HEP, 9060, DoorFault.TAKEN, "in use"))
    desk.tell(StatusChanged(replace(WATCHING, doors=(shut,))))
    assert "HEP (UDP 9060)" in desk.window.trouble.text()
    desk.tell(StatusChanged(replace(WATCHING, doors=(replace(shut, state=DoorState(DoorKind.HEP, 9060)),))))
    assert desk.window.trouble.text() == ""


def test_a_start_that_watches_asks_nothing(desk: Desk) -> None:
    desk.tell(StatusChanged(WATCHING))
    assert WatchInterfaces(True) not in desk.asked


def test_everything_has_a_name_and_can_be_reached_by_keys(desk: Desk, clock: Clock) -> None:
    desk.tell(StatusChanged(WATCHING), MembersChanged(MemberTable((KIM,))), CallChanged(call("a", clock.at)))
    desk.tell(InterfacesChanged((LAN, MIRROR)))
    window = desk.window
    for page in pages(window):
        desk.window.show_page(page)
        QApplication.processEvents()
        reached: set[QWidget] = set()
        widget = desk.window.nextInFocusChain()
        while widget is not None and widget not in reached:
            reached.add(widget)
            widget = widget.nextInFocusChain()
        for each in desk.window.findChildren(QWidget):
            if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isEnabled():
                assert each in reached
                named = each.accessibleName() or getattr(each, "text", str)()
                assert named or each.focusProxy() is not None, each


def test_no_label_reads_markup(desk: Desk) -> None:
    hostile = "<img src=x><b>fett</b>"
    desk.tell(
        StatusChanged(
            Status(
                capture=CaptureState.FAILED,
                capture_code=CaptureFaultCode.NO_INTERFACE,
                capture_detail=hostile,
            )
        )
    )
    assert hostile in desk.window.trouble.text()
    for each in desk.window.findChildren(QLabel):
        assert each.textFormat() is Qt.TextFormat.PlainText or not each.text()


def test_korean_from_the_first_start(qtbot: QtBot, clock: Clock, korean: None) -> None:
    desk = Desk(clock)
    qtbot.addWidget(desk.window)
    desk.tell(StatusChanged(WATCHING), CallChanged(call("a", clock.ago(0), caller="anonymous")))
    assert desk.window.windowTitle() == "PacketWave 서버"
    assert desk.window.status_line.capture.text() == "감지 중 이더넷 2"
    log = desk.window.calls.log
    clock.move(4)
    assert log.index(0, Column.CALLER).data() == "발신번호표시제한"
    assert log.index(0, Column.STATE).data() == "울리는 중 4초"


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_page_is_painted_in_each_theme(desk: Desk, clock: Clock, theme: Theme) -> None:
    desk.tell(
        StatusChanged(WATCHING), CallChanged(missed("a", clock.at)), MembersChanged(MemberTable((KIM,)))
    )
    desk.window.set_theme(theme)
    wanted = LIGHT.surface if theme is LIGHT else DARK.surface
    for page in pages(desk.window):
        desk.window.show_page(page)
        picture = desk.window.grab().toImage()
        assert picture.pixelColor(5, 300).name() == wanted  # the navigation


def test_what_was_wrong_with_files_is_said_until_it_is_understood(desk: Desk) -> None:
    faults = (FileFault.SETTINGS_PUT_ASIDE,)
    damaged = StoreHealth(found=(StoreFound.DAMAGED,))
    desk.tell(StatusChanged(Status(capture=CaptureState.WATCHING, file_faults=faults, store_health=damaged)))
    trouble = desk.window.trouble
    assert "The settings file was damaged" in trouble.text()
    assert "Import the members again" in trouble.text()
    assert trouble._action.text() == "Understood"
    # What can be mended comes first, and does not make it forgotten.
    desk.tell(StatusChanged(Status(store=StoreState.AWAY, file_faults=faults, interface="eth2")))
    assert "cannot be reached" in trouble.text()
    desk.tell(StatusChanged(Status(capture=CaptureState.WATCHING, file_faults=faults)))
    assert "damaged" in trouble.text()
    trouble.acted.emit()
    assert trouble.text() == ""
    desk.tell(StatusChanged(Status(capture=CaptureState.WATCHING, sip_messages=1, file_faults=faults)))
    assert trouble.text() == ""
    # More of it is said again.
    removed = StoreHealth(found=(StoreFound.REMOVED,))
    desk.tell(StatusChanged(Status(capture=CaptureState.WATCHING, file_faults=faults, store_health=removed)))
    assert "was removed" in trouble.text()


def test_what_was_not_seen_and_what_stood_still_is_said_until_it_is_understood(
    desk: Desk, clock: Clock
) -> None:
    status = Status(
        capture=CaptureState.WATCHING,
        unwatched=Unwatched(clock.ago(60), clock.ago(20)),
        stalls=Stalls(1, 4.0, 4.0),
        failure=Failure("x", "y", 1),
    )
    desk.tell(StatusChanged(status))
    trouble = desk.window.trouble
    for said in ("No calls were seen from", "stood still for 4 s", "internal error"):
        assert said in trouble.text()
        trouble.acted.emit()
    assert trouble.text() == ""
    desk.tell(StatusChanged(replace(status, stalls=Stalls(2, 7.0, 7.0))))
    assert "stood still for 7 s" in trouble.text()
    # What is so now comes first.
    desk.tell(StatusChanged(replace(status, store_still_since=clock.at)))
    assert "has not answered" in trouble.text()


HOSTILE = '<h1>x</h1><img src="file:///etc/hostname">'


def test_nothing_from_outside_is_read_as_markup(desk: Desk, clock: Clock, qapp: QApplication) -> None:
    """A walk over all that lives: labels, and the tool tips of every widget and cell."""
    appearance = Appearance(qapp, "light")
    hostile = replace(
        call("a", clock.ago(5)),
        caller=HOSTILE,
        caller_name=HOSTILE,
        called_name=HOSTILE,
        dialled=HOSTILE,
        via=HOSTILE,
        by=HOSTILE,
        outcome=Outcome.ANSWERED_ELSEWHERE,
        offline=(HOSTILE,),
    )
    finding = Finding(Code.TLS_ONLY, clock.at, (("phones", (HOSTILE,)), ("count", 1)))
    status = replace(
        WATCHING,
        capture_detail=HOSTILE,
        interface=HOSTILE,
        findings=(finding,),
        clients=(ClientInfo(HOSTILE, clock.at, version=HOSTILE, wants=HOSTILE),),
        store=StoreState.AWAY,
        store_detail=HOSTILE,
        listening=HOSTILE,
        failure=Failure("x", HOSTILE, 1),
    )
    defect = Defect("1", "default_ip", DefectCode.BAD_IP, HOSTILE)
    desk.tell(
        CallChanged(hostile),
        MembersChanged(
            MemberTable((replace(KIM, name=HOSTILE, note=HOSTILE, department=HOSTILE),), (defect,))
        ),
        InterfacesChanged((replace(LAN, name=HOSTILE, description=HOSTILE, addresses=(HOSTILE,)),)),
        StatusChanged(status),
        Refused(LoadHistory(clock.at), RefusalCode.FAILED, HOSTILE),
        Refused(StartCapture(HOSTILE), CaptureFaultCode.NO_INTERFACE, HOSTILE),
    )
    desk.window.findings.show()
    tips: set[str] = set()
    for page in (desk.window.calls, desk.window.members, desk.window.capture, desk.window.settings):
        desk.window.show_page(page)
        QApplication.processEvents()
        assert labels_that_read_markup(desk.window) == []
        for widget in widgets(desk.window):
            if not widget.isVisible():
                continue
            tips.add(tool_tip_at(widget, QPoint(2, 2)))
            if isinstance(widget, QAbstractItemView):
                model = widget.model()
                for row in range(model.rowCount()):
                    for column in range(model.columnCount()):
                        place = widget.visualRect(model.index(row, column)).center()
                        tips.add(tool_tip_at(widget.viewport(), place))
    assert len([tip for tip in tips if "&lt;h1&gt;" in tip]) >= 5  # they were there to be seen
    assert [tip for tip in tips if "<h1>" in tip or "<img" in tip] == []
    QToolTip.hideText()
    appearance.deleteLater()
    qapp.setStyleSheet("")


def test_calls_that_were_removed_from_the_history_leave_the_window(desk: Desk, clock: Clock) -> None:
    stays = missed("stays", clock.ago(50))
    desk.tell(CallChanged(missed("removed", clock.ago(60))), CallChanged(stays))
    desk.tell(HistoryRemoved())
    assert sum(isinstance(command, LoadHistory) for command in desk.asked) == 1
    desk.tell(HistoryLoaded((stays,)))
    assert [record.call_id for record in desk.window.calls.log.shown()] == ["stays"]
    desk.tell(CallChanged(missed("later", clock.ago(40))), HistoryLoaded((stays,)))
    assert len(desk.window.calls.log.shown()) == 2, "only what was asked for anew replaces what was known"
