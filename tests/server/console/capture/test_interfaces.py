from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from packetwave.server.console.capture.interfaces import InterfaceColumn, InterfaceModel
from packetwave.server.watch.states import InterfaceInfo

LAN = InterfaceInfo("eth0", "Realtek", ("192.168.0.10",), packets_per_s=42.0, sip_per_s=0.0)
MIRROR = InterfaceInfo("{2F-GUID}", "Intel I210", (), packets_per_s=9812.0, sip_per_s=12.2)
DOWN = InterfaceInfo("wlan0", "", up=False)


@pytest.fixture
def model(qtbot: QtBot) -> Iterator[InterfaceModel]:
    made = InterfaceModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    tester.deleteLater()
    made.deleteLater()


def row(model: InterfaceModel, number: int) -> list[str]:
    return [model.index(number, column).data() for column in InterfaceColumn]


def test_what_a_person_needs_to_choose(model: InterfaceModel) -> None:
    model.show((LAN, MIRROR, DOWN), active="eth0")
    assert row(model, 0) == ["Realtek eth0", "192.168.0.10", "Link up", "42", "0", "Watched now"]
    assert row(model, 1) == ["Intel I210", "–", "Link up", "9,812", "12", "Probably the mirror port"]
    assert row(model, 2) == ["wlan0", "–", "No link", "–", "–", ""]


def test_without_sip_no_interface_is_guessed(model: InterfaceModel) -> None:
    model.show((LAN, DOWN), active="")
    assert model.likely_mirror() == ""
    model.show((), active="")
    assert model.likely_mirror() == ""


def test_the_likely_mirror_keeps_its_mark_while_it_is_silent(model: InterfaceModel) -> None:
    silent = replace(MIRROR, sip_per_s=0.0)
    model.show((LAN, MIRROR, DOWN), active="")
    for _ in range(600):
        model.show((LAN, silent, DOWN), active="")
        model.set_active("eth0")
        assert row(model, 1)[InterfaceColumn.MARK] == "Probably the mirror port"
    assert row(model, 1)[InterfaceColumn.SIP] == "0"


def test_the_mark_moves_where_the_calls_go(model: InterfaceModel) -> None:
    model.show((LAN, MIRROR), active="")
    one = replace(LAN, sip_per_s=1.0)
    model.show((one, MIRROR), active="")
    assert model.likely_mirror() == MIRROR.name  # a message of this PC's own is not a mirror
    for _ in range(60):
        model.show((one, replace(MIRROR, sip_per_s=0.0)), active="")
    assert model.likely_mirror() == LAN.name
    model.show((MIRROR,), active="")
    assert model.likely_mirror() == MIRROR.name


def test_fresh_counters_do_not_reset_the_list(model: InterfaceModel, qtbot: QtBot) -> None:
    model.show((LAN, MIRROR), active="")
    with qtbot.assertNotEmitted(model.modelReset):
        model.show((replace(LAN, packets_per_s=43.0), MIRROR), active="")
    assert row(model, 0)[InterfaceColumn.PACKETS] == "43"
    with qtbot.waitSignal(model.modelReset):
        model.show((MIRROR,), active="")
