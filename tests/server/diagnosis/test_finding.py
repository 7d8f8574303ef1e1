"""Findings as values."""

from datetime import UTC, datetime

import pytest

from packetwave.server.diagnosis import Code, Finding, Severity

AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "severity"),
    [(Code.NOTHING, Severity.ERROR), (Code.TLS_ONLY, Severity.WARNING), (Code.COPIES, Severity.INFO)],
)
def test_how_much_it_costs(code: Code, severity: Severity) -> None:
    assert Finding(code, AT).severity is severity


def test_figures_by_name() -> None:
    finding = Finding(Code.COPIES, AT, (("times", 2),))
    assert finding.figure("times") == 2
    with pytest.raises(KeyError):
        finding.figure("percent")
