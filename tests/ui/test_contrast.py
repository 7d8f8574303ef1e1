import sys

import pytest

from packetwave.ui.contrast import color, high_contrast


def test_a_colour_of_windows() -> None:
    assert color(0x00F0E38E) == "#8ee3f0"
    assert color(0xFF000001) == "#010000"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows may have it on")
def test_elsewhere_it_is_never_on() -> None:
    assert high_contrast() is None
