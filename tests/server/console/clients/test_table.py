from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from packetwave.server.console.clients.table import ClientColumn, ClientModel, rows_of
from packetwave.server.console.parts.cells import CELL, Tone
from packetwave.server.hub.clients import ClientInfo, Untold
from packetwave.server.office.values import Told
from packetwave.server.trust.pairings import Pairing
from tests.server.console.conftest import Clock, call


@pytest.fixture
def model(qtbot: QtBot, clock: Clock) -> Iterator[ClientModel]:
    made = ClientModel(clock)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    tester.deleteLater()
    made.deleteLater()


def a_pairing(clock: Clock, name: str = "KIM-PC", *extensions: str) -> Pairing:
    address = "192.168.0.101"
    return Pairing(name, "0" * 64, name, extensions or ("1001",), clock.at, address, clock.at, address)


def row(model: ClientModel, number: int) -> list[str]:
    return [model.index(number, column).data() for column in ClientColumn]


def test_a_paired_pc_is_one_row_connected_or_not(model: ClientModel, clock: Clock) -> None:
    kim = a_pairing(clock)
    model.show((kim,), ())
    at = f"{clock.at.astimezone():%H:%M:%S}"
    assert row(model, 0) == [
        *("KIM-PC", "1001", "192.168.0.101", f"Not connected · last seen {at}", "–", "–", "–"),
    ]
    client = ClientInfo(
        "192.168.0.177", clock.at, "0.1.0", ("1001",), is_tls=True, pairing=kim.id, pc="KIM-PC"
    )
    model.show((kim,), (client,))
    assert model.rowCount() == 1
    assert row(model, 0)[2:5] == ["192.168.0.177", f"Connected since {at}", "encrypted"]


def test_clients_without_pairing_come_after_and_say_why_they_are_told_nothing(
    model: ClientModel, clock: Clock
) -> None:
    least = ClientInfo("192.168.0.103", clock.at, extensions=("1003",))
    taken = ClientInfo("192.168.0.101", clock.at, "0.1.0", is_tls=True, untold=Untold.TAKEN)
    model.show((a_pairing(clock),), (taken, least))
    assert row(model, 1)[:5] == [
        *("not paired", "–", "192.168.0.101", "No calls: a paired person's address", "encrypted"),
    ]
    assert model.index(1, ClientColumn.STATE).data(CELL).tone is Tone.NOTICE
    assert row(model, 2)[4] == "not encrypted"


def test_paired_pcs_are_in_the_order_of_their_extensions(clock: Clock) -> None:
    pairings = (a_pairing(clock, "C", "1010"), a_pairing(clock, "B", "900"), a_pairing(clock, "A", "1001"))
    assert [row.pairing.pc for row in rows_of(pairings, ()) if row.pairing] == ["B", "A", "C"]


def test_the_last_alert_and_how_long_it_took(model: ClientModel, clock: Clock) -> None:
    client = ClientInfo("192.168.0.103", clock.at, extensions=("1003",))
    model.show((), (client,))
    told = Told("192.168.0.103", clock.at, 7.52)
    model.note_call(call("c1", clock.at, told=(told,)))
    model.note_call(
        call("c0", clock.at, told=(replace(told, at=clock.at - timedelta(hours=1), took_ms=99.0),))
    )
    assert row(model, 0)[ClientColumn.ALERT] == f"{clock.at.astimezone():%H:%M:%S} 7.5 ms"


def test_a_selection_stays_while_only_states_change(model: ClientModel, clock: Clock, qtbot: QtBot) -> None:
    kim = a_pairing(clock)
    model.show((kim,), ())
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.show((replace(kim, address="192.168.0.9"),), ())
    assert model.row_of_pairing(kim.id) == 0
    assert model.row_of_pairing("unknown") == -1
    with qtbot.assertNotEmitted(model.dataChanged):
        model.show((replace(kim, address="192.168.0.9"),), ())
