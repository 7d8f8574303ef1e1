"""Records, a clock and a window for the console's tests."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.console.settings.page import Surroundings
from packetwave.server.console.window import ConsoleWindow
from packetwave.server.engine.notices import ChangeMembers, Command, Notice, Status
from packetwave.server.machine.this_pc import Pc
from packetwave.server.office.values import CallRecord, Member, Put, Remove
from packetwave.server.watch.states import CaptureState, InterfaceInfo
from packetwave.ui import languages
from packetwave.ui.bridge import Bridge
from packetwave.ui.theme import LIGHT


class Clock:
    """A clock that tests move. It begins at noon wherever they run: what is of today there stays so."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).replace(tzinfo=None).astimezone(UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def ago(self, seconds: float) -> datetime:
        return self.at - timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def korean(qapp: QApplication) -> Iterator[None]:
    """Windows made in this test speak Korean."""
    languages.install(qapp, "ko", "console")
    yield
    languages.install(qapp, "en", "console")
    QCoreApplication.processEvents()


def call(call_id: str, rang_at: datetime, caller: str = "01012345678", **known: object) -> CallRecord:
    """A call to 1001; known: any other field of the record."""
    return CallRecord(call_id=call_id, rang_at=rang_at, caller=caller, **{"called": "1001", **known})  # type: ignore[arg-type]


def answered(call_id: str, rang_at: datetime, talked_s: int = 48) -> CallRecord:
    return call(
        call_id,
        rang_at,
        answered_at=rang_at + timedelta(seconds=5),
        ended_at=rang_at + timedelta(seconds=5 + talked_s),
        outcome=Outcome.ANSWERED,
    )


def missed(call_id: str, rang_at: datetime, direction: Direction = Direction.IN) -> CallRecord:
    return call(call_id, rang_at, outcome=Outcome.MISSED, direction=direction)


def member(extension: str, ip: str, name: str = "", row_id: str = "") -> Member:
    return Member(extension, ip, name, row_id=row_id or f"id-{extension}-{ip}")


KIM = member("1001", "192.168.0.101", "김영희")
PARK = member("1002", "192.168.0.102", "박민수")
WATCHING = Status(capture=CaptureState.WATCHING, capture_detail="이더넷 2", interface="eth2", sip_per_s=12.4)
LAN = InterfaceInfo("eth0", "Realtek", packets_per_s=42.0, sip_per_s=0.0)
MIRROR = InterfaceInfo("eth2", "이더넷 2", packets_per_s=9812.0, sip_per_s=12.2)


class Desk:
    """A window, what it asked for, and the bridge that brings it notices."""

    def __init__(self, clock: Clock, pc: Pc | None = None) -> None:
        self.asked: list[Command] = []
        self._bridge = Bridge()
        self.kept: list[tuple[str, str]] = []
        place = Surroundings(Path("data"), lambda name, value: self.kept.append((name, value)), pc)
        self.window = ConsoleWindow(self.asked.append, self._bridge, LIGHT, place, clock)

    def tell(self, *notices: Notice) -> None:
        for notice in notices:
            self._bridge.send(notice)
        QApplication.processEvents()

    def changes(self) -> list[Put | Remove]:
        return [
            change
            for command in self.asked
            if isinstance(command, ChangeMembers)
            for change in command.changes
        ]


@pytest.fixture
def desk(qtbot: QtBot, clock: Clock) -> Iterator[Desk]:
    made = Desk(clock)
    qtbot.addWidget(made.window)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
