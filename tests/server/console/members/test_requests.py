from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from packetwave.server.console.members.requests import Request, RequestStrip, open_requests
from packetwave.server.console.members.rows import Typed, fields_of
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.office.values import Member
from packetwave.ui.theme import LIGHT

SINCE = datetime(2026, 11, 23, tzinfo=UTC)
HERE = "192.168.0.105"


def client(address: str, wants: str) -> ClientInfo:
    return ClientInfo(address, SINCE, "0.1.0", wants=wants)


def test_a_paired_pc_needs_no_row() -> None:
    paired = ClientInfo("192.168.0.9", SINCE, "0.1.0", wants="1007", pairing="aa")
    assert open_requests([paired], []) == []


def row(extension: str, ip: str) -> Typed:
    return fields_of(Member(extension, ip))


def shown(strip: RequestStrip) -> list[str]:
    QApplication.processEvents()
    return [each.text() for each in strip.findChildren(QLabel) if each.isVisible()]


def buttons(strip: RequestStrip, text: str) -> list[QPushButton]:
    return [each for each in strip.findChildren(QPushButton) if each.isVisible() and each.text() == text]


@pytest.fixture
def strip(qtbot: QtBot) -> RequestStrip:
    made = RequestStrip(LIGHT)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("rows", "is_open"),
    [
        ([], True),
        ([row("1005", "192.168.0.9")], True),
        ([row("1004", HERE)], True),
        ([row("1005", HERE)], False),
        ([row(" 1005 ", f" {HERE}")], False),
        ([row("1005", f"::ffff:{HERE}")], False),
        ([row("1005", "")], True),
    ],
)
def test_who_has_the_row_asks_no_more(rows: list[Typed], is_open: bool) -> None:
    wanted = [Request(HERE, "1005")] if is_open else []
    assert open_requests([client(HERE, "1005"), client("192.168.0.7", "")], rows) == wanted


def test_extensions_are_the_same_as_calls_find_them() -> None:
    assert open_requests([client(HERE, "07012345678")], [row("+827012345678", HERE)]) == []


def test_each_request_is_there_once_in_order_and_what_is_ignored_is_not() -> None:
    clients = [client(HERE, "1010"), client(HERE, "1010"), client("192.168.0.1", "205"), client(HERE, "7")]
    assert open_requests(clients, [], [Request(HERE, "7")]) == [
        Request("192.168.0.1", "205"),
        Request(HERE, "1010"),
    ]


def test_one_line_each_and_how_many_more(strip: RequestStrip) -> None:
    strip.show_requests([Request(HERE, str(number)) for number in range(1001, 1006)])
    assert shown(strip) == [
        *(f"PC {HERE} asks to be registered with extension {number}." for number in (1001, 1002, 1003)),
        "and more: 2",
    ]
    assert len(buttons(strip, "Add")) == len(buttons(strip, "Ignore")) == 3
    strip.show_requests([Request(HERE, "1001")])
    assert len(shown(strip)) == 1
    strip.show_requests([])
    assert strip.isHidden()


def test_what_is_decided_is_told(strip: RequestStrip, qtbot: QtBot) -> None:
    requests = [Request(HERE, "1001"), Request(HERE, "1002")]
    strip.show_requests(requests)
    with qtbot.waitSignal(strip.added) as added:
        buttons(strip, "Add")[1].click()
    assert added.args == [requests[1]]
    with qtbot.waitSignal(strip.ignored) as ignored:
        buttons(strip, "Ignore")[0].click()
    assert ignored.args == [requests[0]]


def test_a_button_stays_while_nothing_changes(strip: RequestStrip) -> None:
    strip.show_requests([Request(HERE, "1001")])
    before = buttons(strip, "Add")
    strip.show_requests([Request(HERE, "1001")])
    assert buttons(strip, "Add") == before
