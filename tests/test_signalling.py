"""docs/signalling.md says what the tests show, and every case is shown by one."""

import subprocess
import sys

from tests.signalling import ROOT


def test_the_document_is_what_the_tests_say_and_no_case_is_without_a_test() -> None:
    # A process of its own: pytest's collection is not made to run inside a test.
    done = subprocess.run(
        [sys.executable, "-m", "tests.signalling", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
