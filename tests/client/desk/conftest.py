"""Windows in Korean, on the screen that nobody sees; calls to show in them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from packetwave.client.calls import Call
from packetwave.protocol import CallUpdate, IncomingCall
from packetwave.ui import languages
from packetwave.ui.appearance import Appearance

AT = datetime(2026, 11, 23, 0, 8, tzinfo=UTC)
INCOMING = IncomingCall("01012345678", "1001", "a", AT, "홍길동", called_name="김영희", dialled="0212345678")
CALL = Call(INCOMING)


def became(call: Call, state: str, outcome: str = "", by: str = "", by_name: str = "") -> Call:
    """What became of the call, 23 s after it rang."""
    at = AT + timedelta(seconds=23)
    return Call(call.incoming, CallUpdate(call.call_id, state, outcome, by, by_name, at))


def saying(call: Call, **said: str) -> Call:
    """The call with other words in what the server said of it."""
    return replace(call, incoming=replace(call.incoming, **said))  # type: ignore[arg-type]  # texts only


ELSEWHERE = became(CALL, "ended", "answered_elsewhere", "1004", "최지우")
MISSED = became(CALL, "ended", "missed")


@pytest.fixture(autouse=True)
def korean(qapp: QApplication) -> Iterator[None]:
    languages.install(qapp, "ko", "client")
    appearance = Appearance(qapp, "light")
    yield
    languages.install(qapp, "en", "client")
    appearance.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
