"""What became of alerts is told in order, later, and whatever the recorder does."""

import asyncio
import logging

import pytest

from packetwave.server.hub.reports import Reports


def test_reports_come_in_order_and_never_at_once(caplog: pytest.LogCaptureFixture) -> None:
    said: list[tuple[object, ...]] = []

    def fail(call_id: str, address: str) -> None:
        said.append(("lost", call_id, address))
        raise RuntimeError("a bug")

    async def work() -> None:
        reports = Reports(
            lambda *what: said.append(("told", *what)),
            lambda *what: said.append(("confirmed", *what)),
            lambda *what: said.append(("acknowledged", *what)),
            fail,
        )
        reports.told("c1", "192.0.2.1", 1.0)
        reports.lost("c1", "192.0.2.2")
        reports.confirmed("c1", "192.0.2.1", 2.0)
        reports.acknowledged("c1", "192.0.2.1", 4.0)
        assert said == []
        await asyncio.sleep(0)
        assert said == [
            ("told", "c1", "192.0.2.1", 1.0),
            ("lost", "c1", "192.0.2.2"),
            ("confirmed", "c1", "192.0.2.1", 2.0),
            ("acknowledged", "c1", "192.0.2.1", 4.0),
        ]
        reports.told("c2", "192.0.2.1", 3.0)
        reports.give()
        assert said[4:] == [("told", "c2", "192.0.2.1", 3.0)]

    asyncio.run(work())
    assert [(record.name, record.levelno) for record in caplog.records] == [
        ("packetwave.crash", logging.ERROR)
    ]
