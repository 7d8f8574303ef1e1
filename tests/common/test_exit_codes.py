import pytest

from packetwave.common.exit_codes import ExitCode, code_of


def test_the_numbers_that_scripts_rely_on() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "FINE": 0,
        "FAILED": 1,
        "WRONG_USAGE": 2,
        "NO_CAPTURE": 3,
        "IN_USE": 4,
    }


@pytest.mark.parametrize(("ended", "code"), [(SystemExit(0), 0), (SystemExit(2), 2), (SystemExit("why"), 2)])
def test_what_argparse_ends_with(ended: SystemExit, code: int) -> None:
    assert code_of(ended) == code
