from dataclasses import replace

from packetwave.server.capture import CaptureFaultCode
from packetwave.server.console.capture.interfaces import InterfaceColumn
from packetwave.server.engine.notices import (
    Refused,
    StartCapture,
    StatusChanged,
    StopCapture,
    WatchInterfaces,
)
from packetwave.server.watch.states import CaptureState, InterfacesChanged
from tests.server.console.conftest import (
    LAN,
    MIRROR,
    WATCHING,
    Desk,
)


def test_interfaces_are_counted_only_while_they_are_seen(desk: Desk) -> None:
    assert WatchInterfaces(True) not in desk.asked
    desk.window.show_page(desk.window.capture)
    assert desk.asked[-1] == WatchInterfaces(True)
    desk.window.show_page(desk.window.calls)
    assert desk.asked[-1] == WatchInterfaces(False)


def test_an_interface_is_chosen_started_and_stopped(desk: Desk) -> None:
    page = desk.window.capture
    desk.window.show_page(page)
    desk.tell(InterfacesChanged((LAN, MIRROR)))
    assert page.start.isEnabled()  # the one that is probably the mirror port is chosen
    page.start.click()
    assert desk.asked.pop() == StartCapture("eth2")
    desk.tell(StatusChanged(WATCHING))
    assert not page.start.isEnabled()
    page.stop.click()
    assert desk.asked.pop() == StopCapture()
    page.table.selectRow(0)
    desk.tell(InterfacesChanged((LAN, replace(MIRROR, packets_per_s=1.0))))
    assert page.table.selected_rows() == [0]
    page.table.activated.emit(page.model.index(0, 0))
    assert desk.asked[-1] == StartCapture("eth0")


def test_a_refused_interface_is_said_on_its_page(desk: Desk) -> None:
    desk.tell(StatusChanged(WATCHING), Refused(StartCapture("eth9"), CaptureFaultCode.NO_INTERFACE, "eth9"))
    assert "eth9" in desk.window.capture.refusal.text()


def test_a_watched_interface_without_a_link_is_not_called_watched(desk: Desk) -> None:
    page = desk.window.capture
    desk.window.show_page(page)
    unplugged = replace(
        WATCHING,
        capture=CaptureState.NO_LINK,
        capture_code=CaptureFaultCode.NO_LINK,
        capture_detail=MIRROR.description,
    )
    desk.tell(InterfacesChanged((LAN, replace(MIRROR, up=False))), StatusChanged(unplugged))
    assert page.model.index(1, InterfaceColumn.MARK).data() == "Watched, but no link"
    assert page.stop.isEnabled() and not page.start.isEnabled()
    assert MIRROR.description in desk.window.trouble.text()
    desk.tell(InterfacesChanged((LAN, MIRROR)), StatusChanged(WATCHING))
    assert page.model.index(1, InterfaceColumn.MARK).data() == "Watched now"
    assert desk.window.trouble.isHidden()
