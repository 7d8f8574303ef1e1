"""The soak's calls end as its table says, without the floods; `make soak` is the whole."""

from tests.soak.run import Soak, differences, expected


def test_a_few_calls_of_each_kind_end_as_they_must() -> None:
    soak = Soak()
    soak.tenth(32)
    assert soak.wrong == []
    assert differences(soak.outcomes, expected(32)) == []


def test_what_ends_otherwise_is_said() -> None:
    seen = expected(16)
    seen["busy", "busy"] -= 1
    assert differences(seen, expected(16)) == ["busy: 0 ended busy, not 1"]
