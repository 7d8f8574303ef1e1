"""Windows in Korean, on the screen that nobody sees; calls to show in them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from packetwave.client.calls import Call, CallState
from packetwave.ui import languages
from packetwave.ui.appearance import Appearance

AT = datetime(2026, 11, 23, 0, 8, tzinfo=UTC)
CALL = Call("a", "01012345678", "1001", "홍길동", "김영희", "0212345678", at=AT)
ELSEWHERE = replace(CALL, state=CallState.ENDED, outcome="answered_elsewhere", by="1004", by_name="최지우")
MISSED = replace(CALL, state=CallState.ENDED, outcome="missed", ended_at=AT + timedelta(seconds=23))


@pytest.fixture(autouse=True)
def korean(qapp: QApplication) -> Iterator[None]:
    languages.install(qapp, "ko", "client")
    appearance = Appearance(qapp, "light")
    yield
    languages.install(qapp, "en", "client")
    appearance.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
