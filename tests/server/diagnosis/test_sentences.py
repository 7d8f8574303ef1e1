"""Each finding in words."""

from datetime import UTC, datetime

import pytest

from packetwave.server.diagnosis import Code, Finding, in_english
from packetwave.server.diagnosis.finding import Value
from packetwave.server.diagnosis.sentences import values, words

AT = datetime(2026, 11, 23, tzinfo=UTC)
FIGURES: dict[str, Value] = {
    "minutes": 3, "phones": ("192.168.0.21", "192.168.0.22"), "count": 9, "ports": ("5080",),
    "kinds": ("tzsp",), "sources": ("192.168.0.1",), "requests": 8, "replies": 8, "bytes": 128,
    "frames": 12, "percent": 40, "reason": "no via", "extensions": ("1007",), "times": 2, "seconds": 3600,
    "hosts": ("office",),
    "calls": 500,
}  # fmt: skip


@pytest.mark.parametrize("code", Code)
def test_each_code_has_a_sentence_and_a_next_step_of_its_own(code: Code) -> None:
    finding = Finding(code, AT, tuple(FIGURES.items()))
    what, next_step = (template.format(**values(finding)) for template in words(finding))
    assert what.endswith(".") and next_step.endswith(".")
    assert "{" not in what + next_step
    assert in_english(finding) == f"{what} {next_step}"
    assert [other for other in Code if words(Finding(other, AT)).what == words(finding).what] == [code]


def test_of_many_names_some_are_said() -> None:
    finding = Finding(Code.TLS_ONLY, AT, (("phones", ("a", "b")), ("count", 9)))
    assert values(finding)["phones"] == "a, b +7"
