"""On a real X11 screen with a window manager: the popup comes up, and the keyboard stays where it was."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from packetwave.protocol import CallUpdate, IncomingCall, Welcome
from tests.client.conftest import StartServer
from tests.client.loopback import WAIT_S

NEEDED = ("Xvfb", "openbox", "xdotool")
MISSING = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)} on this machine")

TYPING = """
import sys
from PySide6.QtWidgets import QApplication, QLineEdit
app = QApplication(sys.argv)
field = QLineEdit()
field.setWindowTitle("somebody types here")
field.show()
app.exec()
"""


@pytest.fixture
def display() -> Iterator[dict[str, str]]:
    """The environment of a screen of its own with a window manager."""
    read, write = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as number:
        environment = {**os.environ, "DISPLAY": f":{number.readline().strip()}", "QT_QPA_PLATFORM": "xcb"}
    desktop = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
    yield environment
    for process in (desktop, screen):
        process.terminate()
        process.wait(WAIT_S)


def xdotool(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        ["xdotool", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def wait_for(environment: dict[str, str], *arguments: str, gone: bool = False) -> str:
    """What xdotool says once it says something (gone: nothing)."""
    deadline = time.monotonic() + WAIT_S
    while bool(said := xdotool(environment, *arguments)) == gone:
        assert time.monotonic() < deadline, f"xdotool {arguments} said {said!r} to the end"
    return said


def test_the_popup_leaves_the_keyboard_where_it_was(
    display: dict[str, str], start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server(Welcome(1, "0.1.0"))
    client = subprocess.Popen(
        [sys.executable, "-m", "packetwave.client", "--server", server.url, "--data-dir", str(tmp_path)],
        env={**display, "LANG": "ko_KR.UTF-8"},
    )
    server.hellos.get(timeout=WAIT_S)
    typing = subprocess.Popen([sys.executable, "-c", TYPING], env=display)
    try:
        field = wait_for(display, "search", "--onlyvisible", "--name", "^somebody types here$")
        xdotool(display, "windowfocus", "--sync", field)
        before = xdotool(display, "getwindowfocus")
        assert before
        server.send(IncomingCall("01012345678", "1001", call_id="a", caller_name="홍길동"))
        popup = wait_for(display, "search", "--onlyvisible", "--name", "^전화 수신$")
        assert xdotool(display, "getwindowfocus") == before
        assert xdotool(display, "getactivewindow") == field
        place = dict(
            line.split("=") for line in xdotool(display, "getwindowgeometry", "--shell", popup).split()
        )
        assert int(place["X"]) + int(place["WIDTH"]) > 1280 - 40
        assert int(place["Y"]) + int(place["HEIGHT"]) > 800 - 40
        server.send(CallUpdate("a", "ended", "declined"))
        wait_for(display, "search", "--onlyvisible", "--name", "^전화 수신$", gone=True)
        assert xdotool(display, "getwindowfocus") == before
    finally:
        typing.kill()  # what ends it is no matter, and a loop of Qt's alone hears no handler of Python's
        client.terminate()
        for process in (typing, client):
            process.wait(WAIT_S)
    assert client.returncode == 0
