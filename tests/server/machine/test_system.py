import sys

import pytest

from packetwave.server.machine.system import system


@pytest.mark.skipif(sys.platform == "win32", reason="what other systems say")
def test_elsewhere_there_is_no_windows() -> None:
    assert system() is None
