"""Records and a clock for the console's tests."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.store.base import CallRecord, Member
from packetwave.ui import languages


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

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
